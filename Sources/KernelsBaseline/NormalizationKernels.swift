/// Layer normalisation of rows; see `LayerNormalization`.
public func layerNormRows(
    _ x: UnsafePointer<Float>, _ rows: Int, _ n: Int, _ epsilon: Float,
    _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>
) {
    for row in 0..<rows {
        let line = x + row * n
        let target = y + row * n
        let (center, inverse) = rowStatistics(line, n, epsilon)
        let (c, r) = (vector(center), vector(inverse))
        var i = 0
        while i &+ 8 <= n {
            store(((load(line, i) - c) * r) * load(scale, i) + load(shift, i), target, i)
            i &+= 8
        }
        while i < n {
            target[i] = ((line[i] - center) * inverse) * scale[i] + shift[i]
            i &+= 1
        }
    }
}

/// The gradient of x, and those of scale and shift added to `dScale dShift: [n]`; see
/// `LayerNormalization.gradient`. `scratch` is room for 2 n float32.
public func layerNormGradientRows(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ rows: Int, _ n: Int,
    _ epsilon: Float, _ scale: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ dScale: UnsafeMutablePointer<Float>, _ dShift: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
) {
    let (g, normal) = (scratch, scratch + n)
    for row in 0..<rows {
        let line = x + row * n
        let slopes = dy + row * n
        let target = dx + row * n
        let (center, inverse) = rowStatistics(line, n, epsilon)
        let (c, r) = (vector(center), vector(inverse))
        var i = 0
        while i &+ 8 <= n {
            let slope = load(slopes, i)
            let value = (load(line, i) - c) * r
            store(slope * load(scale, i), g, i)
            store(value, normal, i)
            store(load(dScale, i) + slope * value, dScale, i)
            store(load(dShift, i) + slope, dShift, i)
            i &+= 8
        }
        while i < n {
            let value = (line[i] - center) * inverse
            g[i] = slopes[i] * scale[i]
            normal[i] = value
            dScale[i] += slopes[i] * value
            dShift[i] += slopes[i]
            i &+= 1
        }
        let share = 1 / Float(n)
        let meanOfG = vector(sumRow(g, n) { $0 } * share)
        let meanOfProduct = vector(sumRow(g, normal, n) { $0 * $1 } * share)
        mapRow(g, normal, target, n) { r * (($0 - meanOfG) - $1 * meanOfProduct) }
    }
}

/// The mean of a row and 1 / √(variance + epsilon).
@inline(__always)
private func rowStatistics(
    _ x: UnsafePointer<Float>, _ n: Int, _ epsilon: Float
) -> (mean: Float, inverseDeviation: Float) {
    let center = Float(sumOfRow(x, n) / Double(n))
    let c = vector(center)
    let squares = sumRow(x, n, padding: center) { ($0 - c) * ($0 - c) }
    return (center, 1 / (squares / Float(n) + epsilon).squareRoot())
}
