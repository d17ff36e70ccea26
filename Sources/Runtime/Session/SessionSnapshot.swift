import Autodiff
import Diagnostics
import OrderedCollections
import Tensors

/// What a session's names and objects held at one moment: a set of references, not of copies.
///
/// Lists, dicts, records and tensors are values that are copied before they change once somebody
/// else refers to them, so keeping the reference keeps the value. What does change in place is
/// remembered by identity: captured variables, params and states, models, optimizers. They are
/// found by a walk over everything that the names reach.
///
/// A snapshot belongs to the session that made it and to its thread.
public struct SessionSnapshot {
    struct Module {
        var object: ModuleObject
        var slots: [Value]
        var variables: Set<Int>
        var documentation: [Int: Documentation]
        var dimensionNames: Set<String>
    }

    struct Model {
        var object: ModelInstance
        var fields: [Value]
        var boxes: [ParameterBox?]
        var isFrozen: Bool
        var isBuilt: Bool
        var lastInputs: [[Value]]?
        var sizeOrigins: [Int: Span]
    }

    struct Optimizer {
        var object: OptimizerInstance
        var fields: [Value]
        var groups: [OptimizerInstance.Group]
        var slots: [ObjectIdentifier: OptimizerInstance.Slots]
        var steps: Int
        var calls: Int
    }

    fileprivate(set) var main: ModuleObject
    fileprivate(set) var modules: [Module] = []
    fileprivate(set) var imported: [String: ModuleObject] = [:]
    fileprivate(set) var cells: [(object: Cell, value: Value)] = []
    fileprivate(set) var boxes: [(object: ParameterBox, node: Node?)] = []
    fileprivate(set) var models: [Model] = []
    fileprivate(set) var optimizers: [Optimizer] = []
    fileprivate(set) var trackedLabels: [String] = []
    fileprivate(set) var trackedSeries: [String: [Value]] = [:]
    fileprivate(set) var trackingIsStale = false
    fileprivate(set) var seed = 0
    fileprivate(set) var lastError = ""
    /// The memory of all computed tensors. Holding it means that whoever updates weights in place
    /// sees that somebody else refers to them.
    fileprivate(set) var storages: [ObjectIdentifier: Storage] = [:]

    /// Bytes of tensors that this snapshot keeps alive and `other` does not.
    public func bytesHeld(beyond other: SessionSnapshot) -> Int {
        storages.reduce(0) { sum, entry in
            other.storages[entry.key] == nil ? sum + entry.value.byteCount : sum
        }
    }
}

extension Session {
    /// Remembers the values of all names, the weights of all models and the state of all
    /// optimizers; between cells only.
    ///
    /// - Complexity: O(values that the names reach); no tensor is copied or computed.
    public func snapshot() -> SessionSnapshot {
        var result = SessionSnapshot(main: module)
        result.imported = modules
        result.trackedLabels = tracker.labels
        result.trackedSeries = tracker.series
        result.trackingIsStale = tracker.isStale
        result.seed = seed
        result.lastError = machine.lastError
        var walk = SnapshotWalk(result)
        walk.visit([.module(module), .module(prelude)])
        walk.visit(modules.values.map { .module($0) })
        for series in tracker.series.values { walk.visit(series) }
        return walk.result
    }

    /// Puts everything back to what it was when `snapshot` was made by this session. The snapshot
    /// stays good for another time.
    public func restore(_ snapshot: SessionSnapshot) {
        module = snapshot.main
        modules = snapshot.imported
        for state in snapshot.modules { restore(state) }
        for (cell, value) in snapshot.cells { cell.value = value }
        for (box, node) in snapshot.boxes { box.node = node }
        // Compiled steps hold for the marks of `freeze` and the options that they were made with.
        machine.modelVersion += 1
        for state in snapshot.models {
            state.object.fields = state.fields
            state.object.boxes = state.boxes
            state.object.isFrozen = state.isFrozen
            state.object.isBuilt = state.isBuilt
            state.object.lastInputs = state.lastInputs
            state.object.sizeOrigins = state.sizeOrigins
        }
        for state in snapshot.optimizers {
            state.object.fields = state.fields
            state.object.groups = state.groups
            state.object.slots = state.slots.mapValues { $0.copy() }
            state.object.restoreCount(state.steps)
            state.object.calls = state.calls
        }
        tracker.labels = snapshot.trackedLabels
        tracker.series = snapshot.trackedSeries
        tracker.isStale = snapshot.trackingIsStale
        seed = snapshot.seed
        machine.lastError = snapshot.lastError
    }

    private func restore(_ state: SessionSnapshot.Module) {
        let module = state.object
        // Compiled code knows slots by number, so new ones stay, without a value. What the prelude
        // has loaded since then is the same for everybody and stays too.
        let added = module.slots[min(state.slots.count, module.slots.count)...]
        let isPrelude = module === prelude
        module.slots = state.slots + (isPrelude ? Array(added) : added.map { _ in .unset })
        if isPrelude { return }
        module.variables = state.variables
        module.documentation = state.documentation
        module.dimensionNames = state.dimensionNames
    }
}

/// Visits everything that values refer to, each object once, without recursion.
private struct SnapshotWalk {
    var result: SessionSnapshot
    private var seen: Set<ObjectIdentifier> = []
    private var pending: [Value] = []

    init(_ result: SessionSnapshot) { self.result = result }

    mutating func visit(_ values: [Value]) {
        add(values)
        while let value = pending.popLast() { expand(value) }
    }

    private mutating func add(_ values: [Value]) {
        for value in values where Self.refers(value) { pending.append(value) }
    }

    /// Whether there is anything to find behind a value.
    private static func refers(_ value: Value) -> Bool {
        switch value {
        case .unset, .unknown, .none, .bool, .int, .float, .string, .range, .dtype, .figure,
            .tokenizer:
            false
        case .sketch, .list, .dict, .record, .tuple, .tensor, .symbol, .function, .builtin, .model,
            .modelType, .optimizer, .optimizerType, .dataset, .batches, .module, .cell, .iterator:
            true
        }
    }

    private mutating func isNew(_ object: AnyObject) -> Bool {
        seen.insert(ObjectIdentifier(object)).inserted
    }

    private mutating func expand(_ value: Value) {
        switch value {
        case .unset, .unknown, .none, .bool, .int, .float, .string, .range, .dtype, .figure, .tokenizer:
            break
        case .sketch(let sketch): if case .list(let element) = sketch.kind, isNew(sketch) { add([element]) }
        case .list(let list): if isNew(list) { add(list.items) }
        case .dict(let dict): if isNew(dict) { add(Array(dict.items.values)) }
        case .record(let record): if isNew(record) { add(record.values) }
        case .tuple(let tuple): if isNew(tuple) { add(tuple.items) }
        case .tensor(let node): hold(node)
        case .symbol(let symbol): hold(symbol.node)
        case .function(let closure): expand(closure)
        case .builtin(let builtin): if isNew(builtin) { add(builtin.holds) }
        case .model(let model): expand(model)
        case .modelType(let definition): expand(definition)
        case .optimizer(let optimizer): expand(optimizer)
        case .optimizerType(let definition): expand(definition)
        case .dataset(let dataset): expand(dataset)
        case .batches(let batches): expand(batches.dataset)
        case .module(let module): expand(module)
        case .cell(let cell): expand([cell])
        // A loop lives in registers only, and no cell runs while a snapshot is made.
        case .iterator: break
        }
    }

    private mutating func hold(_ node: Node) {
        guard let tensor = node.value else { return }
        result.storages[ObjectIdentifier(tensor.storage)] = tensor.storage
    }

    private mutating func expand(_ dataset: DatasetObject) {
        guard isNew(dataset) else { return }
        for tensor in [dataset.x, dataset.y] {
            result.storages[ObjectIdentifier(tensor.storage)] = tensor.storage
        }
        add(dataset.transforms)
    }

    private mutating func expand(_ module: ModuleObject) {
        guard isNew(module) else { return }
        result.modules.append(
            SessionSnapshot.Module(
                object: module, slots: module.slots, variables: module.variables,
                documentation: module.documentation, dimensionNames: module.dimensionNames))
        add(module.slots)
    }

    private mutating func expand(_ cells: [Cell]) {
        for cell in cells where isNew(cell) {
            result.cells.append((cell, cell.value))
            add([cell.value])
        }
    }

    private mutating func expand(_ closure: Closure) {
        guard isNew(closure) else { return }
        expand(closure.captures)
        switch closure.receiver {
        case let model as ModelInstance: add([.model(model)])
        case let optimizer as OptimizerInstance: add([.optimizer(optimizer)])
        default: break
        }
    }

    private mutating func expand(_ definition: ModelDefinition) {
        guard isNew(definition) else { return }
        expand(definition.constructor)
        for part in definition.methods + definition.sizes + definition.initializers {
            expand(part.captures)
        }
    }

    private mutating func expand(_ definition: OptimizerDefinition) {
        guard isNew(definition) else { return }
        expand(definition.constructor)
        expand(definition.update)
        for closure in definition.initializers + definition.functions { expand(closure) }
    }

    private mutating func expand(_ model: ModelInstance) {
        guard isNew(model) else { return }
        result.models.append(
            SessionSnapshot.Model(
                object: model, fields: model.fields, boxes: model.boxes, isFrozen: model.isFrozen,
                isBuilt: model.isBuilt, lastInputs: model.lastInputs,
                sizeOrigins: model.sizeOrigins))
        for case let box? in model.boxes { expand(box) }
        add(model.fields)
        add(model.madeWith.map(\.value))
        switch model.kind {
        case .defined(let definition): add([.modelType(definition)])
        case .chain(let parts): add(parts)
        }
    }

    private mutating func expand(_ box: ParameterBox) {
        guard isNew(box) else { return }
        result.boxes.append((box, box.node))
        if let node = box.node { hold(node) }
    }

    private mutating func expand(_ optimizer: OptimizerInstance) {
        guard isNew(optimizer) else { return }
        result.optimizers.append(
            SessionSnapshot.Optimizer(
                object: optimizer, fields: optimizer.fields, groups: optimizer.groups,
                slots: optimizer.slots.mapValues { $0.copy() }, steps: optimizer.steps,
                calls: optimizer.calls))
        add([.optimizerType(optimizer.definition)])
        add(optimizer.fields)
        for group in optimizer.groups {
            add([group.target] + group.options + Array(group.common.values))
        }
        for slots in optimizer.slots.values {
            expand(slots.box)
            add(slots.values)
            for case let node? in [slots.average, slots.accumulated] { hold(node) }
        }
    }
}
