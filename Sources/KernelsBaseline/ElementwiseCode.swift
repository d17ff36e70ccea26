/// What an elementwise operation does to corresponding elements.
///
/// In a float32 tile program (`TileProgram`) every register holds float32 and Booleans are 0 and 1;
/// in `Elementwise.apply` operands have one type, except the condition of `select`, which is
/// Boolean.
public enum ElementwiseCode: UInt8, CaseIterable, Sendable {
    // One operand. Those from `sqrt` to `softplus` are defined for floats only.
    case copy, negate, abs, sign, square, relu, floor, ceil, round, not
    case sqrt, reciprocal, exp, expm1, log, log1p, sin, cos, tan, tanh, sigmoid, erf, softplus
    // Two operands of one type. `divide` of integers is `floorDivide`: the language casts before it
    // divides.
    case add, subtract, multiply, divide, power, maximum, minimum, floorDivide, remainder
    // Two operands, Boolean result.
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, and, or
    /// `a ? b : c`; `a` is Boolean (in a tile program: not 0).
    case select

    /// How many operands it reads: 1, 2 or 3.
    public var arity: Int {
        if self == .select { return 3 }
        return rawValue >= ElementwiseCode.add.rawValue ? 2 : 1
    }

    /// Whether the result is Boolean whatever the operands are.
    public var isPredicate: Bool {
        self == .not || (rawValue >= ElementwiseCode.equal.rawValue && self != .select)
    }
}
