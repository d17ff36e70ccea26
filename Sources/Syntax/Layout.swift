import Diagnostics

/// The tokens as the parser sees them: without remarks, and with only those newlines that end a
/// statement. This is the one place that knows the rules of "Lexical structure" about newlines.
struct Layout {
    /// Ends with `.end`.
    private(set) var tokens: [Token] = []
    /// For a bracket (or the ends of a string or interpolation) the index of its partner; -1
    /// without one.
    private(set) var partners: [Int] = []
    /// The `##` lines directly above a token, by its index.
    private(set) var documentation: [Int: String] = [:]
    /// Indices of tokens that stand directly after characters that were reported already.
    private(set) var suspects: Set<Int> = []
    /// At the end of the text a bracket, a block or a string is open.
    private(set) var endsOpen = false

    private let source: SourceText
    /// Indices of the open brackets.
    private var open: [Int] = []
    private var openBraces = 0
    private var pendingNewline: Token?
    private var pendingDocumentation: [Token] = []
    private var followsUnknown = false
    /// The `for` that is read now begins a loop.
    private var beginsLoop = true

    init(_ all: [Token], of source: SourceText) {
        self.source = source
        tokens.reserveCapacity(all.count)
        partners.reserveCapacity(all.count)
        for index in all.indices {
            beginsLoop = true
            if all[index].kind == .keyword(.for), isInRoundOrSquare {
                beginsLoop = Self.beginsLoop(all[(index + 1)...])
            }
            read(all[index], next: nextToken(all, index))
        }
    }

    /// Whether what follows a `for` is that of a loop: a `{`, or a `:` at the end of its line. In a
    /// bracket that goes on it is a comprehension of Python's.
    private static func beginsLoop(_ rest: ArraySlice<Token>) -> Bool {
        var last: TokenKind?
        for token in rest.prefix(200) {
            if token.kind == .newline || token.kind == .end { break }
            if token.kind == .symbol(.leftBrace) { return true }
            if !token.isTrivia { last = token.kind }
        }
        return last == .symbol(.colon)
    }

    /// The token after `index`, on the same line or not.
    private func nextToken(_ all: [Token], _ index: Int) -> Token? {
        index + 1 < all.count ? all[index + 1] : nil
    }

    private mutating func read(_ token: Token, next: Token?) {
        switch token.kind {
        case .newline:
            if pendingNewline == nil { pendingNewline = token }
        case .comment: break
        case .documentation: noteDocumentation(token)
        case .unknown: followsUnknown = true
        default:
            placeNewline(before: token, next: next)
            add(token)
        }
    }

    private mutating func add(_ token: Token) {
        let index = tokens.count
        attachDocumentation(to: token, index)
        if followsUnknown || token.start == token.end && token.closes { suspects.insert(index) }
        // What follows a string that was not closed is a consequence of that.
        followsUnknown = token.start == token.end && token.closes
        if token.kind == .end { endsOpen = !open.isEmpty }
        tokens.append(token)
        partners.append(-1)
        if token.opens {
            open.append(index)
            openBraces += token.kind.pair == .brace ? 1 : 0
        } else if token.closes {
            close(index)
        }
    }

    // MARK: Brackets

    /// Pairs a closing bracket with the innermost open one of its kind; what was opened in between
    /// stays without a partner. A `)` or `]` does not reach out of a block or interpolation.
    private mutating func close(_ index: Int) {
        let wanted = tokens[index].kind.pair
        if wanted == .brace, openBraces == 0 { return }
        let isBound = wanted == .round || wanted == .square
        var place = open.count - 1
        // The lexer pairs strings and interpolations, so only the search for `(` and `[` may be in
        // vain; it is kept short so that a run of wrong brackets costs linear time.
        let last = isBound ? max(0, place - 32) : 0
        while place >= last, tokens[open[place]].kind.pair != wanted {
            if isBound, !tokens[open[place]].isRoundOrSquare { return }
            place -= 1
        }
        guard place >= last, place >= 0 else { return }
        partners[index] = open[place]
        partners[open[place]] = index
        while open.count > place { dropInnermost() }
    }

    private mutating func dropInnermost() {
        if let last = open.popLast(), tokens[last].kind.pair == .brace { openBraces -= 1 }
    }

    // MARK: Newlines

    /// Keeps a newline if it ends a statement.
    private mutating func placeNewline(before token: Token, next: Token?) {
        guard let newline = pendingNewline else { return }
        pendingNewline = nil
        closeUnendedLine()
        let isLoop = token.keyword != .for || beginsLoop
        if let word = token.keyword, word.beginsStatement, isInRoundOrSquare, isLoop,
            !isLabel(token, next)
        {
            // No expression goes on like this: the bracket was never closed.
            while isInRoundOrSquare { dropInnermost() }
        }
        guard !isInRoundOrSquare, !isInInterpolation else { return }
        let beginsStatement = token.keyword?.beginsStatement == true
        if lineGoesOn && !beginsStatement || continuesLine(token, next) { return }
        if followsUnknown { suspects.insert(tokens.count) }
        tokens.append(newline)
        partners.append(-1)
    }

    /// After a string that was not closed on its line: the brackets which that line opened would
    /// have been closed after it.
    private mutating func closeUnendedLine() {
        guard let last = tokens.last, last.kind == .stringEnd, last.start == last.end else {
            return
        }
        while let opener = open.last, tokens[opener].isRoundOrSquare,
            source.line(at: tokens[opener].start) == source.line(at: last.start)
        {
            dropInnermost()
        }
    }

    private func isLabel(_ token: Token, _ next: Token?) -> Bool {
        next?.kind == .symbol(.colon)
    }

    private var isInRoundOrSquare: Bool { open.last.map { tokens[$0].isRoundOrSquare } ?? false }

    private var isInInterpolation: Bool {
        open.last.map { tokens[$0].kind == .interpolationStart } ?? false
    }

    /// The tokens so far, `.end` aside, end in an infix operator, `=`, `->`, comma, `=>` or `else`.
    var lineGoesOn: Bool {
        let count = tokens.last?.kind == .end ? tokens.count - 1 : tokens.count
        guard count > 0 else { return false }
        let last = tokens[count - 1]
        let previous = count > 1 ? tokens[count - 2] : nil
        switch last.kind {
        // `i--`
        case .symbol(.minus) where previous?.kind == .symbol(.minus) && previous?.end == last.start:
            let operand = count > 2 ? tokens[count - 3] : nil
            return operand?.endsOperand != true || operand?.end != previous?.start
        case .symbol(let symbol): return symbol.continuesOnNextLine
        case .keyword(let word):
            let isMember = previous?.kind == .symbol(.dot)
            return !isMember && [.else, .and, .or, .not, .in].contains(word)
        // `0..<10 by`, but not a name of that spelling, as in `let x = by`.
        case .name: return previous?.endsOperand == true && isBy(last)
        default: return false
        }
    }

    private func isBy(_ token: Token) -> Bool {
        source.utf8[token.start..<token.end].elementsEqual("by".utf8)
    }

    /// The line begins with `.name`, `|>`, `>>` or `else`.
    private func continuesLine(_ token: Token, _ next: Token?) -> Bool {
        guard !tokens.isEmpty else { return false }
        switch token.kind {
        case .symbol(.pipe), .symbol(.compose), .keyword(.else): return true
        case .symbol(.dot): return next?.isWord == true && next?.start == token.end
        default: return false
        }
    }

    // MARK: Documentation

    private mutating func noteDocumentation(_ token: Token) {
        if let last = pendingDocumentation.last,
            source.line(at: token.start) != source.line(at: last.start) + 1
        {
            pendingDocumentation = []
        }
        pendingDocumentation.append(token)
    }

    private mutating func attachDocumentation(to token: Token, _ index: Int) {
        guard let last = pendingDocumentation.last else { return }
        if source.line(at: token.start) == source.line(at: last.start) + 1 {
            documentation[index] = pendingDocumentation.map(text).joined(separator: "\n")
        }
        pendingDocumentation = []
    }

    /// The line without its marks, one space after them, and spaces at its end.
    private func text(_ token: Token) -> String {
        var bytes = source.utf8[token.start..<token.end].dropFirst(2)
        if bytes.first == UInt8(ascii: " ") { bytes = bytes.dropFirst() }
        while let last = bytes.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\r") {
            bytes = bytes.dropLast()
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension TokenKind {
    /// The pairs of tokens that nest.
    enum Pair { case round, square, brace, string, interpolation }

    /// The pair that a token belongs to, if it does.
    var pair: Pair? {
        switch self {
        case .symbol(.leftParenthesis), .symbol(.rightParenthesis): .round
        case .symbol(.leftBracket), .symbol(.rightBracket): .square
        case .symbol(.leftBrace), .symbol(.rightBrace): .brace
        case .stringStart, .stringEnd: .string
        case .interpolationStart, .interpolationEnd: .interpolation
        default: nil
        }
    }
}

extension Token {
    var opens: Bool {
        switch kind {
        case .symbol(.leftParenthesis), .symbol(.leftBracket), .symbol(.leftBrace), .stringStart,
            .interpolationStart:
            true
        default: false
        }
    }

    var closes: Bool { kind.pair != nil && !opens }

    var isRoundOrSquare: Bool { kind.pair == .round || kind.pair == .square }
}

extension Symbol {
    /// An infix operator, `=`, `->`, comma or `=>`: a line that ends in it goes on.
    var continuesOnNextLine: Bool {
        switch self {
        case .comma, .arrow, .fatArrow, .assign, .plusAssign, .minusAssign, .timesAssign,
            .divideAssign, .plus, .minus, .times, .divide, .floorDivide, .percent, .at, .caret,
            .bar, .pipe, .compose, .equal, .notEqual, .less, .lessOrEqual, .greater,
            .greaterOrEqual, .halfOpenRange, .ellipsis, .doubleStar, .doubleAmpersand,
            .doubleBar, .ampersand, .doubleDot:
            true
        case .leftParenthesis, .rightParenthesis, .leftBracket, .rightBracket, .leftBrace,
            .rightBrace, .semicolon, .colon, .dot, .exclamation, .doublePlus, .walrus, .tilde:
            false
        }
    }
}
