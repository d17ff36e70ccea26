import Diagnostics

/// Shapes in signatures.
extension Parser {
    ///     shapes = shape | "(" shape,… ")"
    mutating func shapes() -> Shapes {
        if at(.leftParenthesis), token(1).kind == .symbol(.leftBracket) || isInPythonHead {
            return .several(list(closing: .rightParenthesis) { $0.shape() })
        }
        return .one(shape())
    }

    ///     shape = "[" [dim,…] "]"
    mutating func shape() -> ShapePattern {
        let start = position
        guard at(.leftBracket) else {
            return typeAnnotation() ?? ShapePattern(dimensions: [], span: spanAfterPrevious)
        }
        let dimensions = list(closing: .rightBracket) { $0.dim() }
        let rests = dimensions.filter { if case .rest = $0.kind { true } else { false } }
        if rests.count > 1 {
            reportMeaning(SyntaxDiagnostics.severalRests(rests[1].span, first: rests[0].span))
        }
        return ShapePattern(dimensions: dimensions, span: span(from: start))
    }

    /// What stands where a shape is expected: `x: Int` says nothing here, `x: (N, 3)` and
    /// `x: Tensor[N, 3]` are shapes of other languages. Skips to the `=`, `,` or bracket after it.
    mutating func typeAnnotation() -> ShapePattern? {
        let start = position
        let sign = previous?.symbol?.rawValue ?? ":"
        let wrapper = text(current)
        if Self.tensorTypes.contains(wrapper), token(1).kind == .symbol(.leftBracket) {
            advance()
            let inner = position
            let shape = shape()
            let written = "\(sign) \(short(span(from: inner)))"
            if !isInPythonHead {
                report(
                    SyntaxDiagnostics.wrappedShape(written, wrapper, span(layout.tokens[start])),
                    at: start)
            }
            return shape
        }
        while !endsStatement, !at(.assign), !at(.comma), !at(.rightParenthesis), !at(.leftBrace),
            !(sign == "->" && at(.colon))
        {
            skipToken()
        }
        guard position > start else {
            reportExpected("a shape such as `[N, 3]`")
            return nil
        }
        let all = span(from: start)
        let text = source.text(of: all)
        if isInPythonHead { return nil }
        if text.hasPrefix("("), text.hasSuffix(")") {
            let inside = text.dropFirst().dropLast()
            let dimensions = inside.hasSuffix(",") ? inside.dropLast() : inside
            report(
                SyntaxDiagnostics.wrappedShape("\(sign) [\(dimensions)]", short(all), all),
                at: start)
        } else {
            report(SyntaxDiagnostics.typeAnnotation(short(all), after: sign, all), at: start)
        }
        return nil
    }

    private static let tensorTypes: Set<String> = ["Tensor", "tensor", "Array", "array", "ndarray"]

    /// `func f(x): [N] { … }`
    mutating func resultAfterColon() -> Shapes? {
        let place = position
        let isShape = token(1).kind == .symbol(.leftBracket) && layout.partners[position + 1] > 0
        let next = isShape ? layout.partners[position + 1] + 1 : position + 2
        guard isShape || token(1).kind == .name,
            layout.tokens[min(next, layout.tokens.count - 1)].kind == .symbol(.leftBrace)
        else { return nil }
        let sign = span(advance())
        guard isShape else {
            _ = typeAnnotation()
            return nil
        }
        let start = position
        let result = shapes()
        report(SyntaxDiagnostics.resultAfterColon(short(span(from: start)), sign), at: place)
        return result
    }

    ///     dim = int | name [":" int] | "(" expr ")" | "_" | "..." [name]
    mutating func dim() -> DimensionPattern {
        let start = position
        let kind = dimensionKind()
        if !at(.comma), !at(.rightBracket), !endsList {
            while !at(.comma), !at(.assign), !endsList { skipToken() }
            let all = span(from: start)
            if !hasReported(since: start), !at(.assign) {
                reportMeaning(SyntaxDiagnostics.computedDimension(short(all), all))
            }
        }
        return DimensionPattern(kind, span(from: start))
    }

    private mutating func dimensionKind() -> DimensionPattern.Kind {
        switch current.kind {
        case .integer:
            return .literal(integer() ?? 0)
        case .name:
            if atWord("_") {
                advance()
                return .wildcard
            }
            if ["None", "Any"].contains(text(current)) {
                report(SyntaxDiagnostics.anySize(text(current), span(current)))
                advance()
                return .wildcard
            }
            let name = takeWord()
            guard accept(.colon) != nil else { return .name(name.text) }
            guard current.kind == .integer else {
                reportExpected("the size as a number")
                return .name(name.text)
            }
            return .sized(name.text, integer() ?? 0)
        case .symbol(.leftParenthesis):
            let parts = list(closing: .rightParenthesis) { $0.expression() }
            if parts.count == 1 { return .expression(parts[0]) }
            reportMeaning(SyntaxDiagnostics.dimensionParentheses(spanAfterPrevious))
            return .wildcard
        case .symbol(.ellipsis):
            advance()
            return .rest(current.kind == .name ? takeWord().text : nil)
        case .keyword(.nil):
            report(SyntaxDiagnostics.anySize("nil", span(current)))
            advance()
            return .wildcard
        case .symbol(.minus):
            return .wildcard  // reported by `dim` with what follows
        default:
            reportExpected("a dimension: a number, a name, `_`, `...` or `(…)`")
            return .wildcard
        }
    }
}

extension Shapes {
    var all: [ShapePattern] {
        switch self {
        case .one(let shape): [shape]
        case .several(let shapes): shapes
        }
    }
}
