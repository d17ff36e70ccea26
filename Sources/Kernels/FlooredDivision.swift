/// `//` and `%` of floats as Python has them: the remainder has the sign of the divisor, and is exact.
public enum FlooredDivision {
    /// What is left of `x` by a whole number of times `y`.
    public static func remainder(_ x: Double, _ y: Double) -> Double {
        let remainder = x.truncatingRemainder(dividingBy: y)
        if remainder == 0 { return Double(signOf: y, magnitudeOf: 0) }
        return (remainder < 0) == (y < 0) ? remainder : remainder + y
    }

    /// The greatest whole number not above `x / y`; of 0 and infinity as `/` gives it.
    public static func quotient(_ x: Double, _ y: Double) -> Double {
        if y == 0 || !x.isFinite { return (x / y).rounded(.down) }
        let remainder = x.truncatingRemainder(dividingBy: y)
        let truncated = ((x - remainder) / y).rounded(.toNearestOrEven)
        let isAbove = remainder != 0 && (remainder < 0) != (y < 0)
        let floored = isAbove ? truncated - 1 : truncated
        return floored == 0 ? Double(signOf: x / y, magnitudeOf: 0) : floored
    }
}
