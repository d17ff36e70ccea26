/// Writes formulas as MathML Core.
struct MathMLWriter {
    private(set) var text = ""
    /// Whether what is written stands on a line of its own: limits then go below and above.
    private var isDisplay: Bool

    init(isDisplay: Bool) { self.isDisplay = isDisplay }

    /// Writes the children of a `<math>` element.
    mutating func write(_ node: MathNode) {
        switch node {
        case .row(let nodes): row(nodes)
        case .atom(let atom): self.atom(atom)
        case .text(let words): element("mtext", Self.unbreakable(words))
        case .space(let em): text += "<mspace width=\"\(Self.em(em))\"/>"
        case .fraction(let top, let bottom, let style): fraction(top, bottom, style)
        case .root(let body, nil): wrap("msqrt") { $0.write(body) }
        case .root(let body, .some(let index)):
            wrap("mroot") {
                $0.single(body)
                $0.part(index)
            }
        case .scripts(let base, let below, let above, let limits):
            scripts(base, below, above, limits)
        case .accent(let base, let mark, let isStretchy, let isBelow):
            accent(base, mark, isStretchy, isBelow)
        case .fenced(let body, let open, let close):
            wrap("mrow") {
                $0.fence(open, "prefix")
                $0.write(body)
                $0.fence(close, "postfix")
            }
        case .table(let table): self.table(table)
        case .styled(let body, let isDisplay):
            wrap("mstyle", " displaystyle=\"\(isDisplay)\" scriptlevel=\"0\"") {
                $0.inStyle(isDisplay) { $0.write(body) }
            }
        case .phantom(let body): wrap("mphantom") { $0.write(body) }
        case .source(let source): element("mtext", source, " class=\"tex-source\"")
        }
    }

    // MARK: Elements

    private mutating func wrap(
        _ name: String, _ attributes: String = "", _ body: (inout MathMLWriter) -> Void
    ) {
        text += "<\(name)\(attributes)>"
        body(&self)
        text += "</\(name)>"
    }

    private mutating func element(_ name: String, _ content: String, _ attributes: String = "") {
        text += "<\(name)\(attributes)>\(escapedHTML(content))</\(name)>"
    }

    /// Writes a node where exactly one element must stand.
    private mutating func single(_ node: MathNode) {
        if case .row(let nodes) = node {
            if nodes.count == 1 { single(nodes[0]) } else { wrap("mrow") { $0.row(nodes) } }
            return
        }
        write(node)
    }

    /// Writes a script or a part of a fraction: a sign alone in it has no space around it.
    private mutating func part(_ node: MathNode) {
        inStyle(false) { $0.partInStyle(node) }
    }

    private mutating func inStyle(_ isDisplay: Bool, _ body: (inout MathMLWriter) -> Void) {
        let outer = self.isDisplay
        self.isDisplay = isDisplay
        body(&self)
        self.isDisplay = outer
    }

    private mutating func partInStyle(_ node: MathNode) {
        if case .row(let nodes) = node, nodes.count == 1 { return partInStyle(nodes[0]) }
        if case .atom(let atom) = node, Self.isSpaced(atom) { return writeSymbol(atom) }
        single(node)
    }

    private static func isSpaced(_ atom: MathAtom) -> Bool {
        atom.kind == .binary || atom.kind == .relation || atom.kind == .punctuation
    }

    private static func em(_ value: Double) -> String {
        let thousandths = Int((value * 1000).rounded())
        let sign = thousandths < 0 ? "-" : ""
        let digits = String(1000 + abs(thousandths) % 1000).dropFirst()
        return "\(sign)\(abs(thousandths) / 1000).\(digits)em"
    }

    /// Spaces at the ends of `mtext` would be dropped.
    private static func unbreakable(_ words: String) -> String {
        String(words.map { $0 == " " ? "\u{a0}" : $0 })
    }

    // MARK: Rows and atoms

    private mutating func row(_ nodes: [MathNode]) {
        var previous: MathAtom.Class?
        for (index, node) in nodes.enumerated() {
            if case .space = node {
                write(node)
                continue
            }
            let next = nodes[(index + 1)...].first { if case .space = $0 { false } else { true } }
            let kind = Self.kind(node)
            if Self.isFunction(kind), Self.isOperand(previous), !Self.isFunction(previous) {
                write(.space(1 / 6))
            }
            if kind == .binary, !Self.isBinary(after: previous, before: next.map(Self.kind)) {
                writeSign(node)
            } else if case .row(let inner) = node {
                // A sign in braces is a symbol: the comma of `10{,}000`.
                if inner.count == 1 { part(node) } else { single(node) }
            } else {
                write(node)
            }
            // The space after a function, but not before parentheses, scripts' ends or signs.
            if Self.isFunction(kind), index + 1 < nodes.count,
                case let following = nodes[index + 1],
                Self.isOperand(Self.kind(following)), !Self.isFence(following)
            {
                write(.space(1 / 6))
            }
            previous = kind
        }
    }

    /// The class of what a node looks like from outside.
    private static func kind(_ node: MathNode) -> MathAtom.Class {
        switch node {
        case .atom(let atom): atom.kind
        case .scripts(let base, _, _, _): kind(base)
        case .space: .punctuation
        case .row, .text, .fraction, .root, .accent, .fenced, .table, .styled, .phantom, .source:
            .upright
        }
    }

    private static func isFence(_ node: MathNode) -> Bool {
        if case .fenced = node { true } else { false }
    }

    private static func isFunction(_ kind: MathAtom.Class?) -> Bool {
        kind == .function || kind == .large
    }

    private static func isOperand(_ kind: MathAtom.Class?) -> Bool {
        switch kind {
        case .letter, .upright, .number, .function, .large, .integral: true
        case .closing, .opening, .binary, .relation, .punctuation, .tight, nil: false
        }
    }

    /// Whether a sign such as `−` has an operand on both sides (The TeXbook, page 170).
    private static func isBinary(after: MathAtom.Class?, before: MathAtom.Class?) -> Bool {
        switch after {
        case nil, .binary, .relation, .opening, .punctuation, .function, .large, .integral:
            return false
        case .letter, .upright, .number, .closing, .tight: break
        }
        switch before {
        case nil, .relation, .closing, .punctuation: return false
        case .letter, .upright, .number, .function, .large, .integral, .binary, .opening, .tight:
            return true
        }
    }

    private mutating func writeSign(_ node: MathNode) {
        guard case .atom(let atom) = node else { return write(node) }
        writeSymbol(atom)
    }

    private mutating func writeSymbol(_ atom: MathAtom) {
        element("mo", atom.text, " form=\"prefix\" lspace=\"0\" rspace=\"0\"")
    }

    private mutating func atom(_ atom: MathAtom, keepsLimits: Bool = false) {
        switch atom.kind {
        case .letter: element("mi", atom.text)
        case .upright:
            element("mi", atom.text, atom.text.count == 1 ? " mathvariant=\"normal\"" : "")
        case .number: element("mn", atom.text)
        case .function: element("mi", atom.text)
        case .large:
            let isWord = atom.text.unicodeScalars.count > 1
            let spaces = isWord ? " lspace=\"0\" rspace=\"0\"" : ""
            element("mo", atom.text, " movablelimits=\"\(!keepsLimits)\"" + spaces)
        case .integral, .binary, .relation: element("mo", atom.text, Self.size(atom, nil))
        case .opening: element("mo", atom.text, " form=\"prefix\"" + Self.size(atom, false))
        case .closing: element("mo", atom.text, " form=\"postfix\"" + Self.size(atom, false))
        case .punctuation: element("mo", atom.text, " separator=\"true\"")
        case .tight:
            element("mo", atom.text, " lspace=\"0\" rspace=\"0\"" + Self.size(atom, false))
        }
    }

    private static func size(_ atom: MathAtom, _ isStretchy: Bool?) -> String {
        if let size = atom.size {
            return " stretchy=\"true\" minsize=\"\(em(size))\" maxsize=\"\(em(size))\""
        }
        if atom.isStretchy { return " stretchy=\"true\"" }
        return isStretchy == false ? " stretchy=\"false\"" : ""
    }

    private mutating func fence(_ delimiter: String?, _ form: String) {
        guard let delimiter, !delimiter.isEmpty else { return }
        element("mo", delimiter, " form=\"\(form)\" stretchy=\"true\"")
    }

    // MARK: Structures

    private mutating func fraction(_ top: MathNode, _ bottom: MathNode, _ style: MathFraction) {
        let line = style.hasLine ? "" : " linethickness=\"0\""
        let body = { (writer: inout MathMLWriter) in
            writer.wrap("mfrac", line) {
                $0.part(top)
                $0.part(bottom)
            }
        }
        guard let isDisplay = style.isDisplay else { return body(&self) }
        wrap("mstyle", " displaystyle=\"\(isDisplay)\"", body)
    }

    private mutating func accent(
        _ base: MathNode, _ mark: String, _ isStretchy: Bool, _ isBelow: Bool
    ) {
        // Few fonts have a bar that stretches; a border always does.
        if mark == "‾" || mark == "_" {
            let side = isBelow ? "bottom" : "top"
            let style = "border-\(side):.06em solid;padding-\(side):.12em"
            return wrap("mrow", " style=\"\(style)\"") { $0.write(base) }
        }
        let attribute = isBelow ? " accentunder=\"true\"" : " accent=\"true\""
        let size = mark == "→" && !isStretchy ? " style=\"font-size:.65em\"" : ""
        wrap(isBelow ? "munder" : "mover", attribute) {
            $0.single(base)
            $0.element("mo", mark, " stretchy=\"\(isStretchy)\"" + size)
        }
    }

    private mutating func scripts(
        _ base: MathNode, _ below: MathNode?, _ above: MathNode?, _ limits: MathLimits
    ) {
        let isOver = limits == .belowAndAbove || (limits == .automatic && Self.takesLimits(base))
        let name =
            switch (below != nil, above != nil) {
            case (true, true): isOver ? "munderover" : "msubsup"
            case (true, false): isOver ? "munder" : "msub"
            case (false, _): isOver ? "mover" : "msup"
            }
        let needsGap =
            isOver && !Self.isLargeSign(base) && (limits == .belowAndAbove || isDisplay)
        wrap(name) {
            if limits == .belowAndAbove, case .atom(let atom) = base {
                $0.atom(atom, keepsLimits: true)
            } else {
                $0.single(base)
            }
            if let below { $0.script(below, strut: needsGap ? "height=\"1em\"" : nil) }
            if let above { $0.script(above, strut: needsGap ? "depth=\"0.3em\"" : nil) }
        }
    }

    /// Writes a script. Browsers keep scripts away from large signs, but not from words and
    /// relations, so an invisible strut holds them apart.
    private mutating func script(_ node: MathNode, strut: String?) {
        guard let strut else { return part(node) }
        wrap("mrow") {
            $0.text += "<mspace \(strut)/>"
            $0.part(node)
        }
    }

    private static func isLargeSign(_ node: MathNode) -> Bool {
        switch node {
        case .atom(let atom):
            atom.kind == .integral || (atom.kind == .large && atom.text.unicodeScalars.count == 1)
        case .accent: true
        case .row(let nodes): nodes.count == 1 && isLargeSign(nodes[0])
        case .text, .space, .fraction, .root, .scripts, .fenced, .table, .styled, .phantom, .source:
            false
        }
    }

    /// Large operators, and braces over or under something, whose scripts label the brace.
    private static func takesLimits(_ node: MathNode) -> Bool {
        switch node {
        case .atom(let atom): atom.kind == .large
        case .accent(_, let mark, _, _): mark == "⏞" || mark == "⏟"
        case .row(let nodes): nodes.count == 1 && takesLimits(nodes[0])
        case .text, .space, .fraction, .root, .scripts, .fenced, .table, .styled, .phantom, .source:
            false
        }
    }

    private mutating func table(_ table: MathTable) {
        guard table.open != nil || table.close != nil else { return grid(table) }
        wrap("mrow") {
            $0.fence(table.open, "prefix")
            $0.grid(table)
            $0.fence(table.close, "postfix")
        }
    }

    private mutating func grid(_ table: MathTable) {
        wrap("mtable", table.isAligned ? " displaystyle=\"true\"" : "") { writer in
            for row in table.rows {
                writer.wrap("mtr") { writer in
                    for (column, cell) in row.enumerated() {
                        writer.wrap("mtd", Self.cellStyle(table, column)) {
                            $0.inStyle(table.isAligned) { $0.write(cell) }
                        }
                    }
                }
            }
        }
    }

    private static func cellStyle(_ table: MathTable, _ column: Int) -> String {
        var style: [String] = []
        let alignment = table.alignments[column % table.alignments.count]
        if alignment != .center { style.append("text-align:\(alignment.rawValue)") }
        if table.isAligned, table.alignments.count > 1 {
            let gap = column > 0 && column.isMultiple(of: 2) ? "2em" : "0"
            style.append("padding-left:\(gap);padding-right:0")
        }
        return style.isEmpty ? "" : " style=\"\(style.joined(separator: ";"))\""
    }
}
