/// Layer normalisation of rows, float32 or float64.
///
/// Legend: `x y dx dy: [rows, n]`, `scale shift: [n]`, `mean deviation: [rows]`.
/// - Source: Ba, Kiros, Hinton, "Layer Normalization", 2016.
public enum Normalization {
    /// `y = (x - mean) · r · scale + shift` with `r = 1 / √(variance + epsilon)`, the variance being that
    /// of the population; writes `mean` and `r` (`inverseDeviation`) for the gradient.
    /// - Parameter scale, shift: 1 and 0 if nil. `y` may be `x`.
    public static func layer(
        _ x: UnsafeRawPointer, _ type: ElementType, rows: Int, n: Int, epsilon: Double,
        scale: UnsafeRawPointer?, shift: UnsafeRawPointer?, to y: UnsafeMutableRawPointer,
        mean: UnsafeMutableRawPointer, inverseDeviation: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            layerRows(
                double(x), rows, n, epsilon, scale.map { double($0) }, shift.map { double($0) },
                double(y), double(mean), double(inverseDeviation))
        } else {
            layerFloat32(
                float(x), rows, n, Float(epsilon),
                Affine(scale: scale.map { float($0) }, shift: shift.map { float($0) }), float(y),
                Statistics(mean: float(mean), inverseDeviation: float(inverseDeviation)))
        }
    }

    /// `dx = r · (g - mean(g) - x̂ · mean(g · x̂))` with `g = dy · scale` and `x̂ = (x - mean) · r`.
    ///
    /// The gradients of scale and shift are `Σ_rows dy · x̂` and `Σ_rows dy`, plain reductions.
    /// `dx` may be `dy`.
    public static func layerGradient(
        _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, _ type: ElementType, rows: Int, n: Int,
        scale: UnsafeRawPointer?, mean: UnsafeRawPointer, inverseDeviation: UnsafeRawPointer,
        to dx: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            layerGradientRows(
                double(x), double(dy), rows, n, scale.map { double($0) }, double(mean),
                double(inverseDeviation), double(dx))
        } else {
            layerGradientFloat32(
                float(x), float(dy), rows, n, scale.map { float($0) }, float(mean),
                float(inverseDeviation), float(dx))
        }
    }
}

private func layerRows(
    _ x: UnsafePointer<Double>, _ rows: Int, _ n: Int, _ epsilon: Double, _ scale: UnsafePointer<Double>?,
    _ shift: UnsafePointer<Double>?, _ y: UnsafeMutablePointer<Double>, _ mean: UnsafeMutablePointer<Double>,
    _ inverseDeviation: UnsafeMutablePointer<Double>
) {
    for row in 0..<rows {
        let line = x + row * n
        let target = y + row * n
        var sum = 0.0
        for i in 0..<n { sum += line[i] }
        let center = sum / Double(n)
        var squares = 0.0
        for i in 0..<n {
            let difference = line[i] - center
            squares += difference * difference
        }
        let inverse = 1 / (squares / Double(n) + epsilon).squareRoot()
        mean[row] = center
        inverseDeviation[row] = inverse
        for i in 0..<n {
            let normal = (line[i] - center) * inverse
            target[i] = normal * (scale?[i] ?? 1) + (shift?[i] ?? 0)
        }
    }
}

private func layerGradientRows(
    _ x: UnsafePointer<Double>, _ dy: UnsafePointer<Double>, _ rows: Int, _ n: Int,
    _ scale: UnsafePointer<Double>?, _ mean: UnsafePointer<Double>, _ inverseDeviation: UnsafePointer<Double>,
    _ dx: UnsafeMutablePointer<Double>
) {
    for row in 0..<rows {
        let center = mean[row]
        let inverse = inverseDeviation[row]
        var sum = 0.0
        var product = 0.0
        for i in 0..<n {
            let g = dy[row * n + i] * (scale?[i] ?? 1)
            sum += g
            product += g * (x[row * n + i] - center) * inverse
        }
        for i in 0..<n {
            let g = dy[row * n + i] * (scale?[i] ?? 1)
            let normal = (x[row * n + i] - center) * inverse
            dx[row * n + i] = inverse * (g - (sum + normal * product) / Double(n))
        }
    }
}
