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
        try check(inputs)
        let frame: ProgramFrame
        do throws(TensorError) {
            frame = try makeFrame(&inputs)
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
        commit(frame)
        for (number, update) in updates.enumerated() where frame.isNew[number] {
            let shape = self.inputs[update.input].shape
            inputs[update.input] = frame.tensor(
                ProgramPlace(base: bases.update(number), offset: 0), shape,
                self.inputs[update.input].dtype)
        }
        return results.map { frame.tensor($0.place, $0.shape, $0.dtype) }
    }

    private func check(_ tensors: [Tensor]) throws(EvaluationError) {
        let isFitting =
            tensors.count == inputs.count
            && zip(tensors, inputs).allSatisfy { $0.shape == $1.shape && $0.dtype == $1.dtype }
        guard isFitting else {
            throw EvaluationError(
                error: .badArgument(operation: "program", rule: "inputs of the recorded shapes"),
                origin: .none)
        }
    }

    // MARK: Memory

    /// The memory of a run: the arena, the inputs, where updates go, room for results, the
    /// constants.
    private func makeFrame(_ tensors: inout [Tensor]) throws(TensorError) -> ProgramFrame {
        var frame = ProgramFrame()
        // Before the frame holds references of its own.
        for update in updates { frame.isNew.append(!ownsStorage(&tensors[update.input])) }
        if arena == nil { arena = try Storage(byteCount: arenaByteCount) }
        let arena = if let arena { arena } else { try Storage(byteCount: 0) }
        frame.reserve(bases.count)
        frame.append(arena, 0)
        for tensor in tensors { frame.append(tensor.storage, tensor.byteOffset) }
        for (number, update) in updates.enumerated() {
            let tensor = tensors[update.input]
            if frame.isNew[number] {
                frame.append(try Storage(byteCount: tensor.byteCount), 0)
            } else {
                frame.append(tensor.storage, tensor.byteOffset)
            }
        }
        for result in results {
            frame.append(
                result.byteCount == 0 ? arena : try Storage(byteCount: result.byteCount), 0)
        }
        for tensor in constants { frame.append(tensor.storage, tensor.byteOffset) }
        return frame
    }

    /// Whether the tensor is the only one that refers to its storage.
    private func ownsStorage(_ tensor: inout Tensor) -> Bool {
        let (offset, shape, dtype) = (tensor.byteOffset, tensor.shape, tensor.dtype)
        var storage = tensor.storage
        // The tensor lets go while we count.
        tensor = Tensor(storage: placeholder, shape: .scalar, dtype: .bool)
        let isUnique = isKnownUniquelyReferenced(&storage)
        tensor = Tensor(storage: storage, byteOffset: offset, shape: shape, dtype: dtype)
        return isUnique
    }

    // MARK: Steps

    /// Replaces the inputs of updates. Nothing here can fail or be interrupted.
    private func commit(_ frame: ProgramFrame) {
        for case .tile(let step) in instructions[firstCommit...] { run(step, frame) }
        for (number, update) in updates.enumerated() {
            guard let source = update.source else { continue }
            // An update may be a view of the new value of another, never of its own bytes.
            frame.pointers[bases.update(number)].copyMemory(
                from: frame.address(source), byteCount: update.byteCount)
        }
    }

    private func run(_ step: TileStep, _ frame: ProgramFrame) {
        frame.pointers.withUnsafeBufferPointer { pointers in
            // Never nil: the arena is always there.
            step.run(pointers.baseAddress.unsafelyUnwrapped)
        }
    }

    private func step(
        _ instruction: ProgramInstruction, _ frame: ProgramFrame, _ random: RandomStream,
        _ isInterrupted: @Sendable () -> Bool
    ) throws(TensorError) {
        switch instruction {
        case .tile(let step): run(step, frame)
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
        case .primitive(let step):
            let output = frame.tensor(step.output.place, step.output.shape, step.output.dtype)
            guard output.count > 0 else { return }
            try step.primitive.evaluate(
                step.inputs.map { frame.tensor($0.place, $0.shape, $0.dtype) },
                step.attributes(random), output, isInterrupted)
        }
    }
}

/// The memory of one run: for each base its storage and address.
struct ProgramFrame {
    private var storages: [Storage] = []
    private var offsets: [Int] = []
    fileprivate(set) var pointers: [UnsafeMutableRawPointer] = []
    /// For each update whether it goes to a new storage.
    fileprivate(set) var isNew: [Bool] = []

    fileprivate mutating func reserve(_ count: Int) {
        storages.reserveCapacity(count)
        offsets.reserveCapacity(count)
        pointers.reserveCapacity(count)
    }

    fileprivate mutating func append(_ storage: Storage, _ offset: Int) {
        storages.append(storage)
        offsets.append(offset)
        pointers.append(storage.pointer + offset)
    }

    @inline(__always)
    func address(_ place: ProgramPlace) -> UnsafeMutableRawPointer {
        pointers[place.base] + place.offset
    }

    func tensor(_ place: ProgramPlace, _ shape: Shape, _ dtype: DType) -> Tensor {
        Tensor(
            storage: storages[place.base], byteOffset: offsets[place.base] + place.offset,
            shape: shape, dtype: dtype)
    }
}
