import Autodiff
import OrderedCollections
import Tensors

extension Machine {
    /// `step(opt, clip: …, accumulate: …) { … }`
    func step(
        _ optimizer: OptimizerInstance, _ block: Value, clip: Double?, accumulate: Int
    ) throws -> Value {
        guard !optimizer.isRecipe else {
            throw Failure(
                "optimizer.recipe", "this \(optimizer.definition.name) holds no model",
                help: "write `\(optimizer.definition.name)(net, …)`")
        }
        let outer = recording
        outer?.creates("it holds a `step` of its own")
        nextRecording &+= 1
        let recording = Recording(id: nextRecording)
        self.recording = recording
        let wasTraining = isTraining
        isTraining = true
        recorder.gradientDepth += 1
        defer {
            self.recording = outer
            isTraining = wasTraining
            recorder.gradientDepth -= 1
        }
        do {
            return try recordStep(optimizer, block, clip: clip, accumulate: accumulate, recording)
        } catch {
            recording.undo()
            throw error
        }
    }

    private func recordStep(
        _ optimizer: OptimizerInstance, _ block: Value, clip: Double?, accumulate: Int,
        _ recording: Recording
    ) throws -> Value {
        let result = try call(block, [])
        let loss = try minimised(result, in: "step")
        let parameters = optimizer.trainable().filter { $0.parameter.box.node != nil }
        let wanted = parameters.compactMap(\.parameter.box.node)
        let nodes = try gradient(of: loss, withRespectTo: wanted, recorder: recorder)
        var gradients: [(parameter: NamedParameter, group: Int, gradient: Node)] = []
        for (entry, node) in zip(parameters, nodes) {
            guard let node else { continue }
            gradients.append((entry.parameter, entry.group, node))
        }
        if gradients.isEmpty {
            throw Failure(
                "step.nothing", "the loss depends on no param that the optimizer holds",
                help: "is the model frozen, or does the optimizer hold another one?")
        }
        let isUpdate = optimizer.calls + 1 >= accumulate
        var accumulated: [Node] = []
        if accumulate > 1 {
            try addUp(&gradients, optimizer, &accumulated, isUpdate: isUpdate, count: accumulate)
        }
        let updates = isUpdate ? try recordUpdates(optimizer, gradients, clip: clip) : []
        self.recording = nil
        try compute(result, updates, accumulated, recording)
        let final = finished(result)
        apply(updates, to: optimizer, recording)
        store(accumulated, gradients, in: optimizer, isUpdate: isUpdate)
        return final
    }

    /// Sums gradients over calls: at an update they become the mean.
    private func addUp(
        _ gradients: inout [(parameter: NamedParameter, group: Int, gradient: Node)],
        _ optimizer: OptimizerInstance, _ accumulated: inout [Node], isUpdate: Bool, count: Int
    ) throws {
        for index in gradients.indices {
            let box = gradients[index].parameter.box
            var sum = gradients[index].gradient
            if let before = optimizer.slots[ObjectIdentifier(box)]?.accumulated {
                sum = try recorder.add(before, sum)
            }
            if isUpdate {
                let factor = try recorder.constant(.float(1 / Double(count)), beside: sum.dtype)
                gradients[index].gradient = try recorder.multiply(sum, factor)
            } else {
                accumulated.append(sum)
            }
        }
    }

    private func store(
        _ accumulated: [Node],
        _ gradients: [(parameter: NamedParameter, group: Int, gradient: Node)],
        in optimizer: OptimizerInstance, isUpdate: Bool
    ) {
        optimizer.calls = isUpdate ? 0 : optimizer.calls + 1
        for (index, entry) in gradients.enumerated() {
            let id = ObjectIdentifier(entry.parameter.box)
            if isUpdate {
                optimizer.slots[id]?.accumulated = nil
            } else if optimizer.slots[id] != nil {
                optimizer.slots[id]?.accumulated = leaf(accumulated[index])
            } else {
                optimizer.slots[id] = OptimizerInstance.Slots(
                    box: entry.parameter.box, values: [], average: nil,
                    accumulated: leaf(accumulated[index]))
            }
        }
    }

    /// Computes everything that a step leaves behind.
    private func compute(
        _ result: Value, _ updates: [Update], _ accumulated: [Node], _ recording: Recording
    ) throws {
        var nodes = accumulated
        collectTensors(result, into: &nodes)
        for update in updates {
            nodes.append(update.new)
            for slot in update.slots { collectTensors(slot, into: &nodes) }
            if let average = update.average { nodes.append(average) }
        }
        for (box, _) in recording.assigned { if let node = box.node { nodes.append(node) } }
        if recorder.isAbstract { return }
        try recorder.evaluate(nodes)
    }

    private func apply(
        _ updates: [Update], to optimizer: OptimizerInstance, _ recording: Recording
    ) {
        for update in updates {
            update.box.node = leaf(update.new)
            let id = ObjectIdentifier(update.box)
            optimizer.slots[id]?.values = update.slots.map(finished)
            optimizer.slots[id]?.average = update.average.map(leaf)
        }
        for (box, _) in recording.assigned { box.node = box.node.map(leaf) }
        if !updates.isEmpty { optimizer.steps += 1 }
    }

    /// Computes and applies updates that stand alone.
    func finish(_ updates: [Update], of optimizer: OptimizerInstance) throws {
        let nothing = Recording(id: 0)
        try compute(.none, updates, [], nothing)
        apply(updates, to: optimizer, nothing)
    }

    /// A node without its history.
    func leaf(_ node: Node) -> Node {
        if node.primitive == nil { return node }
        if let value = node.value { return Node(value, origin: node.origin) }
        return Node(placeholder: node.shape, dtype: node.dtype, origin: node.origin)
    }

    /// A value whose tensors have lost their history.
    func finished(_ value: Value) -> Value {
        switch value {
        case .tensor(let node): .tensor(leaf(node))
        case .list(let list): .list(list.items.map(finished))
        case .tuple(let tuple): .tuple(tuple.items.map(finished))
        case .record(let record):
            .record(RecordObject(record.layout, record.values.map(finished)))
        case .dict(let dict): .dict(DictObject(dict.items.mapValues(finished)))
        default: value
        }
    }

    func collectTensors(_ value: Value, into nodes: inout [Node]) {
        switch value {
        case .tensor(let node): nodes.append(node)
        case .symbol(let symbol): nodes.append(symbol.node)
        case .list(let list): for item in list.items { collectTensors(item, into: &nodes) }
        case .tuple(let tuple): for item in tuple.items { collectTensors(item, into: &nodes) }
        case .record(let record): for item in record.values { collectTensors(item, into: &nodes) }
        case .dict(let dict): for item in dict.items.values { collectTensors(item, into: &nodes) }
        default: break
        }
    }

    /// The number that is minimised: the value, or the field `loss`, or the first field.
    func minimised(_ result: Value, in what: String) throws -> Node {
        switch result {
        case .tensor(let node):
            guard node.shape.rank == 0 else {
                throw Failure(
                    "step.scalar",
                    "\(what) minimises one number, the block gives a tensor \(node.shape)",
                    help: "reduce it, for example with `.mean()`")
            }
            guard node.dtype.isFloat else {
                throw Failure(
                    "step.float", "\(what) minimises a float, the block gives \(node.dtype.name)")
            }
            return node
        case .record(let record):
            guard let first = record["loss"] ?? record.values.first else { break }
            return try minimised(first, in: what)
        case .tuple(let tuple):
            guard let first = tuple.items.first else { break }
            return try minimised(first, in: what)
        case .float, .int:
            throw Failure(
                "step.constant", "the block of \(what) gives a number that depends on no param")
        default: break
        }
        throw Failure(
            "step.value", "the block of \(what) gives \(described(result)), not a loss",
            help: "its last line is the loss, or a record with a field `loss`")
    }
}
