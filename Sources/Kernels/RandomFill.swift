import Glibc
import KernelsAVX2
import KernelsBaseline

/// Random numbers by counter: element `i` of draw `draw` of stream `key` is a function of (key,
/// draw, i), so results depend neither on the order of computation nor on threads.
///
/// The counter of a Philox-4x32-10 block is (block index, draw); the key is the stream's. float32
/// elements take one word each in the order of `KernelsBaseline/PhiloxVectors.swift`, others two:
/// element i has half i % 2 of block i / 2.
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
        guard type == .float32 else {
            inPieces(count) { start, end in
                for index in start..<end { double(y)[index] = uniformDouble(index) }
            }
            return
        }
        let y = float(y)
        ThreadPool.shared.ranges(count, cost: 1, multiple: 32) { start, end in
            if usesAVX2 {
                KernelsAVX2.fillUniform(y, start, end, draw, key)
            } else {
                KernelsBaseline.fillUniform(y, start, end, draw, key)
            }
        }
    }

    /// Standard normal, float32 or float64.
    /// - Source: Box and Muller, 1958: √(-2 ln u) · (cos, sin)(2π v).
    public func normal(_ type: ElementType, to y: UnsafeMutableRawPointer, count: Int) {
        guard type == .float32 else {
            normalDoubles(double(y), count)
            return
        }
        let y = float(y)
        ThreadPool.shared.ranges(count, cost: 2, multiple: 32) { start, end in
            if usesAVX2 {
                KernelsAVX2.fillNormal(y, start, end, draw, key)
            } else {
                KernelsBaseline.fillNormal(y, start, end, draw, key)
            }
        }
    }

    private func normalDoubles(_ y: UnsafeMutablePointer<Double>, _ count: Int) {
        for pair in 0..<(count + 1) / 2 {
            if pair & (piece - 1) == 0, WorkScope.shouldStop { return }
            let four = block(UInt64(pair))
            let u = (Double(joined(four[1], four[0]) >> 11) + 1) * 0x1p-53
            let angle = 2 * .pi * Double(joined(four[3], four[2]) >> 11) * 0x1p-53
            let radius = (-2 * log(u)).squareRoot()
            y[2 * pair] = radius * cos(angle)
            if 2 * pair + 1 < count { y[2 * pair + 1] = radius * sin(angle) }
        }
    }

    /// 1 with probability `p` (taken to 24 bits), else 0, as any type.
    public func bernoulli(
        _ p: Double, _ type: ElementType, to y: UnsafeMutableRawPointer, count: Int
    ) {
        guard type != .float32 else {
            bernoulli(Float(p), float(y), 0, count)
            return
        }
        // Through a buffer of float32, so that an element is the same in every type.
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 1024) { buffer in
            // Never nil: the capacity is positive.
            let values = buffer.baseAddress.unsafelyUnwrapped
            for start in stride(from: 0, to: count, by: 1024) {
                let n = min(1024, count - start)
                fillBernoulli(Float(p), values - start, start, start + n)
                Casting.cast(values, .float32, to: y + start * type.size, type, count: n)
            }
        }
    }

    private func bernoulli(
        _ p: Float, _ y: UnsafeMutablePointer<Float>, _ start: Int, _ end: Int
    ) {
        ThreadPool.shared.ranges(end - start, cost: 1, multiple: 32) { first, last in
            fillBernoulli(p, y, start + first, start + last)
        }
    }

    private func fillBernoulli(
        _ p: Float, _ y: UnsafeMutablePointer<Float>, _ start: Int, _ end: Int
    ) {
        if usesAVX2 {
            KernelsAVX2.fillBernoulli(y, start, end, p, draw, key)
        } else {
            KernelsBaseline.fillBernoulli(y, start, end, p, draw, key)
        }
    }

    /// Integers in `low..<high`, int32 or int64. The bias is below 2^-64 times the range.
    /// - Precondition: `low < high`.
    public func integers(
        _ low: Int64, _ high: Int64, _ type: ElementType, to y: UnsafeMutableRawPointer, count: Int
    ) {
        let range = UInt64(bitPattern: high &- low)
        for index in 0..<count {
            if index & (piece - 1) == 0, WorkScope.shouldStop { return }
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
            if index & (piece - 1) == 0, WorkScope.shouldStop { return }
            let other = Int(
                truncatingIfNeeded: longWord(index).multipliedFullWidth(by: UInt64(index + 1)).high)
            (y[index], y[other]) = (y[other], y[index])
        }
    }

    /// The 64-bit word of element `index`.
    private func longWord(_ index: Int) -> UInt64 {
        let four = block(UInt64(index / 2))
        return index % 2 == 0 ? joined(four[1], four[0]) : joined(four[3], four[2])
    }

    private func joined(_ high: UInt32, _ low: UInt32) -> UInt64 {
        UInt64(high) << 32 | UInt64(low)
    }

    private func uniformDouble(_ index: Int) -> Double { Double(longWord(index) >> 11) * 0x1p-53 }
}
