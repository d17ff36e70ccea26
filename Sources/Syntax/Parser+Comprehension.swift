import Diagnostics

/// Python's comprehensions, sets and dicts in braces.
extension Parser {
    /// One `for x in xs if c` of a comprehension, in texts.
    private struct Clause {
        var pattern: String
        var sequence: String
        /// The sequence, so that a `.` may follow.
        var operand: String
        var condition: String?
    }

    /// `e for x in xs if c` in brackets, after the element.
    mutating func comprehension(_ value: Expression) -> Expression {
        let sign = span(current)
        let clauses = self.clauses()
        // The message of the whole says what to write for a choice in the element.
        diagnostics.removeAll {
            $0.id == "python.conditional" && ($0.span?.start ?? 0) >= value.span.start
                && ($0.span?.end ?? .max) <= value.span.end
        }
        let element = short(value.span, limit: 80)
        if clauses.count == 1 {
            let clause = clauses[0]
            var written = clause.operand
            if let condition = clause.condition {
                written += ".filter(\(clause.pattern) => \(condition))"
            }
            if element != clause.pattern { written += ".map(\(clause.pattern) => \(element))" }
            // `[x for x in xs]` is `xs`; of a range a list.
            if written == clause.operand, written.hasPrefix("(") { written = "toList\(written)" }
            reportMeaning(SyntaxDiagnostics.comprehension(written, sign))
            correct(bracketed(value.span.union(spanAfterPrevious)), written)
        } else {
            let written = "var ys = []; " + Self.loops(clauses, around: "ys += [\(element)]")
            reportMeaning(SyntaxDiagnostics.loopForComprehension(written, sign))
        }
        return value
    }

    /// The span with the square brackets around it, which the list that is meant takes along.
    private func bracketed(_ span: Span) -> Span {
        let blanks = " \t\r\n".utf8
        var start = span.start
        while start > 0, blanks.contains(source.utf8[start - 1]) { start -= 1 }
        guard at(.rightBracket), start > 0, source.utf8[start - 1] == UInt8(ascii: "[") else {
            return span
        }
        return Span(source, start - 1, current.end)
    }

    private mutating func clauses() -> [Clause] {
        var clauses: [Clause] = []
        var inner = context
        inner.allowsCondition = true
        with(inner) { parser in
            while parser.accept(.for) != nil {
                var patterns = [parser.pattern()]
                while parser.accept(.comma) != nil { patterns.append(parser.pattern()) }
                if parser.accept(.in) == nil { parser.reportExpected("`in`") }
                let sequence = parser.pipe()
                var conditions: [String] = []
                while parser.accept(.if) != nil {
                    conditions.append(parser.short(parser.pipe().span))
                }
                let names = patterns.map { parser.short($0.span) }.joined(separator: ", ")
                let range = parser.pythonRange(sequence)
                clauses.append(
                    Clause(
                        pattern: patterns.count == 1 ? names : "(\(names))",
                        sequence: range ?? parser.short(sequence.span),
                        operand: range.map { "(\($0))" } ?? parser.operand(sequence),
                        condition: conditions.isEmpty
                            ? nil : conditions.joined(separator: " and ")))
            }
        }
        return clauses
    }

    /// `0..<n` for Python's `range(n)`.
    private func pythonRange(_ value: Expression) -> String? {
        guard case .call(let callee, let arguments, nil) = value.kind,
            case .name("range") = callee.kind, (1...2).contains(arguments.count)
        else { return nil }
        let bounds = arguments.map { operand($0.value) }
        return bounds.count == 1 ? "0..<\(bounds[0])" : "\(bounds[0])..<\(bounds[1])"
    }

    private static func loops(_ clauses: [Clause], around body: String) -> String {
        clauses.reversed().reduce(body) { inner, clause in
            let guarded = clause.condition.map { "if \($0) { \(inner) }" } ?? inner
            return "for \(clause.pattern) in \(clause.sequence) { \(guarded) }"
        }
    }

    // MARK: Dicts

    /// `[k: v for … in …]`, `{k: v for … in …}`; `nil` for anything else. The bracket is next.
    mutating func dictionaryComprehension() -> Expression? {
        let start = position
        let partner = layout.partners[start]
        guard partner > start, let place = comprehensionFor(until: partner) else { return nil }
        var inner = Context()
        inner.isInBrackets = true
        inner.leavesFor = true
        return with(inner) { parser in
            parser.advance()
            let key = parser.expression()
            guard parser.accept(.colon) != nil else {
                parser.position = start
                return nil
            }
            let value = parser.expression()
            guard parser.position == place else {
                parser.position = partner
                parser.advance()
                parser.report(
                    SyntaxDiagnostics.loopForComprehension(
                        "var d = [:]; for … in … { d[…] = … }", parser.span(from: start)),
                    at: place)
                return parser.missing(parser.span(from: start))
            }
            let sign = parser.span(parser.current)
            let body = "d[\(parser.short(key.span))] = \(parser.short(value.span))"
            let written = "var d = [:]; " + Self.loops(parser.clauses(), around: body)
            parser.report(SyntaxDiagnostics.loopForComprehension(written, sign), at: place)
            parser.position = partner
            parser.advance()
            return parser.missing(parser.span(from: start))
        }
    }

    /// The `for` after a `:` in the bracket that is next, outside of inner brackets.
    private func comprehensionFor(until partner: Int) -> Int? {
        var index = position + 1
        var hasColon = false
        while index < partner, index < position + 200 {
            switch layout.tokens[index].kind {
            case .symbol(.colon): hasColon = true
            case .symbol(.comma) where !hasColon: return nil
            case .keyword(.for) where begins(index): return hasColon ? index : nil
            default: index = max(index, layout.partners[index])
            }
            index += 1
        }
        return nil
    }

    /// The `for` at an index is no member or label.
    private func begins(_ index: Int) -> Bool {
        layout.tokens[index - 1].kind != .symbol(.dot)
            && layout.tokens[index + 1].kind != .symbol(.colon)
    }

    // MARK: Braces

    /// `{…}` as a value: a dict or set of Python's, or a block that lost its place.
    mutating func strayBrace() -> Expression {
        let start = position
        if current.startsLine, start > 1, layout.tokens[start - 1].kind == .newline,
            layout.tokens[start - 2].kind == .symbol(.rightParenthesis)
        {
            report(SyntaxDiagnostics.braceLine("call", span(current)))
            skipToken()
            return missing(span(from: start))
        }
        let partner = layout.partners[start]
        guard partner > start, context.isInBrackets || previous?.kind != .newline else {
            return reportedBrace(SyntaxDiagnostics.braceValue(span(current)))
        }
        if let comprehension = setComprehension(until: partner) ?? dictionaryComprehension() {
            return comprehension
        }
        let all = Span(source, current.start, layout.tokens[partner].end)
        let content = source.text(of: all).dropFirst().dropLast()
            .replacing("'", with: "\"").drop { $0 == " " }
        let isShort = content.count <= 60 && !content.contains("\n")
        if token(1).kind == .symbol(.rightBrace) {
            return reportedBrace(
                SyntaxDiagnostics.braces(
                    span(current), "an empty dict is written `[:]`", help: "write `[:]`"))
        }
        if token(1).kind == .symbol(.doubleStar) {
            return reportedBrace(
                SyntaxDiagnostics.braces(
                    span(current), "`**` does not spread a dict into another",
                    help: "copy it, `var d = other`, and set keys in the copy: `d[\"a\"] = 1`"))
        }
        let separator = firstSeparator(until: partner)
        if separator != nil {
            // What is written instead has the right quotes.
            diagnostics.removeAll {
                $0.id == "python.quotes" && ($0.span?.start ?? 0) > all.start
                    && ($0.span?.end ?? .max) < all.end
            }
        }
        switch separator {
        case .colon:
            return reportedBrace(
                SyntaxDiagnostics.braces(
                    span(current), "a dict is written in square brackets",
                    help: isShort
                        ? "write `[\(content)]`"
                        : "write `[` for the `{`, `]` for the `}` and strings in `\"`"))
        case .comma:
            return reportedBrace(
                SyntaxDiagnostics.braces(
                    span(current), "there are no sets",
                    help: isShort
                        ? "write a list: `[\(content)]`"
                        : "write a list: `[` for the `{` and `]` for the `}`"))
        default: return reportedBrace(SyntaxDiagnostics.braceValue(span(current)))
        }
    }

    private mutating func reportedBrace(_ diagnostic: Diagnostic) -> Expression {
        let start = position
        report(diagnostic)
        skipToken()
        return missing(span(from: start))
    }

    /// The first `:` or `,` inside the brace that is next, outside of inner brackets.
    private func firstSeparator(until partner: Int) -> Symbol? {
        var index = position + 1
        while index < partner, index < position + 50 {
            switch layout.tokens[index].kind {
            case .symbol(.colon): return .colon
            case .symbol(.comma): return .comma
            case .newline where index > position + 1, .symbol(.semicolon), .symbol(.assign):
                return nil
            default: index = max(index, layout.partners[index])
            }
            index += 1
        }
        return nil
    }

    /// `{f(x) for x in xs}`: the list of it.
    private mutating func setComprehension(until partner: Int) -> Expression? {
        let start = position
        var index = position + 1
        while index < partner, layout.tokens[index].kind != .keyword(.for) {
            switch layout.tokens[index].kind {
            case .symbol(.colon), .newline, .symbol(.semicolon), .symbol(.assign): return nil
            default: index = max(index, layout.partners[index]) + 1
            }
        }
        guard index < partner, index > position + 1, index < position + 100 else { return nil }
        var inner = Context()
        inner.isInBrackets = true
        let place = span(current)
        advance()
        let known = diagnostics.count
        _ = with(inner) { $0.expression() }
        if diagnostics.count == known { reportMeaning(SyntaxDiagnostics.braceValue(place)) }
        position = partner
        advance()
        return missing(span(from: start))
    }
}
