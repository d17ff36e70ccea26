import Diagnostics

/// Habits from languages other than Python.
extension Parser {
    // MARK: Names

    /// `let f(x) = …` and `let learning-rate = …`; `nil` for what is written as here.
    mutating func foreignBinding(
        _ keyword: String, _ pattern: Pattern, from start: Int
    ) -> Statement.Kind? {
        guard case .name(let name) = pattern.kind else { return nil }
        let isCall = at(.leftParenthesis) && layout.partners[position] > position
        if isCall, layout.tokens[layout.partners[position] + 1].kind == .symbol(.assign) {
            let place = position
            skipToken()
            let head = short(pattern.span.union(spanAfterPrevious))
            advance()
            let value = expression()
            report(
                SyntaxDiagnostics.definedByAssignment(
                    "func \(head) { \(short(value.span)) }", head, pattern.span), at: place)
            return .expression(missing(span(from: start)), isDiscarded: false)
        }
        let end = hyphenatedEnd
        guard end > position else { return nil }
        let place = position
        position = end
        let all = pattern.span.union(spanAfterPrevious)
        let camel = Self.camelCase(source.text(of: all))
        report(
            SyntaxDiagnostics.hyphenatedName(
                source.text(of: all), "\(keyword) \(camel) = …", all), at: place)
        let value = accept(.assign) == nil ? missing(all) : expression()
        let whole = Pattern(.name(name), all)
        return .binding(isVariable: keyword == "var", whole, nil, value)
    }

    /// The token after `-rate` parts that follow a name without a blank.
    private var hyphenatedEnd: Int {
        var end = position
        while end + 1 < layout.tokens.count, end > 0, layout.tokens[end].kind == .symbol(.minus),
            layout.tokens[end].start == layout.tokens[end - 1].end, layout.tokens[end + 1].isWord,
            layout.tokens[end + 1].start == layout.tokens[end].end
        {
            end += 2
        }
        return end
    }

    static func camelCase(_ name: String) -> String {
        let words = name.split(separator: "-")
        let rest = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
        return words.prefix(1).joined() + rest.joined()
    }

    /// What cannot stand on the left of an assignment.
    mutating func reportTarget(_ expression: Expression) {
        let text = short(expression.span)
        switch expression.kind {
        case .call(let callee, _, nil):
            guard case .name = callee.kind else { break }
            reportMeaning(
                SyntaxDiagnostics.definedByAssignment("func \(text) { … }", text, expression.span))
            return
        case .list(let items) where !items.isEmpty:
            let names = items.map { short($0.span) }.joined(separator: ", ")
            reportMeaning(SyntaxDiagnostics.bareTuple(expression.span, written: "(\(names))"))
            return
        case .binary(.subtract, _, _, _) where text.allSatisfy { $0.isLetter || $0 == "-" }:
            reportMeaning(
                SyntaxDiagnostics.hyphenatedName(
                    text, "let \(Self.camelCase(text)) = …", expression.span))
            return
        default: break
        }
        reportMeaning(SyntaxDiagnostics.assignmentTarget(text, expression.span))
    }

    /// `let x == 3`
    mutating func comparisonInLet(
        _ keyword: String, _ pattern: Pattern, from start: Int
    ) -> Statement.Kind {
        let place = position
        let sign = span(advance())
        let value = expression()
        report(
            SyntaxDiagnostics.comparisonInLet(
                "\(keyword) \(short(pattern.span)) = \(short(value.span))", sign), at: place)
        return .binding(isVariable: keyword == "var", pattern, nil, value)
    }

    /// `, y = 4` after `let x = 3`.
    mutating func reportSeveralBindings(
        _ keyword: String, _ pattern: Pattern, _ first: Expression
    ) {
        let place = position
        let sign = span(current)
        var parts = ["\(keyword) \(short(pattern.span)) = \(short(first.span))"]
        while at(.comma), token(1).kind == .name, token(2).kind == .symbol(.assign) {
            advance()
            let name = takeWord()
            advance()
            parts.append("\(keyword) \(name.text) = \(short(expression().span))")
        }
        let written = parts.joined(separator: "; ")
        report(SyntaxDiagnostics.severalBindings(written, sign), at: place)
        skipStatement()
    }

    // MARK: Bodies

    /// A statement where a body in braces is expected: `if x > 0 print(x)`, `func f(x) = x + 1`.
    mutating func bareBody(of what: String, from start: Int) -> Block? {
        let place = position
        let isWord = atWord("then") || atWord("do")
        let head = span(from: start)
        guard position > start, isWord || at(.assign) || startsBareBody else { return nil }
        if isWord || at(.assign) { advance() }
        if at(.leftBrace) {
            let block = block()
            let written = "\(short(head, limit: 80)) { … }"
            report(
                SyntaxDiagnostics.bodyBraces(what, written: written, span(layout.tokens[place])),
                at: place)
            return block
        }
        if current.kind == .newline || endsStatement { position = place; return nil }
        let statement = item()
        let written = "\(short(head, limit: 80)) { \(short(statement.span)) }"
        report(
            SyntaxDiagnostics.bodyBraces(what, written: written, span(layout.tokens[place])),
            at: place)
        return Block(items: [statement], span: statement.span)
    }

    private var startsBareBody: Bool {
        switch current.keyword {
        case .return, .break, .continue: return true
        default:
            let follows = previous?.endsOperand == true || previous?.keyword == .else
            return current.kind == .name && follows
        }
    }

    // MARK: Loops

    /// `for (i = 0; i < 3; i++)` and `for (x in xs)`; `nil` for a loop as it is written here.
    mutating func foreignFor(from start: Int) -> Statement.Kind? {
        let opener = position
        let partner = layout.partners[opener]
        guard at(.leftParenthesis), partner > opener,
            layout.tokens[partner + 1].kind != .keyword(.in)
        else { return nil }
        let inside = layout.tokens[(opener + 1)..<partner]
        if inside.contains(where: { $0.kind == .symbol(.semicolon) }) {
            return countingFor(inside, partner: partner, from: start)
        }
        guard inside.contains(where: { $0.kind == .keyword(.in) || isWord($0, "of") }) else {
            return nil
        }
        advance()
        if at(.let) || at(.var) || atWord("const") { advance() }
        var inner = Context()
        inner.isInBrackets = true
        let pattern = pattern()
        guard at(.in) || atWord("of") else {
            position = opener
            return nil
        }
        advance()
        let sequence = with(inner) { $0.expression() }
        if position < partner { position = partner }
        let head = "\(short(pattern.span)) in \(short(sequence.span))"
        report(SyntaxDiagnostics.parenthesisedFor(head, span(layout.tokens[opener])), at: opener)
        if position == partner { advance() }
        return .forLoop(pattern, sequence, foreignBody("for", from: start))
    }

    private mutating func countingFor(
        _ inside: ArraySlice<Token>, partner: Int, from start: Int
    ) -> Statement.Kind {
        let opener = position
        let words = inside.filter { $0.kind != .keyword(.let) && $0.kind != .keyword(.var) }
        let sign = words.first { $0.kind == .symbol(.assign) }
        let name = words.last { $0.kind == .name && $0.end <= (sign?.start ?? 0) }
        let parts = inside.split(maxSplits: 2, omittingEmptySubsequences: false) {
            $0.kind == .symbol(.semicolon)
        }
        var head = "i in 0..<n"
        if let sign, let name, parts.count == 3, let range = range(parts, after: sign) {
            head = "\(text(name)) in \(range)"
        }
        let all = span(layout.tokens[opener]).union(span(layout.tokens[partner]))
        report(SyntaxDiagnostics.countingFor(head, all))
        position = partner
        advance()
        let pattern = name.map { Pattern(.name(text($0)), span($0)) } ?? Pattern(.wildcard, all)
        return .forLoop(pattern, missing(all), foreignBody("for", from: start))
    }

    /// `0..<n by 2` for the three parts of C's `for`.
    private func range(_ parts: [ArraySlice<Token>], after sign: Token) -> String? {
        let bounds: [Symbol: String] = [
            .less: "..<", .lessOrEqual: "...", .notEqual: "..<", .greater: "…",
            .greaterOrEqual: "…",
        ]
        guard let last = parts[0].last, last.start > sign.start,
            let comparison = parts[1].first(where: { $0.symbol.flatMap { bounds[$0] } != nil }),
            let symbol = comparison.symbol, let end = parts[1].last, end.start > comparison.start
        else { return nil }
        let first = text(between: sign, last)
        let bound = text(between: comparison, end)
        if symbol == .greater {
            let above = Int(bound).map { "\($0 &+ 1)" } ?? "\(bound) + 1"
            return "(\(above)...\(first)).reversed()"
        }
        if symbol == .greaterOrEqual { return "(\(bound)...\(first)).reversed()" }
        var step = ""
        if let add = parts[2].first(where: { $0.kind == .symbol(.plusAssign) }),
            let end = parts[2].last,
            end.start > add.start, text(between: add, end) != "1"
        {
            step = " by \(text(between: add, end))"
        }
        return "\(first)\(bounds[symbol] ?? "..<")\(bound)\(step)"
    }

    private func text(between first: Token, _ last: Token) -> String {
        let text = source.text(of: Span(source, first.end, last.end))
        return String(text.drop { $0 == " " })
    }

    /// `i = 1:10` and `i = 1, 10` after `for`; both ends are meant.
    mutating func boundsAfterAssign(_ pattern: Pattern) -> Expression? {
        let place = position
        advance()
        var inner = Context()
        inner.allowsTrailingBlock = false
        let first = with(inner) { $0.pipe() }
        guard at(.colon) || at(.comma) || atWord("to"), token(1).startsOperand else {
            position = place
            return nil
        }
        advance()
        let last = with(inner) { $0.pipe() }
        let written = "\(short(pattern.span)) in \(short(first.span))...\(short(last.span))"
        let all = first.span.union(last.span)
        report(SyntaxDiagnostics.countingFor(written, all), at: place)
        if atWord("do") { advance() }
        return Expression(.range(first, last, isClosed: true, step: nil), all)
    }

    /// The body after a head that was reported: in braces, or one statement.
    mutating func foreignBody(_ what: String, from start: Int) -> Block {
        if at(.leftBrace) { return block() }
        if at(.colon) { return indentedBody(from: start) }
        if current.kind == .newline, token(1).kind == .symbol(.leftBrace) {
            advance()
            return block()
        }
        guard !endsStatement else { return Block(items: [], span: spanAfterPrevious) }
        let statement = item()
        return Block(items: [statement], span: statement.span)
    }

    // MARK: Operators

    /// `x ^= 3`, `x === 3`; the `=` is next, directly after the operator.
    mutating func foreignAssignment(
        _ infix: Infix, _ left: Expression, _ place: Int, _ sign: Span
    ) -> Expression {
        advance()
        let name = short(left.span)
        if infix.precedence == .comparison {
            let right = binary(infix.precedence.tighter)
            let written = "\(name) \(infix.text) \(short(right.span))"
            report(
                SyntaxDiagnostics.strictEquality(infix.text, written: written, sign), at: place)
            correct(left.span.union(right.span), written)
            return right
        }
        let right = expression()
        let meant = infix.text == "**" ? "^" : infix.text
        let space = meant == "^" ? "" : " "
        let written = "\(name) = \(name)\(space)\(meant)\(space)\(operand(right))"
        report(SyntaxDiagnostics.compound(infix.text, written: written, sign), at: place)
        return right
    }

    /// `n--` at the end of a line, block or bracket.
    var atDecrement: Bool {
        guard at(.minus), token(1).kind == .symbol(.minus), token(1).start == current.end else {
            return false
        }
        switch token(2).kind {
        case .newline, .end, .interpolationEnd, .symbol(.semicolon), .symbol(.rightBrace),
            .symbol(.rightParenthesis), .symbol(.rightBracket), .symbol(.comma):
            return true
        default: return false
        }
    }

    /// A line that begins with `-` goes on with nothing: `a` and `- b` are two statements.
    mutating func warnOfLeadingMinus(after last: Statement) {
        guard previous?.kind == .newline, token(1).kind != .symbol(.minus) else { return }
        let isSpaced = token(1).start > current.end
        let isUnused: Bool
        switch last.kind {
        case .expression(let value, isDiscarded: false):
            isUnused = value.isOperatorsAlone && !isMissing(value)
            guard isSpaced || isUnused && blockDepth > 0 else { return }
        case .binding, .assignment, .returnValue:
            guard isSpaced else { return }
            isUnused = false
        default: return
        }
        reportMeaning(SyntaxDiagnostics.leadingMinus(span(current), unused: isUnused))
    }

    private static let wordOperators = [
        "mod": "%", "div": "//", "xor": "!=", "plus": "+", "minus": "-", "times": "*", "eq": "==",
    ]

    /// `a mod b` after the operand that was read.
    mutating func reportWordOperator(after value: Expression) -> Bool {
        guard current.kind == .name, let meant = Self.wordOperators[text(current)],
            token(1).startsOperand
        else { return false }
        let place = position
        let word = takeWord()
        let right = pipe()
        report(
            SyntaxDiagnostics.wordOperator(
                word.text, meant, left: short(value.span), right: short(right.span), word.span),
            at: place)
        return true
    }
}

extension Expression {
    /// Names, numbers and operators: what has no effect if its value is not used.
    fileprivate var isOperatorsAlone: Bool {
        switch kind {
        case .integer, .float, .name: true
        case .unary(_, let value), .member(let value, _), .index(let value, _):
            value.isOperatorsAlone
        case .binary(_, let left, let right, _): left.isOperatorsAlone && right.isOperatorsAlone
        default: false
        }
    }
}
