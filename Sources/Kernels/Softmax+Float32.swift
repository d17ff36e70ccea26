import KernelsAVX2
import KernelsBaseline

// The float32 rows (inner size 1) of `Softmax`, in parallel over rows.

extension Softmax {
    /// Nanoseconds for a row of n elements, about.
    private static func cost(_ n: Int) -> Double { 15 + Double(n) * 0.6 }

    static func runRows(
        _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ n: Int,
        log: Bool
    ) {
        ThreadPool.shared.ranges(rows, cost: cost(n)) { start, end in
            let (x, y, count) = (x + start * n, y + start * n, end - start)
            switch (log, usesAVX2) {
            case (false, true): KernelsAVX2.softmaxRows(x, y, count, n)
            case (false, false): KernelsBaseline.softmaxRows(x, y, count, n)
            case (true, true): KernelsAVX2.logSoftmaxRows(x, y, count, n)
            case (true, false): KernelsBaseline.logSoftmaxRows(x, y, count, n)
            }
        }
    }

    static func gradientRows(
        _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
        _ rows: Int, _ n: Int, log: Bool
    ) {
        ThreadPool.shared.ranges(rows, cost: cost(n)) { start, end in
            let offset = start * n
            let (y, dy, dx, count) = (y + offset, dy + offset, dx + offset, end - start)
            switch (log, usesAVX2) {
            case (false, true): KernelsAVX2.softmaxGradientRows(y, dy, dx, count, n)
            case (false, false): KernelsBaseline.softmaxGradientRows(y, dy, dx, count, n)
            case (true, true): KernelsAVX2.logSoftmaxGradientRows(y, dy, dx, count, n)
            case (true, false): KernelsBaseline.logSoftmaxGradientRows(y, dy, dx, count, n)
            }
        }
    }

    static func logSumExpRows(
        _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ n: Int
    ) {
        ThreadPool.shared.ranges(rows, cost: cost(n)) { start, end in
            if usesAVX2 {
                KernelsAVX2.logSumExpRows(x + start * n, y + start, end - start, n)
            } else {
                KernelsBaseline.logSumExpRows(x + start * n, y + start, end - start, n)
            }
        }
    }

    static func crossEntropyRows(
        _ x: UnsafePointer<Float>, _ labels: UnsafePointer<Int64>,
        _ losses: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>?,
        _ rows: Int, _ n: Int
    ) {
        ThreadPool.shared.ranges(rows, cost: cost(n)) { start, end in
            let (x, labels, losses) = (x + start * n, labels + start, losses + start)
            let gradient = gradient.map { $0 + start * n }
            if usesAVX2 {
                KernelsAVX2.crossEntropyRows(x, labels, losses, gradient, end - start, n)
            } else {
                KernelsBaseline.crossEntropyRows(x, labels, losses, gradient, end - start, n)
            }
        }
    }
}
