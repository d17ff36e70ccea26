/// Layer normalisation of rows; see `LayerNormalization`. `scale` and `shift` are both given or
/// both nil.
public func layerNormRows(
    _ x: UnsafePointer<Float>, _ rows: Int, _ n: Int, _ epsilon: Float,
    _ scale: UnsafePointer<Float>?, _ shift: UnsafePointer<Float>?,
    _ y: UnsafeMutablePointer<Float>, _ mean: UnsafeMutablePointer<Float>,
    _ inverseDeviation: UnsafeMutablePointer<Float>
) {
    for row in 0..<rows {
        let line = x + row * n
        let target = y + row * n
        let center = Float(sumOfRow(line, n) / Double(n))
        let c = vector(center)
        let squares = sumRow(line, n, padding: center) { ($0 - c) * ($0 - c) }
        let inverse = 1 / (squares / Float(n) + epsilon).squareRoot()
        mean[row] = center
        inverseDeviation[row] = inverse
        let r = vector(inverse)
        mapRow(line, target, n) { ($0 - c) * r }
        if let scale { mapRow(target, scale, target, n) { $0 * $1 } }
        if let shift { mapRow(target, shift, target, n) { $0 + $1 } }
    }
}

/// The gradient of x; see `LayerNormalization.gradient`. `g` is scratch of n float32.
public func layerNormGradientRows(
    _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ rows: Int, _ n: Int,
    _ scale: UnsafePointer<Float>?, _ mean: UnsafePointer<Float>,
    _ inverseDeviation: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ g: UnsafeMutablePointer<Float>
) {
    for row in 0..<rows {
        let line = x + row * n
        let cotangent = dy + row * n
        if let scale {
            mapRow(cotangent, scale, g, n) { $0 * $1 }
        } else {
            g.update(from: cotangent, count: n)
        }
        let c = vector(mean[row])
        let r = vector(inverseDeviation[row])
        let share = 1 / Float(n)
        let meanOfG = vector(sumRow(g, n) { $0 } * share)
        // Padding g with 0 keeps the product 0 whatever x is padded with.
        let product = sumRow(g, line, n) { $0 * (($1 - c) * r) }
        let meanOfProduct = vector(product * share)
        mapRow(g, line, dx + row * n, n) {
            r * (($0 - meanOfG) - (($1 - c) * r) * meanOfProduct)
        }
    }
}
