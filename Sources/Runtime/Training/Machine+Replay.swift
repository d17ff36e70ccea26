import Autodiff
import OrderedCollections
import Tensors

/// The programs of a step block, newest last.
struct StepCache {
    var programs: [StepProgram] = []
    /// Captures whose numbers changed between calls: they are inputs from the next recording on.
    var promoted: Set<Int> = []
    /// Recordings made in a row without a replay; after many the block is not compiled any more.
    var recordings = 0
    /// What became of the last recording: the passes of its program, or why there is none.
    var note = ""
}

extension Machine {
    /// The most programs kept for one block: shapes such as that of the last batch differ.
    private static let programsPerBlock = 8
    /// After so many recordings without a replay compiling does not pay.
    private static let patience = 32

    /// Runs a step by a program whose guards hold; `nil` if there is none.
    func replay(
        _ optimizer: OptimizerInstance, _ closure: Closure, _ key: StepKey
    ) throws -> Value? {
        guard var cache = stepCache[ObjectIdentifier(closure.prototype)] else { return nil }
        var changedNumber = false
        for (position, candidate) in cache.programs.enumerated().reversed()
        where candidate.key == key {
            var check = GuardCheck(
                inputs: Array(repeating: nil, count: candidate.sources.count), machine: self)
            guard try holds(candidate, closure, &check) else {
                changedNumber = changedNumber || check.changedNumber
                continue
            }
            if position != cache.programs.count - 1 || cache.recordings != 0 {
                cache.programs.append(cache.programs.remove(at: position))
                cache.recordings = 0
                stepCache[ObjectIdentifier(closure.prototype)] = cache
            }
            return try run(candidate, optimizer, check.inputs)
        }
        if changedNumber { promoteNumbers(of: closure) }
        return nil
    }

    /// Runs a program that was just compiled.
    func runFirst(
        _ step: StepProgram, _ optimizer: OptimizerInstance, _ closure: Closure
    ) throws -> Value? {
        var check = GuardCheck(
            inputs: Array(repeating: nil, count: step.sources.count), machine: self)
        // Symbols of promoted captures are in their cells still: their numbers are read back.
        guard try holds(step, closure, &check) else { return nil }
        return try run(step, optimizer, check.inputs)
    }

    private func holds(
        _ candidate: StepProgram, _ closure: Closure, _ check: inout GuardCheck
    ) throws -> Bool {
        guard try check.matches(.function(closure), candidate.block) else { return false }
        for (module, slot, expected) in candidate.globals
        where try !check.matches(module.slots[slot], expected) {
            return false
        }
        for (cell, expected) in candidate.cells where try !check.matches(cell.value, expected) {
            return false
        }
        return true
    }

    /// Numbers that the block captured directly become inputs.
    private func promoteNumbers(of closure: Closure) {
        let id = ObjectIdentifier(closure.prototype)
        for (index, cell) in closure.captures.enumerated() {
            switch cell.value {
            case .int, .float: stepCache[id]?.promoted.insert(index)
            default: break
            }
        }
    }

    // MARK: Running

    private func run(
        _ step: StepProgram, _ optimizer: OptimizerInstance, _ guarded: [Tensor?]
    ) throws -> Value {
        var inputs: [Tensor] = []
        inputs.reserveCapacity(step.sources.count)
        for (index, source) in step.sources.enumerated() {
            inputs.append(try input(source, guarded[index], optimizer))
        }
        // From here to the end of the run the replaced tensors have no other owner.
        for (target, input) in zip(step.targets, step.replaced) where input >= 0 {
            release(target, of: optimizer)
        }
        let start = recorder.random
        var outputs: [Tensor]
        do {
            outputs = try step.program.run(
                inputs: &inputs, random: start, isInterrupted: recorder.isInterrupted)
        } catch {
            for (target, input) in zip(step.targets, step.replaced) where input >= 0 {
                store(inputs[input], target, of: optimizer)
            }
            throw error
        }
        recorder.random.draw &+= step.draws
        var results: [Value] = []
        outputs.reverse()
        for (target, input) in zip(step.targets, step.replaced) {
            if input >= 0 {
                store(inputs[input], target, of: optimizer)
            } else if let output = outputs.popLast() {
                if case .result = target {
                    results.append(.tensor(Node(output)))
                } else {
                    store(output, target, of: optimizer)
                }
            }
        }
        optimizer.calls = step.key.isUpdate ? 0 : optimizer.calls + 1
        if step.key.isUpdate {
            optimizer.steps += 1
            if step.key.accumulate > 1 { optimizer.forgetSums() }
        }
        results.reverse()
        return Self.filled(step.result, &results)
    }

    private func input(
        _ source: StepProgram.Source, _ guarded: Tensor?, _ optimizer: OptimizerInstance
    ) throws -> Tensor {
        func missing() -> Failure { Failure("internal", "a training step lost an input") }
        switch source {
        case .box(let box):
            guard let node = box.node else { throw missing() }
            return try recorder.value(of: node)
        case .slot(let box, let index):
            guard case .tensor(let node)? = optimizer.slots[ObjectIdentifier(box)]?.values[index]
            else { throw missing() }
            return try recorder.value(of: node)
        case .average(let box):
            guard let node = optimizer.slots[ObjectIdentifier(box)]?.average else { throw missing() }
            return try recorder.value(of: node)
        case .accumulated(let box):
            guard let node = optimizer.slots[ObjectIdentifier(box)]?.accumulated else {
                throw missing()
            }
            return try recorder.value(of: node)
        case .option(let group, let name):
            guard let value = try optionNumber(name, of: optimizer.groups[group], optimizer) else {
                throw missing()
            }
            return try Tensor(.float(value), dtype: .float64)
        case .stepCount: return try Tensor(.int(optimizer.steps + 1), dtype: .int64)
        case .variable:
            guard let guarded else { throw missing() }
            return guarded
        }
    }

    /// The number that an option stands for at this step.
    func optionNumber(
        _ name: String, of group: OptimizerInstance.Group, _ optimizer: OptimizerInstance
    ) throws -> Double? {
        let names = optimizer.definition.template.options
        var value = names.firstIndex(of: name).map { group.options[$0] } ?? group.common[name]
        if let callable = value, callable.isCallable {
            value = try call(callable, [.int(optimizer.steps)])
        }
        return try value.flatMap { try double($0) }
    }

    /// Lets go of a tensor that a program is about to replace.
    private func release(_ target: StepProgram.Target, of optimizer: OptimizerInstance) {
        switch target {
        case .box(let box): box.node = nil
        case .slot(let box, let index):
            optimizer.slots[ObjectIdentifier(box)]?.values[index] = .none
        case .average(let box): optimizer.slots[ObjectIdentifier(box)]?.average = nil
        case .accumulated(let box): optimizer.slots[ObjectIdentifier(box)]?.accumulated = nil
        case .result: break
        }
    }

    private func store(
        _ tensor: Tensor, _ target: StepProgram.Target, of optimizer: OptimizerInstance
    ) {
        switch target {
        case .box(let box): box.node = Node(tensor)
        case .slot(let box, let index):
            optimizer.slots[ObjectIdentifier(box)]?.values[index] = .tensor(Node(tensor))
        case .average(let box): optimizer.slots[ObjectIdentifier(box)]?.average = Node(tensor)
        case .accumulated(let box):
            optimizer.slots[ObjectIdentifier(box)]?.accumulated = Node(tensor)
        case .result: break
        }
    }

    /// The value with its tensors taken from the end of `tensors`.
    private static func filled(_ value: Value, _ tensors: inout [Value]) -> Value {
        func items(_ values: [Value]) -> [Value] {
            var result: [Value] = []
            for value in values { result.append(filled(value, &tensors)) }
            return result
        }
        switch value {
        case .tensor, .symbol: return tensors.popLast() ?? value
        case .list(let list): return .list(items(list.items))
        case .tuple(let tuple): return .tuple(items(tuple.items))
        case .record(let record): return .record(RecordObject(record.layout, items(record.values)))
        case .dict(let dict):
            var result = dict.items
            for (key, value) in dict.items { result[key] = filled(value, &tensors) }
            return .dict(DictObject(result))
        default: return value
        }
    }

    // MARK: Compiling

    /// What a recorded step reads and leaves behind.
    struct RecordedStep {
        var inputs: [Node] = []
        var sources: [StepProgram.Source] = []
        var outputs: [Node] = []
        var targets: [StepProgram.Target] = []
        /// For each output the input that it may write over.
        var replaced: [Int] = []
        private var positions: [ObjectIdentifier: Int] = [:]

        init() {}

        mutating func read(_ node: Node?, _ source: StepProgram.Source) {
            guard let node, positions[ObjectIdentifier(node)] == nil else { return }
            positions[ObjectIdentifier(node)] = inputs.count
            inputs.append(node)
            sources.append(source)
        }

        mutating func write(_ node: Node, _ target: StepProgram.Target, over old: Node?) {
            outputs.append(node)
            targets.append(target)
            let input = old.flatMap { positions[ObjectIdentifier($0)] } ?? -1
            let fits =
                input >= 0 && inputs[input].shape == node.shape
                && inputs[input].dtype == node.dtype && !replaced.contains(input)
            replaced.append(fits ? input : -1)
        }
    }

    /// Compiles a step for replay and keeps it.
    ///
    /// - Returns: the program, or `nil` if the block has to be recorded each time.
    func compile(
        _ step: RecordedStep, _ result: Value, _ closure: Closure, _ key: StepKey,
        _ recording: Recording, from start: RandomStream
    ) throws -> StepProgram? {
        let id = ObjectIdentifier(closure.prototype)
        var cache = stepCache[id] ?? StepCache()
        cache.recordings += 1
        defer {
            cache.note = stepNote
            stepCache[id] = cache
        }
        if let reason = recording.reason {
            stepNote = "not replayed: \(reason)"
            return nil
        }
        guard cache.recordings <= Self.patience else {
            stepNote = "not replayed: what it reads changes at every call"
            return nil
        }
        var builder = GuardBuilder(recording: recording, inputs: step.inputs)
        let block = builder.function(closure)
        var globals: [(ModuleObject, Int, Guard)] = []
        for (module, slot) in recording.globals {
            globals.append((module, slot, builder.guardValue(module.slots[slot])))
        }
        let cells = builder.remainingCells()
        if let reason = builder.reason {
            stepNote = "not replayed: \(reason)"
            return nil
        }
        let sources =
            step.sources
            + Array(repeating: .variable, count: builder.inputs.count - step.inputs.count)
        let updates = step.replaced.enumerated().filter { $0.element >= 0 }
            .map { (input: $0.element, output: $0.offset) }
        try recorder.evaluate(builder.inputs)
        let program = try Program(
            inputs: builder.inputs, outputs: step.outputs, updates: updates, random: start)
        let compiled = StepProgram(
            program: program, block: block, cells: cells, globals: globals, sources: sources,
            targets: step.targets, replaced: step.replaced, result: result,
            draws: recorder.random.draw &- start.draw, key: key)
        cache.programs.append(compiled)
        if cache.programs.count > Self.programsPerBlock { cache.programs.removeFirst() }
        stepNote = program.explain()
        return compiled
    }
}
