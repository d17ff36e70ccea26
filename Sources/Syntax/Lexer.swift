public import Diagnostics

/// Cuts a text into tokens. Total: any text gives tokens that cover everything but white space,
/// ends with `.end`, and nests strings and interpolations properly even where the text does not.
public struct Lexer {
    /// What the lexer is inside of: a string, or an interpolation in one.
    struct Frame {
        var isInterpolation: Bool
        var start: Int
        var isMultiline = false
        /// The brackets opened inside an interpolation are `brackets[firstBracket...]`; `braces` of
        /// them are `{`.
        var firstBracket = 0
        var braces = 0
    }

    let source: SourceText
    let bytes: [UInt8]
    var position = 0
    var frames: [Frame] = []
    /// The index of the outermost frame that is a string on one line.
    var firstOneLineFrame: Int?
    var brackets: [UInt8] = []
    var tokens: [Token] = []
    var diagnostics: [Diagnostic] = []
    /// No token stands before this place on its line.
    private(set) var startsLine = true
    var hasReportedPrompt = false
    var hasNoBlockEnd = false
    /// The line of the last string that was not closed.
    var lastUnclosedLine = -2

    private init(_ source: SourceText) {
        self.source = source
        bytes = source.utf8
    }

    /// The tokens of a text, comments and newlines included, and what is wrong with its characters,
    /// numbers and strings.
    /// - Complexity: O(length).
    public static func tokens(
        of source: SourceText
    ) -> (tokens: [Token], diagnostics: [Diagnostic]) {
        var lexer = Lexer(source)
        lexer.run()
        return (lexer.tokens, lexer.diagnostics)
    }

    private mutating func run() {
        while position < bytes.count {
            if let frame = frames.last, !frame.isInterpolation {
                stringPiece(isMultiline: frame.isMultiline)
            } else {
                codePiece()
            }
        }
        if !frames.isEmpty { endStrings(from: 0) }
        emit(.end, from: position)
    }

    // MARK: Code

    private mutating func codePiece() {
        let start = position
        switch bytes[position] {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0B, 0x0C:
            position += 1
        case UInt8(ascii: "\n"):
            endSingleLineStrings()
            position += 1
            emit(.newline, from: start)
            startsLine = true
        case UInt8(ascii: "#"):
            comment()
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            number()
        case UInt8(ascii: "\""):
            openString()
        case UInt8(ascii: "'"):
            foreignString(opening: 1)
        case let byte where byte < 0x80 && isASCIINameStart(byte):
            word()
        case let byte where byte < 0x80:
            symbol()
        default:
            foreignCharacter()
        }
    }

    private mutating func comment() {
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        let marks = bytes[start..<position].prefix { $0 == UInt8(ascii: "#") }.count
        emit(marks == 2 && startsLine ? .documentation : .comment, from: start)
    }

    private mutating func word() {
        let start = position
        skipNameCharacters()
        emit(keyword(bytes[start..<position]).map(TokenKind.keyword) ?? .name, from: start)
    }

    private func keyword(_ word: ArraySlice<UInt8>) -> Keyword? {
        guard (2...8).contains(word.count) else { return nil }
        return SymbolTable.keywords[String(decoding: word, as: UTF8.self)]
    }

    mutating func skipNameCharacters() {
        while position < bytes.count {
            if bytes[position] < 0x80 {
                guard isASCIINamePart(bytes[position]) else { return }
                position += 1
            } else {
                let (scalar, length) = scalar(at: position)
                guard scalar.properties.isXIDContinue else { return }
                position += length
            }
        }
    }

    private mutating func symbol() {
        let start = position
        if closesInterpolation() || beginsFormat() || leavesInterpolation() { return }
        if foreignComment() || foreignPrompt() { return }
        var length = min(3, bytes.count - position)
        while length > 0 {
            if let symbol = SymbolTable.symbols[SymbolTable.key(bytes[start..<start + length])] {
                position += length
                note(bracket: bytes[start])
                emit(.symbol(symbol), from: start)
                return
            }
            length -= 1
        }
        unknownCharacters()
    }

    /// A character outside ASCII: a name, white space, the look-alike of a symbol, or nothing.
    private mutating func foreignCharacter() {
        let start = position
        let (scalar, length) = scalar(at: position)
        if fullWidthNumber() || fullWidthComment() { return }
        if scalar.properties.isXIDStart {
            word()
        } else if scalar.properties.isWhitespace || scalar == "\u{FEFF}" {
            position += length
        } else if let symbol = lookalike() {
            note(bracket: symbol.rawValue.utf8.first ?? 0)
            emit(.symbol(symbol), from: start)
            let place = span(start, position)
            diagnostics.append(
                SyntaxDiagnostics.lookalike(source.text(of: place), symbol.rawValue, place))
        } else if Lookalikes.openingQuotes.contains(scalar) {
            foreignString(opening: length)
        } else {
            unknownCharacters()
        }
    }

    /// One token and one message for a run of characters that mean nothing.
    mutating func unknownCharacters() {
        let start = position
        repeat {
            position += scalar(at: position).length
        } while position < bytes.count && isUnknown(at: position)
        emit(.unknown, from: start)
        diagnostics.append(SyntaxDiagnostics.unknownCharacters(span(start, position)))
    }

    private func isUnknown(at offset: Int) -> Bool {
        if bytes[offset] < 0x80 {
            return "$?`\\".utf8.contains(bytes[offset])
                || bytes[offset] < 0x20 && !"\n\t\r\u{B}\u{C}".utf8.contains(bytes[offset])
                || bytes[offset] == 0x7F
        }
        let scalar = scalar(at: offset).scalar
        return !scalar.properties.isXIDStart && !scalar.properties.isWhitespace
            && Lookalikes.symbols[scalar] == nil && Lookalikes.narrow(scalar) == nil
            && !Lookalikes.openingQuotes.contains(scalar)
    }

    // MARK: Characters and tokens

    /// The scalar at an offset and its length in bytes. The bytes come from a `String`, so they are
    /// valid.
    func scalar(at offset: Int) -> (scalar: Unicode.Scalar, length: Int) {
        let lead = bytes[offset]
        let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        var value = length == 1 ? UInt32(lead) : UInt32(lead) & (0x7F >> UInt32(length))
        for next in bytes[offset...].dropFirst().prefix(length - 1) {
            value = value << 6 | UInt32(next & 0x3F)
        }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", min(length, bytes.count - offset))
    }

    func isASCIINameStart(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    func isASCIINamePart(_ byte: UInt8) -> Bool {
        isASCIINameStart(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    func span(_ start: Int, _ end: Int) -> Span { Span(source, start, end) }

    mutating func emit(_ kind: TokenKind, from start: Int) {
        tokens.append(Token(kind, start, position, startsLine: startsLine))
        startsLine = false
    }
}

/// Symbols and reserved words by their characters.
enum SymbolTable {
    static let symbols = Dictionary(
        Symbol.allCases.map { (key(Array($0.rawValue.utf8)[...]), $0) },
        uniquingKeysWith: { first, _ in first })

    static let keywords = Dictionary(
        Keyword.allCases.map { ($0.rawValue, $0) }, uniquingKeysWith: { first, _ in first })

    /// Up to three bytes as one number.
    static func key(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
