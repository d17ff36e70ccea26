/// The type of a tensor's elements. The order is the order of promotion: two tensors meet at the
/// later one.
public enum DType: UInt8, Sendable, Hashable, CaseIterable, Comparable {
    case bool, uint8, int32, int64, float32, float64

    /// The name in the language.
    public var name: String {
        switch self {
        case .bool: "bool"
        case .uint8: "uint8"
        case .int32: "int32"
        case .int64: "int64"
        case .float32: "float32"
        case .float64: "float64"
        }
    }

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .bool, .uint8: 1
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    public var isFloat: Bool { self >= .float32 }
    public var isInteger: Bool { self != .bool && self < .float32 }

    /// Where two tensors of these types meet.
    public static func promoted(_ left: DType, _ right: DType) -> DType { max(left, right) }

    public static func < (left: DType, right: DType) -> Bool { left.rawValue < right.rawValue }
}
