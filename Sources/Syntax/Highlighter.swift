public import Diagnostics

/// What a piece of text is, for colouring it.
public enum TokenClass: String, Sendable, CaseIterable {
    case keyword, name, functionCall, number, string, comment, `operator`, label, documentation
}

/// The classified pieces of a text, in order and without overlap; brackets, commas and white space
/// have no class. Works on tokens alone, so half-written text is coloured too.
/// - Complexity: O(length).
public func highlight(_ source: SourceText) -> [(Span, TokenClass)] {
    let tokens = Lexer.tokens(of: source).tokens
    var highlighter = Highlighter(source: source, tokens: tokens)
    return highlighter.run()
}

private struct Highlighter {
    let source: SourceText
    let tokens: [Token]
    private var pieces: [(Span, TokenClass)] = []
    /// The open brackets.
    private var brackets: [Symbol] = []
    private var previous: Token?

    init(source: SourceText, tokens: [Token]) {
        self.source = source
        self.tokens = tokens
    }

    mutating func run() -> [(Span, TokenClass)] {
        for index in tokens.indices {
            let token = tokens[index]
            if let found = tokenClass(token, next: following(index)) { add(token, found) }
            note(token)
        }
        return pieces
    }

    /// Adjacent pieces of one string become one.
    private mutating func add(_ token: Token, _ found: TokenClass) {
        guard token.end > token.start else { return }
        if found == .string, let last = pieces.last, last.1 == .string, last.0.end == token.start {
            pieces[pieces.count - 1].0.end = token.end
        } else {
            pieces.append((Span(source, token.start, token.end), found))
        }
    }

    private mutating func note(_ token: Token) {
        switch token.symbol {
        case .leftParenthesis, .leftBracket, .leftBrace: token.symbol.map { brackets.append($0) }
        case .rightParenthesis, .rightBracket, .rightBrace: _ = brackets.popLast()
        default: break
        }
        if !token.isTrivia { previous = token }
    }

    /// The token after `index` on the same line.
    private func following(_ index: Int) -> Token? {
        index + 1 < tokens.count ? tokens[index + 1] : nil
    }

    private func tokenClass(_ token: Token, next: Token?) -> TokenClass? {
        switch token.kind {
        case .name: return word(token, next)
        case .keyword(let keyword):
            if previous?.kind == .symbol(.dot) { return .name }
            return isLabel(next) && keyword != .else ? .label : .keyword
        case .integer, .float: return .number
        case .stringStart, .stringText, .stringEnd, .foreignString, .format: return .string
        case .interpolationStart, .interpolationEnd: return .operator
        case .comment: return .comment
        case .documentation: return .documentation
        case .symbol(let symbol): return symbol.isPunctuation ? nil : .operator
        case .newline, .unknown, .end: return nil
        }
    }

    private func word(_ token: Token, _ next: Token?) -> TokenClass {
        if previous?.kind != .symbol(.dot) {
            if isLabel(next) { return .label }
            if isContextualKeyword(token, next) { return .keyword }
        }
        switch next?.kind {
        case .symbol(.leftParenthesis): return .functionCall
        default: return .name
        }
    }

    /// In parentheses a word before a colon is a label.
    private func isLabel(_ next: Token?) -> Bool {
        guard next?.kind == .symbol(.colon), brackets.last == .leftParenthesis else { return false }
        return previous?.kind == .symbol(.leftParenthesis) || previous?.kind == .symbol(.comma)
    }

    private func isContextualKeyword(_ token: Token, _ next: Token?) -> Bool {
        let text = source.text(of: Span(source, token.start, token.end))
        let opener: [TokenKind?] = [.symbol(.leftBrace), .symbol(.semicolon)]
        let isFirst = token.startsLine || opener.contains(previous?.kind)
        switch text {
        case "model", "optimizer", "dims", "param", "state", "slot":
            return isFirst && next?.kind == .name
        case "forward", "update":
            return isFirst && next?.kind == .symbol(.leftParenthesis)
        case "as":
            return previous?.kind == .name || previous?.kind == .stringEnd
        case "by":
            return !token.startsLine && previous?.endsOperand == true
        default:
            return false
        }
    }
}

extension Symbol {
    /// Brackets and separators.
    var isPunctuation: Bool {
        switch self {
        case .leftParenthesis, .rightParenthesis, .leftBracket, .rightBracket, .leftBrace,
            .rightBrace, .comma, .semicolon, .colon, .dot:
            true
        default: false
        }
    }
}
