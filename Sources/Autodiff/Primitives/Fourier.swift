import Kernels
import Tensors

// Complex numbers are pairs, real and imaginary part, on a last axis of size 2.

extension Primitive {
    /// y_k = Σ_n x_n exp(∓2πi n k / N) of complex signals `[..., N, 2]`, attribute `axis(0)` for the
    /// minus (forward), `axis(1)` for the plus (backward, not divided by N).
    ///
    /// As a map of real pairs its transpose is the conjugate transpose of the complex matrix, which
    /// is symmetric: the gradient is the transform the other way.
    public static let fft: Primitive = Primitive(
        "fft",
        shape: { inputs, _ throws(TensorError) in
            let shape = inputs[0].shape
            guard shape.rank >= 2, shape[shape.rank - 1] == 2 else { throw .lacksAttributes("fft") }
            return (shape, inputs[0].dtype)
        },
        gradient: { node, c, _, r throws(TensorError) in
            guard case .axis(let direction) = node.attributes else { return [nil] }
            return [try r.record(.fft, [c], .axis(1 - direction))]
        },
        evaluate: { inputs, attributes, output, isInterrupted throws(TensorError) in
            guard case .axis(let direction) = attributes else { throw .lacksAttributes("fft") }
            let length = output.shape[output.shape.rank - 2]
            try transform(
                direction == 0 ? .forward : .backward, length: length,
                rows: output.count / (2 * length), inputs[0], output, isInterrupted)
        })

    /// The first N/2 + 1 (rounded down) values of the forward transform of real signals `[..., N]`:
    /// `[..., N/2 + 1, 2]`; the others are their conjugates.
    ///
    /// dx_n = Re Σ_k c_k exp(2πi n k / N) over those k, which is `realInverse` of c, the values that
    /// it counts twice halved.
    public static let rfft: Primitive = Primitive(
        "rfft",
        shape: { inputs, _ throws(TensorError) in
            let sizes = inputs[0].shape.dimensions
            guard let length = sizes.last else { throw .lacksAttributes("rfft") }
            return (try Shape(sizes.dropLast() + [length / 2 + 1, 2]), inputs[0].dtype)
        },
        gradient: { node, c, _, r throws(TensorError) in
            let shape = node.inputs[0].shape
            let length = shape[shape.rank - 1]
            let weighted = try r.divide(c, try r.halfCounts(length, c.dtype))
            return [try r.record(.realInverse, [weighted], .axis(length))]
        },
        evaluate: { inputs, _, output, isInterrupted throws(TensorError) in
            let shape = inputs[0].shape
            let length = shape[shape.rank - 1]
            guard length > 0 else { return output.fill(with: .int(0)) }
            try transform(
                .real, length: length, rows: shape.count / length, inputs[0], output,
                isInterrupted)
        })

    /// x_n = Re Σ_k w_k z_k exp(2πi n k / N), w = 1 for k = 0 and k = N/2, else 2: N times the real
    /// signal of N, the attribute `axis`, whose transform starts with z `[..., N/2 + 1, 2]`.
    ///
    /// dz_k = w_k Σ_n c_n exp(-2πi n k / N), the transform of c times w.
    public static let realInverse: Primitive = Primitive(
        "irfft",
        shape: { inputs, attributes throws(TensorError) in
            let sizes = inputs[0].shape.dimensions
            guard case .axis(let length) = attributes, sizes.count >= 2, sizes[sizes.count - 1] == 2,
                sizes[sizes.count - 2] == length / 2 + 1
            else { throw .lacksAttributes("irfft") }
            return (try Shape(sizes.dropLast(2) + [length]), inputs[0].dtype)
        },
        gradient: { node, c, _, r throws(TensorError) in
            guard case .axis(let length) = node.attributes else { return [nil] }
            let transform = try r.record(.rfft, [c])
            return [try r.multiply(transform, try r.halfCounts(length, c.dtype))]
        },
        evaluate: { inputs, attributes, output, isInterrupted throws(TensorError) in
            guard case .axis(let length) = attributes, length > 0 else {
                throw .lacksAttributes("irfft")
            }
            try transform(
                .realInverse, length: length, rows: output.count / length, inputs[0], output,
                isInterrupted)
        })
}

extension Recorder {
    /// How often each value of a half transform stands for one of the whole: `[N/2 + 1, 1]`.
    fileprivate func halfCounts(_ length: Int, _ dtype: DType) throws(TensorError) -> Node {
        let half = length / 2 + 1
        let counts = (0..<half).map { $0 == 0 || 2 * $0 == length ? 1.0 : 2.0 }
        return Node(try Tensor(counts, shape: Shape([half, 1]), dtype: dtype), origin: origin)
    }
}

extension Primitive {
    /// Runs a transform of `length` on all rows, in memory that counts against the budget.
    private static func transform(
        _ kind: FourierRows.Kind, length: Int, rows: Int, _ x: Tensor, _ y: Tensor,
        _ isInterrupted: @Sendable () -> Bool
    ) throws(TensorError) {
        // Before tables of this size are made, which are not counted themselves.
        _ = try Tensor(uninitialized: try Shape([length, 16]), dtype: .float64)
        let kernel = FourierRows(kind, y.dtype.element, length: length, rows: rows)
        let scratch = try Tensor(
            uninitialized: try Shape([kernel.scratchCount]), dtype: .float64)
        let isFinished = kernel.run(
            x.pointer, to: y.pointer, scratch: scratch.pointer, isInterrupted: isInterrupted)
        withExtendedLifetime((x, y, scratch)) {}
        if !isFinished { throw .interrupted }
    }
}
