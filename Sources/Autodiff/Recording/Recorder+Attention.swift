import Kernels
public import Tensors

// Scaled dot-product attention (Vaswani et al., "Attention is all you need", 2017, section 3.2).
// Legend: batch axes `...`, T queries, S keys, H heads that lie side by side on the last axis.

/// What attention needs besides its tensors.
public struct AttentionOptions: Hashable, Sendable {
    /// How many heads lie side by side on the last axis of queries, keys and values.
    public var heads: Int
    /// Whether query t sees keys 0 … t only.
    public var isCausal: Bool

    public init(heads: Int = 1, isCausal: Bool = false) {
        self.heads = heads
        self.isCausal = isCausal
    }
}

extension Recorder {
    /// softmax(scale · q kᵀ + mask) v for each head.
    ///
    /// - Parameters:
    ///   - q: `[..., T, H*D]`; k: `[..., S, H*D]`; v: `[..., S, H*V]`; batch axes broadcast.
    ///   - mask: `[T, S]`, `[..., T, S]` or `[..., H, T, S]`, axes of size 1 repeat. Bool: true
    ///     where a query may look; floats are added to the scores. A query that may look nowhere
    ///     (all false, or all -inf) gives 0, and so does its gradient.
    ///   - scale: a 0-d tensor; nil: 1/√D.
    /// - Returns: `[..., T, H*V]`.
    /// - Throws: `TensorError.shapesDisagree`, `.badShape`, `.badDType`.
    public func attention(
        _ q: Node, _ k: Node, _ v: Node, mask: Node?, scale: Node?, _ options: AttentionOptions
    ) throws(TensorError) -> Node {
        let operands = try AttentionOperands(q, k, v, mask: mask, scale: scale, options, self)
        let inputs = [operands.q, operands.k, operands.v] + (operands.mask.map { [$0] } ?? [])
        let result = try record(.attention, inputs, .attention(options, scale: operands.scale))
        return try operands.joined(result, self)
    }

    /// The weights that attention gives to keys, softmax(scale · q kᵀ + mask): `[..., H, T, S]`.
    ///
    /// Rows sum to 1, but for those of queries that may look nowhere, which are 0. Parameters and
    /// errors as for `attention`.
    public func attentionWeights(
        _ q: Node, _ k: Node, mask: Node?, scale: Node?, _ options: AttentionOptions
    ) throws(TensorError) -> Node {
        let operands = try AttentionOperands(q, k, k, mask: mask, scale: scale, options, self)
        let weights = try operands.weights(self)  // [B, H, T, S]
        return try reshape(
            weights,
            to: try Shape(operands.batch.dimensions + weights.shape.dimensions.dropFirst()))
    }
}

/// The tensors of one attention in the form that the primitive takes, with the batch axes as one.
struct AttentionOperands {
    /// `[B, T, H*D]`
    var q: Node
    /// `[B, S, H*D]`
    var k: Node
    /// `[B, S, H*V]`
    var v: Node
    /// `[B, H, T, S]` where each size may be 1 instead; bool, or the dtype of the others.
    var mask: Node?
    var scale: Double
    var options: AttentionOptions
    /// The batch axes as they were.
    var batch: Shape = .scalar

    private var queries: Int { q.shape[1] }
    private var keys: Int { k.shape[1] }

    /// Operands that were prepared before: those of a recorded node.
    init(q: Node, k: Node, v: Node, mask: Node?, scale: Double, _ options: AttentionOptions) {
        (self.q, self.k, self.v, self.mask) = (q, k, v, mask)
        self.scale = scale
        self.options = options
    }

    init(
        _ q: Node, _ k: Node, _ v: Node, mask: Node?, scale: Node?, _ options: AttentionOptions,
        _ r: Recorder
    ) throws(TensorError) {
        try Self.check(q, k, v, options)
        let dtype = DType.promoted(DType.promoted(q.dtype, k.dtype), v.dtype)
        let float = dtype.isFloat ? dtype : .float32
        let leading = [q, k, v].map { Shape(trusted: Array($0.shape.dimensions.dropLast(2))) }
        let batch = try Shape.broadcast(
            try Shape.broadcast(leading[0], leading[1], for: "attention"), leading[2],
            for: "attention")
        func flat(_ x: Node) throws(TensorError) -> Node {
            let matrix = Array(x.shape.dimensions.suffix(2))
            let spread = try r.broadcast(
                try r.cast(x, to: float), to: try Shape(batch.dimensions + matrix))
            return try r.reshape(spread, to: try Shape([batch.count] + matrix))
        }
        let depth = q.shape[q.shape.rank - 1] / options.heads
        var query = try flat(q)
        self.scale = 1 / Double(Swift.max(depth, 1)).squareRoot()
        if let scale {
            guard scale.shape.rank == 0 else {
                throw .badShape(operation: "attention", shape: scale.shape, rule: "one number as scale")
            }
            let known = r.constantValue(of: scale)
            self.scale = known?.double ?? 1
            if known == nil {
                query = try r.multiply(query, try r.cast(scale, to: float))
            }
        }
        self.q = query
        self.k = try flat(k)
        self.v = try flat(v)
        self.batch = batch
        self.options = options
        self.mask = nil
        if let mask { self.mask = try prepared(mask, float, r) }
    }

    // MARK: Checks

    private static func check(
        _ q: Node, _ k: Node, _ v: Node, _ options: AttentionOptions
    ) throws(TensorError) {
        for x in [q, k, v] where x.shape.rank < 2 {
            throw .badShape(
                operation: "attention", shape: x.shape, rule: "two axes or more: [..., T, D]")
        }
        let heads = options.heads
        guard heads > 0 else { throw .badArgument(operation: "attention", rule: "1 head or more") }
        let (depth, other) = (q.shape[q.shape.rank - 1], k.shape[k.shape.rank - 1])
        guard depth == other else {
            throw .shapesDisagree(
                operation: "attention", left: q.shape, right: k.shape,
                rule: "queries and keys of one size (\(depth) and \(other))")
        }
        let (keys, values) = (k.shape[k.shape.rank - 2], v.shape[v.shape.rank - 2])
        guard keys == values else {
            throw .shapesDisagree(
                operation: "attention", left: k.shape, right: v.shape,
                rule: "a value for each key (\(keys) and \(values))")
        }
        for x in [q, v] where x.shape[x.shape.rank - 1] % heads != 0 {
            throw .badShape(
                operation: "attention", shape: x.shape,
                rule: "a last axis that divides into \(heads) heads")
        }
    }

    /// The mask with axes for batch, heads, queries and keys.
    private func prepared(
        _ mask: Node, _ dtype: DType, _ r: Recorder
    ) throws(TensorError) -> Node {
        guard mask.dtype == .bool || mask.dtype.isFloat else {
            throw .badDType(
                operation: "attention", dtype: mask.dtype,
                rule: "a bool mask (true = may look) or floats to add to the scores")
        }
        let sizes = mask.shape.dimensions
        let wanted = batch.dimensions + [options.heads, queries, keys]
        // [..., T, S] has no axis of heads, unless all axes are there.
        let matrix = Array(sizes.suffix(2))
        let heads = sizes.count >= wanted.count ? sizes[sizes.count - 3] : 1
        let leading = Array(sizes.dropLast(sizes.count >= wanted.count ? 3 : 2))
        let isFitting =
            sizes.count >= 2 && sizes.count <= wanted.count
            && zip(leading.reversed(), batch.dimensions.reversed()).allSatisfy {
                $0 == $1 || $0 == 1
            }
            && zip([heads] + matrix, wanted.suffix(3)).allSatisfy { $0 == $1 || $0 == 1 }
        guard isFitting else {
            throw .shapesDisagree(
                operation: "attention", left: Shape(trusted: wanted), right: mask.shape,
                rule: "a mask of \(Shape(trusted: Array(wanted.suffix(2)))), with the batch axes "
                    + "or batch and heads before; one of keys is mask[:, newaxis, :]")
        }
        var spread = try r.cast(mask, to: mask.dtype == .bool ? .bool : dtype)
        var count = 1
        if leading.contains(where: { $0 != 1 }) {
            count = batch.count
            let apart = [Int](repeating: 1, count: batch.rank - leading.count) + leading
            spread = try r.reshape(spread, to: try Shape(apart + [heads] + matrix))
            spread = try r.broadcast(spread, to: try Shape(batch.dimensions + [heads] + matrix))
        }
        return try r.reshape(spread, to: try Shape([count, heads] + matrix))
    }

    // MARK: The formula, step by step

    /// `[B, H, T, S]`
    func weights(_ r: Recorder) throws(TensorError) -> Node {
        let scaled = try r.multiply(q, try r.scalar(scale, q.dtype))
        let (a, b) = (try split(scaled, r), try split(k, r))  // [B, H, T, D], [B, H, S, D]
        var scores = try r.record(
            .matmul, [a, b], .matmul(transposesLeft: false, transposesRight: true))
        var allowed: Node?
        if let mask, mask.dtype == .bool { allowed = mask }
        if let mask, mask.dtype.isFloat {
            let lowest = try r.scalar(-.infinity, mask.dtype)
            let isFinite = try r.binary(.greater, mask, lowest)
            let zero = try r.scalar(0, mask.dtype)
            scores = try r.add(scores, try r.select(isFinite, mask, zero))
            allowed = isFinite
        }
        if options.isCausal {
            let past = try r.diagonalMask(rows: queries, columns: keys, diagonal: 0) {
                column, row throws(TensorError) in try r.binary(.lessOrEqual, column, row)
            }
            allowed = if let allowed { try r.binary(.multiply, allowed, past) } else { past }
        }
        guard let allowed else { return try r.record(.softmax, [scores], .axis(3)) }
        // Finite, so that a row without any key is uniform rather than nan before it becomes 0.
        let lowest =
            q.dtype == .float32
            ? -Double(Float.greatestFiniteMagnitude) : -Double.greatestFiniteMagnitude
        scores = try r.select(allowed, scores, try r.scalar(lowest, q.dtype))
        let weights = try r.record(.softmax, [scores], .axis(3))
        return try r.select(allowed, weights, try r.scalar(0, q.dtype))
    }

    /// `[B, T, H*D]` as `[B, H, T, D]`.
    func split(_ x: Node, _ r: Recorder) throws(TensorError) -> Node {
        let sizes = x.shape.dimensions
        let heads = options.heads
        let apart = try r.reshape(
            x, to: try Shape([sizes[0], sizes[1], heads, sizes[2] / heads]))
        return try r.transpose(apart, order: [0, 2, 1, 3])
    }

    /// `[B, H, T, D]` as `[B, T, H*D]`.
    func merged(_ x: Node, _ r: Recorder) throws(TensorError) -> Node {
        let sizes = x.shape.dimensions
        return try r.reshape(
            try r.transpose(x, order: [0, 2, 1, 3]),
            to: try Shape([sizes[0], sizes[2], sizes[1] * sizes[3]]))
    }

    /// `[B, T, H*V]` with the batch axes as they were.
    func joined(_ x: Node, _ r: Recorder) throws(TensorError) -> Node {
        try r.reshape(x, to: try Shape(batch.dimensions + x.shape.dimensions.dropFirst()))
    }
}
