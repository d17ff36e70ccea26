/// One number or truth value: what an element of a tensor reads as, and what a scalar beside a
/// tensor is.
public enum ScalarValue: Hashable, Sendable {
    case int(Int)
    case float(Double)
    case bool(Bool)

    /// The value as a Double; `true` is 1.
    public var double: Double {
        switch self {
        case .int(let value): Double(value)
        case .float(let value): value
        case .bool(let value): value ? 1 : 0
        }
    }

    /// The value as an Int: truncated towards zero, saturated, nan gives 0, `true` is 1.
    public var int: Int {
        switch self {
        case .int(let value): value
        case .float(let value): saturatedInt(value)
        case .bool(let value): value ? 1 : 0
        }
    }

    /// Whether the value is not zero.
    public var bool: Bool {
        switch self {
        case .int(let value): value != 0
        case .float(let value): value != 0
        case .bool(let value): value
        }
    }
}

/// `value` towards zero, within Int's range; nan gives 0: the rule of `cast`.
public func saturatedInt(_ value: Double) -> Int {
    if value.isNaN { return 0 }
    // 2^63 is the least Double above Int.max, -2^63 is Int.min itself.
    if value >= 0x1p63 { return .max }
    if value <= -0x1p63 { return .min }
    return Int(value)
}

extension DType {
    /// The least and greatest Int that an element can hold; `nil` for floats, which hold every Int
    /// approximately.
    public var intRange: ClosedRange<Int>? {
        switch self {
        case .bool: 0...1
        case .uint8: 0...255
        case .int32: Int(Int32.min)...Int(Int32.max)
        case .int64: Int.min...Int.max
        case .float32, .float64: nil
        }
    }
}
