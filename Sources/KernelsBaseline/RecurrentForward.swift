// One time step of one sample of a recurrent layer, float32: the loops between its two products.
//
// Legend: H units; rows are contiguous. A function takes the addresses of its rows in one array, in
// the order of its documentation. What a row is computed from depends on nothing but that row.

/// The `count` <= 8 elements from `index` on, 0 in the other lanes.
@inline(__always)
func loadLanes(_ row: UnsafePointer<Float>, _ index: Int, _ count: Int) -> Vector {
    if count == 8 { return load(row, index) }
    var result = vector(0)
    for lane in 0..<count { result[lane] = row[index &+ lane] }
    return result
}

@inline(__always)
func storeLanes(_ value: Vector, _ row: UnsafeMutablePointer<Float>, _ index: Int, _ count: Int) {
    if count == 8 { return store(value, row, index) }
    for lane in 0..<count { row[index &+ lane] = value[lane] }
}

/// x + (a + b) at the elements from `index` on.
@inline(__always)
func sumLanes(
    _ x: UnsafePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ index: Int,
    _ count: Int
) -> Vector {
    loadLanes(x, index, count) + (loadLanes(a, index, count) + loadLanes(b, index, count))
}

/// Calls `group(start, count)` for `n` units in groups of 8; the last may be smaller.
@inline(__always)
func eachGroup(of n: Int, _ group: (Int, Int) -> Void) {
    // By itself, so that the functions are inlined in the loop.
    @inline(never)
    func rest(_ i: Int) { group(i, n &- i) }
    var i = 0
    while i &+ 8 <= n {
        group(i, 8)
        i &+= 8
    }
    if i < n { rest(i) }
}

/// h = tanh(x + a + b). Rows: x, a, b, h and the output, [H] each.
public func plainForwardRow(_ rows: UnsafePointer<UnsafeMutablePointer<Float>>, _ n: Int) {
    let (x, a, b, h, y) = (rows[0], rows[1], rows[2], rows[3], rows[4])
    @inline(__always)
    func group(_ i: Int, _ count: Int) {
        let value = hyperbolicTangent(sumLanes(x, a, b, i, count))
        storeLanes(value, h, i, count)
        storeLanes(value, y, i, count)
    }
    eachGroup(of: n, group)
}

/// i, f, g, o = x + a + b; c = σ(f) c + σ(i) tanh(g); h = σ(o) tanh(c).
///
/// Rows: x, a, b [4H]; h, the output, c [H]; then what the gradient needs: the gates [4H], c before
/// [H] and tanh(c) after [H].
public func lstmForwardRow(_ rows: UnsafePointer<UnsafeMutablePointer<Float>>, _ n: Int) {
    let (x, a, b, h, y) = (rows[0], rows[1], rows[2], rows[3], rows[4])
    let (c, gates, before, after) = (rows[5], rows[6], rows[7], rows[8])
    @inline(__always)
    func group(_ i: Int, _ count: Int) {
        @inline(__always)
        func sum(_ gate: Int) -> Vector { sumLanes(x, a, b, gate &* n &+ i, count) }
        let input = logisticSigmoid(sum(0))
        storeLanes(input, gates, i, count)
        let forget = logisticSigmoid(sum(1))
        storeLanes(forget, gates, n &+ i, count)
        let candidate = hyperbolicTangent(sum(2))
        storeLanes(candidate, gates, 2 &* n &+ i, count)
        let output = logisticSigmoid(sum(3))
        storeLanes(output, gates, 3 &* n &+ i, count)
        let old = loadLanes(c, i, count)
        storeLanes(old, before, i, count)
        let memory = forget * old + input * candidate
        storeLanes(memory, c, i, count)
        let squashed = hyperbolicTangent(memory)
        storeLanes(squashed, after, i, count)
        storeLanes(output * squashed, h, i, count)
        storeLanes(output * squashed, y, i, count)
    }
    eachGroup(of: n, group)
}

/// r = σ(x + a + b), z = σ(x + a + b), m = a + bh, n = tanh(x + b + r m), h = (1 - z) n + z h.
///
/// Rows: x, a, b [3H]; h, the output, bh [H]; then what the gradient needs: r, z and n [3H] and m
/// [H].
public func gruForwardRow(_ rows: UnsafePointer<UnsafeMutablePointer<Float>>, _ n: Int) {
    let (x, a, b, h, y) = (rows[0], rows[1], rows[2], rows[3], rows[4])
    let (innerBias, gates, inner) = (rows[5], rows[6], rows[7])
    @inline(__always)
    func group(_ i: Int, _ count: Int) {
        @inline(__always)
        func sum(_ gate: Int) -> Vector { sumLanes(x, a, b, gate &* n &+ i, count) }
        let reset = logisticSigmoid(sum(0))
        storeLanes(reset, gates, i, count)
        let update = logisticSigmoid(sum(1))
        storeLanes(update, gates, n &+ i, count)
        let j = 2 &* n &+ i
        let m = loadLanes(a, j, count) + loadLanes(innerBias, i, count)
        storeLanes(m, inner, i, count)
        let candidate = hyperbolicTangent(
            (loadLanes(x, j, count) + loadLanes(b, j, count)) + reset * m)
        storeLanes(candidate, gates, j, count)
        let state = (vector(1) - update) * candidate + update * loadLanes(h, i, count)
        storeLanes(state, h, i, count)
        storeLanes(state, y, i, count)
    }
    eachGroup(of: n, group)
}
