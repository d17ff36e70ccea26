import KernelsAVX2
import KernelsBaseline

// The float32 rows, in parallel.

extension LayerNormalization {
    /// Nanoseconds for a row, about.
    private var cost: Double { 15 + Double(n) * 0.4 }

    func runFloat32(
        _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
        _ mean: UnsafeMutablePointer<Float>, _ inverseDeviation: UnsafeMutablePointer<Float>
    ) {
        let scale = scale.map { float($0) }
        let shift = shift.map { float($0) }
        let epsilon = Float(epsilon)
        ThreadPool.shared.ranges(rows, cost: cost) { start, end in
            let (x, y, count) = (x + start * n, y + start * n, end - start)
            let (mean, inverse) = (mean + start, inverseDeviation + start)
            if usesAVX2 {
                KernelsAVX2.layerNormRows(x, count, n, epsilon, scale, shift, y, mean, inverse)
            } else {
                KernelsBaseline.layerNormRows(x, count, n, epsilon, scale, shift, y, mean, inverse)
            }
        }
    }

    func gradientFloat32(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ mean: UnsafePointer<Float>,
        _ inverseDeviation: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>
    ) {
        let scale = scale.map { float($0) }
        ThreadPool.shared.ranges(rows, cost: cost) { start, end in
            let (x, dy, dx, count) = (x + start * n, dy + start * n, dx + start * n, end - start)
            let (mean, inverse) = (mean + start, inverseDeviation + start)
            withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, n)) { scratch in
                // Never nil: the capacity is positive.
                let g = scratch.baseAddress.unsafelyUnwrapped
                if usesAVX2 {
                    KernelsAVX2.layerNormGradientRows(x, dy, count, n, scale, mean, inverse, dx, g)
                } else {
                    KernelsBaseline.layerNormGradientRows(
                        x, dy, count, n, scale, mean, inverse, dx, g)
                }
            }
        }
    }
}
