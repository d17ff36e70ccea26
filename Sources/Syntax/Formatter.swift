import Diagnostics

/// The text with its layout put in order: four spaces for each level, spaces around operators and
/// after commas, no more than two blank lines. Comments, line breaks and every token stay; a text
/// with syntax errors is given back as it is.
/// - Complexity: O(length).
public func format(_ text: String) -> String {
    let source = SourceText(name: "text", text: text)
    let isBroken = Parser.parse(source).diagnostics.contains { $0.severity == .error }
    if isBroken { return text }
    var formatter = Formatter(source)
    let formatted = formatter.run()
    // The layout must never change the meaning: if it would, it is left alone.
    return contents(of: formatted) == contents(of: text) ? formatted : text
}

/// What the layout may not change: the tokens that matter, and the comments.
private func contents(of text: String) -> [String] {
    let source = SourceText(name: "text", text: text)
    return Lexer.tokens(of: source).tokens.filter { $0.kind != .newline }.map { token in
        var text = source.text(of: Span(source, token.start, token.end))
        while let last = text.last, last.isWhitespace, token.isTrivia { text.removeLast() }
        return text
    }
}

/// A token, or a string with all that is in it.
struct FormattedPiece {
    var token: Token
    var text: String
    /// A `-` or `...` that belongs to what follows.
    var isPrefix = false
    /// The bracket begins an index or stands in one directly.
    var isIndex = false
    /// The `by` of a range.
    var isInfixWord = false
}

struct Formatter {
    /// An open bracket: the level of its line, and whether it begins an index.
    private struct Bracket {
        var level: Int
        var isIndex: Bool
        var isBlock: Bool
    }

    private let source: SourceText
    private var lines: [[FormattedPiece]] = [[]]
    /// Where the tokens start that begin a statement or follow a newline that matters.
    private var statementStarts: Set<Int> = []
    private var brackets: [Bracket] = []
    private var result = ""
    private var blankLines = 0

    init(_ source: SourceText) {
        self.source = source
        let tokens = Lexer.tokens(of: source).tokens
        let layout = Layout(tokens, of: source)
        for (index, token) in layout.tokens.enumerated() {
            if index == 0 || layout.tokens[index - 1].kind == .newline {
                statementStarts.insert(token.start)
            }
        }
        gatherLines(tokens)
    }

    /// Cuts the tokens into lines; a string is one piece, whatever is in it.
    private mutating func gatherLines(_ tokens: [Token]) {
        var depth = 0
        var start: Token?
        for token in tokens {
            if case .stringStart = token.kind {
                if depth == 0 { start = token }
                depth += 1
            } else if token.kind == .stringEnd {
                depth -= 1
                if depth == 0, let first = start {
                    var whole = token
                    whole.start = first.start
                    whole.startsLine = first.startsLine
                    append(whole)
                }
            } else if depth == 0, token.kind == .newline {
                lines.append([])
            } else if depth == 0, token.kind != .end {
                append(token)
            }
        }
    }

    private mutating func append(_ token: Token) {
        let text = source.text(of: Span(source, token.start, token.end))
        lines[lines.count - 1].append(FormattedPiece(token: token, text: text))
    }

    mutating func run() -> String {
        for line in lines { write(line) }
        return result
    }

    // MARK: Lines

    private mutating func write(_ line: [FormattedPiece]) {
        guard let first = line.first else {
            blankLines += 1
            return
        }
        if !result.isEmpty { result += String(repeating: "\n", count: min(blankLines, 2)) }
        blankLines = 0
        let level = self.level(of: line, first)
        result += String(repeating: "    ", count: level)
        var previous: FormattedPiece?
        for var piece in line {
            mark(&piece, after: previous)
            result += gap(previous, piece) + trimmed(piece)
            note(piece, level: level)
            previous = piece
        }
        result += "\n"
    }

    private func trimmed(_ piece: FormattedPiece) -> String {
        guard piece.token.isTrivia else { return piece.text }
        return String(piece.text.reversed().drop(while: \.isWhitespace).reversed())
    }

    /// One level more than the line of the innermost open bracket; closing brackets stand under the
    /// line of theirs, a line that goes on with the one before one level deeper.
    private func level(of line: [FormattedPiece], _ first: FormattedPiece) -> Int {
        let closers = line.prefix { $0.token.symbol?.isClosing == true }.count
        if closers > 0, brackets.count >= closers {
            return brackets[brackets.count - closers].level
        }
        let level = brackets.last.map { $0.level + 1 } ?? 0
        let isInBlock = brackets.last?.isBlock ?? true
        let goesOn =
            isInBlock && !first.token.isTrivia && !statementStarts.contains(first.token.start)
            && first.token.keyword != .else
        return goesOn ? level + 1 : level
    }

    private mutating func note(_ piece: FormattedPiece, level: Int) {
        switch piece.token.symbol {
        case .leftParenthesis, .leftBracket:
            brackets.append(Bracket(level: level, isIndex: piece.isIndex, isBlock: false))
        case .leftBrace:
            brackets.append(Bracket(level: level, isIndex: false, isBlock: true))
        case .rightParenthesis, .rightBracket, .rightBrace:
            _ = brackets.popLast()
        default: break
        }
    }

    // MARK: Spaces

    /// Finds out what only the piece before tells.
    private func mark(_ piece: inout FormattedPiece, after previous: FormattedPiece?) {
        let followsOperand =
            previous?.token.endsOperand == true && previous?.isInfixWord == false
        piece.isInfixWord = piece.text == "by" && followsOperand
        switch piece.token.symbol {
        case .minus: piece.isPrefix = !followsOperand
        case .ellipsis: piece.isPrefix = !followsOperand
        case .leftBracket: piece.isIndex = followsOperand
        case .colon: piece.isIndex = brackets.last?.isIndex == true
        default: break
        }
    }

    private func gap(_ previous: FormattedPiece?, _ piece: FormattedPiece) -> String {
        guard let previous else { return "" }
        if piece.token.isTrivia {
            // The column of comments is the author's.
            let distance = piece.token.start - previous.token.end
            return String(repeating: " ", count: max(2, distance))
        }
        return needsSpace(previous, piece) ? " " : ""
    }

    private func needsSpace(_ left: FormattedPiece, _ right: FormattedPiece) -> Bool {
        if left.isPrefix { return false }
        switch (left.token.symbol, right.token.symbol) {
        case (.leftParenthesis, _), (.leftBracket, _), (_, .rightParenthesis), (_, .rightBracket),
            (.leftBrace, .rightBrace), (_, .comma), (_, .semicolon):
            return false
        case (.comma, _), (.semicolon, _):
            return true
        case (_, .colon), (.dot, _), (_, .dot), (.caret, _), (_, .caret), (.halfOpenRange, _),
            (_, .halfOpenRange):
            return false
        case (.ellipsis, _): return false
        case (_, .ellipsis): return right.isPrefix
        case (.colon, _): return !left.isIndex
        case (_, .leftBracket): return !right.isIndex
        case (_, .leftParenthesis): return !left.token.endsOperand || left.isInfixWord
        default: return true
        }
    }
}
