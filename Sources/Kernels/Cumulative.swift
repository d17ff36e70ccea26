/// Running sums along an axis.
public enum Cumulative {
    /// `y[o, j, i] = Σ_{l <= j} x[o, l, i]`, or over `l >= j` if `reversed` (the gradient of the
    /// former). Types are equal; integers wrap; floats add one after the other in float64.
    public static func sum(
        _ x: UnsafeRawPointer, _ type: ElementType, _ layout: AxisLayout, reversed: Bool = false,
        to y: UnsafeMutableRawPointer
    ) {
        switch type {
        case .bool: scan(x, y, layout, reversed, UInt8(0), { $0 | $1 }, { $0 })
        case .uint8: scan(x, y, layout, reversed, UInt8(0), { $0 &+ $1 }, { $0 })
        case .int32: scan(x, y, layout, reversed, Int32(0), { $0 &+ $1 }, { $0 })
        case .int64: scan(x, y, layout, reversed, Int64(0), { $0 &+ $1 }, { $0 })
        case .float32:
            scan(x, y, layout, reversed, Double(0), { $0 + Double($1) }, { Float($0) })
        case .float64: scan(x, y, layout, reversed, Double(0), { $0 + $1 }, { $0 })
        }
    }
}

@inline(__always)
private func scan<T, S>(
    _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer, _ layout: AxisLayout, _ reversed: Bool,
    _ zero: S, _ add: (S, T) -> S, _ result: (S) -> T
) {
    let x = x.assumingMemoryBound(to: T.self)
    let y = y.assumingMemoryBound(to: T.self)
    for outer in 0..<layout.outer {
        for i in 0..<layout.inner {
            var sum = zero
            let base = outer * layout.length * layout.inner + i
            inPieces(layout.length) { start, end in
                for step in start..<end {
                    let index = base + (reversed ? layout.length - 1 - step : step) * layout.inner
                    sum = add(sum, x[index])
                    y[index] = result(sum)
                }
            }
        }
    }
}
