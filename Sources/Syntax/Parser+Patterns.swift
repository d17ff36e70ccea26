import Diagnostics

/// What takes values apart, what is assigned to, and blocks.
extension Parser {
    ///     pattern = name | "_" | "(" pattern,… ")"
    mutating func pattern() -> Pattern {
        let start = position
        if at(.leftParenthesis) {
            let fallback = Pattern(.wildcard, span(current))
            return nested(fallback) { parser in
                let parts = parser.list(closing: .rightParenthesis) { $0.pattern() }
                let span = parser.span(from: start)
                if parts.isEmpty { parser.reportMeaning(SyntaxDiagnostics.emptyPattern(span)) }
                // `(a)` is `a`.
                if parts.count == 1 { return parts[0] }
                return Pattern(.tuple(parts), span)
            }
        }
        if at(.times), token(1).kind == .name {
            report(SyntaxDiagnostics.restPattern(text(token(1)), span(current)))
            advance()
        }
        if at(.leftBracket) {
            let place = position
            let parts = nested([]) { parser in
                parser.list(closing: .rightBracket) { $0.pattern() }
            }
            let all = span(from: start)
            let names = parts.map { short($0.span) }.joined(separator: ", ")
            report(SyntaxDiagnostics.bareTuple(all, written: "(\(names))"), at: place)
            return parts.isEmpty ? Pattern(.wildcard, all) : Pattern(.tuple(parts), all)
        }
        if atWord("_") { return Pattern(.wildcard, span(advance())) }
        let name = name("a name")
        return name.text.isEmpty
            ? Pattern(.wildcard, name.span) : Pattern(.name(name.text), name.span)
    }

    ///     target = name {index | "." name} | "(" target,… ")"
    ///
    /// It has been read as an expression, since only the operator after it tells.
    mutating func target(from expression: Expression) -> Target {
        if case .tuple(let parts) = expression.kind {
            return Target(.tuple(parts.map { target(from: $0) }), expression.span)
        }
        var accessors: [Target.Accessor] = []
        var base = expression
        while true {
            switch base.kind {
            case .index(let inner, let subscripts):
                let brackets = Span(source, inner.span.end, base.span.end)
                accessors.append(.index(subscripts, brackets))
                base = inner
            case .member(let inner, let name):
                accessors.append(.member(name))
                base = inner
            case .name(let text):
                return Target(
                    .place(Name(text, base.span), accessors.reversed()), expression.span)
            default:
                if !isMissing(base) { reportTarget(expression) }
                return Target(.place(Name("", base.span), []), expression.span)
            }
        }
    }

    ///     block = "{" {item} "}"
    mutating func block() -> Block {
        let start = position
        expect(.leftBrace, "to begin a block")
        blockDepth += 1
        let statements = with(Context()) { $0.items() }
        blockDepth -= 1
        closeBracket(start, .rightBrace)
        return Block(items: statements, span: span(from: start))
    }

    /// The block of a statement that began at the token `start`; says what to do if it is written
    /// as in Python, or on the next line.
    mutating func body(of what: String, from start: Int) -> Block {
        if at(.leftBrace) { return block() }
        if at(.colon) {
            report(SyntaxDiagnostics.colonBody(what, span(current)))
            return indentedBody(from: start)
        }
        if current.kind == .newline, token(1).kind == .symbol(.leftBrace) {
            advance()
            report(SyntaxDiagnostics.braceLine(what, span(current)))
            return block()
        }
        if let body = bareBody(of: what, from: start) { return body }
        reportExpected("`{` and the body of the `\(what)`")
        return Block(items: [], span: spanAfterPrevious)
    }

    // MARK: Lists in brackets

    /// The elements between brackets, separated by commas; the current token opens them. A comma
    /// may trail.
    mutating func list<Element>(
        closing: Symbol, _ element: (inout Parser) -> Element
    ) -> [Element] {
        let opener = position
        advance()
        var elements: [Element] = []
        var inner = Context()
        inner.isInBrackets = true
        inner.isInList = closing == .rightBracket
        with(inner) { parser in
            while !parser.at(closing), !parser.endsList {
                let start = parser.position
                elements.append(element(&parser))
                if parser.accept(.comma) != nil { continue }
                if parser.at(closing) || parser.endsList { break }
                // The bracket was not closed: here begins the next statement.
                let isOpen = parser.layout.partners[opener] < 0
                if isOpen, parser.current.startsLine || parser.at(.leftBrace) { break }
                // `[N = y`: an assignment goes on, the bracket was forgotten.
                if parser.at(.assign), closing == .rightBracket { break }
                parser.reportMissingComma(closing, after: opener)
                if parser.position == start || !parser.current.startsOperand { parser.skipToken() }
            }
        }
        closeBracket(opener, closing)
        return elements
    }

    private mutating func reportMissingComma(_ closing: Symbol, after opener: Int) {
        if at(.semicolon) || current.kind == .symbol(.assign) || !current.startsOperand {
            reportExpected("`,` or `\(closing.rawValue)`")
        } else {
            report(SyntaxDiagnostics.missingComma(description(current), spanAfterPrevious))
        }
    }

    /// Nothing in a bracket goes on here: the bracket was not closed, or closed by another one.
    var endsList: Bool {
        if endsStatement, !at(.semicolon) { return true }
        let closers: [Symbol] = [.rightParenthesis, .rightBracket, .rightBrace]
        return current.symbol.map(closers.contains) ?? false
    }

    /// The closing bracket of the one at `opener`, or a message that it is missing.
    mutating func closeBracket(_ opener: Int, _ closing: Symbol) {
        if accept(closing) != nil { return }
        guard layout.tokens[opener].opens else { return }
        let opening = layout.tokens[opener]
        let partner = layout.partners[opener]
        if partner >= position {
            reportExpected("`\(closing.rawValue)`")
            position = partner
            advance()
        } else if let symbol = current.symbol, symbol.isClosing, layout.partners[position] == -1 {
            report(
                SyntaxDiagnostics.mismatchedBracket(
                    text(opening), symbol.rawValue, opening: span(opening), span(current)))
            advance()
        } else {
            if opening.isRoundOrSquare, current.startsLine, current.kind != .newline {
                runsOn = true
            }
            report(
                SyntaxDiagnostics.unclosed(
                    text(opening), closing.rawValue, span(opening), end: spanAfterPrevious))
        }
    }

    // MARK: Duplicates

    /// The names of one pattern or parameter list must differ.
    mutating func reportDuplicates(_ names: [Name]) {
        var seen: [String: Name] = [:]
        for name in names where !name.text.isEmpty && name.text != "_" {
            if let first = seen[name.text] {
                reportMeaning(
                    SyntaxDiagnostics.duplicateName(name.text, name.span, first: first.span))
            } else {
                seen[name.text] = name
            }
        }
    }
}
