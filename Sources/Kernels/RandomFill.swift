import Glibc
import KernelsAVX2
import KernelsBaseline

/// Random numbers by counter: element `i` of draw `draw` of stream `key` is a function of (key, draw, i), so
/// results depend neither on the order of computation nor on threads.
///
/// The counter of a Philox-4x32-10 block is (i / 4 or i / 2, draw); the key is the stream's.
public struct RandomFill: Sendable, Hashable {
    public var key: UInt64
    public var draw: UInt64

    public init(key: UInt64, draw: UInt64) {
        self.key = key
        self.draw = draw
    }

    /// The 128 bits of block `index`.
    func block(_ index: UInt64) -> SIMD4<UInt32> {
        philox(
            SIMD4(
                UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32),
                UInt32(truncatingIfNeeded: draw), UInt32(truncatingIfNeeded: draw >> 32)),
            SIMD2(UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)))
    }

    /// Uniform in [0, 1): 24 bits as float32, 53 as float64.
    public func uniform(_ type: ElementType, to y: UnsafeMutableRawPointer, count: Int) {
        if type == .float64 {
            for index in 0..<count { double(y)[index] = uniformDouble(index) }
            return
        }
        for index in 0..<count {
            float(y)[index] = Float(word(index) >> 8) * 0x1p-24
        }
    }

    /// Standard normal, float32 or float64.
    /// - Source: Box and Muller, 1958: the pair (2i, 2i + 1) is √(-2 ln u) · (cos, sin)(2π v).
    public func normal(_ type: ElementType, to y: UnsafeMutableRawPointer, count: Int) {
        for index in 0..<count {
            let pair = block(UInt64(index / 2))
            let u = (Double((UInt64(pair[0]) << 32 | UInt64(pair[1])) >> 11) + 1) * 0x1p-53
            let v = Double((UInt64(pair[2]) << 32 | UInt64(pair[3])) >> 11) * 0x1p-53
            let radius = (-2 * log(u)).squareRoot()
            let value = radius * (index % 2 == 0 ? cos(2 * .pi * v) : sin(2 * .pi * v))
            if type == .float64 { double(y)[index] = value } else { float(y)[index] = Float(value) }
        }
    }

    /// 1 with probability `p`, else 0, as float32, float64 or bool.
    public func bernoulli(
        _ p: Double, _ type: ElementType, to y: UnsafeMutableRawPointer, count: Int
    ) {
        for index in 0..<count {
            let isOne = Double(word(index)) * 0x1p-32 < p
            switch type {
            case .float64: double(y)[index] = isOne ? 1 : 0
            case .float32: float(y)[index] = isOne ? 1 : 0
            case .int64: y.storeBytes(of: isOne ? 1 : 0, toByteOffset: index * 8, as: Int64.self)
            case .int32: y.storeBytes(of: isOne ? 1 : 0, toByteOffset: index * 4, as: Int32.self)
            case .uint8, .bool: y.storeBytes(of: isOne ? 1 : 0, toByteOffset: index, as: UInt8.self)
            }
        }
    }

    /// Integers in `low..<high`, int32 or int64. The bias is below 2^-64 times the range.
    /// - Precondition: `low < high`.
    public func integers(
        _ low: Int64, _ high: Int64, _ type: ElementType, to y: UnsafeMutableRawPointer, count: Int
    ) {
        let range = UInt64(bitPattern: high &- low)
        for index in 0..<count {
            let offset = longWord(index).multipliedFullWidth(by: range).high
            let value = low &+ Int64(bitPattern: offset)
            if type == .int32 {
                y.storeBytes(
                    of: Int32(truncatingIfNeeded: value), toByteOffset: index * 4, as: Int32.self)
            } else {
                y.storeBytes(of: value, toByteOffset: index * 8, as: Int64.self)
            }
        }
    }

    /// The numbers `0..<count` in random order.
    /// - Source: Durstenfeld, "Algorithm 235: Random permutation", 1964.
    public func permutation(to y: UnsafeMutablePointer<Int64>, count: Int) {
        for index in 0..<count { y[index] = Int64(index) }
        for index in stride(from: count - 1, to: 0, by: -1) {
            let other = Int(
                truncatingIfNeeded: longWord(index).multipliedFullWidth(by: UInt64(index + 1)).high)
            (y[index], y[other]) = (y[other], y[index])
        }
    }

    /// The 32-bit word of element `index`.
    private func word(_ index: Int) -> UInt32 { block(UInt64(index / 4))[index % 4] }

    /// The 64-bit word of element `index`.
    private func longWord(_ index: Int) -> UInt64 {
        let four = block(UInt64(index / 2))
        let first = index % 2 * 2
        return UInt64(four[first + 1]) << 32 | UInt64(four[first])
    }

    private func uniformDouble(_ index: Int) -> Double { Double(longWord(index) >> 11) * 0x1p-53 }
}
