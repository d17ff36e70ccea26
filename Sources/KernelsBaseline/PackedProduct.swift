/// Packs b for `packedProduct`: strips of 16 columns, each k rows of 16 numbers, the last strip
/// filled up with zeros.
///
/// `b[l, j]` is at `b + l·bRow + j·bColumn`; `strips` has room for k·⌈n / 16⌉·16 numbers.
public func packStrips(
    _ b: UnsafePointer<Float>, _ n: Int, _ k: Int, _ bRow: Int, _ bColumn: Int,
    _ strips: UnsafeMutablePointer<Float>
) {
    for column in stride(from: 0, to: n, by: 16) {
        let strip = strips + column * k
        for l in 0..<k {
            for j in 0..<16 {
                strip[l * 16 + j] = column + j < n ? b[l * bRow + (column + j) * bColumn] : 0
            }
        }
    }
}

/// `c = a·b + beta·c` with a packed b, for a product that is repeated with the same b. Rows of c
/// have room for whole strips, which are written.
///
/// Four rows at a time from the first on, the rest one by one: a row's result depends on whether
/// it is of the rest. `shape` has 5 numbers: m, n, k, aRow, cRow.
public func packedProduct(
    _ a: UnsafePointer<Float>, _ strips: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
    _ shape: UnsafePointer<Int>, _ beta: Float
) {
    let s = SmallProductShape(
        m: shape[0], n: shape[1], k: shape[2], aRow: shape[3], aColumn: 1, bRow: 16, bColumn: 1,
        cRow: shape[4], alpha: 1, beta: beta)
    for column in stride(from: 0, to: s.n, by: 16) {
        stripProduct(s, a, strips + column * s.k, 16, c + column, 16)
    }
}
