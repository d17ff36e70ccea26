import Diagnostics

/// `def`, as Python has it.
extension Parser {
    /// `def f(x: int) -> float:` and its body; one message says how the head is written here.
    mutating func pythonFunction(_ documentation: String?) -> FunctionDeclaration {
        let place = position
        let sign = span(current)
        let declaration = function(documentation, isPython: true)
        let isForward = modelDepth > 0 && declaration.name.text == "forward"
        let head = (isForward ? "" : "func ") + head(of: declaration)
        let isIndented = source.utf8[declaration.body.span.start...].first == UInt8(ascii: ":")
        if isForward {
            report(SyntaxDiagnostics.functionForward(head, sign), at: place)
        } else if isIndented {
            report(SyntaxDiagnostics.pythonFunction(head, sign), at: place)
        } else {
            report(SyntaxDiagnostics.def(head, sign), at: place)
        }
        return declaration
    }

    /// `f(x, y = 2) -> [N]`
    private func head(of declaration: FunctionDeclaration) -> String {
        let parameters = declaration.parameters.map { parameter in
            var text = parameter.name.text
            if let shape = parameter.shape { text += ": \(short(shape.span))" }
            if let value = parameter.defaultValue { text += " = \(short(value.span))" }
            return text
        }
        var text = "\(declaration.name.text)(\(parameters.joined(separator: ", ")))"
        if case .one(let shape)? = declaration.result, !shape.dimensions.isEmpty {
            text += " -> \(short(shape.span))"
        }
        return text.count > 80 || text.contains("…") ? "\(declaration.name.text)(…)" : text
    }

    /// `def __init__(self, n):` in a model, whose body is read but not reported.
    mutating func pythonInitializer() {
        let place = position
        let sign = span(current).union(span(token(1)))
        let known = diagnostics.count
        let outer = hasReportedSelf
        let declaration = function(nil, isPython: true)
        diagnostics.removeSubrange(min(known, diagnostics.count)...)
        hasReportedSelf = outer
        var parts = ""
        for case .assignment(let target, .set, let value) in declaration.body.items.map(\.kind) {
            guard case .place(let name, let accessors) = target.kind, accessors.isEmpty,
                !name.text.isEmpty
            else { continue }
            parts = "let \(name.text) = \(short(value.span)) "
            break
        }
        let names = declaration.parameters.map(\.name.text).joined(separator: ", ")
        report(
            SyntaxDiagnostics.initializer("model \(modelName)(\(names)) { \(parts)… }", sign),
            at: place)
    }
}
