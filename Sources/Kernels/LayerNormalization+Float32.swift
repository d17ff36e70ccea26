import KernelsAVX2
import KernelsBaseline

// Some float32 rows, on the calling thread.

extension LayerNormalization {
    func runFloat32(
        _ rows: Int, _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>,
        _ shift: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
    ) {
        let epsilon = Float(epsilon)
        if usesAVX2 {
            KernelsAVX2.layerNormRows(x, rows, n, epsilon, scale, shift, y)
        } else {
            KernelsBaseline.layerNormRows(x, rows, n, epsilon, scale, shift, y)
        }
    }

    /// `sums: [2, n]` has the gradients of scale and shift so far.
    func gradientFloat32(
        _ rows: Int, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
        _ scale: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
        _ sums: UnsafeMutablePointer<Float>
    ) {
        let epsilon = Float(epsilon)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, 2 * n)) { scratch in
            // Never nil: the capacity is positive.
            let room = scratch.baseAddress.unsafelyUnwrapped
            if usesAVX2 {
                KernelsAVX2.layerNormGradientRows(
                    x, dy, rows, n, epsilon, scale, dx, sums, sums + n, room)
            } else {
                KernelsBaseline.layerNormGradientRows(
                    x, dy, rows, n, epsilon, scale, dx, sums, sums + n, room)
            }
        }
    }
}
