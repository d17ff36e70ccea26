import Diagnostics

/// String literals.
extension Parser {
    mutating func string() -> Expression {
        let start = position
        let isMultiline = advance().kind == .stringStart(isMultiline: true)
        var texts: [[UInt8]?] = []
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
            reportMeaning(SyntaxDiagnostics.emptyInterpolation(span(from: opener)))
            value = missing(span(from: opener))
        } else if at(.leftBrace), current.start == layout.tokens[opener].end {
            report(SyntaxDiagnostics.doubleBrace(span(current)))
            skipToken()
            value = missing(span(from: opener))
        } else {
            value = with(inner) { $0.expression() }
        }
        var format: FormatSpecification?
        if current.kind == .format {
            let token = advance()
            format = FormatSpecification(text(token).dropFirst(), span: span(token))
            if format == nil {
                reportMeaning(SyntaxDiagnostics.format(text(token), span(token)))
            }
        }
        if current.kind != .interpolationEnd, current.kind != .end {
            let end = layout.tokens[max(layout.partners[opener], 0)]
            if end.end > end.start { reportExpected("`}` or `:` and a format") }
            position = max(position, layout.partners[opener])
        }
        advance()
        return .interpolation(value, format)
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
        let text = StringText.decoded(content)
        return Expression(.string(text.isEmpty ? [] : [.text(text)]), span(token))
    }
}
