import Synchronization

/// Fourier transforms of the rows of a buffer, float32 or float64; complex numbers are pairs. The
/// arithmetic is that of `FourierTransform`, in float64.
public struct FourierRows: Sendable {
    public enum Kind: Sendable {
        /// `[rows, length]` pairs to as many: y_k = Σ_n x_n exp(-2πi n k / length).
        case forward
        /// The same with exp(+2πi n k / length), not divided by the length.
        case backward
        /// `[rows, length]` numbers to `[rows, length / 2 + 1]` pairs, the forward transform.
        case real
        /// `[rows, length / 2 + 1]` pairs to `[rows, length]` numbers: the backward transform of
        /// what `real` gives, each frequency but the first and length / 2 counted twice.
        case realInverse
    }

    private let kind: Kind
    private let type: ElementType
    private let rows: Int
    private let transform: FourierTransform
    /// Rows are shared out in this many parts, whatever the number of threads.
    private static let mostParts = 8

    private var length: Int { transform.length }
    private var half: Int { length / 2 + 1 }
    private var parts: Int { min(rows, Self.mostParts) }
    /// Float64 numbers of scratch that `run` needs.
    public var scratchCount: Int { parts * transform.scratchCount }

    /// - Precondition: `length` is at least 1.
    public init(_ kind: Kind, _ type: ElementType, length: Int, rows: Int) {
        self.kind = kind
        self.type = type
        self.rows = rows
        transform = FourierTransform(length: length)
    }

    /// - Parameter isInterrupted: asked between rows, from any thread.
    /// - Returns: false if interrupted.
    public func run(
        _ x: UnsafeRawPointer, to y: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer,
        isInterrupted: @Sendable () -> Bool = { false }
    ) -> Bool {
        let isStopped = Atomic<Bool>(false)
        ThreadPool.shared.parallel(parts) { part in
            let own = double(scratch) + part * transform.scratchCount
            for row in part * rows / parts..<(part + 1) * rows / parts {
                if isInterrupted() { isStopped.store(true, ordering: .relaxed) }
                if isStopped.load(ordering: .relaxed) { return }
                if type == .float64 {
                    read(double(x), row, own)
                    transform.run(own)
                    write(own, double(y), row)
                } else {
                    read(float(x), row, own)
                    transform.run(own)
                    write(own, float(y), row)
                }
            }
        }
        return !isStopped.load(ordering: .relaxed)
    }

    /// Puts a row into the scratch as complex numbers; conjugates for the backward transforms, which
    /// are forward ones of conjugates, conjugated.
    @inline(__always)
    private func read<T: BinaryFloatingPoint>(
        _ x: UnsafePointer<T>, _ row: Int, _ z: UnsafeMutablePointer<Double>
    ) {
        switch kind {
        case .forward, .backward:
            let line = x + row * 2 * length
            let sign: Double = kind == .forward ? 1 : -1
            for n in 0..<length {
                z[2 * n] = Double(line[2 * n])
                z[2 * n + 1] = sign * Double(line[2 * n + 1])
            }
        case .real:
            let line = x + row * length
            for n in 0..<length {
                z[2 * n] = Double(line[n])
                z[2 * n + 1] = 0
            }
        case .realInverse:
            let line = x + row * 2 * half
            for k in 0..<half {
                // Frequency length - k is the conjugate of k; the imaginary parts of those that stand
                // alone do not count.
                let isAlone = k == 0 || 2 * k == length
                let imaginary = isAlone ? 0 : Double(line[2 * k + 1])
                z[2 * k] = Double(line[2 * k])
                z[2 * k + 1] = -imaginary
                if isAlone { continue }
                z[2 * (length - k)] = Double(line[2 * k])
                z[2 * (length - k) + 1] = imaginary
            }
        }
    }

    @inline(__always)
    private func write<T: BinaryFloatingPoint>(
        _ z: UnsafePointer<Double>, _ y: UnsafeMutablePointer<T>, _ row: Int
    ) {
        switch kind {
        case .forward, .backward:
            let line = y + row * 2 * length
            let sign: Double = kind == .forward ? 1 : -1
            for n in 0..<length {
                line[2 * n] = T(z[2 * n])
                line[2 * n + 1] = T(sign * z[2 * n + 1])
            }
        case .real:
            let line = y + row * 2 * half
            for k in 0..<2 * half { line[k] = T(z[k]) }
            // Real for real signals, up to rounding.
            line[1] = 0
            if length % 2 == 0 { line[2 * half - 1] = 0 }
        case .realInverse:
            let line = y + row * length
            for n in 0..<length { line[n] = T(z[2 * n]) }
        }
    }
}
