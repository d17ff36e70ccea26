import Autodiff
import OrderedCollections
import Tensors

/// A call that a program may stand for.
struct ReplayedCall {
    var closure: Closure
    var arguments: [Value] = []
    var key: StepKey
}

extension Machine {
    /// The most memory that the program of a block keeps between runs.
    private static let keptBytes = 16 << 20

    /// Runs a step by a program whose guards hold; `nil` if there is none.
    func replay(_ optimizer: OptimizerInstance?, _ call: ReplayedCall) throws -> Value? {
        let closure = call.closure
        guard var cache = stepPrograms[closure.prototype] else { return nil }
        var changedNumber = false
        for (position, candidate) in cache.programs.enumerated().reversed()
        where candidate.key == call.key && candidate.belongs(to: optimizer) {
            var check = GuardCheck(of: candidate, self)
            guard try holds(candidate, optimizer, call, &check) else {
                changedNumber = changedNumber || check.changedNumber
                continue
            }
            if position != cache.programs.count - 1 || !cache.hasFullCredit {
                cache.programs.append(cache.programs.remove(at: position))
                cache.noteReplay()
                stepPrograms[closure.prototype] = cache
            }
            return try run(candidate, optimizer, check.inputs)
        }
        if changedNumber { promoteNumbers(of: closure) }
        return nil
    }

    /// Runs a program that was just compiled.
    func runFirst(
        _ step: StepProgram, _ optimizer: OptimizerInstance?, _ call: ReplayedCall
    ) throws -> Value? {
        var check = GuardCheck(of: step, self)
        // Symbols of promoted captures are in their cells still: their numbers are read back.
        guard try holds(step, optimizer, call, &check) else { return nil }
        return try run(step, optimizer, check.inputs)
    }

    private func holds(
        _ candidate: StepProgram, _ optimizer: OptimizerInstance?, _ call: ReplayedCall,
        _ check: inout GuardCheck
    ) throws -> Bool {
        guard try check.matches(.function(call.closure), candidate.block),
            call.arguments.count == candidate.arguments.count
        else { return false }
        for (argument, expected) in zip(call.arguments, candidate.arguments)
        where try !check.matches(argument, expected) {
            return false
        }
        for (module, slot, expected) in candidate.globals
        where try !check.matches(module.slots[slot], expected) {
            return false
        }
        for (reference, expected) in candidate.cells {
            guard let cell = reference.object as? Cell, try check.matches(cell.value, expected)
            else { return false }
        }
        return try holdersFit(candidate, optimizer, check.inputs)
    }

    /// Whether what the model and the optimizer hold has the recorded shapes, and is what a variable
    /// holds only where it was so when the step was recorded.
    private func holdersFit(
        _ candidate: StepProgram, _ optimizer: OptimizerInstance?, _ guarded: [Node?]
    ) throws -> Bool {
        candidate.bind(to: optimizer)
        guard candidate.countsFit(optimizer) else { return false }
        for (index, holder) in candidate.sourceHolders.enumerated() {
            guard let node = holder?.node else {
                if candidate.isHeld(index) { return false }
                continue
            }
            guard candidate.program.takes(node, at: index) else { return false }
            if let other = guarded[index], other !== node { return false }
            if node.value == nil { try recorder.evaluate([node]) }
        }
        return true
    }

    /// Numbers that the block captured directly become inputs.
    private func promoteNumbers(of closure: Closure) {
        for (index, cell) in closure.captures.enumerated() {
            switch cell.value {
            case .int, .float: stepPrograms[closure.prototype]?.promoted.insert(index)
            default: break
            }
        }
    }

    // MARK: Running

    /// Runs a program on the tensors where they lie. What it replaces is written over if only the
    /// model or the optimizer holds it.
    private func run(
        _ step: StepProgram, _ optimizer: OptimizerInstance?, _ guarded: [Node?]
    ) throws -> Value {
        var nodes: [Node] = []
        swap(&nodes, &step.nodes)
        defer {
            nodes.removeAll(keepingCapacity: true)
            swap(&nodes, &step.nodes)
        }
        for index in step.sources.indices {
            nodes.append(try input(index, of: step, guarded[index], optimizer))
        }
        // From here to the end of the run the replaced nodes have no other owner.
        for (index, input) in step.replaced.enumerated() where input >= 0 {
            step.targetHolders[index]?.hold(nil)
        }
        stepPrograms.willRun(step)
        if optimizer == nil, let blockKeeper {
            for case .box(let box) in step.targets { blockKeeper.keeps(box) }
        }
        let start = recorder.random
        var outputs: [Tensor]
        do {
            defer {
                for (index, input) in step.replaced.enumerated() where input >= 0 {
                    step.targetHolders[index]?.hold(nodes[input])
                }
            }
            outputs = try step.program.run(
                nodes: &nodes, random: start,
                finite: requiresFiniteLoss && optimizer != nil ? 0 : nil, isInterrupted: recorder.isInterrupted)
        }
        recorder.random.draw &+= step.draws
        var results: [Value] = []
        outputs.reverse()
        for (index, input) in step.replaced.enumerated() where input < 0 {
            guard let output = outputs.popLast() else { break }
            if case .result = step.targets[index] {
                results.append(.tensor(Node(output)))
            } else {
                step.targetHolders[index]?.hold(Node(output))
            }
        }
        if let optimizer {
            count(step, optimizer)
        } else {
            // Blocks may be many, and large: a data set in one piece.
            step.program.releaseMemory(above: Self.keptBytes)
        }
        results.reverse()
        return Self.filled(step.result, &results)
    }

    private func count(_ step: StepProgram, _ optimizer: OptimizerInstance) {
        let key = step.key
        optimizer.calls = key.isUpdate ? 0 : optimizer.calls + 1
        guard key.isUpdate else { return }
        optimizer.noteUpdate(of: step.updated)
        if key.accumulate > 1 { optimizer.forgetSums() }
    }

    private func input(
        _ index: Int, of step: StepProgram, _ guarded: Node?, _ optimizer: OptimizerInstance?
    ) throws -> Node {
        func missing() -> Failure { Failure("internal", "a training step lost an input") }
        switch step.sources[index] {
        case .box, .slot, .average, .accumulated:
            // `holds` has seen that it is there and computed.
            guard let node = step.sourceHolders[index]?.node else { throw missing() }
            return node
        case .option(let group, let name):
            guard let optimizer,
                let value = try optionNumber(name, of: optimizer.groups[group], optimizer)
            else { throw missing() }
            return try step.number(.float(value), dtype: .float64, at: index)
        case .stepCount(let box):
            guard let optimizer else { throw missing() }
            let number = optimizer.steps + 1 - optimizer.skipped(ObjectIdentifier(box))
            return try step.number(.int(number), dtype: .int64, at: index)
        case .variable:
            guard let guarded else { throw missing() }
            return guarded
        }
    }

    /// The number that an option stands for at this step.
    func optionNumber(
        _ name: String, of group: OptimizerInstance.Group, _ optimizer: OptimizerInstance
    ) throws -> Double? {
        var value = group.option(name, optimizer.definition)
        if let callable = value, callable.isCallable {
            value = try call(callable, [.int(optimizer.steps)])
        }
        return try value.flatMap { try double($0) }
    }

    /// The value with its tensors taken from the end of `tensors`.
    private static func filled(_ value: Value, _ tensors: inout [Value]) -> Value {
        func items(_ values: [Value]) -> [Value] {
            var result: [Value] = []
            for value in values { result.append(filled(value, &tensors)) }
            return result
        }
        switch value {
        case .tensor: return tensors.popLast() ?? value
        case .symbol(let symbol):
            guard case .tensor(let node)? = tensors.popLast(), let number = node.value?.element(at: 0) else { return value }
            return symbol.isInt ? .int(number.int) : .float(number.double)
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

    /// The value with placeholders for its tensors: theirs would keep all that was recorded.
    private static func emptied(_ value: Value) -> Value {
        func placeholder(_ node: Node) -> Node {
            Node(placeholder: node.shape, dtype: node.dtype, origin: node.origin)
        }
        return mapped(value) { part in
            switch part {
            case .tensor(let node): .tensor(placeholder(node))
            case .symbol(let symbol): .symbol(Symbol(node: placeholder(symbol.node), isInt: symbol.isInt))
            default: part
            }
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
        /// Whether two places hold one node: a program would read one of them for both, also when
        /// they have come to differ.
        private(set) var sharesNodes = false
        private var positions: [ObjectIdentifier: Int] = [:]

        init() {}

        mutating func read(_ node: Node?, _ source: StepProgram.Source) {
            guard let node else { return }
            if let known = positions[ObjectIdentifier(node)] {
                if case .box(let box) = source, case .box(let other) = sources[known], box === other {
                    return
                }
                sharesNodes = true
                return
            }
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
    /// - Parameter optimizer: that of a training step.
    /// - Returns: the program, or `nil` if the block has to be recorded each time.
    func compile(
        _ step: RecordedStep, _ result: Value, _ call: ReplayedCall,
        _ optimizer: OptimizerInstance?, _ recording: Recording, from start: RandomStream
    ) throws -> StepProgram? {
        var cache = stepPrograms[call.closure.prototype] ?? StepCache()
        defer {
            cache.note = stepNote
            stepPrograms.keep(cache, of: call.closure.prototype, modelVersion)
        }
        if let reason = recording.reason {
            stepNote = "not replayed: \(reason)"
            return nil
        }
        if step.sharesNodes {
            stepNote = "not replayed: two params or slots are one tensor"
            return nil
        }
        guard cache.mayCompile else {
            stepNote = "not replayed: what it reads changes too often"
            return nil
        }
        cache.noteCompiling()
        var builder = GuardBuilder(recording: recording, inputs: step.inputs)
        let block = builder.function(call.closure)
        let arguments = call.arguments.map { builder.guardValue($0) }
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
            program: program, block: block, arguments: arguments, cells: cells, objects: builder.objects,
            optimizer: optimizer, globals: globals, sources: sources, targets: step.targets,
            replaced: step.replaced, result: Self.emptied(result),
            draws: recorder.random.draw &- start.draw, key: call.key)
        cache.programs.append(compiled)
        stepNote = program.explain()
        return compiled
    }
}
