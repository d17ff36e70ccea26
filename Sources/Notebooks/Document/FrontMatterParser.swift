import Diagnostics
import Syntax

/// Reads front matter: a strict, flat subset of YAML.
///
///     settings = {line}
///     line     = blank | "#" comment | key ":" [value]
///     value    = scalar | "{" [key ":" scalar {"," key ":" scalar} [","]] "}"
///     scalar   = int | float | bool | '"' … '"' | "'" … "'" | words
///
/// A map may run over several lines. Keys of other tools are kept as text, whatever follows them,
/// with the indented lines below them.
struct FrontMatterParser {
    private let source: SourceText
    private let end: Int
    private var offset: Int
    private var keys: [String: Span] = [:]

    private(set) var result = FrontMatter()
    private(set) var diagnostics: [Diagnostic] = []

    /// - Parameter range: the offsets between the `---` lines.
    init(_ source: SourceText, _ range: Range<Int>) {
        self.source = source
        self.offset = range.lowerBound
        self.end = range.upperBound
    }

    mutating func parse() {
        while offset < end {
            let lineStart = offset
            do {
                try setting()
            } catch {
                diagnostics.append(error)
            }
            // An error leaves the offset anywhere; no line is read twice and none is skipped
            // but those of a map that was understood.
            if offset == lineStart || source.utf8[offset - 1] != newline { skipLine() }
        }
    }

    // MARK: Lines

    private mutating func setting() throws(Diagnostic) {
        skipBlanks()
        guard let first = peek, first != newline, first != UInt8(ascii: "#") else { return }
        let start = offset
        if start > lineStart || first == UInt8(ascii: "-") {
            throw .frontMatterSyntax(
                "a setting stands at the beginning of its line", at: restOfLine, help: nil)
        }
        while let byte = peek, byte != UInt8(ascii: ":"), byte != newline { offset += 1 }
        let span = Span(source, start, offset)
        let key = trimmed(source.text(of: span))
        guard peek == UInt8(ascii: ":") else {
            throw .frontMatterSyntax(
                "this line sets nothing", at: span, help: "write `\(key): value`")
        }
        offset += 1
        guard peek.map({ isBlank($0) || $0 == newline || $0 == 0x0d }) ?? true else {
            throw .frontMatterSyntax(
                "a space must follow the colon", at: span,
                help: "write `\(key): \(trimmed(source.text(of: restOfLine)))`")
        }
        try value(of: key, span)
    }

    private mutating func value(of key: String, _ span: Span) throws(Diagnostic) {
        if let first = keys[key] { throw .repeatedKey(key, at: span, first: first) }
        keys[key] = span
        skipBlanks()
        switch key {
        case "dln": result.version = try integer(key)
        case "seed": result.seed = try integer(key)
        case "title":
            if case .string(let text) = try scalar(inMap: false, asText: true).value {
                result.title = text
            }
        case "params":
            do {
                try parameters()
            } catch {
                skipRestOfMap()
                throw error
            }
        default: other(key, span)
        }
        if key == "dln", result.version > FrontMatter.currentVersion || result.version < 1 {
            throw .newerVersion(result.version, at: span)
        }
    }

    private mutating func integer(_ key: String) throws(Diagnostic) -> Int {
        let (value, span) = try scalar(inMap: false)
        guard case .int(let number) = value else {
            throw .settingType(key, expected: "an integer", at: span)
        }
        return number
    }

    /// Keeps a foreign key with its text: the line and the indented or listed lines below.
    private mutating func other(_ key: String, _ span: Span) {
        let start = offset
        skipLine()
        while let first = peek, isBlank(first) || first == UInt8(ascii: "-") { skipLine() }
        let text = trimmed(source.text(of: Span(source, start, offset)))
        result.others.append(FrontMatter.Entry(key: key, text: text))
        let near = nearest(key, in: FrontMatter.knownKeys)
        if let near, keys[near] == nil {
            diagnostics.append(.similarKey(key, known: near, at: span))
        }
    }

    // MARK: Parameters

    private mutating func parameters() throws(Diagnostic) {
        guard peek == UInt8(ascii: "{") else {
            var error = Diagnostic.settingType(
                "params", expected: "a map in braces", at: restOfLine)
            let lines = indentedLinesBelow()
            let content = lines.isEmpty ? "lr: 0.001, epochs: 20" : lines.joined(separator: ", ")
            error.help = "write `params: {\(content)}`"
            throw error
        }
        let brace = Span(source, offset, offset + 1)
        offset += 1
        var isFirst = true
        while true {
            skipSpaceAndLines()
            if take("}") { break }
            guard offset < end else {
                throw .frontMatterSyntax(
                    "the brace is not closed", at: brace, help: "add `}` behind the last parameter")
            }
            if !isFirst {
                guard take(",") else { throw missingComma }
                skipSpaceAndLines()
                if take("}") { break }
            }
            isFirst = false
            try parameter()
        }
        skipBlanks()
        guard isAtEndOfValue else {
            throw .frontMatterSyntax(
                "nothing may follow the closing brace", at: restOfLine, help: nil)
        }
        skipLine()
    }

    /// Skips this line and those below that continue it, so that one mistake is one message.
    private mutating func skipRestOfMap() {
        if offset == 0 || source.utf8[offset - 1] != newline { skipLine() }
        while let first = peek, isBlank(first) || first == UInt8(ascii: "}") { skipLine() }
    }

    private var missingComma: Diagnostic {
        .frontMatterSyntax(
            "expected `,` or `}`", at: restOfLine,
            help: "write parameters as `params: {lr: 0.001, epochs: 20}`")
    }

    private mutating func parameter() throws(Diagnostic) {
        let start = offset
        while let byte = peek, !":,}\n ".utf8.contains(byte) { offset += 1 }
        let span = Span(source, start, offset)
        let name = source.text(of: span)
        skipBlanks()
        guard offset > start, take(":") else {
            offset = start
            throw .frontMatterSyntax(
                "expected the name of a parameter and a colon", at: restOfLine,
                help: "write parameters as `params: {lr: 0.001, epochs: 20}`")
        }
        skipBlanks()
        let (value, valueSpan) = try scalar(inMap: true)
        if case .string("") = value, valueSpan.start == valueSpan.end {
            throw .frontMatterSyntax(
                "parameter `\(name)` has no default", at: span, help: "write `\(name): 0.001`")
        }
        if let reason = Self.objection(to: name) {
            diagnostics.append(.parameterName(name, reason, at: span))
        } else if let earlier = result.parameters.first(where: { $0.name == name }) {
            diagnostics.append(.repeatedKey(name, at: span, first: earlier.span))
        } else {
            result.parameters.append(
                NotebookParameter(name: name, value: value, span: span.union(valueSpan)))
        }
    }

    /// Why a text cannot be the name of a parameter, or `nil` if it can.
    static func objection(to name: String) -> String? {
        if Keyword(rawValue: name) != nil { return "it is a word of the language" }
        guard let first = name.unicodeScalars.first else { return "it is empty" }
        guard first.properties.isAlphabetic || first == "_" else {
            return "it does not start with a letter"
        }
        let bad = name.unicodeScalars.first {
            !($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_")
        }
        return bad.map { "`\($0)` is not allowed" }
    }

    // MARK: Scalars

    /// Reads a scalar. Text that is no number or Bool, and all text if `asText`, is a string.
    private mutating func scalar(inMap: Bool, asText: Bool = false)
        throws(Diagnostic) -> (value: ParameterValue, span: Span)
    {
        let start = offset
        if let mark = peek, mark == UInt8(ascii: "\"") || mark == UInt8(ascii: "'") {
            let text = try quoted(mark)
            let span = Span(source, start, offset)
            skipBlanks()
            guard inMap || isAtEndOfValue else {
                throw .frontMatterSyntax(
                    "nothing may follow the closing mark", at: restOfLine, help: nil)
            }
            return (.string(text), span)
        }
        while let byte = peek, byte != newline, !(inMap && ",}".utf8.contains(byte)) {
            if byte == UInt8(ascii: "#"), offset == start || isBlank(source.utf8[offset - 1]) {
                break
            }
            offset += 1
        }
        var stop = offset
        while stop > start, isBlank(source.utf8[stop - 1]) || source.utf8[stop - 1] == 0x0d {
            stop -= 1
        }
        let span = Span(source, start, stop)
        let text = source.text(of: span)
        if !asText, let value = ParameterValue(literal: text) { return (value, span) }
        if !asText, !text.isEmpty, text.utf8.allSatisfy({ isDigit($0) || "+-_".utf8.contains($0) })
        {
            throw .frontMatterSyntax(
                "`\(text)` is not a number of 64 bits", at: span,
                help: "write text in quotation marks: `\"\(text)\"`")
        }
        if inMap, let help = Self.mistaken(text) {
            throw .frontMatterSyntax(
                "`\(text)` is no Int, Float or Bool", at: span,
                help: "\(help); a text that looks so stands in quotation marks")
        }
        return (.string(text), span)
    }

    /// What was perhaps meant by a word that would be a text.
    private static func mistaken(_ text: String) -> String? {
        switch text {
        case "True", "TRUE": return "write `true`"
        case "False", "FALSE": return "write `false`"
        case "null", "Null", "NULL", "None", "nil", "~": return "a parameter has a value; `0` or `false` may stand for none"
        default: break
        }
        if text.hasPrefix("[") { return "a parameter holds one value, no list: write the list in a cell" }
        let digits = text.drop { "+-".contains($0) }
        guard digits.first == ".", digits.dropFirst().utf8.first.map(isDigit) == true else { return nil }
        return "write `\(text.hasPrefix("-") ? "-" : "")0\(digits)`"
    }

    private mutating func quoted(_ mark: UInt8) throws(Diagnostic) -> String {
        let start = offset
        var bytes: [UInt8] = []
        offset += 1
        while let byte = peek, byte != newline {
            offset += 1
            if byte == mark {
                guard mark == UInt8(ascii: "'"), peek == mark else {
                    return String(decoding: bytes, as: UTF8.self)
                }
                offset += 1
                bytes.append(mark)
            } else if byte == UInt8(ascii: "\\"), mark == UInt8(ascii: "\"") {
                bytes += try escape()
            } else {
                bytes.append(byte)
            }
        }
        throw .frontMatterSyntax(
            "the text is not closed", at: Span(source, start, offset),
            help: "add `\(Unicode.Scalar(mark))` at its end")
    }

    private mutating func escape() throws(Diagnostic) -> [UInt8] {
        let known: [UInt8: UInt8] = [
            UInt8(ascii: "n"): newline, UInt8(ascii: "t"): 0x09, UInt8(ascii: "\\"): 0x5c,
            UInt8(ascii: "\""): 0x22,
        ]
        guard let byte = peek, let meaning = known[byte] else {
            throw .frontMatterSyntax(
                "this escape is not known", at: Span(source, offset - 1, min(offset + 1, end)),
                help: "known are `\\n`, `\\t`, `\\\"` and `\\\\`")
        }
        offset += 1
        return [meaning]
    }

    // MARK: Characters

    private var newline: UInt8 { 0x0a }

    private var peek: UInt8? { offset < end ? source.utf8[offset] : nil }

    private var lineStart: Int { source.lineStarts[source.line(at: offset)] }

    /// At the end of the line, or at a comment.
    private var isAtEndOfValue: Bool {
        guard let next = peek else { return true }
        return next == newline || next == 0x0d || next == UInt8(ascii: "#")
    }

    private var restOfLine: Span {
        var stop = offset
        while stop < end, source.utf8[stop] != newline, source.utf8[stop] != 0x0d { stop += 1 }
        return Span(source, offset, stop)
    }

    /// Skips this line and the indented lines below it, which it gives.
    private mutating func indentedLinesBelow() -> [String] {
        skipLine()
        var lines: [String] = []
        while let first = peek, isBlank(first) {
            lines.append(trimmed(source.text(of: restOfLine)))
            skipLine()
        }
        return lines.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, isBlank(byte) { offset += 1 }
    }

    /// Spaces, line ends and comments, inside a map.
    private mutating func skipSpaceAndLines() {
        while let byte = peek {
            if byte == UInt8(ascii: "#") {
                while let next = peek, next != newline { offset += 1 }
            } else if isBlank(byte) || byte == newline || byte == 0x0d {
                offset += 1
            } else {
                return
            }
        }
    }

    private mutating func skipLine() {
        while let byte = peek, byte != newline { offset += 1 }
        if offset < end { offset += 1 }
    }
}

/// A text without spaces and line ends around it.
func trimmed(_ text: String) -> String {
    var part = text[...]
    while let first = part.first, first.isWhitespace { part.removeFirst() }
    while let last = part.last, last.isWhitespace { part.removeLast() }
    return String(part)
}
