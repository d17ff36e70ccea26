import KernelsAVX2
import KernelsBaseline

/// What becomes of the elements along an axis.
public enum ReductionCode: UInt8, CaseIterable, Sendable {
    case sum, product, maximum, minimum, all, any, argmax, argmin
}

/// Reductions of one axis (or of several adjacent ones taken as one).
///
/// Results do not depend on the number of threads: the work is split by shape alone and joined in
/// a fixed order.
public enum Reduction {
    /// The type of the result: sums and products of integers and Booleans are int64.
    public static func resultType(_ code: ReductionCode, _ type: ElementType) -> ElementType {
        switch code {
        case .sum, .product: type == .float32 || type == .float64 ? type : .int64
        case .maximum, .minimum: type
        case .all, .any: .bool
        case .argmax, .argmin: .int64
        }
    }

    /// `y: [outer, inner] = code(x: [outer, length, inner])`, `y` of `resultType(code, type)`.
    ///
    /// NaN wins `maximum`, `minimum`, `argmax` and `argmin`, as in NumPy; among equals the first
    /// index wins. Over nothing: sum 0, product 1, all true, any false; the extremes are then the
    /// type's lowest or highest number and index 0, which callers refuse before.
    public static func run(
        _ code: ReductionCode, _ type: ElementType, _ x: UnsafeRawPointer,
        to y: UnsafeMutableRawPointer, _ layout: AxisLayout
    ) {
        guard layout.resultCount > 0 else { return }
        if type == .float32, runFloat32(code, x, y, layout) { return }
        switch type {
        case .bool, .uint8: reduceInteger(UInt8.self, code, x, y, layout)
        case .int32: reduceInteger(Int32.self, code, x, y, layout)
        case .int64: reduceInteger(Int64.self, code, x, y, layout)
        case .float32: reduceFloat(Float.self, code, x, y, layout)
        case .float64: reduceFloat(Double.self, code, x, y, layout)
        }
    }
}
