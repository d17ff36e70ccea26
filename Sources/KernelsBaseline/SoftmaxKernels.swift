import Glibc

/// The maximum of a row, 0 where that is infinite (so that x - maximum is not NaN for equal
/// infinities).
@inline(__always)
private func finiteMaximum(_ x: UnsafePointer<Float>, _ n: Int) -> Float {
    let maximum = extremeOfRow(x, n, padding: -.infinity) { choose($0 .> $1, $0, $1) }
    return maximum.isFinite ? maximum : 0
}

/// `y = exp(x) / Σ exp(x)` for each of `rows` rows of `n`; `y` may be `x`.
public func softmaxRows(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ n: Int
) {
    for row in 0..<rows {
        let line = x + row * n
        let target = y + row * n
        let maximum = vector(finiteMaximum(line, n))
        let sum = mapRow(line, target, n, padding: -.infinity) { exponential($0 - maximum) }
        let scale = vector(1 / sum)
        mapRow(target, target, n) { $0 * scale }
    }
}

/// log Σ exp(x) of a row.
@inline(__always)
private func logTotal(_ x: UnsafePointer<Float>, _ n: Int) -> (maximum: Float, logSum: Float) {
    let maximum = finiteMaximum(x, n)
    let shift = vector(maximum)
    let sum = sumMapped(x, n, padding: -.infinity) { exponential($0 - shift) }
    return (maximum, Float(log(Double(sum))))
}

/// `y = x - log Σ exp(x)`; `y` may be `x`.
public func logSoftmaxRows(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ n: Int
) {
    for row in 0..<rows {
        let (maximum, logSum) = logTotal(x + row * n, n)
        let (shift, total) = (vector(maximum), vector(logSum))
        mapRow(x + row * n, y + row * n, n) { ($0 - shift) - total }
    }
}

/// `y[r] = log Σ exp(x[r, :])`.
public func logSumExpRows(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ n: Int
) {
    for row in 0..<rows {
        let (maximum, logSum) = logTotal(x + row * n, n)
        y[row] = maximum + logSum
    }
}

/// `dx = y·(dy - Σ dy·y)`; `dx` may be `dy` or `y`.
public func softmaxGradientRows(
    _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ rows: Int, _ n: Int
) {
    for row in 0..<rows {
        let start = row * n
        let sum = vector(sumRow(y + start, dy + start, n) { $0 * $1 })
        mapRow(y + start, dy + start, dx + start, n) { $0 * ($1 - sum) }
    }
}

/// `dx = dy - exp(y)·Σ dy`; `dx` may be `dy` or `y`.
public func logSoftmaxGradientRows(
    _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ rows: Int, _ n: Int
) {
    for row in 0..<rows {
        let start = row * n
        let sum = vector(sumRow(dy + start, n) { $0 })
        mapRow(y + start, dy + start, dx + start, n) { $1 - exponential($0) * sum }
    }
}

/// `losses[r] = log Σ exp(x[r, :]) - x[r, labels[r]]`, and `gradient = softmax(x) - oneHot(labels)`
/// unless nil; `gradient` may be `x`. Labels are clamped to the classes, which callers have
/// checked.
public func crossEntropyRows(
    _ x: UnsafePointer<Float>, _ labels: UnsafePointer<Int64>,
    _ losses: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?, _ rows: Int,
    _ n: Int
) {
    for row in 0..<rows {
        let line = x + row * n
        let label = max(0, min(n - 1, Int(labels[row])))
        let chosen = line[label]
        guard let gradient else {
            let (maximum, logSum) = logTotal(line, n)
            losses[row] = (maximum - chosen) + logSum
            continue
        }
        let target = gradient + row * n
        let maximum = finiteMaximum(line, n)
        let shift = vector(maximum)
        let sum = mapRow(line, target, n, padding: -.infinity) { exponential($0 - shift) }
        losses[row] = (maximum - chosen) + Float(log(Double(sum)))
        let scale = vector(1 / sum)
        mapRow(target, target, n) { $0 * scale }
        target[label] -= 1
    }
}
