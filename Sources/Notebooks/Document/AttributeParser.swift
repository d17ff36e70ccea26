import Diagnostics

/// Reads what follows the word `dl` on an opening fence: `{#train timeout=5m}`.
struct AttributeParser {
    private let source: SourceText
    private let end: Int
    private var offset: Int

    private(set) var name: String?
    private(set) var nameSpan: Span?
    private(set) var attributes = CellAttributes()
    private(set) var diagnostics: [Diagnostic] = []

    /// - Parameter range: the offsets of the words after `dl`, without the line's end.
    init(_ source: SourceText, _ range: Range<Int>) {
        self.source = source
        self.offset = range.lowerBound
        self.end = range.upperBound
    }

    mutating func parse() {
        skipSpaces()
        guard offset < end else { return }
        let rest = Span(source, offset, end)
        guard source.utf8[offset] == UInt8(ascii: "{") else {
            let words = source.text(of: rest)
            let first = words.prefix { $0 != "=" && $0 != " " }
            let isKnown = words.hasPrefix("#") || CellAttribute.all.contains { $0.name == first }
            let isName = words.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
            diagnostics.append(
                .attributeSyntax(
                    "`\(words)` after `dl` is not understood", at: rest,
                    help: isKnown
                        ? "write `dl {\(words)}`"
                        : isName
                            ? "`dl {#\(words)}` names the cell" : "attributes stand in braces: `dl {#name}`, `dl {skip}`"))
            return
        }
        offset += 1
        skipSpaces()
        while offset < end, source.utf8[offset] != UInt8(ascii: "}") {
            word()
            skipSpaces()
        }
        guard offset < end else {
            diagnostics.append(
                .attributeSyntax(
                    "the brace is not closed", at: rest, help: "add `}` at the end of the line"))
            return
        }
        offset += 1
        skipSpaces()
        guard offset < end else { return }
        diagnostics.append(
            .attributeSyntax(
                "nothing may follow the closing brace", at: Span(source, offset, end),
                help: "move it into the braces, or remove it"))
    }

    private mutating func skipSpaces() {
        while offset < end, isBlank(source.utf8[offset]) { offset += 1 }
    }

    private mutating func word() {
        let start = offset
        while offset < end, !isBlank(source.utf8[offset]), source.utf8[offset] != UInt8(ascii: "}")
        {
            offset += 1
        }
        let span = Span(source, start, offset)
        let word = source.text(of: span)
        if word.hasSuffix(","), word.count > 1 {
            diagnostics.append(
                .attributeSyntax(
                    "attributes are not separated by commas", at: span,
                    help: "write `\(word.dropLast())`"))
        } else if word.hasPrefix("#") {
            setName(String(word.dropFirst()), span)
        } else {
            setAttribute(word, span)
        }
    }

    private mutating func setName(_ text: String, _ span: Span) {
        if name != nil {
            let help = "remove `#\(text)`"
            diagnostics.append(
                .attributeSyntax("a cell has one name", at: span, help: help))
        } else if let reason = Self.objection(to: text) {
            diagnostics.append(.cellName(text, reason, at: span))
        } else {
            name = text
            nameSpan = span
        }
    }

    private mutating func setAttribute(_ word: String, _ span: Span) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let key = parts.first.map(String.init) ?? word
        guard let attribute = CellAttribute.all.first(where: { $0.name == key }) else {
            let known = CellAttribute.all.map(\.name)
            diagnostics.append(
                .unknownAttribute(word, suggestion: nearest(key, in: known), at: span))
            return
        }
        guard attribute.apply(&attributes, parts.count > 1 ? String(parts[1]) : nil) else {
            diagnostics.append(.attributeValue(word, attribute, at: span))
            return
        }
    }

    /// Why a text cannot name a cell, or `nil` if it can. Names become file names and anchors.
    static func objection(to name: String) -> String? {
        guard let first = name.unicodeScalars.first else { return "it is empty" }
        guard first.properties.isAlphabetic || first == "_" else {
            return "it does not start with a letter"
        }
        let allowed: (Unicode.Scalar) -> Bool = {
            $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_" || $0 == "-"
        }
        if let bad = name.unicodeScalars.first(where: { !allowed($0) }) {
            return "`\(bad)` is not allowed"
        }
        // File names are limited to 255 bytes, of which some are needed for `-2.png`.
        if name.utf8.count > 120 { return "it is longer than 120 bytes" }
        if name.hasPrefix("cell-"), name.dropFirst(5).utf8.allSatisfy(isDigit) {
            return "that is what cells without a name are called"
        }
        return nil
    }
}

func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
