/// Copies 16 positions of every tap of a convolution side by side: `strip[k, i]` is the element of
/// `image` that tap k sees from position i.
///
/// `runs` are `runCount` pairs: the first position of neighbours, ascending from 0, and where it lies
/// in the image. Whole vectors are copied, so 15 elements beyond the last of `image` are read and 15
/// beyond the last of `strip` written.
public func gatherStrip(
    _ image: UnsafePointer<Float>, _ taps: UnsafePointer<Int>, _ tapCount: Int,
    _ runs: UnsafePointer<Int>, _ runCount: Int, _ strip: UnsafeMutablePointer<Float>
) {
    if runCount == 1 {
        let source = image + runs[1]
        for k in 0..<tapCount { copy16(source + taps[k], strip + 16 &* k) }
        return
    }
    if runCount == 2 {
        let (first, second, start) = (image + runs[1], image + runs[3], runs[2])
        for k in 0..<tapCount {
            copy16(first + taps[k], strip + 16 &* k)
            copy16(second + taps[k], strip + (16 &* k &+ start))
        }
        return
    }
    for k in 0..<tapCount {
        let source = image + taps[k]
        let target = strip + 16 &* k
        for run in 0..<runCount { copy16(source + runs[2 &* run &+ 1], target + runs[2 &* run]) }
    }
}

@inline(__always)
private func copy16(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
    let (low, high) = (load(source, 0), load(source, 8))
    store(low, target, 0)
    store(high, target, 8)
}

/// `sums[r, f] += Σ image[tap r + position] · heads[position, f]` for four taps and 16 filters, over
/// `rows` rows of `columns` positions, which lie `rowStride` apart in the image; `heads` are dense,
/// 16 to a position, and `sums` have `sumStride` from tap to tap.
public func addTapProducts(
    _ image: UnsafePointer<Float>, _ taps: UnsafePointer<Int>, _ rows: Int, _ columns: Int,
    _ rowStride: Int, _ heads: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>,
    _ sumStride: Int
) {
    var s00 = vector(0)
    var s01 = vector(0)
    var s10 = vector(0)
    var s11 = vector(0)
    var s20 = vector(0)
    var s21 = vector(0)
    var s30 = vector(0)
    var s31 = vector(0)
    var head = heads
    var (a0, a1, a2, a3) = (image + taps[0], image + taps[1], image + taps[2], image + taps[3])
    var row = 0
    while row < rows {
        var column = 0
        while column < columns {
            let (h0, h1) = (load(head, 0), load(head, 8))
            let v0 = vector(a0[column])
            s00 = multiplyAdd(v0, h0, s00)
            s01 = multiplyAdd(v0, h1, s01)
            let v1 = vector(a1[column])
            s10 = multiplyAdd(v1, h0, s10)
            s11 = multiplyAdd(v1, h1, s11)
            let v2 = vector(a2[column])
            s20 = multiplyAdd(v2, h0, s20)
            s21 = multiplyAdd(v2, h1, s21)
            let v3 = vector(a3[column])
            s30 = multiplyAdd(v3, h0, s30)
            s31 = multiplyAdd(v3, h1, s31)
            head += 16
            column &+= 1
        }
        a0 += rowStride
        a1 += rowStride
        a2 += rowStride
        a3 += rowStride
        row &+= 1
    }
    add16(s00, s01, sums)
    add16(s10, s11, sums + sumStride)
    add16(s20, s21, sums + 2 * sumStride)
    add16(s30, s31, sums + 3 * sumStride)
}

@inline(__always)
private func add16(_ low: Vector, _ high: Vector, _ target: UnsafeMutablePointer<Float>) {
    store(load(target, 0) + low, target, 0)
    store(load(target, 8) + high, target, 8)
}

/// `y[i] = Σ_k w[k] · image[taps[k] + i]` for `count` consecutive positions: one output channel
/// without copies. Whole vectors of 32 are read and written: 31 elements beyond the last of both.
public func tapRow(
    _ image: UnsafePointer<Float>, _ taps: UnsafePointer<Int>, _ w: UnsafePointer<Float>,
    _ tapCount: Int, _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
    var i = 0
    while i < count {
        var s0 = vector(0)
        var s1 = vector(0)
        var s2 = vector(0)
        var s3 = vector(0)
        var k = 0
        while k < tapCount {
            let source = image + (taps[k] &+ i)
            let weight = vector(w[k])
            s0 = multiplyAdd(weight, load(source, 0), s0)
            s1 = multiplyAdd(weight, load(source, 8), s1)
            s2 = multiplyAdd(weight, load(source, 16), s2)
            s3 = multiplyAdd(weight, load(source, 24), s3)
            k &+= 1
        }
        store(s0, y, i)
        store(s1, y, i &+ 8)
        store(s2, y, i &+ 16)
        store(s3, y, i &+ 24)
        i &+= 32
    }
}

/// `sums[k] += Σ_i heads[i] · image[taps[k] + i]` over `count` consecutive positions, a multiple of
/// 8; `image` is read that far.
public func addTapDots(
    _ image: UnsafePointer<Float>, _ taps: UnsafePointer<Int>, _ tapCount: Int,
    _ heads: UnsafePointer<Float>, _ count: Int, _ sums: UnsafeMutablePointer<Float>
) {
    var k = 0
    while k < tapCount {
        let left = min(4, tapCount &- k)
        let a0 = image + taps[k]
        let a1 = image + taps[k &+ min(1, left &- 1)]
        let a2 = image + taps[k &+ min(2, left &- 1)]
        let a3 = image + taps[k &+ left &- 1]
        var s0 = vector(0)
        var s1 = vector(0)
        var s2 = vector(0)
        var s3 = vector(0)
        var i = 0
        while i < count {
            let head = load(heads, i)
            s0 = multiplyAdd(head, load(a0, i), s0)
            s1 = multiplyAdd(head, load(a1, i), s1)
            s2 = multiplyAdd(head, load(a2, i), s2)
            s3 = multiplyAdd(head, load(a3, i), s3)
            i &+= 8
        }
        sums[k] += s0.sum()
        if left > 1 { sums[k &+ 1] += s1.sum() }
        if left > 2 { sums[k &+ 2] += s2.sum() }
        if left > 3 { sums[k &+ 3] += s3.sum() }
        k &+= 4
    }
}

/// `y[p, f] = x[f, p]` for `rows` <= 16 rows that lie `rowStride` apart; `y` has 16 to a position, 0
/// where there is no row.
public func transposeInto16(
    _ x: UnsafePointer<Float>, _ rows: Int, _ count: Int, _ rowStride: Int,
    _ y: UnsafeMutablePointer<Float>
) {
    if rows < 16 { y.update(repeating: 0, count: 16 * count) }
    var p = 0
    while p < count {
        let end = min(count, p &+ 16)
        for f in 0..<rows {
            let source = x + f &* rowStride
            var i = p
            while i < end {
                y[16 &* i &+ f] = source[i]
                i &+= 1
            }
        }
        p = end
    }
}
