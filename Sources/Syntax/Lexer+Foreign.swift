import Diagnostics

/// What other languages and input methods write: remarks, prompts and characters of full width.
extension Lexer {
    // MARK: Remarks and prompts

    /// `/* … */`, and `// …` where words follow that cannot be a divisor.
    mutating func foreignComment() -> Bool {
        guard frames.isEmpty, bytes[position] == slash else { return false }
        let start = position
        switch peek(1) {
        case UInt8(ascii: "*"):
            let closing = endOfBlockComment()
            position = closing ?? endOfLine(from: position)
        case slash where isProse(from: position + 2):
            position = endOfLine(from: position)
        default: return false
        }
        let sign = span(start, start + 2)
        emit(.comment, from: start)
        diagnostics.append(SyntaxDiagnostics.comment(span(start, position), sign: sign))
        return true
    }

    /// Once none was found there is none further on.
    private mutating func endOfBlockComment() -> Int? {
        var index = position + 2
        while !hasNoBlockEnd, index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "*"), bytes[index + 1] == slash { return index + 2 }
            index += 1
        }
        hasNoBlockEnd = true
        return nil
    }

    private func endOfLine(from offset: Int) -> Int {
        bytes[offset...].firstIndex(of: newline) ?? bytes.count
    }

    /// Two words that follow one another, or an apostrophe in a word, before anything that belongs
    /// to code.
    private func isProse(from offset: Int) -> Bool {
        let code = "\"#(){}[];=,".utf8
        let line = bytes[offset...].prefix(160).prefix { $0 != newline && !code.contains($0) }
        var wasWord = false
        for word in line.split(separator: UInt8(ascii: " ")) {
            let letters = word.prefix { isASCIINamePart($0) || $0 >= 0x80 }
            let rest = word.dropFirst(letters.count)
            if !letters.isEmpty, rest.first == UInt8(ascii: "'"),
                rest.dropFirst().first.map(isASCIINameStart) == true
            {
                return true
            }
            let text = String(decoding: letters, as: UTF8.self)
            let isWord = rest.isEmpty && !letters.isEmpty && !Self.joining.contains(text)
            if wasWord, isWord { return true }
            wasWord = isWord
        }
        return false
    }

    /// Words that may stand between two operands in dl or Python.
    private static let joining: Set<String> = [
        "and", "or", "not", "in", "is", "by", "if", "else", "elif", "for", "then", "as", "try",
    ]

    /// `>>> ` of a Python session, at the start of a line.
    mutating func foreignPrompt() -> Bool {
        let sign = ">>>".utf8
        guard startsLine, frames.isEmpty, bytes[position...].starts(with: sign) else {
            return false
        }
        let start = position
        position += sign.count
        emit(.unknown, from: start)
        if !hasReportedPrompt {
            diagnostics.append(SyntaxDiagnostics.prompt(span(start, position)))
        }
        hasReportedPrompt = true
        return true
    }

    // MARK: Characters that look like others

    /// The symbol that stands here in characters which look like its own; they are skipped.
    mutating func lookalike() -> Symbol? {
        let (first, length) = scalar(at: position)
        guard let symbol = Lookalikes.symbols[first] else { return nil }
        // A full stop that ends a sentence is none of a member.
        if symbol == .dot, !beginsMember(at: position + length) { return nil }
        if first == "→" {
            defer { position += length }
            return pointsToShape(after: position + length) ? .arrow : .fatArrow
        }
        var best = (symbol: symbol, end: position + length)
        var end = position
        var ascii: [UInt8] = []
        while end < bytes.count, ascii.count < 3 {
            let (next, length) = scalar(at: end)
            let written = Lookalikes.symbols[next].map { Array($0.rawValue.utf8) }
            guard let narrow = written ?? (bytes[end] < 0x80 ? [bytes[end]] : nil) else { break }
            ascii += narrow
            end += length
            if ascii.count <= 3, let longer = SymbolTable.symbols[SymbolTable.key(ascii[...])] {
                best = (longer, end)
            }
        }
        position = best.end
        return best.symbol
    }

    private func beginsMember(at offset: Int) -> Bool {
        guard offset < bytes.count else { return false }
        let next = scalar(at: offset).scalar
        return next.properties.isXIDContinue || Lookalikes.symbols[next] == .dot || next == "."
    }

    /// After `)` or `]` and before a `[`: the arrow of a signature.
    private func pointsToShape(after offset: Int) -> Bool {
        let next = bytes[offset...].first { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "(") }
        let last = tokens.last?.kind
        let follows = last == .symbol(.rightParenthesis) || last == .symbol(.rightBracket)
        return follows && next == UInt8(ascii: "[")
    }

    /// `１２`
    mutating func fullWidthNumber() -> Bool {
        let start = position
        var digits = ""
        while position < bytes.count {
            let (scalar, length) = scalar(at: position)
            guard let byte = Lookalikes.narrow(scalar), (0x30...0x39).contains(byte) else { break }
            digits.unicodeScalars.append(Unicode.Scalar(byte))
            position += length
        }
        guard position > start else { return false }
        emit(.integer, from: start)
        let place = span(start, position)
        diagnostics.append(
            SyntaxDiagnostics.lookalike(source.text(of: place), digits, place))
        return true
    }

    /// `＃ a remark`
    mutating func fullWidthComment() -> Bool {
        let (scalar, length) = scalar(at: position)
        guard scalar == "＃", frames.isEmpty else { return false }
        let start = position
        position = endOfLine(from: position)
        emit(.comment, from: start)
        diagnostics.append(SyntaxDiagnostics.lookalike("＃", "#", span(start, start + length)))
        return true
    }
}

private let slash = UInt8(ascii: "/")
private let newline = UInt8(ascii: "\n")

/// Characters that keyboards and word processors put where the language has an ASCII one.
enum Lookalikes {
    static let symbols: [Unicode.Scalar: Symbol] = [
        "（": .leftParenthesis, "）": .rightParenthesis, "【": .leftBracket, "】": .rightBracket,
        "［": .leftBracket, "］": .rightBracket, "｛": .leftBrace, "｝": .rightBrace, "，": .comma,
        "、": .comma, "；": .semicolon, "：": .colon, "。": .dot, "．": .dot,
        "＝": .assign, "＋": .plus, "－": .minus, "−": .minus, "–": .minus, "—": .minus, "＊": .times,
        "×": .times, "·": .times, "⋅": .times, "／": .divide, "÷": .divide, "％": .percent,
        "＠": .at, "＾": .caret, "｜": .bar, "＜": .less, "＞": .greater, "≤": .lessOrEqual,
        "≥": .greaterOrEqual, "≠": .notEqual, "→": .arrow, "⇒": .fatArrow, "！": .exclamation,
        "～": .tilde,
    ]
    static let openingQuotes: Set<Unicode.Scalar> = ["“", "‘", "”", "’", "「", "«", "＂", "＇"]
    static let closingQuotes: Set<Unicode.Scalar> = [
        "”", "’", "“", "‘", "」", "»", "\"", "'", "＂", "＇",
    ]

    /// The ASCII character that a character of full width stands for: `Ａ`, `１`, `＃`.
    static func narrow(_ scalar: Unicode.Scalar) -> UInt8? {
        (0xFF01...0xFF5E).contains(scalar.value) ? UInt8(scalar.value - 0xFEE0) : nil
    }
}
