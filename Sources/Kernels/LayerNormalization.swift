/// Layer normalisation of rows, float32 or float64.
///
/// Legend: `x y dx dy: [rows, n]`, `scale shift dScale dShift: [n]`.
/// - Source: Ba, Kiros, Hinton, "Layer Normalization", 2016.
public struct LayerNormalization: Sendable {
    public var type: ElementType
    public var rows: Int
    public var n: Int
    /// Added to the variance.
    public var epsilon: Double

    public init(_ type: ElementType, rows: Int, n: Int, epsilon: Double) {
        self.type = type
        self.rows = rows
        self.n = n
        self.epsilon = epsilon
    }

    /// `y = (x - mean) · r · scale + shift` with `r = 1 / √(variance + epsilon)`, the variance being
    /// that of the population. `y` may be `x`.
    public func run(
        _ x: UnsafeRawPointer, scale: UnsafeRawPointer, shift: UnsafeRawPointer,
        to y: UnsafeMutableRawPointer
    ) {
        ThreadPool.shared.ranges(rows, cost: cost) { start, end in
            let place = start * n
            if type == .float64 {
                layerRows(
                    self, end - start, double(x) + place, double(scale), double(shift),
                    double(y) + place)
            } else {
                runFloat32(
                    end - start, float(x) + place, float(scale), float(shift), float(y) + place)
            }
        }
    }

    /// Rows whose parts of dScale and dShift are added in the type of the elements.
    private static let blockRows = 64

    /// Elements of scratch that `gradient` needs: a sum for each block of rows.
    public var scratchCount: Int { blocks * 2 * n }
    private var blocks: Int { (rows + Self.blockRows - 1) / Self.blockRows }

    /// `dx = r · (g - mean(g) - x̂ · mean(g · x̂))` with `g = dy · scale` and `x̂ = (x - mean) · r`,
    /// `dScale = Σ_rows dy · x̂`, `dShift = Σ_rows dy`. Mean and r are computed again, which costs
    /// less than keeping them.
    /// - Parameter scratch: room for `scratchCount` elements. `dx` may be `dy`.
    public func gradient(
        _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer, scale: UnsafeRawPointer,
        to dx: UnsafeMutableRawPointer, dScale: UnsafeMutableRawPointer,
        dShift: UnsafeMutableRawPointer, scratch: UnsafeMutableRawPointer
    ) {
        scratch.initializeMemory(as: UInt8.self, repeating: 0, count: scratchCount * type.size)
        let cost = 2 * cost * Double(Self.blockRows)
        ThreadPool.shared.ranges(blocks, cost: cost) { start, end in
            for block in start..<end {
                let first = block * Self.blockRows
                let count = min(Self.blockRows, rows - first)
                if type == .float64 {
                    let sums = double(scratch) + block * 2 * n
                    layerGradientRows(
                        self, count, double(x) + first * n, double(dy) + first * n, double(scale),
                        double(dx) + first * n, sums)
                } else {
                    let sums = float(scratch) + block * 2 * n
                    gradientFloat32(
                        count, float(x) + first * n, float(dy) + first * n, float(scale),
                        float(dx) + first * n, sums)
                }
            }
        }
        if type == .float64 {
            joinSums(double(scratch), double(dScale), double(dShift))
        } else {
            joinSums(float(scratch), float(dScale), float(dShift))
        }
    }

    /// Adds the blocks up in their order, in float64.
    private func joinSums<T: BinaryFloatingPoint>(
        _ scratch: UnsafePointer<T>, _ dScale: UnsafeMutablePointer<T>,
        _ dShift: UnsafeMutablePointer<T>
    ) {
        for (part, target) in [dScale, dShift].enumerated() {
            for i in 0..<n {
                var total = 0.0
                for block in 0..<blocks { total += Double(scratch[(2 * block + part) * n + i]) }
                target[i] = T(total)
            }
        }
    }

    /// Nanoseconds for a row, about.
    private var cost: Double { 15 + Double(n) * 0.4 }
}

private func layerRows(
    _ layer: LayerNormalization, _ rows: Int, _ x: UnsafePointer<Double>,
    _ scale: UnsafePointer<Double>, _ shift: UnsafePointer<Double>,
    _ y: UnsafeMutablePointer<Double>
) {
    for row in 0..<rows {
        let (line, target) = (x + row * layer.n, y + row * layer.n)
        let (center, inverse) = statistics(line, layer)
        for i in 0..<layer.n { target[i] = (line[i] - center) * inverse * scale[i] + shift[i] }
    }
}

/// `sums: [2, n]` has those of scale and shift so far.
private func layerGradientRows(
    _ layer: LayerNormalization, _ rows: Int, _ x: UnsafePointer<Double>,
    _ dy: UnsafePointer<Double>, _ scale: UnsafePointer<Double>, _ dx: UnsafeMutablePointer<Double>,
    _ sums: UnsafeMutablePointer<Double>
) {
    let n = layer.n
    for row in 0..<rows {
        let (line, slopes, target) = (x + row * n, dy + row * n, dx + row * n)
        let (center, inverse) = statistics(line, layer)
        var sum = 0.0
        var product = 0.0
        for i in 0..<n {
            let normal = (line[i] - center) * inverse
            sum += slopes[i] * scale[i]
            product += slopes[i] * scale[i] * normal
            sums[i] += slopes[i] * normal
            sums[n + i] += slopes[i]
        }
        for i in 0..<n {
            let normal = (line[i] - center) * inverse
            target[i] = inverse * (slopes[i] * scale[i] - (sum + normal * product) / Double(n))
        }
    }
}

private func statistics(
    _ x: UnsafePointer<Double>, _ layer: LayerNormalization
) -> (mean: Double, inverseDeviation: Double) {
    var sum = 0.0
    for i in 0..<layer.n { sum += x[i] }
    let center = sum / Double(layer.n)
    var squares = 0.0
    for i in 0..<layer.n { squares += (x[i] - center) * (x[i] - center) }
    return (center, 1 / (squares / Double(layer.n) + layer.epsilon).squareRoot())
}
