// Walking one row of `n` consecutive float32: whole vectors, then the rest. The rest is read as the
// last eight elements, those seen before masked out, which is several times faster than filling
// lanes one by one; only rows shorter than a vector are padded. Sums use a fixed number of
// accumulators joined in a fixed tree, so they depend on `n` and the numbers alone.

/// The `count` < 8 elements at `source`, and `padding` in the other lanes.
@inline(__always)
private func loadPart(_ source: UnsafePointer<Float>, _ count: Int, _ padding: Float) -> Vector {
    var result = vector(padding)
    for lane in 0..<count { result[lane] = source[lane] }
    return result
}

@inline(__always)
private func storePart(_ value: Vector, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
    for lane in 0..<count { target[lane] = value[lane] }
}

/// What is left of a row after its whole vectors: the last eight elements, or all of a short row.
@inline(__always)
private func loadRest(_ x: UnsafePointer<Float>, _ n: Int, _ padding: Float) -> Vector {
    n >= 8 ? load(x, n &- 8) : loadPart(x, n, padding)
}

@inline(__always)
private func storeRest(_ value: Vector, _ y: UnsafeMutablePointer<Float>, _ n: Int) {
    if n >= 8 { store(value, y, n &- 8) } else { storePart(value, y, n) }
}

/// `value` in the lanes of the rest that no whole vector has covered, 0 in the others.
@inline(__always)
private func onlyNew(_ value: Vector, _ n: Int) -> Vector {
    if n < 8 { return value }
    let lanes = Bits(0, 1, 2, 3, 4, 5, 6, 7)
    let seen = lanes .< Bits(repeating: Int32(truncatingIfNeeded: 8 &- n & 7))
    return choose(seen, vector(0), value)
}

@inline(__always)
private func treeSum(_ v: Vector) -> Float {
    let four = v.lowHalf + v.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
}

/// Σ f(x[i]) for a cheap f; f(padding) must be 0.
@inline(__always)
func sumRow(
    _ x: UnsafePointer<Float>, _ n: Int, padding: Float = 0, _ f: (Vector) -> Vector
) -> Float {
    var s0 = vector(0)
    var s1 = vector(0)
    var s2 = vector(0)
    var s3 = vector(0)
    var i = 0
    while i &+ 32 <= n {
        s0 += f(load(x, i))
        s1 += f(load(x, i &+ 8))
        s2 += f(load(x, i &+ 16))
        s3 += f(load(x, i &+ 24))
        i &+= 32
    }
    while i &+ 8 <= n {
        s0 += f(load(x, i))
        i &+= 8
    }
    if i < n { s1 += onlyNew(f(loadRest(x, n, padding)), n) }
    return treeSum((s0 + s1) + (s2 + s3))
}

/// Σ f(x[i], y[i]) for a cheap f; f(0, 0) must be 0.
@inline(__always)
func sumRow(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ n: Int, _ f: (Vector, Vector) -> Vector
) -> Float {
    var s0 = vector(0)
    var s1 = vector(0)
    var i = 0
    while i &+ 16 <= n {
        s0 += f(load(x, i), load(y, i))
        s1 += f(load(x, i &+ 8), load(y, i &+ 8))
        i &+= 16
    }
    if i &+ 8 <= n {
        s0 += f(load(x, i), load(y, i))
        i &+= 8
    }
    if i < n { s1 += onlyNew(f(loadRest(x, n, 0), loadRest(y, n, 0)), n) }
    return treeSum(s0 + s1)
}

// The following call `f` at one place, so that a long closure is inlined there; its own latency
// hides that of the one accumulator.

/// Σ f(x[i]) for an expensive f; f(padding) must be 0.
@inline(__always)
func sumMapped(
    _ x: UnsafePointer<Float>, _ n: Int, padding: Float, _ f: (Vector) -> Vector
) -> Float {
    var sum = vector(0)
    var i = 0
    while i < n {
        let isWhole = i &+ 8 <= n
        let value = f(isWhole ? load(x, i) : loadRest(x, n, padding))
        sum += isWhole ? value : onlyNew(value, n)
        i &+= 8
    }
    return treeSum(sum)
}

/// y[i] = f(x[i]), returning Σ f(x[i]); f(padding) must be 0 if the sum is wanted. `y` may be `x`.
@inline(__always)
@discardableResult
func mapRow(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int, padding: Float = 0,
    _ f: (Vector) -> Vector
) -> Float {
    // Read before anything is written: the row may be mapped in place.
    let rest = loadRest(x, n, padding)
    var sum = vector(0)
    var i = 0
    while i < n {
        let isWhole = i &+ 8 <= n
        let value = f(isWhole ? load(x, i) : rest)
        if isWhole {
            store(value, y, i)
            sum += value
        } else {
            storeRest(value, y, n)
            sum += onlyNew(value, n)
        }
        i &+= 8
    }
    return treeSum(sum)
}

/// d[i] = f(x[i], y[i]). `d` may be `x` or `y`.
@inline(__always)
func mapRow(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ d: UnsafeMutablePointer<Float>,
    _ n: Int, _ f: (Vector, Vector) -> Vector
) {
    let restOfX = loadRest(x, n, 0)
    let restOfY = loadRest(y, n, 0)
    var i = 0
    while i < n {
        let isWhole = i &+ 8 <= n
        let value = f(isWhole ? load(x, i) : restOfX, isWhole ? load(y, i) : restOfY)
        if isWhole { store(value, d, i) } else { storeRest(value, d, n) }
        i &+= 8
    }
}

/// The extreme of a row by a commutative, associative `f` with neutral element `padding`.
@inline(__always)
func extremeOfRow(
    _ x: UnsafePointer<Float>, _ n: Int, padding: Float, _ f: (Vector, Vector) -> Vector
) -> Float {
    var m0 = vector(padding)
    var m1 = vector(padding)
    var i = 0
    while i &+ 16 <= n {
        m0 = f(m0, load(x, i))
        m1 = f(m1, load(x, i &+ 8))
        i &+= 16
    }
    if i &+ 8 <= n {
        m0 = f(m0, load(x, i))
        i &+= 8
    }
    // Elements that are seen twice change no extreme.
    if i < n { m1 = f(m1, loadRest(x, n, padding)) }
    m0 = f(m0, m1)
    m0 = f(m0, Vector(lowHalf: m0.highHalf, highHalf: m0.lowHalf))
    m0 = f(m0, Vector(m0[2], m0[3], m0[0], m0[1], m0[6], m0[7], m0[4], m0[5]))
    return f(m0, Vector(m0[1], m0[0], m0[3], m0[2], m0[5], m0[4], m0[7], m0[6]))[0]
}
