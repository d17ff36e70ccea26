import Glibc

/// Discrete Fourier transforms of many signals of one length, in float64 throughout.
///
/// Lengths that are powers of two go through a radix-2 transform with its stages in natural order
/// (Stockham; see Van Loan, *Computational Frameworks for the Fast Fourier Transform*, 1992,
/// section 1.7), all others through one of these by Bluestein's chirp (1970): n k = (n² + k² -
/// (k - n)²) / 2 makes the sum a convolution. Both are O(n log n) for every n, and their error grows
/// with log n; float32 signals are widened, so theirs is that of rounding once.
public struct FourierTransform: Sendable {
    /// Numbers of a signal; at least 1.
    public let length: Int
    /// The transform that does the work: `length`, or for Bluestein a power of two ≥ 2·length - 1.
    private let inner: Int
    /// exp(-2πi k / inner) for k < inner / 2, real and imaginary parts in turn.
    private let roots: [Double]
    /// exp(-πi k² / length), and the transform of its mirrored conjugate; empty for powers of two.
    private let chirp: [Double]
    private let chirpTransform: [Double]

    /// Float64 numbers of scratch that one transform needs: the signal and as much again.
    public var scratchCount: Int { 4 * inner }

    /// - Precondition: `length` is from 1 to 2^40, so that sizes fit.
    public init(length: Int) {
        self.length = length
        let isPower = length & (length - 1) == 0
        var inner = 1
        while inner < (isPower ? length : 2 * length - 1) { inner *= 2 }
        self.inner = inner
        let size = inner
        let roots = Self.roots(size / 2) { Double($0) / Double(size) }
        self.roots = roots
        guard !isPower else {
            chirp = []
            chirpTransform = []
            return
        }
        // k² modulo 2·length, kept exact by adding its odd differences.
        var squares: [Int] = []
        squares.reserveCapacity(length)
        var square = 0
        for k in 0..<length {
            squares.append(square)
            square = (square + 2 * k + 1) % (2 * length)
        }
        chirp = Self.roots(length) { Double(squares[$0]) / Double(2 * length) }
        var mirrored = [Double](repeating: 0, count: 4 * inner)
        for k in 0..<length {
            for place in Set([k, (inner - k) % inner]) {
                mirrored[2 * place] = chirp[2 * k]
                mirrored[2 * place + 1] = -chirp[2 * k + 1]
            }
        }
        mirrored.withUnsafeMutableBufferPointer { buffer in
            // Never nil: the array is not empty.
            let signal = buffer.baseAddress.unsafelyUnwrapped
            Self.transform(signal, signal + 2 * size, size, roots)
        }
        chirpTransform = Array(mirrored[..<(2 * size)])
    }

    /// exp(-2πi turns(k)), real and imaginary parts in turn.
    private static func roots(_ count: Int, _ turns: (Int) -> Double) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(2 * count)
        for k in 0..<count {
            let angle = -2 * Double.pi * turns(k)
            result += [cos(angle), sin(angle)]
        }
        return result
    }

    /// Transforms the complex signal at `scratch`, `length` pairs, in place:
    /// y_k = Σ_n x_n exp(-2πi n k / length). `scratch` has room for `scratchCount` numbers.
    public func run(_ scratch: UnsafeMutablePointer<Double>) {
        let other = scratch + 2 * inner
        guard !chirp.isEmpty else {
            Self.transform(scratch, other, inner, roots)
            return
        }
        for k in 0..<length { Self.multiply(scratch, k, chirp[2 * k], chirp[2 * k + 1]) }
        (scratch + 2 * length).update(repeating: 0, count: 2 * (inner - length))
        Self.transform(scratch, other, inner, roots)
        for k in 0..<inner {
            Self.multiply(scratch, k, chirpTransform[2 * k], chirpTransform[2 * k + 1])
            // The inverse transform is that of the conjugate, conjugated.
            scratch[2 * k + 1] = -scratch[2 * k + 1]
        }
        Self.transform(scratch, other, inner, roots)
        let share = 1 / Double(inner)
        for k in 0..<length {
            scratch[2 * k] *= share
            scratch[2 * k + 1] *= -share
            Self.multiply(scratch, k, chirp[2 * k], chirp[2 * k + 1])
        }
    }

    @inline(__always)
    private static func multiply(
        _ x: UnsafeMutablePointer<Double>, _ k: Int, _ real: Double, _ imaginary: Double
    ) {
        let (a, b) = (x[2 * k], x[2 * k + 1])
        x[2 * k] = a * real - b * imaginary
        x[2 * k + 1] = a * imaginary + b * real
    }

    /// The transform of `n` pairs, n a power of two; the result is in `x`, `y` is scratch.
    private static func transform(
        _ x: UnsafeMutablePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ n: Int,
        _ roots: [Double]
    ) {
        var (from, to) = (x, y)
        // Before each stage `from` holds `stride` interleaved signals of n / stride.
        var stride = 1
        while stride < n {
            let half = n / stride / 2
            for p in 0..<half {
                let (real, imaginary) = (roots[2 * p * stride], roots[2 * p * stride + 1])
                let (a, b) = (from + 2 * p * stride, from + 2 * (p + half) * stride)
                let target = to + 4 * p * stride
                for q in 0..<stride {
                    let (ar, ai) = (a[2 * q], a[2 * q + 1])
                    let (br, bi) = (b[2 * q], b[2 * q + 1])
                    target[2 * q] = ar + br
                    target[2 * q + 1] = ai + bi
                    let (dr, di) = (ar - br, ai - bi)
                    target[2 * (q + stride)] = dr * real - di * imaginary
                    target[2 * (q + stride) + 1] = dr * imaginary + di * real
                }
            }
            swap(&from, &to)
            stride *= 2
        }
        if from != x { x.update(from: from, count: 2 * n) }
    }
}
