import Diagnostics

/// Shapes in signatures.
extension Parser {
    ///     shapes = shape | "(" shape,… ")"
    mutating func shapes() -> Shapes {
        if at(.leftParenthesis) {
            return .several(list(closing: .rightParenthesis) { $0.shape() })
        }
        return .one(shape())
    }

    ///     shape = "[" [dim,…] "]"
    mutating func shape() -> ShapePattern {
        let start = position
        guard at(.leftBracket) else {
            if current.kind == .name {
                reportTypeAnnotation()
            } else {
                reportExpected("a shape such as `[N, 3]`")
            }
            return ShapePattern(dimensions: [], span: spanAfterPrevious)
        }
        let dimensions = list(closing: .rightBracket) { $0.dim() }
        let rests = dimensions.filter { if case .rest = $0.kind { true } else { false } }
        if rests.count > 1 {
            reportMeaning(SyntaxDiagnostics.severalRests(rests[1].span, first: rests[0].span))
        }
        return ShapePattern(dimensions: dimensions, span: span(from: start))
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
