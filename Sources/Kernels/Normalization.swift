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
            layerRows(
                float(x), rows, n, epsilon, scale.map { float($0) }, shift.map { float($0) },
                float(y), float(mean), float(inverseDeviation))
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
            layerGradientRows(
                float(x), float(dy), rows, n, scale.map { float($0) }, float(mean),
                float(inverseDeviation), float(dx))
        }
    }
}

@inline(__always)
private func layerRows<T: BinaryFloatingPoint>(
    _ x: UnsafePointer<T>, _ rows: Int, _ n: Int, _ epsilon: Double, _ scale: UnsafePointer<T>?,
    _ shift: UnsafePointer<T>?, _ y: UnsafeMutablePointer<T>, _ mean: UnsafeMutablePointer<T>,
    _ inverseDeviation: UnsafeMutablePointer<T>
) {
    for row in 0..<rows {
        let line = x + row * n
        let target = y + row * n
        var sum = 0.0
        for i in 0..<n { sum += Double(line[i]) }
        let center = sum / Double(n)
        var squares = 0.0
        for i in 0..<n {
            let difference = Double(line[i]) - center
            squares += difference * difference
        }
        let inverse = 1 / (squares / Double(n) + epsilon).squareRoot()
        mean[row] = T(center)
        inverseDeviation[row] = T(inverse)
        for i in 0..<n {
            let normal = (Double(line[i]) - center) * inverse
            target[i] = T(normal * Double(scale?[i] ?? 1) + Double(shift?[i] ?? 0))
        }
    }
}

@inline(__always)
private func layerGradientRows<T: BinaryFloatingPoint>(
    _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ rows: Int, _ n: Int,
    _ scale: UnsafePointer<T>?, _ mean: UnsafePointer<T>, _ inverseDeviation: UnsafePointer<T>,
    _ dx: UnsafeMutablePointer<T>
) {
    for row in 0..<rows {
        let center = Double(mean[row])
        let inverse = Double(inverseDeviation[row])
        var sum = 0.0
        var product = 0.0
        for i in 0..<n {
            let g = Double(dy[row * n + i]) * Double(scale?[i] ?? 1)
            sum += g
            product += g * (Double(x[row * n + i]) - center) * inverse
        }
        for i in 0..<n {
            let g = Double(dy[row * n + i]) * Double(scale?[i] ?? 1)
            let normal = (Double(x[row * n + i]) - center) * inverse
            dx[row * n + i] = T(inverse * (g - (sum + normal * product) / Double(n)))
        }
    }
}
