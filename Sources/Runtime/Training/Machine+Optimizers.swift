import Autodiff
import Kernels
import Tensors

extension Machine {
    func makeOptimizer(
        _ template: OptimizerTemplate, _ prototype: Prototype, _ closure: Closure, _ base: Int
    ) -> Value {
        func bound(_ index: Int) -> Closure {
            let nested = prototype.nested[index]
            return Closure(
                nested, captures: captures(of: nested, closure, base), receiver: nil)
        }
        return .optimizerType(
            OptimizerDefinition(
                template: template, constructor: bound(template.constructor),
                initializers: template.slots.map { bound($0.initializer) },
                functions: template.functions.map { bound($0.function) },
                update: bound(template.update)))
    }

    /// `Adam(net, lr: 1e-3)`, `Adam(lr: 1e-3)`, `Adam([(model: a, lr: 1e-5), (model: b)])`
    func construct(
        _ definition: OptimizerDefinition, _ arguments: [Value], _ labels: [String?]
    ) throws -> Value {
        var target = Value.none
        var options: [(String, Value)] = []
        for (index, argument) in arguments.enumerated() {
            let label = labels.indices.contains(index) ? labels[index] : nil
            if let label, label != "model" {
                options.append((label, argument))
            } else if index == 0 || label == "model" {
                target = argument
            } else {
                throw Failure(
                    "optimizer.options", "the options of `\(definition.name)` are labelled",
                    notes: ["it is `\(definition.signature.text)`"],
                    help: definition.template.options.first.map { "write `\($0): …`" })
            }
        }
        let instance = OptimizerInstance(definition, groups: [])
        if let check { instance.birth = check.nextMoment() }
        var groups: [OptimizerInstance.Group] = []
        for (model, own) in try self.targets(target, definition) {
            groups.append(try group(model, own + options, instance))
        }
        instance.groups = groups
        return .optimizer(register(instance))
    }

    /// What an optimizer is told to hold: one group, or several with options of their own.
    private func targets(
        _ target: Value, _ definition: OptimizerDefinition
    ) throws -> [(Value, [(String, Value)])] {
        switch target {
        case .none, .model: return [(target, [])]
        case .list(let list):
            if list.items.contains(where: { if case .record = $0 { return true } else { return false } })
            {
                return try list.items.map { item in
                    guard case .record(let record) = item, let model = record["model"] else {
                        throw CallFailures.argument(
                            definition.name, "model", wants: "groups such as (model: net, lr: 0.1)",
                            got: item)
                    }
                    _ = try targets(model, definition)
                    let own = zip(record.layout.labels, record.values).filter { $0.0 != "model" }
                    if own.contains(where: { $0.0 == "clip" }) {
                        throw Failure(
                            "optimizer.clip", "`clip` bounds the gradients of all groups together",
                            help: "give it beside the groups; a group has `clipNorm` and `clipValue` of its own")
                    }
                    return (model, own.map { ($0.0, $0.1) })
                }
            }
            for item in list.items {
                guard case .model = item else {
                    throw CallFailures.argument(
                        definition.name, "model", wants: "models in the list", got: item)
                }
            }
            return [(target, [])]
        case .tuple(let tuple): return try targets(.list(tuple.items), definition)
        default:
            throw CallFailures.argument(
                definition.name, "model", wants: "a model, a list of models, or groups",
                got: target, help: "options are labelled: `\(definition.name)(net, lr: 0.01)`")
        }
    }

    /// Runs the constructor for one group's options. The first of two equal labels wins: a group's own.
    private func group(
        _ target: Value, _ options: [(String, Value)], _ instance: OptimizerInstance
    ) throws -> OptimizerInstance.Group {
        let definition = instance.definition
        var own: [(String, Value)] = []
        var common: [String: Value] = [:]
        for (label, value) in options where !own.contains(where: { $0.0 == label }) {
            if definition.template.options.contains(label) {
                own.append((label, value))
            } else if OptimizerDefinition.commonOptions.contains(label) {
                if common[label] == nil { common[label] = value }
            } else {
                throw CallFailures.unknownLabel(label, definition.wholeSignature)
            }
        }
        let constructor = Closure(
            definition.constructor.prototype, captures: definition.constructor.captures,
            receiver: instance)
        _ = try run(constructor, own.map(\.1), own.map { $0.0 })
        let count = definition.template.options.count
        return OptimizerInstance.Group(
            target: target, options: Array(instance.fields[0..<count]), common: common)
    }

    /// `fit`'s optimizer: a recipe gives a fresh one that holds `model`, one that holds models itself.
    func bind(_ optimizer: OptimizerInstance, to model: Value) -> OptimizerInstance {
        guard optimizer.isRecipe else { return optimizer }
        return register(
            OptimizerInstance(
                optimizer.definition,
                groups: optimizer.groups.map {
                    OptimizerInstance.Group(target: model, options: $0.options, common: $0.common)
                }))
    }

    // MARK: Updating

    /// The new values of the params, of their slots and of their averages; recorded, not computed.
    struct Update {
        var box: ParameterBox
        var new: Node
        var slots: [Value]
        var average: Node?
    }

    /// Records an update of every param that has a gradient.
    func recordUpdates(
        _ optimizer: OptimizerInstance,
        _ gradients: [(parameter: NamedParameter, group: Int, gradient: Node)], clip: Double?
    ) throws -> [Update] {
        var resolved: [ResolvedOptions] = []
        for index in optimizer.groups.indices {
            resolved.append(try resolve(index, optimizer))
        }
        var counts: [Int: Value] = [:]
        let clipped = try self.clipped(
            gradients.map(\.gradient), clip ?? resolved.first?.clip)
        var updates: [Update] = []
        for (entry, gradient) in zip(gradients, clipped) {
            let options = resolved[entry.group]
            let id = ObjectIdentifier(entry.parameter.box)
            let skipped = optimizer.skipped(id)
            let count = counts[skipped] ?? stepCount(optimizer, skipped, entry.parameter.box)
            counts[skipped] = count
            updates.append(
                try recordUpdate(optimizer, entry.parameter, gradient, options, count))
        }
        return updates
    }

    /// A group's options at this step: functions of the number of steps are asked.
    struct ResolvedOptions {
        var values: [Value]
        var learningRate: Value?
        var decay: Value?
        var exclude: Value?
        var clip: Double?
        var clipNorm: Double?
        var clipValue: Double?
        var maxNorm: Double?
        var ema: Double?
    }

    private func resolve(
        _ index: Int, _ optimizer: OptimizerInstance
    ) throws -> ResolvedOptions {
        let group = optimizer.groups[index]
        let names = optimizer.definition.template.options
        func current(_ name: String, _ value: Value) throws -> Value {
            guard value.isCallable || name == "lr", name != "exclude" else { return value }
            let number = try optionNumber(name, of: group, optimizer)
            guard let number else {
                return value.isCallable ? try call(value, [.int(optimizer.steps)]) : value
            }
            guard let recording else { return .float(number) }
            let node = Node(try Tensor(.float(number), dtype: .float64))
            recording.promoted.append((node, .option(group: index, name: name)))
            return .symbol(Symbol(node: node, isInt: false))
        }
        let values = try zip(names, group.options).map { try current($0, $1) }
        func option(_ name: String) throws -> Value? {
            if let index = names.firstIndex(of: name) { return values[index] }
            guard let value = group.common[name], !value.isNone else { return nil }
            return try current(name, value)
        }
        func number(
            _ name: String, _ wants: String, _ isValid: (Double) -> Bool
        ) throws -> Double? {
            guard let value = try option(name) else { return nil }
            guard let number = try double(value), isValid(number) else {
                throw CallFailures.argument(
                    optimizer.definition.name, name, wants: wants, got: value)
            }
            return number
        }
        func limit(_ name: String) throws -> Double? {
            try number(name, "a number above 0") { $0 > 0 }
        }
        return ResolvedOptions(
            values: values, learningRate: try option("lr"), decay: try option("decay"),
            exclude: try option("exclude"), clip: try limit("clip"),
            clipNorm: try limit("clipNorm"), clipValue: try limit("clipValue"),
            maxNorm: try limit("maxNorm"),
            ema: try number("ema", "a number from 0 to 1") { (0...1).contains($0) })
    }

    /// The number of the update that is made, for params that had no part in `skipped` of them, as an input of the
    /// program being recorded.
    ///
    /// - Parameter box: One of the params.
    private func stepCount(_ optimizer: OptimizerInstance, _ skipped: Int, _ box: ParameterBox) -> Value {
        let number = optimizer.steps + 1 - skipped
        guard let recording, let tensor = try? Tensor(.int(number), dtype: .int64) else { return .int(number) }
        let node = Node(tensor)
        recording.promoted.append((node, .stepCount(box)))
        return .symbol(Symbol(node: node, isInt: true, bounds: 1...(1 << 53)))
    }

    private func recordUpdate(
        _ optimizer: OptimizerInstance, _ parameter: NamedParameter, _ gradient: Node,
        _ options: ResolvedOptions, _ count: Value
    ) throws -> Update {
        let definition = optimizer.definition
        let box = parameter.box
        guard let old = box.node else { throw Failure("model.unbuilt", "`\(box.name)` is not made") }
        var p = old
        var g = gradient
        if let limit = options.clipNorm { g = try clipped([g], limit)[0] }
        if let limit = options.clipValue { g = try bounded(g, limit) }
        p = try decayed(p, parameter.path, options)
        let optionCount = definition.template.options.count
        for (index, value) in options.values.enumerated() { optimizer.fields[index] = value }
        let id = ObjectIdentifier(box)
        var firstAverage: Node?
        if options.ema != nil, optimizer.slots[id]?.average == nil, let value = old.value {
            firstAverage = Node(value)
        }
        let before = try slots(of: box, optimizer, old, firstAverage)
        for (index, value) in before.enumerated() { optimizer.fields[optionCount + index] = value }
        let update = Closure(
            definition.update.prototype, captures: definition.update.captures, receiver: optimizer)
        var arguments: [Value] = [.tensor(p), .tensor(g)]
        if definition.template.updateArity > 2 { arguments.append(count) }
        let result = try run(update, arguments)
        guard case .tensor(var new) = result, new.shape == old.shape else {
            throw Failure(
                "shape.update",
                "`update` of \(definition.name) gives \(described(result)) for the param"
                    + " `\(parameter.path)` of shape \(old.shape)")
        }
        if new.dtype != old.dtype { new = try recorder.cast(new, to: old.dtype) }
        if let limit = options.maxNorm { new = try withBoundedUnits(new, limit, of: parameter) }
        let slots = Array(
            optimizer.fields[optionCount..<(optionCount + definition.template.slots.count)])
        if let index = slots.indices.first(where: { before[$0].isNone && !slots[$0].isNone }) {
            throw Failure(
                "optimizer.slot",
                "the slot `\(definition.template.slots[index].name)` is not there: it starts as nil",
                help: "start it as a tensor or number whenever `update` assigns it")
        }
        let average = try options.ema.map { try self.average(optimizer.slots[id]?.average ?? old, new, $0) }
        return Update(box: box, new: new, slots: slots, average: average)
    }

    /// The slots of a param before an update, made where they are not there yet. The fields hold the options.
    private func slots(
        of box: ParameterBox, _ optimizer: OptimizerInstance, _ parameter: Node,
        _ firstAverage: Node?
    ) throws -> [Value] {
        let id = ObjectIdentifier(box)
        let count = optimizer.definition.template.slots.count
        guard let slots = optimizer.slots[id], slots.values.count == count else {
            let values = try (0..<count).map { try firstSlot($0, optimizer, parameter) }
            optimizer.slots[id] = OptimizerInstance.Slots(
                box: box, values: values, average: optimizer.slots[id]?.average ?? firstAverage,
                accumulated: optimizer.slots[id]?.accumulated, skipped: optimizer.skipped(id))
            return values
        }
        // Options that do without a slot may have changed.
        for index in 0..<count where slots.values[index].isNone {
            slots.values[index] = try firstSlot(index, optimizer, parameter)
        }
        return slots.values
    }

    /// What a slot of a param starts as: a tensor, or `nil` if the options, which the fields hold, do
    /// without it.
    func firstSlot(
        _ index: Int, _ optimizer: OptimizerInstance, _ parameter: Node
    ) throws -> Value {
        let initializer = optimizer.definition.initializers[index]
        let made = try run(
            Closure(initializer.prototype, captures: initializer.captures, receiver: optimizer))
        let first = made.isCallable ? try call(made, [.tensor(parameter)]) : made
        if first.isNone { return .none }
        guard let node = try tensorNode(first, dtype: parameter.dtype) else {
            throw Failure(
                "optimizer.slot",
                "a slot starts as a tensor, a number or nil, not \(described(first))")
        }
        // A leaf, so that the first step's program serves the later ones.
        if !recorder.isAbstract { try recorder.evaluate([node]) }
        return .tensor(leaf(node).alone)
    }

    /// Decoupled weight decay: p · (1 - lr · decay) before the update.
    ///
    /// - Source: Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, 2019.
    private func decayed(
        _ p: Node, _ path: String, _ options: ResolvedOptions
    ) throws -> Node {
        guard let decay = options.decay, let rate = options.learningRate else { return p }
        if case .float(0) = decay { return p }
        if case .int(0) = decay { return p }
        if let exclude = options.exclude, try truth(call(exclude, [.string(path)])) { return p }
        let factor = try binary(.subtract, .float(1), binary(.multiply, rate, decay))
        guard case .tensor(let result) = try binary(.multiply, .tensor(p), factor) else { return p }
        return result
    }
}
