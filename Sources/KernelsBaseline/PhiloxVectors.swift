// Philox for eight counters at a time, and the float32 distributions made from it.
//
// Layout: a group of 32 consecutive elements takes 8 consecutive blocks; element i of the group is
// word i / 8 of block i % 8. So whole vectors are stored, and element i is still a function of i
// alone.

private typealias Words = SIMD8<UInt64>

/// The four words of blocks `first ..< first + 8`, each word in the low half of a lane.
@inline(__always)
private func philoxGroup(_ first: UInt64, _ draw: UInt64, _ key: UInt64) -> (
    Words, Words, Words, Words
) {
    let low = Words(repeating: 0xffff_ffff)
    let shift = Words(repeating: 32)
    let index = Words(0, 1, 2, 3, 4, 5, 6, 7) &+ Words(repeating: first)
    var c0 = index & low
    var c1 = index &>> shift
    var c2 = Words(repeating: draw & 0xffff_ffff)
    var c3 = Words(repeating: draw >> 32)
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
        // Both factors are below 2^32, so this is one 32 x 32 -> 64 bit multiplication per lane.
        let first = (c0 & low) &* Words(repeating: 0xD251_1F53)
        let second = (c2 & low) &* Words(repeating: 0xCD9E_8D57)
        c0 = (second &>> shift) ^ c1 ^ Words(repeating: UInt64(k0))
        c1 = second & low
        c2 = (first &>> shift) ^ c3 ^ Words(repeating: UInt64(k1))
        c3 = first & low
        k0 = k0 &+ 0x9E37_79B9
        k1 = k1 &+ 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
}

/// The upper 24 bits of each word as a number in [0, 1).
@inline(__always)
private func unitInterval(_ words: Words) -> Vector {
    converted(Bits(truncatingIfNeeded: words &>> Words(repeating: 8))) * vector(0x1p-24)
}

/// The upper 31 bits of each word as a number in (0, 1].
@inline(__always)
private func positiveUnitInterval(_ words: Words) -> Vector {
    let number = converted(Bits(truncatingIfNeeded: words &>> Words(repeating: 1)))
    return multiplyAdd(number, 0x1p-31, 0x1p-32)
}

/// Writes groups of 32; the last, partial group goes through a buffer.
@inline(__always)
private func fillGroups(
    _ y: UnsafeMutablePointer<Float>, _ start: Int, _ end: Int,
    _ group: (UInt64, UnsafeMutablePointer<Float>) -> Void
) {
    var position = start
    while position + 32 <= end {
        group(UInt64(position / 4), y + position)
        position += 32
    }
    guard position < end else { return }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 32) { buffer in
        // Never nil: the capacity is positive.
        let rest = buffer.baseAddress.unsafelyUnwrapped
        group(UInt64(position / 4), rest)
        (y + position).update(from: rest, count: end - position)
    }
}

/// Uniform in [0, 1): elements `start..<end`, `start` being a multiple of 32.
public func fillUniform(
    _ y: UnsafeMutablePointer<Float>, _ start: Int, _ end: Int, _ draw: UInt64, _ key: UInt64
) {
    fillGroups(y, start, end) { block, target in
        let (a, b, c, d) = philoxGroup(block, draw, key)
        store(unitInterval(a), target, 0)
        store(unitInterval(b), target, 8)
        store(unitInterval(c), target, 16)
        store(unitInterval(d), target, 24)
    }
}

/// 1 where a uniform number is below `p`, else 0.
public func fillBernoulli(
    _ y: UnsafeMutablePointer<Float>, _ start: Int, _ end: Int, _ p: Float, _ draw: UInt64,
    _ key: UInt64
) {
    @inline(__always)
    func isOne(_ words: Words) -> Vector {
        choose(unitInterval(words) .< vector(p), vector(1), vector(0))
    }
    fillGroups(y, start, end) { block, target in
        let (a, b, c, d) = philoxGroup(block, draw, key)
        store(isOne(a), target, 0)
        store(isOne(b), target, 8)
        store(isOne(c), target, 16)
        store(isOne(d), target, 24)
    }
}

/// Standard normal by the method of Box and Muller: √(-2 ln u)·cos 2πv and √(-2 ln u)·sin 2πv.
public func fillNormal(
    _ y: UnsafeMutablePointer<Float>, _ start: Int, _ end: Int, _ draw: UInt64, _ key: UInt64
) {
    @inline(__always)
    func pair(_ u: Words, _ v: Words, _ target: UnsafeMutablePointer<Float>) {
        let radius = (vector(-2) * logarithm(positiveUnitInterval(u))).squareRoot()
        let angle = unitInterval(v) * vector(2 * .pi)
        store(radius * cosine(angle), target, 0)
        store(radius * sine(angle), target, 8)
    }
    fillGroups(y, start, end) { block, target in
        let (a, b, c, d) = philoxGroup(block, draw, key)
        pair(a, b, target)
        pair(c, d, target + 16)
    }
}
