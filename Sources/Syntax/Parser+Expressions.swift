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
        if at(.assign) {
            report(SyntaxDiagnostics.assignmentInCondition(short(value.span), span(current)))
            advance()
            _ = with(inner) { $0.pipe() }
        }
        return value
    }

    ///     pipe = unary {infix unary}    # infix, by and not as in the table; comparisons and ranges do not chain
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
            ? list(closing: .rightParenthesis) { $0.pattern() } : [pattern()]
        reportDuplicates(patterns.flatMap(\.names))
        expect(.fatArrow, "and the body of the function")
        return Expression(.lambda(patterns, lambdaBody()), span(from: start))
    }

    /// A block or an expression. Inside, a trailing block is allowed only if it is around.
    mutating func lambdaBody() -> LambdaBody {
        at(.leftBrace) ? .block(block()) : .expression(expression())
    }

    // MARK: if and try

    mutating func conditional() -> Expression {
        let start = position
        advance()
        var branches = [branch("if", from: start)]
        var otherwise: Block?
        while atElse {
            let place = position
            if current.kind == .newline { advance() }
            let isElif = atWord("elif")
            if isElif { report(SyntaxDiagnostics.elif(span(current))) }
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
        let place = current.kind == .newline ? token(1) : current
        let next = current.kind == .newline ? token(2) : token(1)
        return isWord(place, "elif") && next.startsOperand
    }

    mutating func attempt() -> Expression {
        let start = position
        advance()
        if at(.colon) { return pythonTry(from: start) }
        let body = lambdaBody()
        guard accept(.else) != nil else {
            report(SyntaxDiagnostics.tryWithoutElse(spanAfterPrevious))
            let nothing = Expression(.none, spanAfterPrevious)
            return Expression(.attempt(body, fallback: .expression(nothing)), span(from: start))
        }
        return Expression(.attempt(body, fallback: lambdaBody()), span(from: start))
    }

    // MARK: Operators

    /// Operators of at least this precedence, by precedence climbing. Chains build up in the loop, so that
    /// they cost no depth here.
    mutating func binary(_ least: Precedence) -> Expression {
        chain { parser in
            let start = parser.position
            var left = parser.unary()
            var last: Infix?
            while let infix = Infix(at: parser), infix.precedence >= least, parser.addLink() {
                if let last, last.precedence == infix.precedence, !infix.precedence.chains {
                    parser.reportChain(left, last, infix)
                }
                left = parser.apply(infix, to: left, from: start)
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
        if infix.isForeign {
            reportMeaning(SyntaxDiagnostics.foreignOperator(infix.text, operatorSpan))
        }
        let right = binary(infix.precedence.tighter)
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

    private mutating func reportChain(_ left: Expression, _ first: Infix, _ second: Infix) {
        var middle = ""
        var whole = ""
        if case .binary(_, let inner, let right, _) = left.kind {
            middle = short(right.span)
            whole = "\(short(inner.span)) \(first.text) \(middle)"
        }
        report(
            SyntaxDiagnostics.chain(
                isRange: first.precedence == .range, first: whole, middle: middle,
                second: second.text, span(current)))
    }

    ///     unary = ("-" | "not") unary | postfix ["^" unary]
    mutating func unary() -> Expression {
        let start = position
        if at(.minus), let smallest = smallestInteger() { return smallest }
        let isForeign = at(.exclamation) || at(.doublePlus)
        guard at(.minus) || at(.not) || isForeign else { return power() }
        let sign = advance()
        if isForeign { reportMeaning(SyntaxDiagnostics.foreignPrefix(text(sign), span(sign))) }
        let operand = nested(missing(span(current))) { parser in
            // `not` is looser than the comparisons, wherever it stands.
            sign.kind == .keyword(.not) ? parser.binary(.comparison) : parser.unary()
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
        let sign = advance()
        if sign.kind == .symbol(.doubleStar) {
            reportMeaning(SyntaxDiagnostics.foreignOperator("**", span(sign)))
        }
        let exponent = nested(missing(span(current))) { $0.unary() }
        return Expression(
            .binary(.power, base, exponent, operatorSpan: span(sign)), span(from: start))
    }
}
