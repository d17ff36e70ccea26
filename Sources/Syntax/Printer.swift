/// A tree as canonical text, which is read back as the same tree: one statement a line, four spaces
/// a level, parentheses only where they are needed. Comments are not part of the tree.
public struct Printer {
    private var level = 0
    /// In the head of `if`, `for` or `while`, outside brackets, a trailing block needs parentheses.
    var isHead = false

    /// The text of a program, with a newline at its end unless it is empty.
    public static func print(_ program: Program) -> String {
        var printer = Printer()
        return program.items.map { printer.statement($0) + "\n" }.joined()
    }

    private init() {}

    var indentation: String { String(repeating: "    ", count: level) }

    /// `{`, the lines one level deeper, `}`.
    mutating func braces<Item>(
        _ items: [Item], _ text: (inout Printer, Item) -> String
    ) -> String {
        if items.isEmpty { return "{}" }
        let wasHead = isHead
        isHead = false
        level += 1
        let lines = items.map { indentation + text(&self, $0) + "\n" }.joined()
        level -= 1
        isHead = wasHead
        return "{\n" + lines + indentation + "}"
    }

    mutating func block(_ block: Block) -> String {
        braces(block.items) { $0.statement($1) }
    }

    // MARK: Statements

    mutating func statement(_ statement: Statement) -> String {
        switch statement.kind {
        case .function(let function): return self.function("func ", function)
        case .model(let model): return self.model(model)
        case .optimizer(let optimizer): return self.optimizer(optimizer)
        case .binding(let isVariable, let pattern, let annotation, let value):
            let shape = annotation.map { ": " + self.annotation($0) } ?? ""
            return (isVariable ? "var " : "let ") + self.pattern(pattern) + shape + " = "
                + expression(value)
        case .assignment(let target, let operation, let value):
            return self.target(target) + " \(operation.rawValue) " + expression(value)
        case .dims(let names): return "dims " + names.map(\.text).joined(separator: ", ")
        case .forLoop(let pattern, let sequence, let body):
            return "for " + self.pattern(pattern) + " in " + head(sequence) + " " + block(body)
        case .whileLoop(let condition, let body):
            return "while " + head(condition) + " " + block(body)
        case .breakLoop: return "break"
        case .continueLoop: return "continue"
        case .returnValue(let value): return "return" + (value.map { " " + expression($0) } ?? "")
        case .assertion(let condition, let message):
            return "assert " + expression(condition) + (message.map { ", " + expression($0) } ?? "")
        case .importModule(let module): return importModule(module)
        case .expression(let value, let isDiscarded):
            return expression(value) + (isDiscarded ? ";" : "")
        }
    }

    private func importModule(_ module: Import) -> String {
        let alias = module.alias.map { " as " + $0.text } ?? ""
        switch module.source {
        case .name(let name): return "import " + name + alias
        case .path(let path): return "import \"" + escaped(path) + "\"" + alias
        }
    }

    func pattern(_ pattern: Pattern) -> String {
        switch pattern.kind {
        case .name(let name): name
        case .wildcard: "_"
        case .tuple(let parts): "(" + parts.map(self.pattern).joined(separator: ", ") + ")"
        }
    }

    private mutating func target(_ target: Target) -> String {
        switch target.kind {
        case .tuple(let parts):
            return "(" + parts.map { self.target($0) }.joined(separator: ", ") + ")"
        case .place(let name, let accessors):
            var text = name.text
            for accessor in accessors {
                switch accessor {
                case .index(let subscripts, _): text += self.subscripts(subscripts)
                case .member(let name): text += "." + name.text
                }
            }
            return text
        }
    }

    // MARK: Shapes

    private mutating func annotation(_ annotation: Annotation) -> String {
        switch annotation {
        case .shape(let shape): return self.shape(shape)
        case .signature(let inputs, let outputs):
            let left = inputs.count == 1 ? Shapes.one(inputs[0]) : .several(inputs)
            return shapes(left) + " -> " + shapes(outputs)
        }
    }

    private mutating func shapes(_ shapes: Shapes) -> String {
        switch shapes {
        case .one(let shape): return self.shape(shape)
        case .several(let several):
            return "(" + several.map { shape($0) }.joined(separator: ", ") + ")"
        }
    }

    private mutating func shape(_ shape: ShapePattern) -> String {
        let texts = shape.dimensions.map { dimension in
            switch dimension.kind {
            case .literal(let size): String(size)
            case .name(let name): name
            case .sized(let name, let size): "\(name): \(size)"
            case .expression(let value): "(" + expression(value) + ")"
            case .wildcard: "_"
            case .rest(let name): "..." + (name ?? "")
            }
        }
        return "[" + texts.joined(separator: ", ") + "]"
    }

    // MARK: Declarations

    private mutating func function(_ word: String, _ function: FunctionDeclaration) -> String {
        let result = function.result.map { " -> " + shapes($0) } ?? ""
        return documentation(function.documentation) + word + function.name.text
            + parameters(function.parameters) + result + " " + block(function.body)
    }

    private func documentation(_ text: String?) -> String {
        guard let text else { return "" }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { ($0.isEmpty ? "##" : "## " + $0) + "\n" + indentation }.joined()
    }

    private mutating func parameters(_ parameters: [Parameter]) -> String {
        let texts = parameters.map { parameter in
            parameter.name.text + (parameter.shape.map { ": " + shape($0) } ?? "")
                + (parameter.defaultValue.map { " = " + expression($0) } ?? "")
        }
        return "(" + texts.joined(separator: ", ") + ")"
    }

    private mutating func model(_ model: ModelDeclaration) -> String {
        let parameters = model.parameters.isEmpty ? "" : self.parameters(model.parameters)
        return documentation(model.documentation) + "model " + model.name.text + parameters + " "
            + braces(model.members) { $0.member($1) }
    }

    private mutating func member(_ member: ModelDeclaration.Member) -> String {
        switch member.kind {
        case .parameter(let name, let shape, let value):
            return "param \(name.text): " + self.shape(shape) + " = " + conditioned(value, member)
        case .state(let name, let shape, let value):
            return "state \(name.text): " + self.shape(shape) + " = " + conditioned(value, member)
        case .part(let name, let value): return "let \(name.text) = " + conditioned(value, member)
        case .method(let function): return self.function("func ", function)
        case .forward(let function): return self.function("", function)
        }
    }

    private mutating func conditioned(
        _ value: Expression, _ member: ModelDeclaration.Member
    ) -> String {
        guard let condition = member.condition else { return expression(value) }
        return text(value, least: .pipe) + " if " + expression(condition)
    }

    private mutating func optimizer(_ optimizer: OptimizerDeclaration) -> String {
        let parameters = optimizer.parameters.isEmpty ? "" : self.parameters(optimizer.parameters)
        enum Part {
            case slot(OptimizerDeclaration.Slot)
            case function(String, FunctionDeclaration)
        }
        let parts =
            optimizer.slots.map(Part.slot) + optimizer.functions.map { .function("func ", $0) }
            + (optimizer.update.map { [.function("", $0)] } ?? [])
        let body = braces(parts) { printer, part in
            switch part {
            case .slot(let slot):
                "slot \(slot.name.text) = " + printer.expression(slot.initializer)
            case .function(let word, let function): printer.function(word, function)
            }
        }
        return documentation(optimizer.documentation) + "optimizer " + optimizer.name.text
            + parameters + " " + body
    }
}
