extension Dump {
    static func expression(_ expression: Expression) -> String {
        switch expression.kind {
        case .integer(let value): return String(value)
        case .float(let value): return String(value)
        case .boolean(let value): return String(value)
        case .none: return "nil"
        case .missing: return "<missing>"
        case .name(let name): return name
        case .string(let parts): return string(parts)
        case .unary(let operation, let operand):
            return form(operation.rawValue, self.expression(operand))
        case .binary(let operation, let left, let right, _):
            return form(operation.rawValue, self.expression(left), self.expression(right))
        case .range(let first, let last, let isClosed, let step):
            return form(
                isClosed ? "..." : "..<", self.expression(first), self.expression(last),
                step.map { "by " + self.expression($0) } ?? "")
        case .call(let callee, let arguments, let block): return call(callee, arguments, block)
        case .index(let base, let subscripts):
            return form(["index", self.expression(base)] + subscripts.map(subscriptText))
        case .member(let base, let name): return form(".", self.expression(base), name.text)
        case .tuple, .record, .list, .dictionary: return collection(expression.kind)
        case .lambda(let patterns, let body):
            return form("=>", form(patterns.map(pattern)), self.body(body))
        case .conditional(let branches, let otherwise): return conditional(branches, otherwise)
        case .attempt(let body, let fallback):
            return form("try", self.body(body), self.body(fallback))
        }
    }

    private static func collection(_ kind: Expression.Kind) -> String {
        switch kind {
        case .tuple(let parts): return form(["tuple"] + parts.map(expression))
        case .list(let parts): return form(["list"] + parts.map(expression))
        case .record(let fields):
            return form(["record"] + fields.map { $0.label.text + ": " + expression($0.value) })
        case .dictionary(let entries):
            return form(["dict"] + entries.map { expression($0.key) + ": " + expression($0.value) })
        default: return ""
        }
    }

    private static func call(
        _ callee: Expression, _ arguments: [Argument], _ block: Block?
    ) -> String {
        let texts = arguments.map { argument in
            (argument.label.map { $0.text + ": " } ?? "") + expression(argument.value)
        }
        return form(["call", expression(callee)] + texts + [block.map(self.block) ?? ""])
    }

    private static func conditional(
        _ branches: [ConditionalBranch], _ otherwise: Block?
    ) -> String {
        let texts = branches.map { expression($0.condition) + " " + block($0.body) }
        return form(["if"] + texts + [otherwise.map { "else " + block($0) } ?? ""])
    }

    private static func body(_ body: LambdaBody) -> String {
        switch body {
        case .expression(let value): expression(value)
        case .block(let block): self.block(block)
        }
    }

    static func subscriptText(_ element: Subscript) -> String {
        switch element {
        case .index(let value): return expression(value)
        case .ellipsis: return "..."
        case .slice(let start, let end, let step, _):
            let parts = [start, end, step].map { $0.map(expression) ?? "_" }
            return form(["slice"] + parts)
        }
    }

    private static func string(_ parts: [StringPart]) -> String {
        if case .some(.text(let text)) = parts.first, parts.count == 1 { return quoted(text) }
        let texts = parts.map { part in
            switch part {
            case .text(let text): quoted(text)
            case .interpolation(let value, let format):
                form("show", expression(value), format.map { ":" + $0.text } ?? "")
            }
        }
        return form(["string"] + texts)
    }
}

extension FormatSpecification {
    /// As it is written after the colon.
    var text: String {
        var text = ""
        if let alignment { text += (fill == " " ? "" : fill) + alignment.rawValue }
        if showsPlus { text += "+" }
        if padsWithZeros { text += "0" }
        if let width { text += String(width) }
        if groupsThousands { text += "," }
        if let digits { text += ".\(digits)" }
        return text + (type ?? "")
    }
}
