import Diagnostics

/// Sentences about shapes, models and optimizers.
extension SyntaxDiagnostics {
    static func typeAnnotation(
        _ type: String, after sign: String = ":", _ span: Span
    ) -> Diagnostic {
        Diagnostic(
            id: "syntax.type", "`\(type)` is not a shape", at: span,
            notes: ["values carry their types; only shapes are written, as in `x: [N, 3]`"],
            help: "leave out `\(sign) \(type)`")
    }

    static func severalRests(_ span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.several-rests", "`...` stands at most once in a shape", at: span,
            secondary: [Diagnostic.Label(first, "first here")],
            help: "write `_` for each of the other axes")
    }

    static func computedDimension(_ text: String, _ span: Span) -> Diagnostic {
        let isNegative = text.hasPrefix("-")
        return Diagnostic(
            id: "syntax.dimension", "a dimension that is computed stands in parentheses", at: span,
            help: isNegative
                ? "write `_` for an axis of any size, or `(\(text))`" : "write `(\(text))`")
    }

    static func dimensionParentheses(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.dimension", "the parentheses hold one size", at: span,
            help: "write for example `(2*d)`")
    }

    static func missingInitializer(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "model.initial", "`\(name)` has no first value", at: span,
            help: "write an initializer after the shape: `= glorotUniform()`, `= zeros()`")
    }

    static func lambdaShape(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.lambda-shape", "the parameters of a function without a name have no shapes",
            at: span,
            help: "leave the shape out, or write `func f(x: […]) { … }`")
    }

    static func missingShape(_ kind: String, _ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "model.shape", "`\(name)` has no shape", at: span,
            help: "write `\(kind) \(name): [D, units] = …`")
    }

    static func modelMember(_ found: Statement) -> Diagnostic {
        var help = "put it in `forward` or in a `func`"
        if case .binding(isVariable: true, let pattern, _, _) = found.kind {
            let name = found.span.source.text(of: pattern.span)
            help = "write `state \(name): [] = …` for what `forward` changes, else `let`"
        } else if case .assignment(_, .set, _) = found.kind {
            help = "write `let` before it for a part, or `param name: shape = …` for a weight"
        }
        return Diagnostic(
            id: "model.member", "this cannot stand in the body of a model", at: found.span,
            notes: ["a model holds `param`, `state`, `let`, `func` and `forward`"], help: help)
    }

    static func optimizerPart(_ found: Statement) -> Diagnostic {
        Diagnostic(
            id: "optimizer.part", "this cannot stand in the body of an optimizer", at: found.span,
            notes: ["an optimizer holds `slot`, `func` and `update`"],
            help: "put it in `update` or in a `func`")
    }

    static func missingUpdate(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "optimizer.update", "the optimizer `\(name)` has no `update`", at: span,
            help: "add `update(p, g) { … }`, which gives the new value of the parameter `p`")
    }

    static func functionForward(_ head: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "model.func-forward", "`forward` stands without `func` or `def`", at: span,
            help: "write `\(head) { … }`")
    }
}
