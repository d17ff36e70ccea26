/// Why a formula cannot be set; it is then shown as source.
enum TeXError: Error, Equatable {
    case missingArgument(String)
    case unbalanced
    case unknownEnvironment(String)
    case tooDeep
}

/// Reads the part of TeX's mathematics that textbooks use.
///
/// A command that is not known becomes `.source` and shows as it was written; only a formula whose
/// structure is broken fails as a whole.
struct TeXParser {
    /// Formulas of people stay below 20; the limit keeps the stack safe.
    static let maximumDepth = 60

    /// What ends the row that is being read.
    enum Stop { case input, brace, bracket, right, cell }

    private let tokens: [TeXToken]
    private var position = 0
    private var depth = 0

    init(_ text: String) { tokens = texTokens(text) }

    /// Reads the whole text. Rows separated by `\\` and `&` without an environment are aligned.
    mutating func parse() throws(TeXError) -> MathNode {
        let rows = try tableRows()
        guard position == tokens.count else { throw .unbalanced }
        guard rows.count > 1 || (rows.first?.count ?? 0) > 1 else {
            return rows.first?.first ?? .row([])
        }
        return .table(MathTable(rows: rows, alignments: [.right, .left], isAligned: true))
    }

    /// Continues counting levels where another parser is.
    mutating func startDepth(from outer: TeXParser) { depth = outer.depth }

    // MARK: Tokens

    var peek: TeXToken? { position < tokens.count ? tokens[position] : nil }

    mutating func advance() { position += 1 }

    mutating func skipSpace() {
        while peek == .space { position += 1 }
    }

    mutating func take(_ token: TeXToken) -> Bool {
        guard peek == token else { return false }
        position += 1
        return true
    }

    /// Runs a part of the parser one level deeper.
    mutating func nested<Result>(
        _ body: (inout TeXParser) throws(TeXError) -> Result
    ) throws(TeXError) -> Result {
        guard depth < Self.maximumDepth else { throw .tooDeep }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    // MARK: Rows

    /// Reads nodes up to what ends the row, which is left unread.
    mutating func row(until stop: Stop) throws(TeXError) -> MathNode {
        var nodes: [MathNode] = []
        while true {
            skipSpace()
            guard let token = peek, !ends(token, stop) else { break }
            if token == .command("displaystyle") || token == .command("textstyle") {
                advance()
                let rest = try nested { parser throws(TeXError) in try parser.row(until: stop) }
                nodes.append(.styled(rest, isDisplay: token == .command("displaystyle")))
                break
            }
            nodes.append(try scripted())
        }
        return nodes.count == 1 ? nodes[0] : .row(nodes)
    }

    private func ends(_ token: TeXToken, _ stop: Stop) -> Bool {
        switch token {
        case .closeBrace, .command("right"), .command("end"): true
        case .align, .command("\\"), .command("cr"): stop == .cell
        case .character("]"): stop == .bracket
        default: false
        }
    }

    /// Reads the rows and cells of a table, up to `\end` or the end of the text.
    mutating func tableRows() throws(TeXError) -> [[MathNode]] {
        var rows: [[MathNode]] = [[]]
        while true {
            skipSpace()
            while take(.command("hline")) { skipSpace() }
            let cell = try nested { parser throws(TeXError) in try parser.row(until: .cell) }
            rows[rows.count - 1].append(cell)
            if take(.align) { continue }
            guard take(.command("\\")) || take(.command("cr")) else { break }
            try skipRowGap()
            rows.append([])
        }
        // A `\\` after the last row adds none.
        if rows.count > 1, rows.last == [.row([])] { rows.removeLast() }
        return rows
    }

    /// `\\[2pt]` and `\\*`
    private mutating func skipRowGap() throws(TeXError) {
        _ = take(.character("*"))
        guard peek == .character("[") else { return }
        while let token = peek, token != .character("]") {
            _ = token
            advance()
        }
        guard take(.character("]")) else { throw .unbalanced }
    }

    // MARK: Scripts

    private mutating func scripted() throws(TeXError) -> MathNode {
        let base: MathNode
        switch peek {
        case .superscript, .lowerScript, .character("'"): base = .row([])
        default: base = try nucleus()
        }
        var below: [MathNode] = []
        var above: [MathNode] = []
        var limits = MathLimits.automatic
        while true {
            skipSpace()
            if take(.superscript) {
                above.append(try argument(of: "^"))
            } else if take(.lowerScript) {
                below.append(try argument(of: "_"))
            } else if peek == .character("'") {
                above.append(primes())
            } else if take(.command("limits")) {
                limits = .belowAndAbove
            } else if take(.command("nolimits")) {
                limits = .beside
            } else {
                break
            }
        }
        guard !below.isEmpty || !above.isEmpty else { return base }
        return .scripts(base, below: Self.one(below), above: Self.one(above), limits)
    }

    private static func one(_ nodes: [MathNode]) -> MathNode? {
        nodes.count > 1 ? .row(nodes) : nodes.first
    }

    private mutating func primes() -> MathNode {
        var text = ""
        while take(.character("'")) { text += "′" }
        return .atom(MathAtom(text, .upright))
    }

    // MARK: Arguments

    /// Reads what a command or script applies to: a group in braces, a command or one character.
    mutating func argument(of command: String) throws(TeXError) -> MathNode {
        skipSpace()
        switch peek {
        case nil, .closeBrace, .align, .superscript, .lowerScript, .command("right"),
            .command("end"), .command("\\"):
            throw .missingArgument(command)
        case .character(let digit) where digit.isNumber:
            advance()
            return .atom(MathAtom(String(digit), .number))
        case .character, .command, .openBrace, .space: return try nucleus()
        }
    }

    /// Reads `{…}` as text, braces inside included.
    mutating func rawArgument(of command: String) throws(TeXError) -> [TeXToken] {
        skipSpace()
        guard take(.openBrace) else { throw .missingArgument(command) }
        var result: [TeXToken] = []
        var level = 0
        while let token = peek {
            advance()
            if token == .openBrace { level += 1 }
            if token == .closeBrace {
                if level == 0 { return result }
                level -= 1
            }
            result.append(token)
        }
        throw .unbalanced
    }

    /// Reads `[…]` if there is one.
    mutating func optionalArgument() throws(TeXError) -> MathNode? {
        skipSpace()
        guard take(.character("[")) else { return nil }
        let node = try nested { parser throws(TeXError) in try parser.row(until: .bracket) }
        guard take(.character("]")) else { throw .unbalanced }
        return node
    }

    /// Reads one thing without its scripts.
    mutating func nucleus() throws(TeXError) -> MathNode {
        try nested { parser throws(TeXError) in
            guard let token = parser.peek else { throw .unbalanced }
            parser.advance()
            switch token {
            case .openBrace:
                let node = try parser.row(until: .brace)
                guard parser.take(.closeBrace) else { throw .unbalanced }
                // In braces a sign is a symbol: `{,}` has no space.
                if case .atom(let atom) = node, atom.kind != .large { return .row([node]) }
                return node
            case .closeBrace: throw .unbalanced
            case .character(let character): return parser.character(character)
            case .command(let name): return try parser.command(name)
            case .align: return .source("&")
            case .superscript, .lowerScript: throw .missingArgument(token.source)
            case .space: return .row([])
            }
        }
    }

    // MARK: Characters

    private mutating func character(_ first: Character) -> MathNode {
        if first.isNumber { return number(first) }
        if first == "~" { return .space(1 / 3) }
        if first == ":", take(.character("=")) { return .atom(MathAtom("≔", .relation)) }
        if let atom = TeXSymbols.characters[first] { return .atom(atom) }
        guard first.isLetter else { return .atom(MathAtom(String(first), .tight)) }
        guard first.isIdeographic else { return .atom(MathAtom(String(first), .letter)) }
        var word = String(first)
        while case .character(let next)? = peek, next.isIdeographic {
            word.append(next)
            advance()
        }
        return .text(word)
    }

    /// `3`, `3.14`
    private mutating func number(_ first: Character) -> MathNode {
        var text = String(first)
        while case .character(let next)? = peek {
            let isPoint = next == "." && !text.contains(".") && followsDigit
            guard next.isNumber || isPoint else { break }
            text.append(next)
            advance()
        }
        return .atom(MathAtom(text, .number))
    }

    private var followsDigit: Bool {
        guard position + 1 < tokens.count, case .character(let next) = tokens[position + 1] else {
            return false
        }
        return next.isNumber
    }
}

extension Character {
    /// A letter of a script without italics.
    fileprivate var isIdeographic: Bool {
        unicodeScalars.first.map { $0.properties.isIdeographic || $0.value >= 0x3040 } ?? false
    }
}
