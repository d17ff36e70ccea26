import Diagnostics

/// A tree as text in parentheses, without spans: equal texts mean equal structure.
///
///     let x = 1 + f(2)        (let x (+ 1 (call f 2)))
public enum Dump {
    /// A line per item.
    public static func text(of program: Program) -> String {
        program.items.map(statement).joined(separator: "\n")
    }

    static func text(of expression: Expression) -> String { self.expression(expression) }

    /// `(a b c)`, without the parts that are empty.
    static func form(_ parts: String...) -> String { form(parts) }

    static func form(_ parts: [String]) -> String {
        "(" + parts.filter { !$0.isEmpty }.joined(separator: " ") + ")"
    }

    static func statement(_ statement: Statement) -> String {
        switch statement.kind {
        case .function(let function): return self.function("func", function)
        case .model(let model): return self.model(model)
        case .optimizer(let optimizer): return self.optimizer(optimizer)
        case .binding(let isVariable, let pattern, let annotation, let value):
            return form(
                isVariable ? "var" : "let", self.pattern(pattern),
                annotation.map(self.annotation) ?? "", expression(value))
        case .assignment(let target, let operation, let value):
            return form(operation.rawValue, self.target(target), expression(value))
        case .dims(let names): return form(["dims"] + names.map(\.text))
        case .forLoop(let pattern, let sequence, let body):
            return form("for", self.pattern(pattern), expression(sequence), block(body))
        case .whileLoop(let condition, let body):
            return form("while", expression(condition), block(body))
        case .breakLoop: return "(break)"
        case .continueLoop: return "(continue)"
        case .returnValue(let value): return form("return", value.map(expression) ?? "")
        case .assertion(let condition, let message):
            return form("assert", expression(condition), message.map(expression) ?? "")
        case .importModule(let module): return importModule(module)
        case .expression(let value, let isDiscarded):
            return isDiscarded ? form("discard", expression(value)) : expression(value)
        }
    }

    static func block(_ block: Block) -> String {
        "{" + block.items.map(statement).joined(separator: " ") + "}"
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func importModule(_ module: Import) -> String {
        let alias = module.alias.map { "as " + $0.text } ?? ""
        switch module.source {
        case .name(let name): return form("import", name, alias)
        case .path(let path): return form("import", quoted(path), alias)
        }
    }

    static func pattern(_ pattern: Pattern) -> String {
        switch pattern.kind {
        case .name(let name): name
        case .wildcard: "_"
        case .tuple(let parts): form(["tuple"] + parts.map(self.pattern))
        }
    }

    private static func target(_ target: Target) -> String {
        switch target.kind {
        case .tuple(let parts): return form(["tuple"] + parts.map(self.target))
        case .place(let name, let accessors):
            return accessors.reduce(name.text) { base, accessor in
                switch accessor {
                case .index(let subscripts, _):
                    form(["index", base] + subscripts.map(self.subscriptText))
                case .member(let name): form(".", base, name.text)
                }
            }
        }
    }

    // MARK: Shapes

    private static func annotation(_ annotation: Annotation) -> String {
        switch annotation {
        case .shape(let shape): ":" + self.shape(shape)
        case .signature(let inputs, let outputs):
            ":" + form("->", form(inputs.map(shape)), shapes(outputs))
        }
    }

    static func shapes(_ shapes: Shapes) -> String {
        switch shapes {
        case .one(let shape): self.shape(shape)
        case .several(let several): form(several.map(shape))
        }
    }

    static func shape(_ shape: ShapePattern) -> String {
        "[" + shape.dimensions.map(dimension).joined(separator: " ") + "]"
    }

    private static func dimension(_ dimension: DimensionPattern) -> String {
        switch dimension.kind {
        case .literal(let size): String(size)
        case .name(let name): name
        case .sized(let name, let size): "\(name):\(size)"
        case .expression(let value): "(eval \(expression(value)))"
        case .wildcard: "_"
        case .rest(let name): "..." + (name ?? "")
        }
    }

    // MARK: Declarations

    static func function(_ word: String, _ function: FunctionDeclaration) -> String {
        form(
            word, function.name.text, parameters(function.parameters),
            function.result.map { "-> " + shapes($0) } ?? "", block(function.body),
            documentation(function.documentation))
    }

    private static func documentation(_ text: String?) -> String {
        text.map { form("doc", quoted($0)) } ?? ""
    }

    private static func parameters(_ parameters: [Parameter]) -> String {
        form(
            parameters.map { parameter in
                var text = parameter.name.text
                if let shape = parameter.shape { text += ":" + self.shape(shape) }
                if let value = parameter.defaultValue { text += "=" + expression(value) }
                return text
            })
    }

    private static func model(_ model: ModelDeclaration) -> String {
        form(
            ["model", model.name.text, parameters(model.parameters)] + model.members.map(member)
                + [documentation(model.documentation)])
    }

    private static func member(_ member: ModelDeclaration.Member) -> String {
        let condition = member.condition.map { "if " + expression($0) } ?? ""
        switch member.kind {
        case .parameter(let name, let shape, let value):
            return form("param", name.text, self.shape(shape), expression(value), condition)
        case .state(let name, let shape, let value):
            return form("state", name.text, self.shape(shape), expression(value), condition)
        case .part(let name, let value):
            return form("let", name.text, expression(value), condition)
        case .method(let function): return self.function("func", function)
        case .forward(let function): return self.function("forward", function)
        }
    }

    private static func optimizer(_ optimizer: OptimizerDeclaration) -> String {
        let slots = optimizer.slots.map { form("slot", $0.name.text, expression($0.initializer)) }
        let functions = optimizer.functions.map { function("func", $0) }
        let update = optimizer.update.map { [function("update", $0)] } ?? []
        return form(
            ["optimizer", optimizer.name.text, parameters(optimizer.parameters)] + slots + functions
                + update + [documentation(optimizer.documentation)])
    }
}
