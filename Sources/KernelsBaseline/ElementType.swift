/// The type of the elements of a buffer. The order is the order of promotion.
public enum ElementType: UInt8, CaseIterable, Sendable {
    case bool, uint8, int32, int64, float32, float64

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .bool, .uint8: 1
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }
}
