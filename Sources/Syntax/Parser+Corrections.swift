import Diagnostics

/// The texts that messages quote.
extension Parser {
    /// The text of a span for use in a sentence, with what was foreign in it as it is written here.
    func short(_ span: Span, limit: Int = 48) -> String {
        let text = source.text(of: span)
        if text.contains("\n") || text.count > limit { return "…" }
        let corrected = corrected(span)
        return corrected.count > 2 * limit ? "…" : corrected
    }

    /// As above, in parentheses if an operator would take it apart.
    func operand(_ expression: Expression) -> String {
        let text = short(expression.span)
        switch expression.kind {
        case .binary, .range, .unary, .conditional, .attempt, .lambda:
            let isClosed =
                text.hasPrefix("(") && source.utf8[expression.span.start] == UInt8(ascii: "(")
                && layoutCloses(expression.span)
            return isClosed || text == "…" ? text : "(\(text))"
        default: return text
        }
    }

    /// The first character of the span opens the bracket that its last one closes.
    private func layoutCloses(_ span: Span) -> Bool {
        var depth = 0
        for byte in source.utf8[span.start..<span.end].dropLast() {
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 { return false }
        }
        return source.utf8[span.end - 1] == UInt8(ascii: ")")
    }

    /// Notes how something is written here.
    mutating func correct(_ span: Span, _ text: String) {
        guard !text.contains("…"), corrections.count < 10_000 else { return }
        corrections.append((span, text))
    }

    /// Corrections come in the order in which their spans end, outer ones after inner ones.
    private func corrected(_ span: Span) -> String {
        var pieces: [(span: Span, text: String)] = []
        var end = span.end
        for correction in corrections.reversed() {
            if correction.span.start < span.start { break }
            guard correction.span.end <= end else { continue }
            pieces.append(correction)
            end = correction.span.start
        }
        var result = ""
        var position = span.start
        for piece in pieces.reversed() {
            result += source.text(of: Span(source, position, piece.span.start)) + piece.text
            position = piece.span.end
        }
        return result + source.text(of: Span(source, position, span.end))
    }
}
