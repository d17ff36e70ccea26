import KernelsAVX2
import KernelsBaseline

extension Reduction {
    /// The float32 reductions that have SIMD kernels; false for the others.
    static func runFloat32(
        _ code: ReductionCode, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        _ layout: AxisLayout
    ) -> Bool {
        false
    }
}
