import Diagnostics

/// Expressions from the loosest form to the prefix operators.
extension Parser {
    ///     expr = (name | "(" [pattern,…] ")") "=>" (block | expr)
    ///          | "if" head block {"else" "if" head block} ["else" block]
    ///          | "try" (block | expr) "else" (block | expr) | pipe
    mutating func expr() -> Expression {
        nested(missing(span(current))) { parser in
            if parser.startsLambda { return parser.lambda() }
            if parser.at(.if) { return parser.conditional() }
            if parser.at(.try) { return parser.attempt() }
            if parser.startsPythonLambda { return parser.pythonLambda() }
            return parser.pythonTail(after: parser.pipe())
        }
    }

    mutating func expression() -> Expression { expr() }

    ///     head = pipe, with no trailing block outside brackets
    mutating func head() -> Expression {
        var inner = Context()
        inner.allowsTrailingBlock = false
        let value = with(inner) { parser in
            if parser.at(.if) || parser.at(.try) || parser.startsLambda { return parser.operand() }
            return parser.nested(parser.missing(parser.span(parser.current))) { $0.pipe() }
        }
        if at(.walrus) {
            report(SyntaxDiagnostics.walrus(short(value.span), span(current)))
            advance()
            _ = with(inner) { $0.pipe() }
        } else if at(.assign) {
            report(SyntaxDiagnostics.assignmentInCondition(short(value.span), span(current)))
            advance()
            _ = with(inner) { $0.pipe() }
        }
        return value
    }

    ///     pipe = unary {infix unary}
    mutating func pipe() -> Expression {
        let value = binary(.pipe)
        reportStrayBy()
        return value
    }

    // MARK: Lambdas

    var startsLambda: Bool {
        if current.kind == .name { return token(1).kind == .symbol(.fatArrow) }
        guard at(.leftParenthesis) else { return false }
        let partner = layout.partners[position]
        return partner > position && layout.tokens[partner + 1].kind == .symbol(.fatArrow)
    }

    private mutating func lambda() -> Expression {
        let start = position
        let patterns =
            at(.leftParenthesis)
            ? list(closing: .rightParenthesis) { $0.lambdaParameter() } : [pattern()]
        reportDuplicates(patterns.flatMap(\.names))
        expect(.fatArrow, "and the body of the function")
        return Expression(.lambda(patterns, lambdaBody()), span(from: start))
    }

    private mutating func lambdaParameter() -> Pattern {
        let pattern = pattern()
        let start = position
        if at(.colon), token(1).kind == .symbol(.leftBracket) {
            advance()
            _ = shape()
            reportMeaning(SyntaxDiagnostics.lambdaShape(span(from: start)))
        }
        return pattern
    }

    /// A block or an expression. Inside, a trailing block is allowed only if it is around.
    mutating func lambdaBody() -> LambdaBody {
        if at(.return) {
            report(SyntaxDiagnostics.returnInLambda(span(current)))
            advance()
        }
        return at(.leftBrace) ? .block(block()) : .expression(expression())
    }

    // MARK: if and try

    mutating func conditional() -> Expression {
        let start = position
        advance()
        var branches = [branch("if", from: start)]
        var otherwise: Block?
        while atElse {
            if current.kind == .newline { advance() }
            let place = position
            let isElif = !at(.else)
            if isElif { report(SyntaxDiagnostics.elif(text(current), span(current))) }
            advance()
            if isElif || accept(.if) != nil {
                branches.append(branch("else if", from: place))
            } else {
                otherwise = body(of: "else", from: place)
                break
            }
        }
        return Expression(.conditional(branches, otherwise: otherwise), span(from: start))
    }

    private mutating func branch(_ what: String, from start: Int) -> ConditionalBranch {
        let condition = head()
        return ConditionalBranch(condition: condition, body: body(of: what, from: start))
    }

    /// `else`, or `elif` as Python has it, on the line of the brace or on the next.
    private var atElse: Bool {
        if at(.else) { return true }
        if current.kind == .newline { return startsElif(1) }
        return startsElif(0) || isElif(current) && at(.leftParenthesis, 1)
    }

    /// `elif x`, which can be nothing else; `elif(x)` and `elif[x]` may be uses of a name.
    func startsElif(_ distance: Int) -> Bool {
        guard isElif(token(distance)) else { return false }
        let next = token(distance + 1)
        switch next.kind {
        case .keyword(.not): return token(distance + 2).kind != .keyword(.in)
        case .symbol: return false
        default: return next.startsOperand
        }
    }

    private func isElif(_ token: Token) -> Bool {
        ["elif", "elseif", "elsif"].contains { isWord(token, $0) }
    }

    private func at(_ symbol: Symbol, _ distance: Int) -> Bool {
        token(distance).kind == .symbol(symbol)
    }

    mutating func attempt() -> Expression {
        let start = position
        advance()
        if at(.colon) { return pythonTry(from: start) }
        let body = lambdaBody()
        guard accept(.else) != nil else {
            if let fallback = foreignCatch() {
                return Expression(.attempt(body, fallback: fallback), span(from: start))
            }
            report(SyntaxDiagnostics.tryWithoutElse(spanAfterPrevious))
            let nothing = Expression(.none, spanAfterPrevious)
            return Expression(.attempt(body, fallback: .expression(nothing)), span(from: start))
        }
        return Expression(.attempt(body, fallback: lambdaBody()), span(from: start))
    }

    /// `catch e { … }`
    private mutating func foreignCatch() -> LambdaBody? {
        guard atWord("catch") || atWord("except") else { return nil }
        report(SyntaxDiagnostics.catchWord(text(current), span(current)))
        advance()
        if current.kind == .name || at(.leftParenthesis) { skipToken() }
        return at(.leftBrace) ? .block(block()) : .expression(missing(spanAfterPrevious))
    }

    // MARK: Operators

    /// Operators of at least this precedence, by precedence climbing. Chains build up in the loop,
    /// so that they cost no depth here.
    mutating func binary(_ least: Precedence) -> Expression {
        chain { parser in
            let start = parser.position
            var left = parser.unary()
            var last: Infix?
            while let infix = Infix(at: parser), infix.precedence >= least, parser.addLink() {
                let place = parser.span(parser.current)
                let whole = parser.apply(infix, to: left, from: start)
                if let last, last.precedence == infix.precedence, !infix.precedence.chains {
                    parser.reportChain(left, last, infix, whole, place)
                }
                left = whole
                last = infix
            }
            return left
        }
    }

    private mutating func apply(
        _ infix: Infix, to left: Expression, from start: Int
    ) -> Expression {
        let first = advance()
        for _ in 1..<infix.tokenCount { advance() }
        let operatorSpan = span(first).union(spanAfterPrevious)
        if at(.assign), current.start == operatorSpan.end {
            let right = foreignAssignment(infix, left, position - 1, operatorSpan)
            return Expression(
                .binary(.equal, left, right, operatorSpan: operatorSpan), span(from: start))
        }
        if first.kind == .symbol(.less), let shift = foreignLess(left, from: start) { return shift }
        let right = binary(infix.precedence.tighter)
        if infix.isForeign { reportForeign(infix, left, right, operatorSpan) }
        switch infix.operation {
        case .range(let isClosed):
            let step = acceptBy() ? binary(infix.precedence.tighter) : nil
            return Expression(
                .range(left, right, isClosed: isClosed, step: step), span(from: start))
        case .binary(let operation):
            return Expression(
                .binary(operation, left, right, operatorSpan: operatorSpan), span(from: start))
        }
    }

    private mutating func reportForeign(
        _ infix: Infix, _ left: Expression, _ right: Expression, _ sign: Span
    ) {
        if infix.text == "&", left.isInteger || right.isInteger {
            reportMeaning(SyntaxDiagnostics.bits(infix.text, sign))
            return
        }
        let (first, second) = (short(left.span), short(right.span))
        reportMeaning(
            SyntaxDiagnostics.foreignOperator(infix.text, sign, left: first, right: second))
        let words = ["&&": "and", "&": "and", "||": "or", "is": "==", "is not": "!="]
        if let word = words[infix.text] {
            correct(left.span.union(right.span), "\(first) \(word) \(second)")
        }
    }

    /// `a << b` and `a <> b`, after the `<`.
    private mutating func foreignLess(_ left: Expression, from start: Int) -> Expression? {
        guard at(.less) || at(.greater), current.start == previous?.end else { return nil }
        let place = position
        let isShift = at(.less)
        let sign = span(layout.tokens[position - 1]).union(span(advance()))
        let right = binary(isShift ? .sum : .beside)
        let (first, second) = (short(left.span), short(right.span))
        report(
            isShift
                ? SyntaxDiagnostics.shift(left: first, right: second, sign)
                : SyntaxDiagnostics.unequal(left: first, right: second, sign), at: place)
        return Expression(.binary(.notEqual, left, right, operatorSpan: sign), span(from: start))
    }

    /// The `by` of a range. After an operand no name can stand, so it is not one.
    private mutating func acceptBy() -> Bool {
        guard atWord("by") else { return false }
        advance()
        return true
    }

    private mutating func reportStrayBy() {
        guard atWord("by"), token(1).startsOperand, previous?.endsOperand == true else { return }
        report(SyntaxDiagnostics.strayBy(span(current)))
        advance()
        _ = binary(.sum)
    }

    /// `left` is `a < b`, `whole` is `a < b < c`.
    private mutating func reportChain(
        _ left: Expression, _ first: Infix, _ second: Infix, _ whole: Expression, _ place: Span
    ) {
        var written: String?
        if case .binary(_, let a, let b, _) = left.kind,
            case .binary(_, _, let c, _) = whole.kind
        {
            let (a, b, c) = (short(a.span), short(b.span), short(c.span))
            written = "\(a) \(first.text) \(b) and \(b) \(second.text) \(c)"
        }
        reportMeaning(SyntaxDiagnostics.chain(written: written, place))
    }

    ///     unary = ("-" | "not") unary | postfix ["^" unary]
    mutating func unary() -> Expression {
        let start = position
        if at(.minus), let smallest = smallestInteger() { return smallest }
        let isForeign = at(.exclamation) || at(.doublePlus) || at(.tilde)
        guard at(.minus) || at(.not) || isForeign else { return power() }
        let sign = advance()
        let operand = nested(missing(span(current))) { parser in
            // `not` is looser than the comparisons, wherever it stands.
            sign.kind == .keyword(.not) ? parser.binary(.comparison) : parser.unary()
        }
        if isForeign {
            let name = short(operand.span)
            reportMeaning(SyntaxDiagnostics.foreignPrefix(text(sign), name, span(sign)))
            if sign.kind != .symbol(.doublePlus) { correct(span(from: start), "not \(name)") }
        }
        if sign.kind == .symbol(.doublePlus) { return operand }
        let operation = sign.kind == .symbol(.minus) ? UnaryOperator.negate : .not
        return Expression(.unary(operation, operand), span(from: start))
    }

    /// `-9223372036854775808`, whose digits alone are no Int.
    private mutating func smallestInteger() -> Expression? {
        guard token(1).kind == .integer, text(token(1)) == "9223372036854775808",
            token(2).kind != .symbol(.caret), token(2).kind != .symbol(.dot)
        else { return nil }
        let start = position
        advance()
        advance()
        return Expression(.integer(.min), span(from: start))
    }

    private mutating func power() -> Expression {
        let start = position
        let base = postfix()
        guard at(.caret) || at(.doubleStar) else { return base }
        let infix = Infix(at: self)
        let sign = advance()
        if at(.assign), current.start == sign.end, let infix {
            let right = foreignAssignment(infix, base, position - 1, span(sign))
            return Expression(
                .binary(.power, base, right, operatorSpan: span(sign)), span(from: start))
        }
        let exponent = nested(missing(span(current))) { $0.unary() }
        if sign.kind == .symbol(.doubleStar) {
            let (left, right) = (short(base.span), short(exponent.span))
            reportMeaning(
                SyntaxDiagnostics.foreignOperator("**", span(sign), left: left, right: right))
            correct(base.span.union(exponent.span), "\(left)^\(right)")
        }
        return Expression(
            .binary(.power, base, exponent, operatorSpan: span(sign)), span(from: start))
    }
}

extension Expression {
    fileprivate var isInteger: Bool { if case .integer = kind { true } else { false } }
}
