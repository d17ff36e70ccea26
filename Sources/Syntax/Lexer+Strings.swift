import Diagnostics

private let quote = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")
private let newline = UInt8(ascii: "\n")
private let leftBrace = UInt8(ascii: "{")

/// Strings and what is interpolated in them. A `"` string, with everything in its braces, lies on
/// one line: at its end all of it is closed, so that a forgotten quote spoils no other line.
extension Lexer {
    mutating func openString() {
        let start = position
        let isMultiline = peek(1) == quote && peek(2) == quote
        position += isMultiline ? 3 : 1
        emit(.stringStart(isMultiline: isMultiline), from: start)
        if !isMultiline, firstOneLineFrame == nil { firstOneLineFrame = frames.count }
        frames.append(Frame(isInterpolation: false, start: start, isMultiline: isMultiline))
    }

    /// The text up to the next interpolation, the closing quotes or the end of the line, and what
    /// ends it.
    mutating func stringPiece(isMultiline: Bool) {
        let start = position
        scan: while position < bytes.count {
            switch bytes[position] {
            case backslash: skipEscape()
            case leftBrace: break scan
            case newline where !isMultiline: break scan
            case quote where !isMultiline || peek(1) == quote && peek(2) == quote: break scan
            default: position += 1
            }
        }
        if position > start { emit(.stringText, from: start) }
        guard position < bytes.count else { return }
        let delimiter = position
        switch bytes[position] {
        case leftBrace:
            position += 1
            emit(.interpolationStart, from: delimiter)
            frames.append(
                Frame(isInterpolation: true, start: delimiter, firstBracket: brackets.count))
        case quote:
            position += isMultiline ? 3 : 1
            emit(.stringEnd, from: delimiter)
            popFrames(to: frames.count - 1)
        default:
            endSingleLineStrings()
        }
    }

    /// A backslash and what it escapes, but never a newline. The brace of `\u{4e2d}` opens no
    /// interpolation.
    private mutating func skipEscape() {
        position += 1
        guard position < bytes.count, bytes[position] != newline else { return }
        if bytes[position] == UInt8(ascii: "u"), peek(1) == leftBrace { position += 1 }
        position += bytes[position] < 0x80 ? 1 : scalar(at: position).length
    }

    // MARK: Interpolations

    /// `{\"a\": 1}` in a string: the brace was meant literally, and the string goes on.
    mutating func leavesInterpolation() -> Bool {
        guard bytes[position] == backslash, peek(1) == quote, let frame = frames.last,
            frame.isInterpolation
        else { return false }
        emit(.interpolationEnd, from: position)
        popFrames(to: frames.count - 1)
        diagnostics.append(
            position == frame.start + 1
                ? SyntaxDiagnostics.literalBrace(span(frame.start, position))
                : SyntaxDiagnostics.escapedQuote(span(position, position + 2)))
        return true
    }

    /// Ends the interpolation at a `}` that closes no brace inside it.
    mutating func closesInterpolation() -> Bool {
        guard bytes[position] == UInt8(ascii: "}"), let frame = frames.last,
            frame.isInterpolation, frame.braces == 0
        else { return false }
        let start = position
        position += 1
        emit(.interpolationEnd, from: start)
        popFrames(to: frames.count - 1)
        return true
    }

    /// The first `:` outside brackets begins the format, which goes to the closing brace.
    mutating func beginsFormat() -> Bool {
        guard bytes[position] == UInt8(ascii: ":"), let frame = frames.last,
            frame.isInterpolation, brackets.count == frame.firstBracket
        else { return false }
        let start = position
        while let byte = peek(0), byte != UInt8(ascii: "}"), byte != quote, byte != newline {
            position += 1
        }
        emit(.format, from: start)
        return true
    }

    /// Keeps count of the brackets inside an interpolation.
    mutating func note(bracket byte: UInt8) {
        guard let frame = frames.last, frame.isInterpolation else { return }
        let last = brackets.count > frame.firstBracket ? brackets.last : nil
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: "["), leftBrace:
            brackets.append(byte)
            frames[frames.count - 1].braces += byte == leftBrace ? 1 : 0
        case UInt8(ascii: ")") where last == UInt8(ascii: "("),
            UInt8(ascii: "]") where last == UInt8(ascii: "["):
            brackets.removeLast()
        case UInt8(ascii: "}") where frame.braces > 0:
            while let popped = brackets.popLast(), popped != leftBrace {}
            frames[frames.count - 1].braces -= 1
        default: return
        }
    }

    private mutating func popFrames(to count: Int) {
        if let frame = frames[count...].first(where: \.isInterpolation) {
            brackets.removeSubrange(frame.firstBracket...)
        }
        frames.removeSubrange(count...)
        if let first = firstOneLineFrame, first >= count { firstOneLineFrame = nil }
    }

    // MARK: Unclosed strings

    /// At a newline: closes the outermost string that lies on one line, and all in it.
    mutating func endSingleLineStrings() {
        if let firstOneLineFrame { endStrings(from: firstOneLineFrame) }
    }

    /// Closes the frames from an index on with empty tokens, and reports the one to blame: an
    /// interpolation if there is one, since a brace that was meant literally is the likeliest
    /// reason.
    mutating func endStrings(from first: Int) {
        for frame in frames[first...].reversed() {
            emit(frame.isInterpolation ? .interpolationEnd : .stringEnd, from: position)
        }
        if let frame = frames[first...].first(where: \.isInterpolation) {
            diagnostics.append(
                SyntaxDiagnostics.unclosedInterpolation(span(frame.start, frame.start + 1)))
        } else {
            let frame = frames[first]
            let length = frame.isMultiline ? 3 : 1
            // The quote that was meant to close the one of the line above.
            let line = source.line(at: frame.start)
            defer { lastUnclosedLine = line }
            if !frame.isMultiline, lastUnclosedLine == line - 1 { return popFrames(to: first) }
            diagnostics.append(
                SyntaxDiagnostics.unclosedString(
                    span(frame.start, frame.start + length), isMultiline: frame.isMultiline))
        }
        popFrames(to: first)
    }

    // MARK: Quotes of other languages

    /// `'text'`, or text in typographic quotes; a quote that is not closed on its line is just
    /// unknown.
    mutating func foreignString(opening length: Int) {
        let start = position
        let isTriple = length == 1 && peek(1) == UInt8(ascii: "'") && peek(2) == UInt8(ascii: "'")
        guard let content = isTriple ? tripleQuoted() : quoted(opening: length) else {
            position = start
            unknownCharacters()
            return
        }
        emit(.foreignString, from: start)
        // Of `f'text'` the parser says everything.
        if isPrefixed(start) { return }
        diagnostics.append(SyntaxDiagnostics.quotes(span(start, position), content: content))
    }

    /// The letters that may stand directly before a string of Python's.
    static let stringPrefixes: Set<String> = [
        "f", "F", "r", "R", "b", "B", "u", "U", "rf", "fr", "Rf", "fR", "br", "rb",
    ]

    private func isPrefixed(_ start: Int) -> Bool {
        guard tokens.count > 1, tokens[tokens.count - 2].kind == .name,
            tokens[tokens.count - 2].end == start
        else { return false }
        let name = tokens[tokens.count - 2]
        let isMember = tokens.count > 2 && tokens[tokens.count - 3].kind == .symbol(.dot)
        let text = String(decoding: bytes[name.start..<name.end].prefix(3), as: UTF8.self)
        return !isMember && Self.stringPrefixes.contains(text)
    }

    private mutating func quoted(opening length: Int) -> Span? {
        let isApostrophe = length == 1
        position += length
        let start = position
        var apostrophe: Int?
        while position < bytes.count, bytes[position] != newline {
            let (scalar, length) = scalar(at: position)
            let closes =
                isApostrophe ? scalar == "'" : Lookalikes.closingQuotes.contains(scalar)
            if closes, isApostrophe, apostrophe == nil, isBetweenLetters(position) {
                apostrophe = position
            } else if closes {
                defer { position += length }
                return span(start, position)
            }
            if scalar == "\\", position + 1 < bytes.count, bytes[position + 1] != newline {
                position += 1
                position += self.scalar(at: position).length
            } else {
                position += length
            }
        }
        guard let apostrophe else { return nil }
        position = apostrophe + 1
        return span(start, apostrophe)
    }

    /// The apostrophe of `don't`.
    private func isBetweenLetters(_ offset: Int) -> Bool {
        guard offset + 1 < bytes.count, isASCIINameStart(bytes[offset - 1]) else { return false }
        return isASCIINameStart(bytes[offset + 1])
    }

    private mutating func tripleQuoted() -> Span? {
        let apostrophe = UInt8(ascii: "'")
        position += 3
        let start = position
        while position < bytes.count {
            if bytes[position] == apostrophe, peek(1) == apostrophe, peek(2) == apostrophe {
                position += 3
                return span(start, position - 3)
            }
            position += 1
        }
        return nil
    }
}
