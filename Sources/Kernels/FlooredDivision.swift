/// `//` and `%` of floats as Python has them: the remainder has the sign of the divisor, and is exact.
public enum FlooredDivision {
    /// What is left of `x` by a whole number of times `y`.
    public static func remainder(_ x: Double, _ y: Double) -> Double {
        let remainder = x.truncatingRemainder(dividingBy: y)
        if remainder == 0 { return Double(signOf: y, magnitudeOf: 0) }
        return (remainder < 0) == (y < 0) ? remainder : remainder + y
    }

    /// The greatest whole number not above `x / y`; of 0 and infinity as `/` gives it.
    /// - Source: CPython's `float.__floordiv__`, to the last digit.
    public static func quotient(_ x: Double, _ y: Double) -> Double {
        if y == 0 || !x.isFinite { return (x / y).rounded(.down) }
        let remainder = x.truncatingRemainder(dividingBy: y)
        let isAbove = remainder != 0 && (remainder < 0) != (y < 0)
        // Whole but for rounding.
        let whole = (x - remainder) / y - (isAbove ? 1 : 0)
        if whole == 0 { return Double(signOf: x / y, magnitudeOf: 0) }
        let floored = whole.rounded(.down)
        return whole - floored > 0.5 ? floored + 1 : floored
    }
}
