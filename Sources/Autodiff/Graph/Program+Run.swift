import Kernels
public import Tensors

extension Program {
    /// Computes the outputs.
    ///
    /// - Parameters:
    ///   - inputs: one tensor for each input, of its shape and dtype. Those of updates are
    ///     replaced: written over if the array holds the only reference to their storage, else
    ///     exchanged for new ones, so that whoever else refers to the old bytes keeps them.
    ///   - random: where the draws of this run begin.
    ///   - isInterrupted: asked between steps and within long ones, from any thread.
    /// - Returns: the outputs that are not updates, in their order.
    /// - Throws: what kernels find, with the origin of the step, `.interrupted`, `.outOfMemory`,
    ///   `.badArgument` for inputs that do not fit. The inputs are then as they were.
    public func run(
        inputs: inout [Tensor], random: RandomStream = RandomStream(key: 0),
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) throws(EvaluationError) -> [Tensor] {
        var nodes = inputs.map { Node($0) }
        // The nodes are the only owners while the program runs.
        inputs.removeAll(keepingCapacity: true)
        defer { inputs = nodes.compactMap(\.value) }
        return try run(nodes: &nodes, random: random, isInterrupted: isInterrupted)
    }

    /// The same for inputs that are leaves: the bytes of an update's are written over if the array
    /// holds the only reference to the node, and the node to the storage; else the node is
    /// exchanged.
    ///
    /// - Parameter finite: The output, a single number, that has to be finite for anything to be replaced.
    public func run(
        nodes: inout [Node], random: RandomStream, finite: Int? = nil,
        isInterrupted: @escaping @Sendable () -> Bool
    ) throws(EvaluationError) -> [Tensor] {
        try check(nodes)
        defer { frame.end() }
        do throws(TensorError) {
            try prepareFrame(&nodes)
        } catch {
            throw EvaluationError(error: error, origin: .none)
        }
        let scope = WorkScope(stopsWhen: isInterrupted)
        for index in 0..<firstCommit {
            do throws(TensorError) {
                if isInterrupted() { throw .interrupted }
                try scope.run { () throws(TensorError) in
                    try step(instructions[index], frame, random, isInterrupted)
                }
                if scope.isStopped { throw .interrupted }
            } catch {
                throw EvaluationError(error: error, origin: origins[index])
            }
        }
        if let finite, results.indices.contains(finite) {
            let number = results[finite]
            try Self.requireFinite(frame.tensor(number.place, number.shape, number.dtype))
        }
        commit(frame)
        for (number, update) in updates.enumerated() where frame.isNew[number] {
            nodes[update.input] = Node(
                frame.tensor(
                    ProgramPlace(base: bases.update(number), offset: 0),
                    inputs[update.input].shape, inputs[update.input].dtype))
        }
        return results.map { frame.tensor($0.place, $0.shape, $0.dtype) }
    }

    /// Whether the memory of a run is there.
    public var isReady: Bool { arena != nil }

    /// The bytes that a run needs and the program holds after it.
    public var byteCount: Int {
        constants.reduce(arenaByteCount) { $0 + $1.count * $1.dtype.size }
    }

    /// The bytes that it holds now.
    public var heldByteCount: Int { arena == nil ? byteCount - arenaByteCount : byteCount }

    /// - Throws: `.notFinite` if the first element is nan or infinite.
    public static func requireFinite(_ tensor: Tensor) throws(EvaluationError) {
        guard tensor.count > 0, !tensor.double(at: 0).isFinite else { return }
        throw EvaluationError(
            error: .notFinite(value: tensor.double(at: 0), source: ""), origin: .none)
    }

    /// Lets go of the memory of values if it is more than `limit` bytes; the next run makes it anew.
    public func releaseMemory(above limit: Int) {
        if arenaByteCount > limit { arena = nil }
    }

    /// Whether a node has the shape and dtype of an input.
    public func takes(_ node: Node, at input: Int) -> Bool {
        node.shape == inputs[input].shape && node.dtype == inputs[input].dtype
    }

    private func check(_ nodes: [Node]) throws(EvaluationError) {
        var isFitting = nodes.count == inputs.count
        if isFitting {
            for (index, node) in nodes.enumerated() where node.value == nil || !takes(node, at: index) {
                isFitting = false
            }
        }
        guard isFitting else {
            throw EvaluationError(
                error: .badArgument(operation: "program", rule: "inputs of the recorded shapes"),
                origin: .none)
        }
    }

    // MARK: Memory

    /// Fills the frame: the arena, the inputs, where updates go, room for results. The constants
    /// stay where they are.
    private func prepareFrame(_ nodes: inout [Node]) throws(TensorError) {
        if arena == nil {
            let arena = try Storage(byteCount: arenaByteCount)
            self.arena = arena
            frame.set(ProgramBases.arena, arena)
            for (number, tensor) in constants.enumerated() {
                frame.set(bases.constant(number), tensor.storage, tensor.byteOffset)
            }
        }
        for index in nodes.indices {
            // `check` has seen the value.
            guard let value = nodes[index].value else { continue }
            frame.set(bases.input(index), value.storage, value.byteOffset)
        }
        for (number, update) in updates.enumerated() {
            let isOwned =
                isKnownUniquelyReferenced(&nodes[update.input])
                && nodes[update.input].ownsValue()
            frame.setNew(number, !isOwned)
            if isOwned {
                frame.copy(bases.input(update.input), to: bases.update(number))
            } else {
                try frame.make(bases.update(number), byteCount: update.byteCount)
            }
        }
        for (number, result) in results.enumerated() where result.byteCount > 0 {
            try frame.make(bases.output(number), byteCount: result.byteCount)
        }
    }

    // MARK: Steps

    /// Replaces the inputs of updates. Nothing here can fail or be interrupted.
    private func commit(_ frame: ProgramFrame) {
        for case .tile(let step) in instructions[firstCommit...] { step.run(frame.pointers) }
        for (number, update) in updates.enumerated() {
            guard let source = update.source else { continue }
            // An update may be a view of the new value of another, never of its own bytes.
            frame.pointers[bases.update(number)].copyMemory(
                from: frame.address(source), byteCount: update.byteCount)
        }
    }

    private func step(
        _ instruction: ProgramInstruction, _ frame: ProgramFrame, _ random: RandomStream,
        _ isInterrupted: @Sendable () -> Bool
    ) throws(TensorError) {
        switch instruction {
        case .tile(let step): step.run(frame.pointers)
        case .product(let product, let type, let a, let b, let c):
            let isFinished = product.run(
                type, frame.address(a), frame.address(b), to: frame.address(c),
                isInterrupted: isInterrupted)
            if !isFinished { throw .interrupted }
        case .reduction(let code, let type, let layout, let x, let y):
            Reduction.run(code, type, frame.address(x), to: frame.address(y), layout)
        case .softmax(let type, let layout, let log, let x, let y):
            Softmax.run(frame.address(x), type, layout, log: log, to: frame.address(y))
        case .softmaxGradient(let type, let layout, let log, let y, let c, let dx):
            Softmax.gradient(
                frame.address(y), frame.address(c), type, layout, log: log, to: frame.address(dx))
        case .copy(let copy, let elementSize, let x, let y):
            copy.run(frame.address(x), to: frame.address(y), elementSize: elementSize)
        case .cast(let from, let to, let count, let x, let y):
            Casting.cast(frame.address(x), from, to: frame.address(y), to, count: count)
        case .number(let code, let a, let b, let y):
            Elementwise.applyToNumbers(
                code, frame.address(a), frame.address(b), to: frame.address(y))
        case .primitive(let step):
            let output = frame.tensor(step.output.place, step.output.shape, step.output.dtype)
            guard output.count > 0 else { return }
            try step.primitive.evaluate(
                step.inputs.map { frame.tensor($0.place, $0.shape, $0.dtype) },
                step.attributes(random), output, isInterrupted)
        }
    }
}
