extension TeXParser {
    /// Reads what follows a command and gives the whole.
    mutating func command(_ name: String) throws(TeXError) -> MathNode {
        if let atom = TeXSymbols.commands[name] { return .atom(atom) }
        if let width = TeXSymbols.spaces[name] { return .space(width) }
        if let alphabet = MathAlphabet.commands[name] {
            return alphabet.apply(to: try argument(of: name))
        }
        if let accent = TeXSymbols.accents[name] {
            return .accent(
                try argument(of: name), mark: accent.mark, isStretchy: accent.isStretchy,
                isBelow: accent.isBelow)
        }
        if let size = Self.sizes[name] { return try sized(name, size) }
        return try structure(name)
    }

    private mutating func structure(_ name: String) throws(TeXError) -> MathNode {
        switch name {
        case "frac", "cfrac": return try fraction(name, MathFraction())
        case "dfrac": return try fraction(name, MathFraction(isDisplay: true))
        case "tfrac": return try fraction(name, MathFraction(isDisplay: false))
        case "binom":
            let body = try fraction(name, MathFraction(hasLine: false))
            return .fenced(body, open: "(", close: ")")
        case "sqrt":
            let index = try optionalArgument()
            return .root(try argument(of: name), index: index)
        case "left": return try fenced()
        case "begin": return try environment()
        case "text", "textrm", "mbox", "textit", "textbf", "hbox":
            return try words(name)
        case "operatorname": return try operatorName()
        case "mathop", "mathbin", "mathrel", "mathord", "mathopen", "mathclose", "mathinner",
            "mathpunct", "boxed", "ensuremath":
            return try argument(of: name)
        case "overset", "stackrel", "underset": return try stacked(name)
        case "substack":
            guard take(.openBrace) else { throw .missingArgument(name) }
            let rows = try tableRows()
            guard take(.closeBrace) else { throw .unbalanced }
            return .table(MathTable(rows: rows))
        case "phantom", "hphantom", "vphantom": return .phantom(try argument(of: name))
        case "not": return try negated()
        case "tag": return try tag()
        case "pmod", "bmod", "mod": return try modulus(name)
        case "middle":
            var atom = MathAtom(try delimiter(after: name) ?? "", .tight)
            atom.isStretchy = true
            return .atom(atom)
        case "nonumber", "notag", "allowbreak", "relax", "displaylimits": return .row([])
        default: return .source("\\" + name)
        }
    }

    private mutating func fraction(
        _ name: String, _ style: MathFraction
    ) throws(TeXError) -> MathNode {
        let top = try argument(of: name)
        return .fraction(top, try argument(of: name), style)
    }

    private mutating func stacked(_ name: String) throws(TeXError) -> MathNode {
        let script = try argument(of: name)
        let base = try argument(of: name)
        return name == "underset"
            ? .scripts(base, below: script, above: nil, .belowAndAbove)
            : .scripts(base, below: nil, above: script, .belowAndAbove)
    }

    /// `\not\in`: the sign with a stroke, a combining character if Unicode has none for it.
    private mutating func negated() throws(TeXError) -> MathNode {
        let strokes = ["=": "≠", "∈": "∉", "∣": "∤", "⊆": "⊈", "≡": "≢", "∼": "≁", "≈": "≉"]
        guard case .atom(var atom) = try argument(of: "not") else { return .source("\\not") }
        atom.text = strokes[atom.text] ?? atom.text + "\u{338}"
        return .atom(atom)
    }

    private mutating func tag() throws(TeXError) -> MathNode {
        let text = try rawArgument(of: "tag").map(\.source).joined()
        return .row([.space(2), .text("(\(text))")])
    }

    private mutating func modulus(_ name: String) throws(TeXError) -> MathNode {
        let word = MathNode.atom(MathAtom("mod", .upright))
        if name == "bmod" { return .row([.space(4 / 18), word, .space(4 / 18)]) }
        let body = try argument(of: name)
        if name == "mod" { return .row([.space(1), word, .space(1 / 3), body]) }
        let open = MathNode.atom(MathAtom("(", .opening))
        let close = MathNode.atom(MathAtom(")", .closing))
        return .row([.space(1), open, word, .space(1 / 3), body, close])
    }

    // MARK: Words

    /// `\text{if $x$ is even}`
    private mutating func words(_ name: String) throws(TeXError) -> MathNode {
        let parts = try rawArgument(of: name).split(
            separator: .character("$"), omittingEmptySubsequences: false)
        guard parts.count > 1 else { return .text(Self.plain(parts.first ?? [])) }
        var nodes: [MathNode] = []
        for (index, part) in parts.enumerated() {
            if index.isMultiple(of: 2) {
                nodes.append(.text(Self.plain(part)))
            } else {
                nodes.append(try formula(inText: part))
            }
        }
        return .row(nodes)
    }

    private mutating func formula(inText part: ArraySlice<TeXToken>) throws(TeXError) -> MathNode {
        let text = part.map { token in
            // A letter after a command would become part of it.
            if case .command(let name) = token, name.last?.isLetter == true {
                return token.source + " "
            }
            return token.source
        }.joined()
        return try nested { parser throws(TeXError) in
            var inner = TeXParser(text)
            inner.startDepth(from: parser)
            return try inner.parse()
        }
    }

    private static func plain(_ tokens: ArraySlice<TeXToken>) -> String {
        tokens.map { token in
            switch token {
            case .openBrace, .closeBrace: ""
            case .command(let name) where ["%", "$", "&", "#", "_", "{", "}", " "].contains(name):
                name
            case .command, .character, .superscript, .lowerScript, .align, .space: token.source
            }
        }.joined()
    }

    /// `\operatorname{softmax}`, `\operatorname*{arg\,max}`
    private mutating func operatorName() throws(TeXError) -> MathNode {
        skipSpace()
        let takesLimits = take(.character("*"))
        let text = try rawArgument(of: "operatorname").map { token in
            switch token {
            case .command(let name): TeXSymbols.spaces[name] != nil ? "\u{2009}" : token.source
            case .space: ""
            case .character("-"): "\u{2010}"
            case .openBrace, .closeBrace, .character, .superscript, .lowerScript, .align:
                token.source
            }
        }.joined()
        return .atom(MathAtom(text, takesLimits ? .large : .function))
    }

    // MARK: Delimiters

    /// `\big` and its relatives: the height in em.
    private static let sizes: [String: Double] = {
        var result: [String: Double] = [:]
        for (name, size) in [("big", 1.2), ("Big", 1.8), ("bigg", 2.4), ("Bigg", 3.0)] {
            for suffix in ["", "l", "r", "m"] { result[name + suffix] = size }
        }
        return result
    }()

    private mutating func sized(_ name: String, _ size: Double) throws(TeXError) -> MathNode {
        guard let text = try delimiter(after: name) else { return .row([]) }
        let kind: MathAtom.Class =
            switch name.last {
            case "l": .opening
            case "r": .closing
            case "m": .relation
            default: TeXSymbols.characters[text.first ?? " "]?.kind ?? .tight
            }
        var atom = MathAtom(text, kind)
        atom.size = size
        return .atom(atom)
    }

    private mutating func delimiter(after command: String) throws(TeXError) -> String? {
        skipSpace()
        guard let token = peek else { throw .missingArgument(command) }
        if token == .character(".") {
            advance()
            return nil
        }
        let unicode = "⟨⟩⌊⌋⌈⌉‖"
        if case .character(let character) = token, unicode.contains(character) {
            advance()
            return String(character)
        }
        guard let text = TeXSymbols.delimiters[token.source] else {
            throw .missingArgument(command)
        }
        advance()
        return text
    }

    private mutating func fenced() throws(TeXError) -> MathNode {
        let open = try delimiter(after: "left")
        let body = try row(until: .right)
        guard take(.command("right")) else { throw .unbalanced }
        return .fenced(body, open: open, close: try delimiter(after: "right"))
    }

    // MARK: Environments

    private static let environments: [String: MathTable] = [
        "matrix": MathTable(rows: []), "smallmatrix": MathTable(rows: []),
        "pmatrix": MathTable(rows: [], open: "(", close: ")"),
        "bmatrix": MathTable(rows: [], open: "[", close: "]"),
        "Bmatrix": MathTable(rows: [], open: "{", close: "}"),
        "vmatrix": MathTable(rows: [], open: "|", close: "|"),
        "Vmatrix": MathTable(rows: [], open: "‖", close: "‖"),
        "cases": MathTable(rows: [], alignments: [.left], open: "{"),
        "rcases": MathTable(rows: [], alignments: [.left], close: "}"),
        "array": MathTable(rows: []),
        "aligned": MathTable(rows: [], alignments: [.right, .left], isAligned: true),
        "align": MathTable(rows: [], alignments: [.right, .left], isAligned: true),
        "split": MathTable(rows: [], alignments: [.right, .left], isAligned: true),
        "gathered": MathTable(rows: [], isAligned: true),
        "gather": MathTable(rows: [], isAligned: true),
        "equation": MathTable(rows: [], isAligned: true),
    ]

    private mutating func environment() throws(TeXError) -> MathNode {
        let name = try rawArgument(of: "begin").map(\.source).joined()
        let base = name.hasSuffix("*") ? String(name.dropLast()) : name
        guard var table = Self.environments[base] else { throw .unknownEnvironment(name) }
        if base == "array" { table.alignments = try columns() }
        table.rows = try tableRows()
        guard take(.command("end")),
            try rawArgument(of: "end").map(\.source).joined() == name
        else { throw .unbalanced }
        return .table(table)
    }

    /// `{lcr|}`
    private mutating func columns() throws(TeXError) -> [MathTable.Alignment] {
        let letters: [TeXToken: MathTable.Alignment] = [
            .character("l"): .left, .character("c"): .center, .character("r"): .right,
        ]
        let result = try rawArgument(of: "array").compactMap { letters[$0] }
        return result.isEmpty ? [.center] : result
    }
}
