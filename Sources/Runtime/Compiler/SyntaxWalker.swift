import Syntax

/// Visits every name that a piece of a program mentions; with it the compiler finds out which variables a
/// nested function may capture.
struct MentionedNames {
    /// Names mentioned inside nested functions (lambdas, blocks, declarations).
    private(set) var nested: Set<String> = []
    private var depth = 0

    static func inNestedFunctions(of items: [Statement]) -> Set<String> {
        var walker = MentionedNames()
        walker.visit(items)
        return walker.nested
    }

    static func inNestedFunctions(of expression: Expression) -> Set<String> {
        var walker = MentionedNames()
        walker.visit(expression)
        return walker.nested
    }

    /// All names that an expression mentions, wherever in it.
    static func anywhere(in expression: Expression) -> Set<String> {
        var walker = MentionedNames()
        walker.inside { $0.visit(expression) }
        return walker.nested
    }

    private mutating func mention(_ name: String) {
        if depth > 0 { nested.insert(name) }
    }

    private mutating func inside(_ body: (inout MentionedNames) -> Void) {
        depth += 1
        body(&self)
        depth -= 1
    }

    mutating func visit(_ items: [Statement]) {
        for item in items { visit(item) }
    }

    private mutating func visit(_ statement: Statement) {
        switch statement.kind {
        case .function(let function): inside { $0.visit(function) }
        case .model(let model): inside { $0.visit(model) }
        case .optimizer(let optimizer): inside { $0.visit(optimizer) }
        case .binding(_, _, let annotation, let value):
            if let annotation { visit(annotation) }
            visit(value)
        case .assignment(let target, _, let value):
            visit(target)
            visit(value)
        case .forLoop(_, let sequence, let body):
            visit(sequence)
            visit(body.items)
        case .whileLoop(let condition, let body):
            visit(condition)
            visit(body.items)
        case .returnValue(let value): if let value { visit(value) }
        case .assertion(let condition, let message):
            visit(condition)
            if let message { visit(message) }
        case .expression(let expression, _): visit(expression)
        case .dims, .breakLoop, .continueLoop, .importModule: break
        }
    }

    private mutating func visit(_ function: FunctionDeclaration) {
        visit(function.parameters)
        if let result = function.result { visit(result) }
        visit(function.body.items)
    }

    private mutating func visit(_ parameters: [Parameter]) {
        for parameter in parameters {
            if let shape = parameter.shape { visit(shape) }
            if let value = parameter.defaultValue { visit(value) }
        }
    }

    private mutating func visit(_ model: ModelDeclaration) {
        visit(model.parameters)
        for member in model.members {
            if let condition = member.condition { visit(condition) }
            switch member.kind {
            case .parameter(_, let shape, let value), .state(_, let shape, let value):
                visit(shape)
                visit(value)
            case .part(_, let value): visit(value)
            case .method(let function), .forward(let function): visit(function)
            }
        }
    }

    private mutating func visit(_ optimizer: OptimizerDeclaration) {
        visit(optimizer.parameters)
        for slot in optimizer.slots { visit(slot.initializer) }
        for function in optimizer.functions { visit(function) }
        if let update = optimizer.update { visit(update) }
    }

    private mutating func visit(_ annotation: Annotation) {
        switch annotation {
        case .shape(let shape): visit(shape)
        case .signature(let inputs, let outputs):
            for shape in inputs { visit(shape) }
            visit(outputs)
        }
    }

    private mutating func visit(_ shapes: Shapes) {
        switch shapes {
        case .one(let shape): visit(shape)
        case .several(let shapes): for shape in shapes { visit(shape) }
        }
    }

    private mutating func visit(_ shape: ShapePattern) {
        for dimension in shape.dimensions {
            switch dimension.kind {
            case .name(let name), .sized(let name, _): mention(name)
            case .rest(let name): if let name { mention(name) }
            case .expression(let expression): visit(expression)
            case .literal, .wildcard: break
            }
        }
    }

    private mutating func visit(_ target: Target) {
        switch target.kind {
        case .tuple(let parts): for part in parts { visit(part) }
        case .place(let name, let accessors):
            mention(name.text)
            for case .index(let items, _) in accessors { visit(items) }
        }
    }

    private mutating func visit(_ items: [Subscript]) {
        for item in items {
            switch item {
            case .index(let expression): visit(expression)
            case .slice(let start, let end, let step, _):
                for part in [start, end, step] { if let part { visit(part) } }
            case .ellipsis: break
            }
        }
    }

    private mutating func visit(_ body: LambdaBody) {
        switch body {
        case .expression(let expression): visit(expression)
        case .block(let block): visit(block.items)
        }
    }

    mutating func visit(_ expression: Expression) {
        switch expression.kind {
        case .integer, .float, .boolean, .none, .missing: break
        case .string(let parts):
            for case .interpolation(let value, _) in parts { visit(value) }
        case .name(let name): mention(name)
        case .unary(_, let operand): visit(operand)
        case .binary(_, let left, let right, _):
            visit(left)
            visit(right)
        case .range(let start, let end, _, let step):
            visit(start)
            visit(end)
            if let step { visit(step) }
        case .call(let callee, let arguments, let block):
            visit(callee)
            for argument in arguments { visit(argument.value) }
            if let block { inside { $0.visit(block.items) } }
        case .index(let base, let items):
            visit(base)
            visit(items)
        case .member(let base, let name):
            visit(base)
            mention(name.text)  // `x.f()` may mean a variable `f`
        case .tuple(let items), .list(let items): for item in items { visit(item) }
        case .record(let fields): for field in fields { visit(field.value) }
        case .dictionary(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .lambda(_, let body): inside { $0.visit(body) }
        case .conditional(let branches, let otherwise):
            for branch in branches {
                visit(branch.condition)
                visit(branch.body.items)
            }
            if let otherwise { visit(otherwise.items) }
        case .attempt(let body, let fallback):
            visit(body)
            visit(fallback)
        }
    }
}
