/// What a tile instruction computes: one operation, or a chain of several whose intermediate values
/// stay in the processor's registers.
///
/// A chain rounds after each of its operations, so it gives the bits of the operations one by one;
/// it saves their passes over memory. Which expressions they stand for is written beside each case,
/// in the order of evaluation; `Autodiff` finds them in recorded expressions.
public enum TileChain: UInt8, CaseIterable, Sendable {
    /// One operation: the instruction's `code`.
    case single
    /// a·b + c·d
    case productPlusProduct
    /// a·b + c·d²
    case productPlusScaledSquare
    /// a·b - c·d
    case productMinusProduct
    /// a - b·c / d
    case minusQuotient
    /// √(a·b) + c
    case rootOfProductPlus
    /// √a + b
    case rootPlus
    /// a·b + c
    case productPlus
    /// a·b - c
    case productMinus
    /// a - b·c
    case minusProduct
    /// a·b·c
    case productTimes
    /// a·b / c
    case productOver
    /// (a + b)·c
    case sumTimes
    /// (a - b)·c
    case differenceTimes
    /// (a - b) / c
    case differenceOver
    /// a + b + c
    case sumPlus
    /// a·b²
    case scaledSquare
    /// (a - b)²
    case squaredDifference
    /// relu(a + b)
    case reluOfSum
    /// a > b ? c : d, the gradient of relu
    case selectGreater
    /// a·(b·(c - b)), the gradient of sigmoid with c = 1
    case logisticSlope
    /// a·(b - c²), the gradient of tanh with b = 1
    case tangentSlope

    /// How many operands it reads, if it is a chain.
    var operandCount: Int {
        switch self {
        case .productPlusProduct, .productPlusScaledSquare, .productMinusProduct, .minusQuotient,
            .selectGreater:
            4
        case .rootPlus, .scaledSquare, .squaredDifference, .reluOfSum: 2
        default: 3
        }
    }
}
