import KernelsAVX2
import KernelsBaseline

// The float32 rows of `Normalization`, in parallel over rows.

extension Normalization {
    private static func cost(_ n: Int) -> Double { 15 + Double(n) * 0.4 }

    /// Scale and shift of one layer, either nil.
    struct Affine {
        let scale: UnsafePointer<Float>?
        let shift: UnsafePointer<Float>?
    }

    /// Where a row's mean and inverse deviation stand.
    struct Statistics {
        let mean: UnsafeMutablePointer<Float>
        let inverseDeviation: UnsafeMutablePointer<Float>
    }

    static func layerFloat32(
        _ x: UnsafePointer<Float>, _ rows: Int, _ n: Int, _ epsilon: Float, _ affine: Affine,
        _ y: UnsafeMutablePointer<Float>, _ statistics: Statistics
    ) {
        ThreadPool.shared.ranges(rows, cost: cost(n)) { start, end in
            let (x, y, count) = (x + start * n, y + start * n, end - start)
            let mean = statistics.mean + start
            let inverse = statistics.inverseDeviation + start
            if usesAVX2 {
                KernelsAVX2.layerNormRows(
                    x, count, n, epsilon, affine.scale, affine.shift, y, mean, inverse)
            } else {
                KernelsBaseline.layerNormRows(
                    x, count, n, epsilon, affine.scale, affine.shift, y, mean, inverse)
            }
        }
    }

    static func layerGradientFloat32(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ rows: Int, _ n: Int,
        _ scale: UnsafePointer<Float>?, _ mean: UnsafePointer<Float>,
        _ inverseDeviation: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>
    ) {
        ThreadPool.shared.ranges(rows, cost: cost(n)) { start, end in
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
