import Autodiff
import Diagnostics
import OrderedCollections
import Tensors

extension Machine {
    // MARK: Definitions

    func makeModel(
        _ template: ModelTemplate, _ prototype: Prototype, _ closure: Closure, _ base: Int
    ) -> Value {
        func bound(_ index: Int) -> (Prototype, [Cell]) {
            let nested = prototype.nested[index]
            return (nested, captures(of: nested, closure, base))
        }
        let constructor = bound(template.constructor)
        return .modelType(
            ModelDefinition(
                template: template,
                constructor: Closure(constructor.0, captures: constructor.1, receiver: nil),
                methods: template.methods.map { bound($0.function) },
                sizes: template.members.map { bound($0.shape) },
                initializers: template.members.map { bound($0.initializer) }))
    }

    func construct(
        _ definition: ModelDefinition, _ arguments: [Value], _ labels: [String?]
    ) throws -> Value {
        let instance = ModelInstance(
            .defined(definition), initialization: newStream())
        if let check { instance.birth = check.nextMoment() }
        instance.madeWith = arguments.enumerated().map { index, value in
            (labels.indices.contains(index) ? labels[index] : nil, value)
        }
        let constructor = Closure(
            definition.constructor.prototype, captures: definition.constructor.captures,
            receiver: instance)
        if constructor.prototype.isLibrary { try definition.requireBools(arguments, labels) }
        _ = try run(constructor, arguments, labels)
        try instance.measureNesting()
        recording?.creates("a model is made")
        return .model(instance)
    }

    /// A random stream of its own, for what is drawn later.
    func newStream() -> RandomStream {
        let draw = recorder.random.next()
        let mixed = (recorder.random.key ^ (draw &* 0x9E37_79B9_7F4A_7C15))
            &* 0xBF58_476D_1CE4_E5B9
        return RandomStream(key: mixed ^ (mixed >> 31))
    }

    func receiverValue(_ closure: Closure) -> Value {
        switch closure.receiver {
        case let model as ModelInstance: .model(model)
        case let optimizer as OptimizerInstance: .optimizer(optimizer)
        default: .none
        }
    }

    /// `a >> b`: functions make a function, anything with a model a model; chains join flat.
    func compose(_ left: Value, _ right: Value) throws -> Value {
        for side in [left, right] where !side.isCallable {
            throw OperatorFailures.operand(">>", side, "models and functions")
        }
        func parts(_ value: Value) -> [Value] {
            if case .model(let model) = value, model.isChain {
                return model.chainParts
            }
            if case .builtin(let builtin) = value, case .composition(let parts) = builtin.kind {
                return parts
            }
            return [value]
        }
        let all = parts(left) + parts(right)
        let holdsModel = all.contains {
            if case .model = $0 { return true }
            return false
        }
        guard holdsModel else { return .builtin(BuiltinObject(composition: all)) }
        if case .builtin(let builtin) = right, builtin.signature.name == "flatten" {
            warn("lint.flatten", "`flatten` joins the batch axis too", help: "write `Flatten()`, which keeps the samples apart")
        }
        for part in all {
            if case .modelType(let definition) = part {
                throw CallFailures.definition(definition)
            }
        }
        let chain = ModelInstance(.chain(all), initialization: newStream())
        try chain.measureNesting()
        try checkFit(chain)
        return .model(chain)
    }

    // MARK: Fields

    func field(_ index: Int, of closure: Closure, isRaw: Bool) throws -> Value {
        guard let receiver = closure.receiver else { return .none }
        if let model = receiver as? ModelInstance {
            if let box = model.boxes[index] { return .tensor(try node(of: box, model)) }
        }
        let value = receiver.fields[index]
        guard value.isUnset, !isRaw else { return value }
        throw Failure(
            "model.early", "`\(fieldName(index, of: receiver))` has no value yet",
            help: "a size is known after the first call or after `.build([…])`")
    }

    private func fieldName(_ index: Int, of receiver: Receiver) -> String {
        if let model = receiver as? ModelInstance {
            return model.definition?.template.layout.fieldNames[index] ?? "?"
        }
        if let optimizer = receiver as? OptimizerInstance {
            return optimizer.definition.template.layout.fieldNames[index]
        }
        return "?"
    }

    /// The value of a param or state as the program sees it now.
    func node(of box: ParameterBox, _ model: ModelInstance) throws -> Node {
        guard let node = box.node else {
            throw Failure(
                "model.unbuilt", "`\(box.name)` of this \(model.definitionName) is not made yet",
                help: "its shape is known after the first call or after `.build([…])`")
        }
        recording?.reads(box, of: model, isTraining: isTraining)
        return node
    }

    func setField(
        _ index: Int, of closure: Closure, _ value: Value, isInitial: Bool
    ) throws {
        guard let receiver = closure.receiver else { return }
        if !isInitial, let model = receiver as? ModelInstance, let box = model.boxes[index] {
            return try assign(value, to: box, of: model)
        }
        check?.willWrite(.field(receiver, index))
        receiver.fields[index] = value
    }

    /// Writes a param or state: the shape and dtype stay, and nothing is differentiated through it.
    func assign(_ value: Value, to box: ParameterBox, of model: ModelInstance) throws {
        guard let old = box.node else {
            throw Failure("model.unbuilt", "`\(box.name)` is not made yet")
        }
        if box.isState, isFrozen(model), closureAssigns { return }
        guard var node = try tensorNode(value, dtype: old.dtype) else {
            throw CallFailures.argument(
                model.definitionName, box.name, wants: "a tensor \(old.shape)", got: value)
        }
        guard node.shape == old.shape else {
            throw Failure(
                "shape.assign",
                "`\(box.name)` has shape \(old.shape), the new value has \(node.shape)")
        }
        if node.dtype != old.dtype {
            // A state keeps its dtype whatever the data's is, as a buffer of PyTorch that is updated in place.
            guard node.dtype < old.dtype || (box.isState && node.dtype.isFloat && old.dtype.isFloat) else {
                throw Failure(
                    "dtype.assign",
                    "`\(box.name)` is \(old.dtype.name), the new value \(node.dtype.name)",
                    help: "write `.cast(\(old.dtype.name))`")
            }
            node = try recorder.cast(node, to: old.dtype)
        }
        recording?.writes(box, of: model)
        stateKeeper?.writes(box, of: model)
        blockKeeper?.keeps(box)
        check?.willWrite(.box(box, of: model))
        box.node = try recorder.stopGradient(node)
    }

    /// Whether the running function belongs to a model's body: `forward` keeps the state of frozen models.
    private var closureAssigns: Bool {
        frames.last?.closure.receiver is ModelInstance
    }

    /// Whether the instance, or the model whose call is running around it, is frozen.
    func isFrozen(_ model: ModelInstance) -> Bool { model.isFrozen }

    func method(_ index: Int, of closure: Closure) -> Value {
        switch closure.receiver {
        case let model as ModelInstance:
            return model.method(index).map { .function($0) } ?? .none
        case let optimizer as OptimizerInstance:
            return .function(optimizer.function(index))
        default: return .none
        }
    }

    // MARK: Building

    func declareParameter(_ member: Int, of closure: Closure) throws {
        guard let model = closure.receiver as? ModelInstance, let definition = model.definition
        else { return }
        let template = definition.template.members[member]
        model.boxes[template.field] = ParameterBox(name: template.name, isState: template.isState)
        model.isBuilt = false
    }

    /// Makes the params and states whose sizes are known, which may have to be all.
    func buildParameters(of closure: Closure, mayLeave: Bool) throws {
        guard let model = closure.receiver as? ModelInstance, !model.isBuilt else { return }
        try build(model)
        if mayLeave || model.isBuilt { return }
        let missing = model.boxes.compactMap { $0 }.first { $0.node == nil }
        throw Failure(
            "model.sizes",
            "the size of `\(missing?.name ?? "?")` of this \(model.definitionName) is still unknown",
            help: "name its dimensions in the signature of `forward`")
    }

    private func build(_ model: ModelInstance) throws {
        guard let definition = model.definition else { return }
        let stream = recorder.random
        defer { recorder.random = stream }
        var isComplete = true
        for (index, member) in definition.template.members.enumerated() {
            guard let box = model.boxes[member.field], box.node == nil else { continue }
            let sizes = definition.sizes[index]
            let value = try run(
                Closure(sizes.prototype, captures: sizes.captures, receiver: model))
            guard case .list(let list) = value else { continue }
            if list.items.contains(where: \.isUnset) {
                isComplete = false
                continue
            }
            let shape = try list.items.enumerated().map {
                try size($1, axis: $0, of: member, in: definition)
            }
            recorder.random = RandomStream(
                key: model.initialization.key &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03)
            let initializer = definition.initializers[index]
            let made = try run(
                Closure(initializer.prototype, captures: initializer.captures, receiver: model))
            check?.willWrite(.box(box, of: model))
            box.node = try initialValue(made, shape, member)
        }
        model.isBuilt = isComplete
    }

    private func size(
        _ value: Value, axis: Int, of member: ModelTemplate.Member, in definition: ModelDefinition
    ) throws -> Int {
        if let size = try int(value), size >= 0 { return size }
        // `[units]` of the declaration: most sizes are arguments of the constructor.
        let source = member.span.source
        let text = source.text(of: Span(source, member.span.end, source.utf8.count))
        let inside = text.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
        let sizes = inside.split(separator: ",").map { $0.filter { $0 != " " } }
        let written = sizes.indices.contains(axis) ? sizes[axis] : "…"
        guard definition.signature.parameters.contains(where: { $0.name == written }) else {
            throw Failure(
                "shape.size",
                "the size `\(written)` in the shape of `\(member.name)` is \(described(value))",
                help: "sizes are Ints from 0 on")
        }
        var failure = Failure(
            "shape.size", "`\(written)` of `\(definition.name)` is a size, got \(described(value))",
            help: "sizes are Ints from 0 on")
        failure.fault = ArgumentFault(function: definition.name, kind: .parameter(written))
        throw failure
    }

    /// The first value of a param: what the initializer gives for its shape.
    private func initialValue(
        _ made: Value, _ dimensions: [Int], _ member: ModelTemplate.Member
    ) throws -> Node {
        let shape = try Shape(dimensions)
        var value = made
        if made.isCallable { value = try call(made, [.list(dimensions.map { .int($0) })]) }
        guard let node = try tensorNode(value, dtype: .float32) else {
            var failure = Failure(
                "model.initializer",
                "the initializer of `\(member.name)` gives \(described(value)), not a tensor",
                help: value.isCallable
                    ? "call it, to have the function of the shape: `zeros()`, `glorotUniform()`"
                    : "an initializer is a function of the shape, or a tensor")
            if !member.span.source.name.hasPrefix("stdlib") { failure.diagnostic.span = member.span }
            throw failure
        }
        guard node.shape == shape else {
            var failure = Failure(
                "shape.initializer",
                "`\(member.name)` has shape \(shape), its initializer gives \(node.shape)",
                help: made.isCallable
                    ? "an initializer is given the shape, as a list, and gives a tensor of it"
                    : "an initializer is a function of the shape, such as `zeros()` or `glorotUniform()`")
            if !member.span.source.name.hasPrefix("stdlib") { failure.diagnostic.span = member.span }
            throw failure
        }
        // Initial values are leaves: weights depend on nothing.
        if !recorder.isAbstract { try recorder.evaluate([node]) }
        return node.alone
    }

    /// A tensor, or a number as a 0-d tensor.
    func tensorNode(_ value: Value, dtype: DType) throws -> Node? {
        switch value {
        case .tensor(let node): node
        case .int(let number): try recorder.constant(.int(number), beside: dtype)
        case .float(let number): try recorder.constant(.float(number), beside: dtype)
        case .bool(let flag): try recorder.full(.bool(flag), .scalar, .bool)
        case .symbol(let symbol):
            try recorder.cast(
                symbol.node, to: dtype.isFloat ? dtype : !symbol.isInt ? .float32 : dtype == .bool ? .int64 : dtype)
        default: nil
        }
    }

    // MARK: Calling

    func call(
        _ model: ModelInstance, _ arguments: [Value], _ labels: [String?]
    ) throws -> Value {
        let wasTraining = isTraining
        if model.isFrozen { isTraining = false }
        defer { isTraining = wasTraining }
        let result = try forward(model, arguments, labels)
        model.lastInputs = arguments.map { argument in
            guard case .tensor(let node) = argument else { return [] }
            return node.shape.dimensions.map { .int($0) }
        }
        observer?(model, result)
        return result
    }

    private func forward(
        _ model: ModelInstance, _ arguments: [Value], _ labels: [String?]
    ) throws -> Value {
        switch model.kind {
        case .chain(let parts):
            var value = try call(parts[0], arguments, labels: labels)
            for part in parts.dropFirst() { value = try call(part, [value]) }
            return value
        case .defined(let definition):
            guard let forward = model.method(named: "forward") else {
                throw Failure(
                    "model.forward", "`\(definition.name)` has no `forward`",
                    help: "say in its body what a call computes: `forward(x: [N, D]) { … }`")
            }
            return try run(forward, arguments, labels)
        }
    }

    // MARK: Members

    func member(of model: ModelInstance, _ name: String) throws -> Value? {
        switch name {
        case "params":
            if let missing = model.namedParameters().first(where: { $0.box.node == nil }) {
                throw Failure(
                    "model.unbuilt",
                    "`\(missing.box.name)` of this \(missing.owner.definitionName) is not made yet",
                    help: "params are there after the first call or `.build([…])`; an optimizer takes the model "
                        + "itself: `Adam(net)`")
            }
            return .dict(
                DictObject(
                    .init(
                        uniqueKeysWithValues: try model.namedParameters().filter {
                            !$0.box.isState
                        }.map { (.string($0.path), .tensor(try node(of: $0.box, $0.owner))) })))
        case "parts": return .list(model.modelParts.map(\.value))
        default: break
        }
        guard let definition = model.definition else { return nil }
        switch definition.template.layout.members[name] {
        case .field(let index, _):
            if let box = model.boxes[index] { return .tensor(try node(of: box, model)) }
            let value = model.fields[index]
            return value.isUnset ? nil : value
        case .method(let index): return model.method(index).map { .function($0) }
        case nil: return nil
        }
    }

    func part(of model: ModelInstance, at index: Value) throws -> Value {
        let parts = model.isChain ? model.chainParts : model.modelParts.map(\.value)
        return parts[try position(index, parts.count, "model")]
    }

    func parts(of model: ModelInstance, _ range: SliceRange) throws -> Value {
        guard model.isChain, range.count > 0 else {
            throw Failure("index.type", "only a chain of at least one part can be sliced")
        }
        let parts = (0..<range.count).map { model.chainParts[range.start + $0 * range.step] }
        return try parts.dropFirst().reduce(parts[0]) { try compose($0, $1) }
    }
}

extension ModelInstance {
    var partCount: Int { isChain ? chainParts.count : modelParts.count }
}
