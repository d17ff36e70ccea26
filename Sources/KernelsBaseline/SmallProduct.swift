/// What `smallProduct` computes: `c = alpha·a·b + beta·c` with `a[i, l]` at `a + i·aRow +
/// l·aColumn`, `b[l, j]` at `b + l·bRow + j·bColumn` and `c[i, j]` at `c + i·cRow + j`.
struct SmallProductShape {
    let m: Int
    let n: Int
    let k: Int
    let aRow: Int
    let aColumn: Int
    let bRow: Int
    let bColumn: Int
    let cRow: Int
    let alpha: Float
    let beta: Float
}

/// A product without the fixed cost of BLAS: strips of 16 columns of b, packed (into `strip`, k·16
/// float32) unless they can be read where they are; four rows of a at a time.
///
/// `shape` has 8 numbers: m, n, k, aRow, aColumn, bRow, bColumn, cRow.
public func smallProduct(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    _ shape: UnsafePointer<Int>, _ alpha: Float, _ beta: Float,
    _ strip: UnsafeMutablePointer<Float>
) {
    let s = SmallProductShape(
        m: shape[0], n: shape[1], k: shape[2], aRow: shape[3], aColumn: shape[4],
        bRow: shape[5], bColumn: shape[6], cRow: shape[7], alpha: alpha, beta: beta)
    var column = 0
    while column < s.n {
        let width = min(16, s.n - column)
        if width == 16, s.bColumn == 1 {
            stripProduct(s, a, b + column, s.bRow, c + column, 16)
        } else {
            pack(s, b + column * s.bColumn, width, strip)
            stripProduct(s, a, strip, 16, c + column, width)
        }
        column += 16
    }
}

private func pack(
    _ s: SmallProductShape, _ b: UnsafePointer<Float>, _ width: Int,
    _ strip: UnsafeMutablePointer<Float>
) {
    for l in 0..<s.k {
        let target = strip + l * 16
        let source = b + l * s.bRow
        for j in 0..<width { target[j] = source[j * s.bColumn] }
        for j in width..<16 { target[j] = 0 }
    }
}

func stripProduct(
    _ s: SmallProductShape, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ bRow: Int,
    _ c: UnsafeMutablePointer<Float>, _ width: Int
) {
    var row = 0
    while row &+ 4 <= s.m {
        fourRows(s, a + row * s.aRow, b, bRow, c + row * s.cRow, width)
        row &+= 4
    }
    while row < s.m {
        oneRow(s, a + row * s.aRow, b, bRow, c + row * s.cRow, width)
        row &+= 1
    }
}

@inline(__always)
private func fourRows(
    _ s: SmallProductShape, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ bRow: Int,
    _ c: UnsafeMutablePointer<Float>, _ width: Int
) {
    var c00 = vector(0)
    var c01 = vector(0)
    var c10 = vector(0)
    var c11 = vector(0)
    var c20 = vector(0)
    var c21 = vector(0)
    var c30 = vector(0)
    var c31 = vector(0)
    var a0 = a
    var a1 = a + s.aRow
    var a2 = a1 + s.aRow
    var a3 = a2 + s.aRow
    var bl = b
    var l = 0
    while l < s.k {
        let b0 = load(bl, 0)
        let b1 = load(bl, 8)
        let v0 = vector(a0[0])
        c00 = multiplyAdd(v0, b0, c00)
        c01 = multiplyAdd(v0, b1, c01)
        let v1 = vector(a1[0])
        c10 = multiplyAdd(v1, b0, c10)
        c11 = multiplyAdd(v1, b1, c11)
        let v2 = vector(a2[0])
        c20 = multiplyAdd(v2, b0, c20)
        c21 = multiplyAdd(v2, b1, c21)
        let v3 = vector(a3[0])
        c30 = multiplyAdd(v3, b0, c30)
        c31 = multiplyAdd(v3, b1, c31)
        a0 += s.aColumn
        a1 += s.aColumn
        a2 += s.aColumn
        a3 += s.aColumn
        bl += bRow
        l &+= 1
    }
    finish(s, c00, c01, c, width)
    finish(s, c10, c11, c + s.cRow, width)
    finish(s, c20, c21, c + 2 * s.cRow, width)
    finish(s, c30, c31, c + 3 * s.cRow, width)
}

@inline(__always)
private func oneRow(
    _ s: SmallProductShape, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ bRow: Int,
    _ c: UnsafeMutablePointer<Float>, _ width: Int
) {
    // Two partial sums, for even and odd l, hide the latency of the addition.
    var even0 = vector(0)
    var even1 = vector(0)
    var odd0 = vector(0)
    var odd1 = vector(0)
    var l = 0
    while l &+ 2 <= s.k {
        let v0 = vector(a[l &* s.aColumn])
        even0 = multiplyAdd(v0, load(b, l &* bRow), even0)
        even1 = multiplyAdd(v0, load(b, l &* bRow &+ 8), even1)
        let v1 = vector(a[(l &+ 1) &* s.aColumn])
        odd0 = multiplyAdd(v1, load(b, (l &+ 1) &* bRow), odd0)
        odd1 = multiplyAdd(v1, load(b, (l &+ 1) &* bRow &+ 8), odd1)
        l &+= 2
    }
    if l < s.k {
        let v0 = vector(a[l &* s.aColumn])
        even0 = multiplyAdd(v0, load(b, l &* bRow), even0)
        even1 = multiplyAdd(v0, load(b, l &* bRow &+ 8), even1)
    }
    finish(s, even0 + odd0, even1 + odd1, c, width)
}

/// The `count` <= 8 elements at `source`, 0 in the other lanes.
@inline(__always)
private func loadPart(_ source: UnsafePointer<Float>, _ count: Int) -> Vector {
    var result = vector(0)
    for lane in 0..<count { result[lane] = source[lane] }
    return result
}

@inline(__always)
private func storePart(_ value: Vector, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
    for lane in 0..<count { target[lane] = value[lane] }
}

@inline(__always)
private func finish(
    _ s: SmallProductShape, _ first: Vector, _ second: Vector, _ c: UnsafeMutablePointer<Float>,
    _ width: Int
) {
    if width == 16 {
        store(joined(s, first, s.beta == 0 ? first : load(c, 0)), c, 0)
        store(joined(s, second, s.beta == 0 ? second : load(c, 8)), c, 8)
        return
    }
    let head = min(8, width)
    let old0 = s.beta == 0 ? first : loadPart(c, head)
    storePart(joined(s, first, old0), c, head)
    guard width > 8 else { return }
    let old1 = s.beta == 0 ? second : loadPart(c + 8, width - 8)
    storePart(joined(s, second, old1), c + 8, width - 8)
}

/// alpha·product + beta·old, `old` being ignored for beta 0.
@inline(__always)
private func joined(_ s: SmallProductShape, _ product: Vector, _ old: Vector) -> Vector {
    let scaled = s.alpha == 1 ? product : vector(s.alpha) * product
    return s.beta == 0 ? scaled : multiplyAdd(vector(s.beta), old, scaled)
}
