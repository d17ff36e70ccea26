import Syntax

/// Visits a cell with the scopes that are open at each place.
struct NameWalker {
    private(set) var analysis = CellAnalysis()
    /// Local names of the open blocks, innermost last.
    private var scopes: [Set<String>] = []
    /// How many functions are open: what they mention is read when they are called.
    private var functionDepth = 0
    /// Names of the top level defined so far.
    private var defined: Set<String> = []

    /// Functions of the library that change the model or optimizer given first.
    private static let changing: Set<String> = [
        "fit", "step", "apply", "load", "loadPartial", "setParams", "freeze", "unfreeze", "build",
    ]

    // MARK: Names

    private func isLocal(_ name: String) -> Bool { scopes.contains { $0.contains(name) } }

    private mutating func declare(_ name: String) {
        if !scopes.isEmpty { scopes[scopes.count - 1].insert(name) }
    }

    private mutating func read(_ name: String) {
        if isLocal(name) || defined.contains(name) { return }
        if functionDepth == 0 {
            analysis.reads.insert(name)
        } else if !analysis.defines.contains(name) {
            analysis.deferredReads.insert(name)
        }
    }

    private mutating func write(_ name: String) {
        if isLocal(name) || defined.contains(name) { return }
        if functionDepth > 0, analysis.defines.contains(name) { return }
        analysis.writes.insert(name)
    }

    private mutating func scoped(_ body: (inout NameWalker) -> Void) {
        scopes.append([])
        body(&self)
        scopes.removeLast()
    }

    private mutating func inFunction(_ body: (inout NameWalker) -> Void) {
        functionDepth += 1
        scoped(body)
        functionDepth -= 1
    }

    // MARK: Statements

    mutating func visitTopLevel(_ items: [Statement]) {
        for item in items {
            for (name, _) in CellAnalysis.definedNames(item) { analysis.defines.insert(name) }
        }
        for item in items where Self.isHoisted(item) {
            for (name, _) in CellAnalysis.definedNames(item) { defined.insert(name) }
        }
        for item in items {
            visit(item)
            for (name, _) in CellAnalysis.definedNames(item) { defined.insert(name) }
        }
    }

    private static func isHoisted(_ item: Statement) -> Bool {
        switch item.kind {
        case .function, .model, .optimizer: true
        default: false
        }
    }

    private mutating func visit(_ block: Block) {
        scoped { $0.visitItems(block.items) }
    }

    private mutating func visitItems(_ items: [Statement]) {
        for item in items where Self.isHoisted(item) {
            for (name, _) in CellAnalysis.definedNames(item) { declare(name) }
        }
        for item in items {
            visit(item)
            for (name, _) in CellAnalysis.definedNames(item) { declare(name) }
        }
    }

    private mutating func visit(_ item: Statement) {
        switch item.kind {
        case .function(let function): visit(function)
        case .model(let model): visit(model)
        case .optimizer(let optimizer): visit(optimizer)
        case .binding(_, _, let annotation, let value):
            if let annotation { visit(annotation) }
            visit(value)
        case .assignment(let target, let operation, let value):
            visit(value)
            visit(target, reads: operation != .set)
        case .forLoop(let pattern, let sequence, let body):
            visit(sequence)
            scoped {
                for name in pattern.names { $0.declare(name.text) }
                $0.visit(body)
            }
        case .whileLoop(let condition, let body):
            visit(condition)
            visit(body)
        case .returnValue(let value): if let value { visit(value) }
        case .assertion(let condition, let message):
            visit(condition)
            if let message { visit(message) }
        case .expression(let expression, _): visit(expression)
        case .dims, .breakLoop, .continueLoop, .importModule: break
        }
    }

    private mutating func visit(_ target: Target, reads: Bool) {
        switch target.kind {
        case .tuple(let parts): for part in parts { visit(part, reads: reads) }
        case .place(let name, let accessors):
            write(name.text)
            if reads || !accessors.isEmpty { read(name.text) }
            for case .index(let items, _) in accessors { visit(items) }
        }
    }

    // MARK: Declarations

    private mutating func visit(_ function: FunctionDeclaration) {
        inFunction {
            $0.visit(function.parameters)
            switch function.result {
            case .one(let shape)?: $0.visit(shape)
            case .several(let shapes)?: for shape in shapes { $0.visit(shape) }
            case nil: break
            }
            $0.visit(function.body)
        }
    }

    private mutating func visit(_ parameters: [Parameter]) {
        for parameter in parameters {
            if let shape = parameter.shape { visit(shape) }
            if let value = parameter.defaultValue { visit(value) }
            declare(parameter.name.text)
        }
    }

    private mutating func visit(_ model: ModelDeclaration) {
        inFunction { walker in
            walker.visit(model.parameters)
            for member in model.members {
                switch member.kind {
                case .parameter(let name, _, _), .state(let name, _, _), .part(let name, _):
                    walker.declare(name.text)
                case .method(let function): walker.declare(function.name.text)
                case .forward: walker.declare("forward")
                }
            }
            for member in model.members {
                if let condition = member.condition { walker.visit(condition) }
                switch member.kind {
                case .parameter(_, let shape, let value), .state(_, let shape, let value):
                    walker.visit(shape)
                    walker.visit(value)
                case .part(_, let value): walker.visit(value)
                case .method(let function), .forward(let function): walker.visit(function)
                }
            }
        }
    }

    private mutating func visit(_ optimizer: OptimizerDeclaration) {
        inFunction { walker in
            walker.visit(optimizer.parameters)
            for slot in optimizer.slots { walker.declare(slot.name.text) }
            for function in optimizer.functions { walker.declare(function.name.text) }
            for slot in optimizer.slots { walker.visit(slot.initializer) }
            for function in optimizer.functions { walker.visit(function) }
            if let update = optimizer.update { walker.visit(update) }
        }
    }

    // MARK: Shapes

    private mutating func visit(_ annotation: Annotation) {
        switch annotation {
        case .shape(let shape): visit(shape)
        case .signature(let inputs, let outputs):
            for shape in inputs { visit(shape) }
            switch outputs {
            case .one(let shape): visit(shape)
            case .several(let shapes): for shape in shapes { visit(shape) }
            }
        }
    }

    /// A lower-case name in a shape is read; an upper-case one is a dimension, and a name in the
    /// body.
    private mutating func visit(_ shape: ShapePattern) {
        for dimension in shape.dimensions {
            switch dimension.kind {
            case .name(let name):
                if name.first?.isUppercase == true { declare(name) } else { read(name) }
            case .sized(let name, _): declare(name)
            case .rest(let name): if let name { declare(name) }
            case .expression(let value): visit(value)
            case .literal, .wildcard: break
            }
        }
    }

    // MARK: Expressions

    private mutating func visit(_ expression: Expression) {
        switch expression.kind {
        case .integer, .float, .boolean, .none, .missing: break
        case .string(let parts):
            for case .interpolation(let value, _) in parts { visit(value) }
        case .name(let name): read(name)
        case .unary(_, let operand): visit(operand)
        case .binary(_, let left, let right, _):
            visit(left)
            visit(right)
        case .range(let start, let end, _, let step):
            visit(start)
            visit(end)
            if let step { visit(step) }
        case .call(let callee, let arguments, let block): visitCall(callee, arguments, block)
        case .index(let base, let items):
            visit(base)
            visit(items)
        case .member(let base, _): visit(base)
        case .tuple(let items), .list(let items): for item in items { visit(item) }
        case .record(let fields): for field in fields { visit(field.value) }
        case .dictionary(let entries):
            for entry in entries {
                visit(entry.key)
                visit(entry.value)
            }
        case .lambda(let patterns, let body):
            inFunction { walker in
                for name in patterns.flatMap(\.names) { walker.declare(name.text) }
                walker.visit(body)
            }
        case .conditional(let branches, let otherwise):
            for branch in branches {
                visit(branch.condition)
                visit(branch.body)
            }
            if let otherwise { visit(otherwise) }
        case .attempt(let body, let fallback):
            scoped { $0.visit(body) }
            scoped { $0.visit(fallback) }
        }
    }

    private mutating func visit(_ body: LambdaBody) {
        switch body {
        case .expression(let value): visit(value)
        case .block(let block): visit(block)
        }
    }

    private mutating func visit(_ items: [Subscript]) {
        for item in items {
            switch item {
            case .index(let value): visit(value)
            case .slice(let start, let end, let step, _):
                for value in [start, end, step] { if let value { visit(value) } }
            case .ellipsis: break
            }
        }
    }

    /// A block after a call runs with it: what it mentions is read at once. A method's name may be
    /// a function of a cell.
    private mutating func visitCall(
        _ callee: Expression, _ arguments: [Argument], _ block: Block?
    ) {
        var function: String?
        var changed = arguments.first?.value
        switch callee.kind {
        case .name(let name): function = name
        case .member(let base, let name):
            function = name.text
            changed = base
            read(name.text)
        default: break
        }
        visit(callee)
        for argument in arguments { visit(argument.value) }
        if let function, Self.changing.contains(function), !isLocal(function) {
            if let root = changed.flatMap(Self.root) { write(root) }
            if function == "step", let block {
                for name in CalledNames.of(block) { write(name) }
            }
        }
        if let block { visit(block) }
    }

    /// The variable behind `x`, `x.part`, `xs[0]`.
    private static func root(_ expression: Expression) -> String? {
        switch expression.kind {
        case .name(let name): name
        case .member(let base, _), .index(let base, _): root(base)
        default: nil
        }
    }
}
