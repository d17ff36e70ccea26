// Reductions by plain loops: every type and code that has no SIMD kernel.

/// Folds the middle axis: element (o, i) starts from `initial` and takes in the elements in order.
@inline(__always)
private func fold<S, T>(
    _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, _ layout: AxisLayout, _ initial: T,
    _ step: (T, S) -> T
) {
    let source = x.assumingMemoryBound(to: S.self)
    let target = y.assumingMemoryBound(to: T.self)
    let inner = layout.inner
    for outer in 0..<layout.outer {
        let block = source + outer * layout.length * inner
        let results = target + outer * inner
        if inner == 1 {
            var value = initial
            inPieces(layout.length) { start, end in
                for index in start..<end { value = step(value, block[index]) }
            }
            results[0] = value
            continue
        }
        results.update(repeating: initial, count: inner)
        for index in 0..<layout.length {
            let row = block + index * inner
            if index & 255 == 0, WorkScope.shouldStop { return }
            for i in 0..<inner { results[i] = step(results[i], row[i]) }
        }
    }
}

/// The index of the element that `beats` all before it.
@inline(__always)
private func search<S>(
    _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, _ layout: AxisLayout,
    _ beats: (S, S) -> Bool
) {
    let source = x.assumingMemoryBound(to: S.self)
    let target = y.assumingMemoryBound(to: Int64.self)
    let inner = layout.inner
    for outer in 0..<layout.outer {
        for i in 0..<inner {
            let column = source + outer * layout.length * inner + i
            var best = 0
            inPieces(layout.length) { start, end in
                for index in start..<end
                where beats(column[index * inner], column[best * inner]) { best = index }
            }
            target[outer * inner + i] = Int64(best)
        }
    }
}

func reduceInteger<T: FixedWidthInteger>(
    _: T.Type, _ code: ReductionCode, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
    _ layout: AxisLayout
) {
    switch code {
    case .sum: fold(x, y, layout, Int64(0)) { (s, v: T) in s &+ Int64(truncatingIfNeeded: v) }
    case .product: fold(x, y, layout, Int64(1)) { (s, v: T) in s &* Int64(truncatingIfNeeded: v) }
    case .maximum: fold(x, y, layout, T.min) { (s, v: T) in v > s ? v : s }
    case .minimum: fold(x, y, layout, T.max) { (s, v: T) in v < s ? v : s }
    case .all: fold(x, y, layout, UInt8(1)) { (s, v: T) in v == 0 ? 0 : s }
    case .any: fold(x, y, layout, UInt8(0)) { (s, v: T) in v == 0 ? s : 1 }
    case .argmax: search(x, y, layout) { (v: T, best: T) in v > best }
    case .argmin: search(x, y, layout) { (v: T, best: T) in v < best }
    }
}

func reduceFloat<T: BinaryFloatingPoint>(
    _: T.Type, _ code: ReductionCode, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
    _ layout: AxisLayout
) {
    switch code {
    case .sum: sumFloat(T.self, x, y, layout)
    case .product: fold(x, y, layout, T(1)) { (s, v: T) in s * v }
    case .maximum: fold(x, y, layout, -T.infinity) { (s, v: T) in v > s || v.isNaN ? v : s }
    case .minimum: fold(x, y, layout, T.infinity) { (s, v: T) in v < s || v.isNaN ? v : s }
    case .all: fold(x, y, layout, UInt8(1)) { (s, v: T) in v == 0 ? 0 : s }
    case .any: fold(x, y, layout, UInt8(0)) { (s, v: T) in v == 0 ? s : 1 }
    case .argmax: search(x, y, layout) { (v: T, best: T) in v > best || (v.isNaN && !best.isNaN) }
    case .argmin: search(x, y, layout) { (v: T, best: T) in v < best || (v.isNaN && !best.isNaN) }
    }
}

/// Pairwise sums over blocks of 128, so that the error grows with the logarithm of the length.
private func sumFloat<T: BinaryFloatingPoint>(
    _: T.Type, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, _ layout: AxisLayout
) {
    let source = x.assumingMemoryBound(to: T.self)
    let target = y.assumingMemoryBound(to: T.self)
    for outer in 0..<layout.outer {
        for i in 0..<layout.inner {
            target[outer * layout.inner + i] = pairwiseSum(
                source + outer * layout.length * layout.inner + i, layout.length, layout.inner)
        }
    }
}

private func pairwiseSum<T: BinaryFloatingPoint>(
    _ x: UnsafePointer<T>, _ count: Int, _ stride: Int
) -> T {
    if count <= 128 {
        var sum = T(0)
        for index in 0..<count { sum += x[index * stride] }
        return sum
    }
    if count > piece, WorkScope.shouldStop { return 0 }
    // The recursion is as deep as the logarithm of the length.
    let half = (count / 2 + 127) & ~127
    return pairwiseSum(x, half, stride) + pairwiseSum(x + half * stride, count - half, stride)
}
