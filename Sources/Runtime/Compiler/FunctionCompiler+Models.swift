import Diagnostics
import Syntax

/// A `model` definition as compiled: which fields an instance has, and the functions of its body, as
/// indices of the nested functions of the place where the definition stands.
final class ModelTemplate {
    struct Member {
        var name: String
        var field: Int
        var isState: Bool
        /// Gives the list of sizes; those not yet known are unset.
        var shape: Int
        /// Gives the initializer.
        var initializer: Int
        /// The dimension variable of each axis, where it is one.
        var dimensionNames: [String?]
        var span: Span
    }
    let name: String
    let layout: ReceiverLayout
    var constructor = 0
    var members: [Member] = []
    /// Names and nested functions of the methods; `forward` is one of them.
    var methods: [(name: String, function: Int)] = []
    /// Fields that `let` defines, for printing and paths.
    var parts: [(name: String, field: Int)] = []
    var documentation: Documentation
    /// The inputs of `forward` as written, for messages.
    var forwardShapes: [ShapePattern?] = []

    init(name: String, layout: ReceiverLayout, documentation: Documentation) {
        self.name = name
        self.layout = layout
        self.documentation = documentation
    }

    func method(_ name: String) -> Int? { methods.firstIndex { $0.name == name } }
}

/// An `optimizer` definition as compiled.
final class OptimizerTemplate {
    let name: String
    let layout: ReceiverLayout
    var constructor = 0
    var options: [String] = []
    /// Names, fields and the nested functions that give the slots' first values.
    var slots: [(name: String, field: Int, initializer: Int)] = []
    var functions: [(name: String, function: Int)] = []
    var update = 0
    /// How many parameters `update` has: p, g and perhaps t.
    var updateArity = 2
    var documentation: Documentation

    init(name: String, layout: ReceiverLayout, documentation: Documentation) {
        self.name = name
        self.layout = layout
        self.documentation = documentation
    }
}

extension FunctionCompiler {
    /// Compiles a model definition; gives its index among the templates.
    func modelTemplate(_ declaration: ModelDeclaration) -> Int {
        let layout = ReceiverLayout(kind: "model")
        let template = ModelTemplate(
            name: declaration.name.text, layout: layout,
            documentation: Documentation(text: declaration.documentation ?? "", source: ""))
        lay(out: declaration, layout, template)
        for member in declaration.members {
            switch member.kind {
            case .method(let function), .forward(let function):
                if case .forward = member.kind {
                    template.forwardShapes = function.parameters.map(\.shape)
                }
                guard let index = template.method(function.name.text) else { continue }
                template.methods[index].function = self.function(function, receiver: layout)
            case .parameter(let name, let shape, let value):
                add(name, shape, value, isState: false, to: template)
            case .state(let name, let shape, let value):
                add(name, shape, value, isState: true, to: template)
            case .part: break
            }
        }
        template.constructor = constructor(of: declaration, layout, template)
        prototype.models.append(template)
        return prototype.models.count - 1
    }

    /// Gives every name of the body its field.
    private func lay(
        out declaration: ModelDeclaration, _ layout: ReceiverLayout, _ template: ModelTemplate
    ) {
        for parameter in declaration.parameters { layout.addField(parameter.name.text) }
        for member in declaration.members {
            switch member.kind {
            case .parameter(let name, let shape, _): lay(out: name, shape, false, layout)
            case .state(let name, let shape, _): lay(out: name, shape, true, layout)
            case .part(let name, _):
                let field = layout.addField(name.text)
                template.parts.append((name.text, field))
            case .method(let function), .forward(let function):
                layout.members[function.name.text] = .method(template.methods.count)
                template.methods.append((function.name.text, 0))
            }
        }
        layOutDimensions(of: declaration, layout)
    }

    /// Dimension variables of signatures that the sizes of params and states are computed from, as in
    /// `[filters, (C // groups)]`, belong to the instance as well.
    private func layOutDimensions(of declaration: ModelDeclaration, _ layout: ReceiverLayout) {
        var bound: Set<String> = []
        for member in declaration.members {
            switch member.kind {
            case .method(let function), .forward(let function):
                for shape in function.parameters.compactMap(\.shape) {
                    bound.formUnion(shape.dimensions.compactMap { dimensionName($0)?.text })
                }
            case .parameter, .state, .part: continue
            }
        }
        for member in declaration.members {
            let shape: ShapePattern
            switch member.kind {
            case .parameter(_, let pattern, _), .state(_, let pattern, _): shape = pattern
            case .part, .method, .forward: continue
            }
            for case .expression(let size) in shape.dimensions.map(\.kind) {
                for name in MentionedNames.anywhere(in: size).sorted()
                where bound.contains(name) && layout.members[name] == nil {
                    layout.dimensions[name] = layout.addField(name)
                }
            }
        }
        layout.areDimensionsBound = layout.dimensions.keys.allSatisfy(bound.contains)
    }

    private func lay(
        out name: Name, _ shape: ShapePattern, _ isState: Bool, _ layout: ReceiverLayout
    ) {
        layout.addField(name.text, isState: isState)
        for dimension in shape.dimensions {
            if case .rest = dimension.kind {
                context.report(CompileDiagnostics.restInParameter(dimension.span))
            }
            guard let dimensionName = dimensionName(dimension),
                layout.dimensions[dimensionName.text] == nil
            else { continue }
            layout.dimensions[dimensionName.text] = layout.addField(dimensionName.text)
        }
    }

    private func add(
        _ name: Name, _ shape: ShapePattern, _ value: Expression, isState: Bool,
        to template: ModelTemplate
    ) {
        guard case .field(let field, _) = template.layout.members[name.text] else { return }
        let shapeCompiler = FunctionCompiler(
            name: "\(template.name).\(name.text)", parent: self, context: context,
            receiver: template.layout)
        let shapeFunction = add(shapeCompiler.compileSizes(shape))
        let initializer = inInitializer(of: name.text, field, template.layout) {
            body(value, named: "\(template.name).\(name.text)", template.layout)
        }
        template.members.append(
            ModelTemplate.Member(
                name: name.text, field: field, isState: isState, shape: shapeFunction,
                initializer: initializer,
                dimensionNames: shape.dimensions.map { dimensionName($0)?.text },
                span: name.span))
    }

    /// In its own initializer a member's name is that of a constructor parameter, if there is one.
    private func inInitializer<Result>(
        of name: String, _ field: Int, _ layout: ReceiverLayout, _ compile: () -> Result
    ) -> Result {
        let own = layout.members[name]
        defer { layout.members[name] = own }
        if let parameter = layout.fieldNames.firstIndex(of: name), parameter != field {
            layout.members[name] = .field(parameter, isState: false)
        }
        return compile()
    }

    /// Compiles an expression of a body as a function of no parameters.
    private func body(_ value: Expression, named name: String, _ layout: ReceiverLayout) -> Int {
        let compiler = FunctionCompiler(
            name: name, parent: self, context: context, receiver: layout)
        compiler.compile([], result: nil, body: .expression(value), at: value.span)
        return add(compiler.prototype)
    }

    /// A function that gives the list of a shape's sizes.
    private func compileSizes(_ shape: ShapePattern) -> Prototype {
        pushScope()
        isInShape = true
        defer { isInShape = false }
        let target = allocate()
        let first = allocate(shape.dimensions.count)
        for (index, dimension) in shape.dimensions.enumerated() {
            let register = first + index
            let span = dimension.span
            switch dimension.kind {
            case .literal(let size), .sized(_, let size):
                emit(.loadConstant, register, constant(.int(size)), at: span)
                bindSize(dimension, register)
            case .name(let name):
                if let field = receiver?.dimensions[name] {
                    emit(.getField, register, field, 1, at: span)
                } else {
                    expression(Expression(.name(name), span), into: register)
                }
            case .expression(let value): size(value, into: register)
            case .wildcard, .rest:
                context.report(CompileDiagnostics.restInParameter(span))
                emit(.loadNone, register, at: span)
            }
        }
        emit(.list, target, first, shape.dimensions.count, at: shape.span)
        emit(.returnValue, target, at: shape.span)
        popScope()
        context.prelude.registerOrigins(of: prototype)
        return prototype
    }

    /// A size that is computed; unset as long as a dimension of the instance in it is.
    private func size(_ value: Expression, into register: Int) {
        let names = MentionedNames.anywhere(in: value)
        let fields = (receiver?.dimensions ?? [:]).filter { names.contains($0.key) }.values.sorted()
        var exits: [Int] = []
        for field in fields {
            emit(.getField, register, field, 1, at: value.span)
            let known = emit(.jumpIfGiven, register, at: value.span)
            exits.append(emit(.jump, at: value.span))
            patch(known)
        }
        expression(value, into: register)
        for exit in exits { patch(exit) }
    }

    /// `C: 3` in a param's shape also fixes the dimension.
    private func bindSize(_ dimension: DimensionPattern, _ register: Int) {
        guard case .sized(let name, _) = dimension.kind, let field = receiver?.dimensions[name]
        else { return }
        emit(.setField, field, register, at: dimension.span)
    }

    private func constructor(
        of declaration: ModelDeclaration, _ layout: ReceiverLayout, _ template: ModelTemplate
    ) -> Int {
        let compiler = FunctionCompiler(
            name: declaration.name.text, parent: self, context: context, receiver: layout)
        compiler.compileConstructor(declaration.parameters, at: declaration.name.span) { compiler in
            for member in declaration.members { compiler.construct(member, template) }
            compiler.emit(.buildParameters, 1, at: declaration.name.span)
        }
        return add(compiler.prototype)
    }

    private func construct(_ member: ModelDeclaration.Member, _ template: ModelTemplate) {
        switch member.kind {
        case .method, .forward: break
        case .part(let name, let value):
            guard case .field(let field, _) = template.layout.members[name.text] else { return }
            conditionally(member.condition, field) { target in
                inInitializer(of: name.text, field, template.layout) {
                    _ = expression(value, into: target)
                }
                emit(.setField, field, target, 1, at: value.span)
            }
        case .parameter(let name, _, _), .state(let name, _, _):
            guard let index = template.members.firstIndex(where: { $0.name == name.text })
            else { return }
            conditionally(member.condition, template.members[index].field) { _ in
                emit(.declareParameter, index, at: name.span)
            }
        }
    }

    /// The member exists only when the condition holds; else its name is `nil`.
    private func conditionally(
        _ condition: Expression?, _ field: Int, _ body: (_ register: Int) -> Void
    ) {
        withTemporaries {
            let register = allocate()
            guard let condition else { return body(register) }
            expression(condition, into: register)
            let skip = emit(.jumpIfFalse, register, at: condition.span)
            body(register)
            let end = emit(.jump, at: condition.span)
            patch(skip)
            emit(.loadNone, register, at: condition.span)
            emit(.setField, field, register, 1, at: condition.span)
            patch(end)
        }
    }

    private func compileConstructor(
        _ parameters: [Parameter], at span: Span, _ members: (FunctionCompiler) -> Void
    ) {
        boxedNames = []
        for parameter in parameters {
            guard let value = parameter.defaultValue else { continue }
            boxedNames.formUnion(MentionedNames.inNestedFunctions(of: value))
        }
        pushScope()
        prototype.parameters = parameters.map {
            ParameterInfo(
                name: $0.name.text, isOptional: $0.defaultValue != nil,
                defaultText: $0.defaultValue.map { context.source.text(of: $0.span) })
        }
        let first = allocate(parameters.count)
        for (index, parameter) in parameters.enumerated() {
            if let value = parameter.defaultValue {
                let skip = emit(.jumpIfGiven, first + index, at: parameter.name.span)
                withTemporaries { _ = expression(value, into: first + index) }
                patch(skip)
            }
            // From here on the name means the field.
            emit(.setField, index, first + index, 1, at: parameter.name.span)
        }
        members(self)
        emit(.returnReceiver, at: span)
        popScope()
        context.prelude.registerOrigins(of: prototype)
    }

    /// Compiles an optimizer definition; gives its index among the templates.
    func optimizerTemplate(_ declaration: OptimizerDeclaration) -> Int {
        let layout = ReceiverLayout(kind: "optimizer")
        let template = OptimizerTemplate(
            name: declaration.name.text, layout: layout,
            documentation: Documentation(text: declaration.documentation ?? "", source: ""))
        for parameter in declaration.parameters { layout.addField(parameter.name.text) }
        template.options = declaration.parameters.map(\.name.text)
        let slots = declaration.slots.map { layout.addField($0.name.text, isState: true) }
        for (index, function) in declaration.functions.enumerated() {
            layout.members[function.name.text] = .method(index)
        }
        for (slot, field) in zip(declaration.slots, slots) {
            let initializer = body(
                slot.initializer, named: "\(template.name).\(slot.name.text)", layout)
            template.slots.append((slot.name.text, field, initializer))
        }
        for function in declaration.functions {
            template.functions.append(
                (function.name.text, self.function(function, receiver: layout)))
        }
        if let update = declaration.update {
            template.update = self.function(update, receiver: layout)
            template.updateArity = update.parameters.count
        }
        let compiler = FunctionCompiler(
            name: declaration.name.text, parent: self, context: context, receiver: layout)
        compiler.compileConstructor(declaration.parameters, at: declaration.name.span) { _ in }
        template.constructor = add(compiler.prototype)
        prototype.optimizers.append(template)
        return prototype.optimizers.count - 1
    }
}
