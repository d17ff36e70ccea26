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
            try FourierRows(length: length, rows: output.count / (2 * length)).run(
                inputs[0], output, 2 * length, 2 * length, isInterrupted
            ) { x, scratch in
                for n in 0..<length {
                    scratch[2 * n] = x(2 * n)
                    scratch[2 * n + 1] = direction == 0 ? x(2 * n + 1) : -x(2 * n + 1)
                }
            } write: { scratch, y in
                for n in 0..<length {
                    y(2 * n, scratch[2 * n])
                    y(2 * n + 1, direction == 0 ? scratch[2 * n + 1] : -scratch[2 * n + 1])
                }
            }
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
            let half = length / 2 + 1
            try FourierRows(length: length, rows: shape.count / length).run(
                inputs[0], output, length, 2 * half, isInterrupted
            ) { x, scratch in
                for n in 0..<length {
                    scratch[2 * n] = x(n)
                    scratch[2 * n + 1] = 0
                }
            } write: { scratch, y in
                for k in 0..<2 * half { y(k, scratch[k]) }
                // Real for real signals, up to rounding.
                y(1, 0)
                if length % 2 == 0 { y(2 * half - 1, 0) }
            }
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
            let half = length / 2 + 1
            try FourierRows(length: length, rows: output.count / length).run(
                inputs[0], output, 2 * half, length, isInterrupted
            ) { z, scratch in
                for k in 0..<half {
                    // The backward transform by conjugates; z_(N-k) is the conjugate of z_k, and the
                    // imaginary parts of z_0 and z_(N/2) do not count.
                    let isAlone = k == 0 || 2 * k == length
                    let imaginary = isAlone ? 0 : z(2 * k + 1)
                    scratch[2 * k] = z(2 * k)
                    scratch[2 * k + 1] = -imaginary
                    if isAlone { continue }
                    scratch[2 * (length - k)] = z(2 * k)
                    scratch[2 * (length - k) + 1] = imaginary
                }
            } write: { scratch, x in
                for n in 0..<length { x(n, scratch[2 * n]) }
            }
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

/// Transforms row by row, several rows at a time.
private struct FourierRows {
    typealias Read = (_ index: Int) -> Double
    typealias Write = (_ index: Int, _ value: Double) -> Void

    let transform: FourierTransform
    let rows: Int
    /// Rows are shared out in this many parts, whatever the number of threads.
    private static let mostParts = 8

    init(length: Int, rows: Int) throws(TensorError) {
        // Before tables of this size are made; they do not count against the budget themselves.
        _ = try Tensor(uninitialized: try Shape([length, 16]), dtype: .float64)
        transform = FourierTransform(length: length)
        self.rows = rows
    }

    /// - Parameters:
    ///   - stride: numbers between rows of `x`; `width`: of `y`.
    ///   - read: puts a row of `x` into the scratch as complex numbers; `write`: the result to `y`.
    func run(
        _ x: Tensor, _ y: Tensor, _ stride: Int, _ width: Int,
        _ isInterrupted: @Sendable () -> Bool,
        read: (Read, UnsafeMutablePointer<Double>) -> Void,
        write: (UnsafeMutablePointer<Double>, Write) -> Void
    ) throws(TensorError) {
        let parts = min(rows, Self.mostParts)
        let room = transform.scratchCount
        let scratch = try Tensor(uninitialized: try Shape([parts, room]), dtype: .float64)
        let memory = scratch.pointer.assumingMemoryBound(to: Double.self)
        ThreadPool.shared.parallel(parts) { part in
            let own = memory + part * room
            for row in part * rows / parts..<(part + 1) * rows / parts {
                if isInterrupted() { return }
                read({ x.element($0, after: row * stride) }, own)
                transform.run(own)
                write(own) { y.setElement($0, after: row * width, to: $1) }
            }
        }
        withExtendedLifetime((x, y, scratch)) {}
        if isInterrupted() { throw .interrupted }
    }
}

extension Tensor {
    /// An element of a float tensor as float64.
    @inline(__always)
    fileprivate func element(_ index: Int, after start: Int) -> Double {
        dtype == .float64
            ? pointer.assumingMemoryBound(to: Double.self)[start + index]
            : Double(pointer.assumingMemoryBound(to: Float.self)[start + index])
    }

    @inline(__always)
    fileprivate func setElement(_ index: Int, after start: Int, to value: Double) {
        if dtype == .float64 {
            pointer.assumingMemoryBound(to: Double.self)[start + index] = value
        } else {
            pointer.assumingMemoryBound(to: Float.self)[start + index] = Float(value)
        }
    }
}
