import Glibc

/// Softmax and its relatives along the middle axis of `[outer, length, inner]`, float32 or float64.
///
/// The maximum is subtracted first, so no logit overflows. An axis of length 0 has no elements to
/// write; its `logSumExp` is -inf.
public enum Softmax {
    /// `y = exp(x) / Σ exp(x)`, or `y = x - log Σ exp(x)` if `log`. `y` may be `x`.
    public static func run(
        _ x: UnsafeRawPointer, _ type: ElementType, _ layout: AxisLayout, log: Bool,
        to y: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            forEachLine(layout) { base, stride in
                softmaxLine(double(x) + base, double(y) + base, layout.length, stride, log)
            }
            return
        }
        if layout.inner == 1 {
            runRows(float(x), float(y), layout.outer, layout.length, log: log)
            return
        }
        forEachLine(layout) { base, stride in
            softmaxLine(float(x) + base, float(y) + base, layout.length, stride, log)
        }
    }

    /// The gradient of x from that of the result: `dx = y·(dy - Σ dy·y)`, or `dx = dy - exp(y)·Σ
    /// dy` if `log`, `y` being the result. `dx` may be `dy` or `y`.
    public static func gradient(
        _ y: UnsafeRawPointer, _ dy: UnsafeRawPointer, _ type: ElementType, _ layout: AxisLayout,
        log: Bool, to dx: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            forEachLine(layout) { base, stride in
                gradientLine(
                    double(y) + base, double(dy) + base, double(dx) + base, layout.length, stride,
                    log)
            }
            return
        }
        if layout.inner == 1 {
            gradientRows(float(y), float(dy), float(dx), layout.outer, layout.length, log: log)
            return
        }
        forEachLine(layout) { base, stride in
            gradientLine(
                float(y) + base, float(dy) + base, float(dx) + base, layout.length, stride, log)
        }
    }

    /// `y: [outer, inner] = log Σ exp(x)`.
    public static func logSumExp(
        _ x: UnsafeRawPointer, _ type: ElementType, _ layout: AxisLayout,
        to y: UnsafeMutableRawPointer
    ) {
        if type == .float32, layout.inner == 1 {
            logSumExpRows(float(x), float(y), layout.outer, layout.length)
            return
        }
        var line = 0
        forEachLine(layout) { base, stride in
            if type == .float64 {
                let (maximum, sum) = sumExp(double(x) + base, layout.length, stride)
                double(y)[line] = logTotal(maximum, sum)
            } else {
                let (maximum, sum) = sumExp(float(x) + base, layout.length, stride)
                float(y)[line] = Float(logTotal(maximum, sum))
            }
            line += 1
        }
    }

    /// `losses[r] = logSumExp(x[r, :]) - x[r, labels[r]]` and, if asked for, its gradient
    /// `softmax(x[r, :]) - oneHot(labels[r])`; `x`, `gradient: [rows, classes]`.
    /// - Precondition: labels are in `0..<classes`; `gradient` may be `x`.
    public static func crossEntropy(
        _ x: UnsafeRawPointer, _ type: ElementType, rows: Int, classes: Int,
        labels: UnsafePointer<Int64>, losses: UnsafeMutableRawPointer,
        gradient: UnsafeMutableRawPointer?
    ) {
        guard classes > 0 else { return }
        if type == .float32 {
            crossEntropyRows(
                float(x), labels, float(losses), gradient.map { float($0) }, rows, classes)
            return
        }
        for row in 0..<rows {
            let label = max(0, min(classes - 1, Int(labels[row])))
            crossEntropyLine(
                double(x) + row * classes, classes, label, double(losses) + row,
                gradient.map { double($0) + row * classes })
        }
    }
}

@inline(__always)
func float(_ pointer: UnsafeRawPointer) -> UnsafePointer<Float> {
    pointer.assumingMemoryBound(to: Float.self)
}

@inline(__always)
func float(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Float> {
    pointer.assumingMemoryBound(to: Float.self)
}

@inline(__always)
func double(_ pointer: UnsafeRawPointer) -> UnsafePointer<Double> {
    pointer.assumingMemoryBound(to: Double.self)
}

@inline(__always)
func double(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Double> {
    pointer.assumingMemoryBound(to: Double.self)
}

/// Calls `body` with the offset of each line's first element and the distance between its elements.
@inline(__always)
private func forEachLine(_ layout: AxisLayout, _ body: (Int, Int) -> Void) {
    for outer in 0..<layout.outer {
        for i in 0..<layout.inner {
            body(outer * layout.length * layout.inner + i, layout.inner)
        }
    }
}

/// The maximum and Σ exp(x - maximum); the maximum is 0 where it is infinite or nothing.
@inline(__always)
private func sumExp<T: BinaryFloatingPoint>(
    _ x: UnsafePointer<T>, _ n: Int, _ stride: Int
) -> (maximum: Double, sum: Double) {
    var maximum = -Double.infinity
    for index in 0..<n { maximum = max(maximum, Double(x[index * stride])) }
    if !maximum.isFinite { maximum = 0 }
    var sum = 0.0
    for index in 0..<n { sum += exp(Double(x[index * stride]) - maximum) }
    return (maximum, sum)
}

private func logTotal(_ maximum: Double, _ sum: Double) -> Double { maximum + log(sum) }

@inline(__always)
private func softmaxLine<T: BinaryFloatingPoint>(
    _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>, _ n: Int, _ stride: Int, _ isLog: Bool
) {
    let (maximum, sum) = sumExp(x, n, stride)
    let total = log(sum)
    for index in 0..<n {
        let shifted = Double(x[index * stride]) - maximum
        y[index * stride] = T(isLog ? shifted - total : exp(shifted) / sum)
    }
}

@inline(__always)
private func gradientLine<T: BinaryFloatingPoint>(
    _ y: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>, _ n: Int,
    _ stride: Int, _ isLog: Bool
) {
    var sum = 0.0
    for index in 0..<n {
        let cotangent = Double(dy[index * stride])
        sum += isLog ? cotangent : cotangent * Double(y[index * stride])
    }
    for index in 0..<n {
        let value = Double(y[index * stride])
        let cotangent = Double(dy[index * stride])
        dx[index * stride] = T(isLog ? cotangent - exp(value) * sum : value * (cotangent - sum))
    }
}

private func crossEntropyLine(
    _ x: UnsafePointer<Double>, _ n: Int, _ label: Int, _ loss: UnsafeMutablePointer<Double>,
    _ gradient: UnsafeMutablePointer<Double>?
) {
    let (maximum, sum) = sumExp(x, n, 1)
    loss[0] = (maximum - x[label]) + log(sum)
    guard let gradient else { return }
    for index in 0..<n { gradient[index] = exp(x[index] - maximum) / sum }
    gradient[label] -= 1
}
