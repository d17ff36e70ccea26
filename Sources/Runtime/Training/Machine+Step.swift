import Autodiff
import Diagnostics
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
        guard case .function(let closure) = block else {
            throw CallFailures.argument(
                "step", "block", wants: "a block", got: block,
                help: "the loss is computed inside: `step(opt) { mse(net(x), y) }`")
        }
        try session.requireMayTrain()
        check?.steps += 1
        if recording == nil { try recorder.computePending() }
        let key = StepKey(
            kind: .step, clip: clip, accumulate: accumulate,
            isUpdate: optimizer.calls + 1 >= accumulate, hasSums: optimizer.calls > 0,
            modelVersion: modelVersion, optionVersion: optimizer.optionVersion)
        watchedSteps?.count(closure.prototype, isReplay: false)
        if recording == nil, !recorder.isAbstract, recorder.gradientDepth == 0,
            let value = try replay(optimizer, ReplayedCall(closure: closure, key: key))
        {
            watchedSteps?.count(closure.prototype, isReplay: true)
            return value
        }
        let outer = recording
        outer?.creates("it holds a `step` of its own")
        nextRecording &+= 1
        let recording = Recording(id: nextRecording)
        self.recording = recording
        let start = recorder.random
        // What a step did stays, also if a block around it fails later.
        let keeper = blockKeeper
        blockKeeper = nil
        let wasTraining = isTraining
        isTraining = true
        recorder.gradientDepth += 1
        let restored = promoteCaptures(of: closure)
        defer {
            self.recording = outer
            blockKeeper = keeper
            isTraining = wasTraining
            recorder.gradientDepth -= 1
            for (cell, value) in restored { cell.value = value }
        }
        do {
            return try recorder.withOpaquePast {
                try recordStep(optimizer, closure, key, recording)
            }
        } catch {
            // A replayed step that fails leaves nothing behind, so this one does not either.
            recording.undo()
            recorder.random = start
            throw error
        }
    }

    /// Puts symbols in the place of captured numbers that changed between calls.
    func promoteCaptures(of closure: Closure) -> [(Cell, Value)] {
        guard let promoted = stepPrograms[closure.prototype]?.promoted else {
            return []
        }
        var restored: [(Cell, Value)] = []
        for index in promoted.sorted() {
            let cell = closure.captures[index]
            let symbol: Symbol
            switch cell.value {
            case .int(let number):
                guard let bounds = Symbol.bounds(for: number), let tensor = try? Tensor(.int(number), dtype: .int64)
                else { continue }
                symbol = Symbol(node: Node(tensor), isInt: true, bounds: bounds)
            case .float(let number):
                guard let tensor = try? Tensor(.float(number), dtype: .float64) else { continue }
                symbol = Symbol(node: Node(tensor), isInt: false)
            default: continue
            }
            restored.append((cell, cell.value))
            cell.value = .symbol(symbol)
        }
        return restored
    }

    private func recordStep(
        _ optimizer: OptimizerInstance, _ closure: Closure, _ key: StepKey,
        _ recording: Recording
    ) throws -> Value {
        let start = recorder.random
        let result = try call(.function(closure), [])
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
                help: "is the model frozen, does the optimizer hold another one, was the loss computed before the block, "
                    + "or does it go through `argmax` or a comparison?")
        }
        try noticeUnheld(recording, closure, loss)
        let before = gradients.map {
            optimizer.slots[ObjectIdentifier($0.parameter.box)]?.accumulated
        }
        var accumulated: [Node] = []
        if key.accumulate > 1 {
            try addUp(
                &gradients, optimizer, &accumulated, isUpdate: key.isUpdate,
                count: key.accumulate)
        }
        let updates = key.isUpdate ? try recordUpdates(optimizer, gradients, clip: key.clip) : []
        self.recording = nil
        if !recorder.isAbstract, session.configuration.replaysSteps,
            let value = try runCompiled(
                result, updates, accumulated, (gradients.map(\.parameter.box), before), optimizer,
                closure, key, recording, start)
        {
            return value
        }
        try compute(result, updates, accumulated, recording)
        if requiresFiniteLoss, let number = loss.value { try Program.requireFinite(number) }
        let final = finished(try settled(result))
        apply(updates, to: optimizer, recording)
        store(accumulated, gradients, in: optimizer, isUpdate: key.isUpdate)
        return final
    }

    /// Compiles the step and runs it as it will be replayed; `nil` if it cannot be compiled.
    private func runCompiled(
        _ result: Value, _ updates: [Update], _ accumulated: [Node],
        _ sums: (boxes: [ParameterBox], before: [Node?]), _ optimizer: OptimizerInstance,
        _ closure: Closure, _ key: StepKey, _ recording: Recording, _ start: RandomStream
    ) throws -> Value? {
        // Sums that are only started have no slots to lie in yet.
        if key.accumulate > 1,
            sums.boxes.contains(where: { optimizer.slots[ObjectIdentifier($0)] == nil })
        {
            return nil
        }
        var step = RecordedStep()
        for box in recording.boxes {
            let before = recording.assigned.first { $0.box === box }?.before
            step.read(before ?? box.node, .box(box))
        }
        for (box, sum) in zip(sums.boxes, sums.before) {
            step.read(box.node, .box(box))
            step.read(sum, .accumulated(box))
            guard let slots = optimizer.slots[ObjectIdentifier(box)] else { continue }
            for (index, slot) in slots.values.enumerated() {
                if case .tensor(let node) = slot { step.read(node, .slot(box, index)) }
            }
            step.read(slots.average, .average(box))
        }
        for (node, source) in recording.promoted { step.read(node, source) }
        var tensors: [Node] = []
        collectTensors(result, into: &tensors)
        for node in tensors { step.write(node, .result, over: nil) }
        for (index, sum) in accumulated.enumerated() {
            step.write(sum, .accumulated(sums.boxes[index]), over: sums.before[index])
        }
        for update in updates {
            guard try write(update, of: optimizer, to: &step) else { return nil }
        }
        for (box, before) in recording.assigned {
            if let node = box.node { step.write(node, .box(box), over: before) }
        }
        let call = ReplayedCall(closure: closure, key: key)
        let compiled = try compile(step, result, call, optimizer, recording, from: start)
        guard let program = compiled else { return nil }
        let end = recorder.random
        let assigned = recording.assigned.map { ($0.box, $0.box.node) }
        for (box, before) in recording.assigned { box.node = before }
        recorder.random = start
        if let value = try runFirst(program, optimizer, call) { return value }
        for (box, node) in assigned { box.node = node }
        recorder.random = end
        return nil
    }

    /// Says what a program leaves of a param and its slots; false if no program can.
    private func write(
        _ update: Update, of optimizer: OptimizerInstance, to step: inout RecordedStep
    ) throws -> Bool {
        let before = optimizer.slots[ObjectIdentifier(update.box)]
        step.write(update.new, .box(update.box), over: update.box.node)
        for (index, slot) in update.slots.enumerated() {
            if slot.isNone, before?.values[index].isNone == true { continue }
            guard let node = try tensorNode(slot, dtype: .float32) else { return false }
            var old: Node?
            if case .tensor(let tensor)? = before?.values[index] { old = tensor }
            // What the update leaves alone is no output.
            if node !== old { step.write(node, .slot(update.box, index), over: old) }
        }
        if let average = update.average {
            step.write(average, .average(update.box), over: before?.average)
        }
        return true
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
                    accumulated: leaf(accumulated[index]), skipped: optimizer.steps)
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
        if !updates.isEmpty { optimizer.noteUpdate(of: Set(updates.map { ObjectIdentifier($0.box) })) }
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
        Self.mapped(value) { if case .tensor(let node) = $0 { .tensor(leaf(node)) } else { $0 } }
    }

    /// The value with another in the place of each that holds no others.
    static func mapped(_ value: Value, _ change: (Value) throws -> Value) rethrows -> Value {
        func all(_ values: [Value]) throws -> [Value] { try values.map { try mapped($0, change) } }
        return switch value {
        case .list(let list): .list(try all(list.items))
        case .tuple(let tuple): .tuple(try all(tuple.items))
        case .record(let record): .record(RecordObject(record.layout, try all(record.values)))
        case .dict(let dict): .dict(DictObject(try dict.items.mapValues { try mapped($0, change) }))
        default: try change(value)
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
                    "`\(what)` wants one number, the \(what == "step" ? "block" : "function") gives "
                        + "a tensor \(node.shape)",
                    help: "reduce it, for example with `.mean()`")
            }
            guard node.dtype.isFloat else {
                throw Failure(
                    "step.float",
                    "`\(what)` wants a float, the \(what == "step" ? "block" : "function") gives "
                        + node.dtype.name,
                    help: "comparisons, `argmax` and integers have no gradient; "
                        + "use a loss such as `crossEntropy`")
            }
            return node
        case .record(let record):
            if let loss = record["loss"] { return try minimised(loss, in: what) }
            guard let first = record.values.first, let name = record.layout.labels.first else { break }
            do { return try minimised(first, in: what) } catch var failure as Failure {
                failure.diagnostic.notes.append("the record has no field `loss`, so that its first, `\(name)`, is minimised")
                throw failure
            }
        case .tuple(let tuple):
            guard let first = tuple.items.first else { break }
            return try minimised(first, in: what)
        case .float, .int:
            throw Failure(
                "step.constant",
                what == "step"
                    ? "the block of step gives a number that depends on no param"
                    : "the function of \(what) gives a number that does not depend on its argument",
                help: "stay with tensors: `.item()`, `toFloat` and numbers in texts leave the derivative behind")
        default: break
        }
        throw Failure(
            "step.value", "the block of \(what) gives \(described(result)), not a loss",
            help: "its last line is the loss, or a record with a field `loss`")
    }
}
