import Diagnostics

/// String literals.
extension Parser {
    mutating func string() -> Expression {
        let start = position
        let isMultiline = advance().kind == .stringStart(isMultiline: true)
        var texts: [[UInt8]?] = []
        // One message for the empty braces of a string says it for all.
        defer { hasReportedEmptyBraces = false }
        var interpolations: [StringPart] = []
        while current.kind != .stringEnd, current.kind != .end {
            switch current.kind {
            case .stringText:
                let token = advance()
                reportEscapes(token)
                texts.append(Array(source.utf8[token.start..<token.end]))
            case .interpolationStart:
                interpolations.append(interpolation())
                texts.append(nil)
            default:
                skipToken()
            }
        }
        advance()
        if isMultiline { texts = StringText.withoutIndentation(texts) }
        var rest = interpolations[...]
        var parts: [StringPart] = []
        for text in texts {
            if let text {
                let decoded = StringText.decoded(text)
                if !decoded.isEmpty { parts.append(.text(decoded)) }
            } else if let next = rest.popFirst() {
                parts.append(next)
            }
        }
        return Expression(.string(parts), span(from: start))
    }

    private mutating func reportEscapes(_ token: Token) {
        for range in StringText.wrongEscapes(source.utf8[token.start..<token.end]) {
            let place = Span(source, range.lowerBound, range.upperBound)
            reportMeaning(SyntaxDiagnostics.escape(source.text(of: place), place))
        }
    }

    /// `{expr}` or `{expr:format}`. The lexer has closed it, even where the text does not.
    private mutating func interpolation() -> StringPart {
        let opener = position
        advance()
        var inner = Context()
        inner.isInBrackets = true
        let value: Expression
        if current.kind == .interpolationEnd || current.kind == .format {
            // An end that is not in the text has been reported.
            if !hasReportedEmptyBraces, current.kind == .format || current.start < current.end {
                reportMeaning(SyntaxDiagnostics.emptyInterpolation(span(from: opener)))
            }
            hasReportedEmptyBraces = true
            value = missing(span(from: opener))
        } else if at(.leftBrace), current.start == layout.tokens[opener].end {
            report(SyntaxDiagnostics.doubleBrace(span(current)))
            skipToken()
            value = missing(span(from: opener))
        } else {
            value = with(inner) { $0.expression() }
        }
        reportConversion(of: value)
        var format: FormatSpecification?
        if case .integer = value.kind, current.kind == .interpolationEnd {
            reportMeaning(
                SyntaxDiagnostics.literalNumber(
                    source.text(of: value.span), span(layout.tokens[opener]).union(span(current))))
        }
        if current.kind == .format {
            let token = advance()
            format = FormatSpecification(text(token).dropFirst(), span: span(token))
            if format == nil, case .string = value.kind {
                reportMeaning(SyntaxDiagnostics.literalBrace(span(layout.tokens[opener])))
            } else if format == nil {
                reportMeaning(SyntaxDiagnostics.format(text(token), span(token)))
            }
        }
        if current.kind != .interpolationEnd, current.kind != .end {
            let end = layout.tokens[max(layout.partners[opener], 0)]
            if end.end > end.start { reportRestOfBraces(value) }
            position = max(position, layout.partners[opener])
        }
        advance()
        return .interpolation(value, format)
    }

    private mutating func reportRestOfBraces(_ value: Expression) {
        if at(.comma) {
            report(SyntaxDiagnostics.severalInBraces(short(value.span), span(current)))
        } else {
            reportExpected("`}` or `:` and a format")
        }
    }

    /// `{x=}` and `{x!r}` of Python.
    private mutating func reportConversion(of value: Expression) {
        let next = token(1).kind
        let isDebug = at(.assign) && (next == .interpolationEnd || next == .format)
        let isConversion = at(.exclamation) && ["r", "s", "a"].contains(text(token(1)))
        guard isDebug || isConversion else { return }
        let place = position
        advance()
        if isConversion { advance() }
        let all = span(from: place)
        report(
            SyntaxDiagnostics.conversion(source.text(of: all), short(value.span), all), at: place)
    }

    /// A string that says where to find something: text alone.
    mutating func plainString() -> String {
        let literal = string()
        guard case .string(let parts) = literal.kind else { return "" }
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .interpolation: reportMeaning(SyntaxDiagnostics.plainString(literal.span))
            }
        }
        return result
    }

    /// `'text'`; the lexer has said what to write.
    mutating func foreignString() -> Expression {
        let token = advance()
        let raw = text(token)
        let marks = raw.hasPrefix("'''") ? 3 : 1
        let content = Array(raw.dropFirst(marks).dropLast(marks).utf8)
        if marks == 1, !raw.contains("\n") {
            let written = SyntaxDiagnostics.escapedForQuotes(String(raw.dropFirst().dropLast()))
            correct(span(token), "\"\(written)\"")
        }
        let text = StringText.decoded(content)
        return Expression(.string(text.isEmpty ? [] : [.text(text)]), span(token))
    }
}
