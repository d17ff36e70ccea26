import Diagnostics

/// Calls, indices and members.
extension Parser {
    ///     postfix = primary {call | index | "." name}
    mutating func postfix() -> Expression {
        chain { parser in
            let start = parser.position
            var value = parser.primary()
            while let next = parser.suffix(of: value, from: start) { value = next }
            return value
        }
    }

    /// The value with one call, index or member more, or `nil` if none follows on the line.
    private mutating func suffix(of value: Expression, from start: Int) -> Expression? {
        guard position > start else { return nil }
        switch current.kind {
        case .symbol(.leftParenthesis) where !current.startsLine,
            .symbol(.leftBrace) where !current.startsLine && takesBlock(value):
            guard addLink() else { return nil }
            return call(of: value, from: start)
        case .symbol(.leftBracket) where !current.startsLine:
            guard addLink() else { return nil }
            let subscripts = index()
            return Expression(.index(value, subscripts), span(from: start))
        case .symbol(.dot):
            guard addLink() else { return nil }
            return member(of: value, from: start)
        default:
            return nil
        }
    }

    /// A block alone is a call only after a name.
    private func takesBlock(_ value: Expression) -> Bool {
        guard context.allowsTrailingBlock else { return false }
        switch value.kind {
        case .name, .member: return previous?.isWord == true
        default: return false
        }
    }

    private mutating func member(of value: Expression, from start: Int) -> Expression? {
        let dot = advance()
        if current.isWord {
            let name = takeWord()
            return Expression(.member(value, name), span(from: start))
        }
        if current.kind == .integer || current.kind == .float {
            let number = advance()
            reportMeaning(
                SyntaxDiagnostics.numberAfterDot(
                    short(value.span), text(number), span(dot).union(span(number))))
            return value
        }
        if case .integer = value.kind, !current.isWord {
            report(SyntaxDiagnostics.pointWithoutDigits(short(value.span), span(dot)))
            return value
        }
        reportExpected("a name after `.`")
        return value
    }

    ///     call = "(" [([label ":"] expr),…] ")" [block] | block
    mutating func call(of callee: Expression, from start: Int) -> Expression {
        guard at(.leftParenthesis) else {
            let block = nested(Block(items: [], span: span(current))) { $0.block() }
            return Expression(.call(callee, [], trailingBlock: block), span(from: start))
        }
        let arguments = list(closing: .rightParenthesis) { $0.argument() }
        reportLabels(arguments)
        guard at(.leftBrace), !current.startsLine, context.allowsTrailingBlock else {
            return Expression(.call(callee, arguments, trailingBlock: nil), span(from: start))
        }
        let block = nested(Block(items: [], span: span(current))) { $0.block() }
        return Expression(.call(callee, arguments, trailingBlock: block), span(from: start))
    }

    private mutating func argument() -> Argument {
        guard current.isWord else { return Argument(label: nil, value: expression()) }
        if token(1).kind == .symbol(.colon) {
            let label = takeWord()
            advance()
            return Argument(label: label, value: expression())
        }
        if token(1).kind == .symbol(.assign) {
            let label = takeWord()
            let sign = advance()
            let value = expression()
            let all = label.span.union(value.span)
            reportMeaning(
                SyntaxDiagnostics.labelSign(
                    span(sign), written: "\(label.text): \(short(value.span))", all))
            return Argument(label: label, value: value)
        }
        return Argument(label: nil, value: expression())
    }

    /// Labels differ, and positional arguments come first.
    private mutating func reportLabels(_ arguments: [Argument]) {
        reportDuplicateLabels(arguments.compactMap(\.label))
        guard let first = arguments.firstIndex(where: { $0.label != nil }),
            let late = arguments[first...].first(where: { $0.label == nil }),
            let label = arguments[first].label, !isMissing(late.value)
        else { return }
        reportMeaning(
            SyntaxDiagnostics.positionalAfterLabel(late.value.span, label: label.span))
    }

    mutating func reportDuplicateLabels(_ labels: [Name]) {
        var seen: [String: Span] = [:]
        for label in labels {
            if let first = seen[label.text] {
                reportMeaning(
                    SyntaxDiagnostics.duplicateLabel(label.text, label.span, first: first))
            } else {
                seen[label.text] = label.span
            }
        }
    }

    ///     index = "[" (expr | [expr] ":" [expr] [":" [expr]] | "..."),… "]"
    mutating func index() -> [Subscript] {
        let start = position
        let subscripts = list(closing: .rightBracket) { $0.subscriptElement() }
        if subscripts.isEmpty { report(SyntaxDiagnostics.emptyIndex(span(from: start))) }
        return subscripts
    }

    private mutating func subscriptElement() -> Subscript {
        let start = position
        if at(.ellipsis), [.symbol(.comma), .symbol(.rightBracket)].contains(token(1).kind) {
            return .ellipsis(span(advance()))
        }
        let first = at(.colon) ? nil : expression()
        guard at(.colon) else { return .index(first ?? missing(span(current))) }
        advance()
        let end = endsSlicePart ? nil : expression()
        var step: Expression?
        if accept(.colon) != nil { step = endsSlicePart ? nil : expression() }
        return .slice(first, end, step, span(from: start))
    }

    private var endsSlicePart: Bool { at(.colon) || at(.comma) || endsList }
}
