import Kernels
public import Tensors

/// What went wrong while a node was computed, and where the node came from.
public struct EvaluationError: Error, Equatable, Sendable {
    public let error: TensorError
    public let origin: Origin

    public init(error: TensorError, origin: Origin) {
        self.error = error
        self.origin = origin
    }
}

extension Recorder {
    /// Computes `nodes` and everything that they need, node by node.
    ///
    /// Unless a gradient may still be asked for (`gradientDepth > 0`), computed nodes become
    /// leaves, so that memory that nobody else refers to is freed as soon as it is not needed.
    ///
    /// - Throws: `EvaluationError` with the origin of the node that failed: `.unknownValue` where
    ///   only shapes are known, `.interrupted`, `.outOfMemory`, and what kernels find
    ///   (`.divisionByZero`, `.indexOutOfRange`). Nodes that were computed before keep their
    ///   values.
    public func evaluate(_ nodes: [Node]) throws(EvaluationError) {
        if nodes.allSatisfy({ $0.value != nil }) { return }
        var walk = GraphWalk(from: nodes) { $0.value == nil }
        if isAbstract || walk.nodes.contains(where: { $0.primitive == nil }) {
            let origin = nodes.first { $0.value == nil }?.origin ?? .none
            throw EvaluationError(error: .unknownValue, origin: origin)
        }
        // Last first, so that the order lets go of each node when it is done.
        var pending = walk.takeReversed()
        let scope = WorkScope(stopsWhen: isInterrupted)
        while let node = pending.popLast() {
            do throws(TensorError) {
                if isInterrupted() { throw .interrupted }
                let value = try scope.run { () throws(TensorError) in try compute(node) }
                if scope.isStopped { throw .interrupted }
                node.resolve(to: value, keepsInputs: keepsInputs(of: node))
            } catch {
                throw EvaluationError(error: error, origin: node.origin)
            }
        }
    }

    /// The value of one node.
    /// - Throws: as `evaluate(_:)`.
    public func value(of node: Node) throws(EvaluationError) -> Tensor {
        if let value = node.value { return value }
        try evaluate([node])
        guard let value = node.value else {
            throw EvaluationError(error: .unknownValue, origin: node.origin)
        }
        return value
    }

    /// The computed tensors that `nodes` would be computed from, each once.
    public static func leaves(of nodes: [Node]) -> [Node] {
        GraphWalk(from: nodes) { _ in true }.nodes.filter { $0.primitive == nil && $0.value != nil }
    }

    private func compute(_ node: Node) throws(TensorError) -> Tensor {
        guard let primitive = node.primitive else { throw .unknownValue }
        var inputs: [Tensor] = []
        inputs.reserveCapacity(node.inputs.count)
        for input in node.inputs {
            guard let value = input.value else { throw .unknownValue }
            inputs.append(value)
        }
        if let view = primitive.view, let value = view(inputs, node.attributes, node.shape) {
            return value
        }
        let output = try Tensor(uninitialized: node.shape, dtype: node.dtype)
        if output.count > 0 {
            try primitive.evaluate(inputs, node.attributes, output, isInterrupted)
        }
        return output
    }
}
