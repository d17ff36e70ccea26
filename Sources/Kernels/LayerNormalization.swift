/// Layer normalisation of rows, float32 or float64.
///
/// Legend: `x y dx dy: [rows, n]`, `scale shift: [n]`, `mean inverseDeviation: [rows]`.
/// - Source: Ba, Kiros, Hinton, "Layer Normalization", 2016.
public struct LayerNormalization {
    public var type: ElementType
    public var rows: Int
    public var n: Int
    /// Added to the variance.
    public var epsilon: Double
    /// 1 and 0 if nil.
    public var scale: UnsafeRawPointer?
    public var shift: UnsafeRawPointer?

    public init(
        _ type: ElementType, rows: Int, n: Int, epsilon: Double = 1e-5,
        scale: UnsafeRawPointer? = nil, shift: UnsafeRawPointer? = nil
    ) {
        self.type = type
        self.rows = rows
        self.n = n
        self.epsilon = epsilon
        self.scale = scale
        self.shift = shift
    }

    /// `y = (x - mean) · r · scale + shift` with `r = 1 / √(variance + epsilon)`, the variance being
    /// that of the population; writes `mean` and `r` (`inverseDeviation`) for the gradient. `y` may
    /// be `x`.
    public func run(
        _ x: UnsafeRawPointer, to y: UnsafeMutableRawPointer, mean: UnsafeMutableRawPointer,
        inverseDeviation: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            layerRows(self, double(x), double(y), double(mean), double(inverseDeviation))
        } else {
            runFloat32(float(x), float(y), float(mean), float(inverseDeviation))
        }
    }

    /// `dx = r · (g - mean(g) - x̂ · mean(g · x̂))` with `g = dy · scale` and `x̂ = (x - mean) · r`.
    ///
    /// The gradients of scale and shift are `Σ_rows dy · x̂` and `Σ_rows dy`, plain reductions.
    /// `dx` may be `dy`.
    public func gradient(
        _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, mean: UnsafeRawPointer,
        inverseDeviation: UnsafeRawPointer, to dx: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            layerGradientRows(
                self, double(x), double(dy), double(mean), double(inverseDeviation), double(dx))
        } else {
            gradientFloat32(float(x), float(dy), float(mean), float(inverseDeviation), float(dx))
        }
    }
}

private func layerRows(
    _ layer: LayerNormalization, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>,
    _ mean: UnsafeMutablePointer<Double>, _ inverseDeviation: UnsafeMutablePointer<Double>
) {
    let n = layer.n
    let scale = layer.scale.map { double($0) }
    let shift = layer.shift.map { double($0) }
    for row in 0..<layer.rows {
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
        let inverse = 1 / (squares / Double(n) + layer.epsilon).squareRoot()
        mean[row] = center
        inverseDeviation[row] = inverse
        for i in 0..<n {
            let normal = (line[i] - center) * inverse
            target[i] = normal * (scale?[i] ?? 1) + (shift?[i] ?? 0)
        }
    }
}

private func layerGradientRows(
    _ layer: LayerNormalization, _ x: UnsafePointer<Double>, _ dy: UnsafePointer<Double>,
    _ mean: UnsafePointer<Double>, _ inverseDeviation: UnsafePointer<Double>,
    _ dx: UnsafeMutablePointer<Double>
) {
    let n = layer.n
    let scale = layer.scale.map { double($0) }
    for row in 0..<layer.rows {
        let center = mean[row]
        let inverse = inverseDeviation[row]
        var sum = 0.0
        var product = 0.0
        for i in row * n..<(row + 1) * n {
            let g = dy[i] * (scale?[i - row * n] ?? 1)
            sum += g
            product += g * (x[i] - center) * inverse
        }
        for i in row * n..<(row + 1) * n {
            let g = dy[i] * (scale?[i - row * n] ?? 1)
            let normal = (x[i] - center) * inverse
            dx[i] = inverse * (g - (sum + normal * product) / Double(n))
        }
    }
}
