// The gradient of one time step of one sample of a recurrent layer, float32; see
// `RecurrentForward.swift`. Each takes the gradient `dy` of the output and adds that of the state,
// `dh`, which it replaces by the part of the state before that does not go through the product.

/// With g = dy + dh: dx = g (1 - y²), dh = 0. Rows: dy, dh, dx, y, [H] each.
public func plainBackwardRow(_ rows: UnsafePointer<UnsafeMutablePointer<Float>>, _ n: Int) {
    let (dy, dh, dx, y) = (rows[0], rows[1], rows[2], rows[3])
    @inline(__always)
    func group(_ i: Int, _ count: Int) {
        let g = loadLanes(dy, i, count) + loadLanes(dh, i, count)
        let value = loadLanes(y, i, count)
        storeLanes(g * (vector(1) - value * value), dx, i, count)
        storeLanes(vector(0), dh, i, count)
    }
    eachGroup(of: n, group)
}

/// With g = dy + dh and e = dc + g o (1 - t²), t = tanh(c): di = e g' i (1 - i),
/// df = e c' f (1 - f), dg' = e i (1 - g'²), do = g t o (1 - o), dc = e f, dh = 0.
///
/// Rows: dy, dh [H], dx [4H], dc [H]; the gates i, f, g', o [4H], c' before and t [H].
public func lstmBackwardRow(_ rows: UnsafePointer<UnsafeMutablePointer<Float>>, _ n: Int) {
    let (dy, dh, dx, dc) = (rows[0], rows[1], rows[2], rows[3])
    let (gates, before, after) = (rows[4], rows[5], rows[6])
    let one = vector(1)
    @inline(__always)
    func group(_ i: Int, _ count: Int) {
        let g = loadLanes(dy, i, count) + loadLanes(dh, i, count)
        storeLanes(vector(0), dh, i, count)
        let output = loadLanes(gates, 3 &* n &+ i, count)
        let squashed = loadLanes(after, i, count)
        storeLanes(g * squashed * (output * (one - output)), dx, 3 &* n &+ i, count)
        let e = loadLanes(dc, i, count) + g * output * (one - squashed * squashed)
        let input = loadLanes(gates, i, count)
        let forget = loadLanes(gates, n &+ i, count)
        let candidate = loadLanes(gates, 2 &* n &+ i, count)
        storeLanes(e * candidate * (input * (one - input)), dx, i, count)
        let old = loadLanes(before, i, count)
        storeLanes(e * old * (forget * (one - forget)), dx, n &+ i, count)
        storeLanes(e * input * (one - candidate * candidate), dx, 2 &* n &+ i, count)
        storeLanes(e * forget, dc, i, count)
    }
    eachGroup(of: n, group)
}

/// With g = dy + dh: dn = g (1 - z) (1 - n²), dr = dn m r (1 - r), dz = g (h' - n) z (1 - z),
/// dh = g z; `dx` is (dr, dz, dn), `da`, the gradient of h' Wh, is (dr, dz, dn r).
///
/// Rows: dy, dh [H], dx, da [3H]; r, z and n [3H], m [H], h' before [H].
public func gruBackwardRow(_ rows: UnsafePointer<UnsafeMutablePointer<Float>>, _ n: Int) {
    let (dy, dh, dx, da) = (rows[0], rows[1], rows[2], rows[3])
    let (gates, inner, before) = (rows[4], rows[5], rows[6])
    let one = vector(1)
    @inline(__always)
    func group(_ i: Int, _ count: Int) {
        let g = loadLanes(dy, i, count) + loadLanes(dh, i, count)
        let reset = loadLanes(gates, i, count)
        let update = loadLanes(gates, n &+ i, count)
        let candidate = loadLanes(gates, 2 &* n &+ i, count)
        let dn = g * (one - update) * (one - candidate * candidate)
        storeLanes(dn, dx, 2 &* n &+ i, count)
        storeLanes(dn * reset, da, 2 &* n &+ i, count)
        let dr = dn * loadLanes(inner, i, count) * (reset * (one - reset))
        storeLanes(dr, dx, i, count)
        storeLanes(dr, da, i, count)
        let old = loadLanes(before, i, count)
        let dz = g * (old - candidate) * (update * (one - update))
        storeLanes(dz, dx, n &+ i, count)
        storeLanes(dz, da, n &+ i, count)
        storeLanes(g * update, dh, i, count)
    }
    eachGroup(of: n, group)
}
