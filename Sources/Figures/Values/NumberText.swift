/// Numbers as people write them in print: true minus signs, powers of ten with raised digits.
enum NumberText {
    /// U+2212, as wide as a digit, unlike the hyphen.
    static let minus = "\u{2212}"

    /// A number with a fixed count of decimals.
    static func fixed(_ value: Double, decimals: Int, minus: String = NumberText.minus) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? minus + "inf" : "inf" }
        let places = min(max(decimals, 0), 15)
        let scale = powerOfTen(places)
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 9e15 else { return exponent(value, digits: 3) }
        let digits = String(Int64(scaled))
        let sign = value < 0 && scaled > 0 ? minus : ""
        guard places > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return sign + padded.dropLast(places) + "." + padded.suffix(places)
    }

    /// A number with at most `digits` significant digits and no trailing zeros.
    static func short(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return fixed(value, decimals: 0) }
        guard value != 0 else { return "0" }
        let size = magnitude(of: value)
        if value.magnitude >= 1e6 || value.magnitude < 1e-4 {
            return exponent(value, digits: digits)
        }
        return trimmed(fixed(value, decimals: max(0, digits - 1 - size)))
    }

    /// `1.5×10⁻⁷`; `10³` where the factor is 1.
    static func exponent(_ value: Double, digits: Int) -> String {
        guard value.isFinite, value != 0 else { return fixed(value, decimals: 0) }
        var size = magnitude(of: value)
        var factor = value / powerOfTen(size / 2) / powerOfTen(size - size / 2)
        factor = (factor * powerOfTen(digits - 1)).rounded() / powerOfTen(digits - 1)
        if factor.magnitude >= 10 {
            factor /= 10
            size += 1
        }
        let text = trimmed(fixed(factor, decimals: digits - 1))
        if text == "1" { return "10" + raised(size) }
        if text == minus + "1" { return minus + "10" + raised(size) }
        return text + "×10" + raised(size)
    }

    /// An integer in raised digits.
    static func raised(_ exponent: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        let body = String(exponent.magnitude).compactMap(\.wholeNumberValue).map { digits[$0] }
        return (exponent < 0 ? "⁻" : "") + String(body)
    }

    /// The power of ten of the first digit: 0 for 1…9.99, -1 for 0.1…0.99.
    static func magnitude(of value: Double) -> Int {
        guard value != 0, value.isFinite else { return 0 }
        let exact = decimalLogarithm(value.magnitude)
        // log10(1000) must give 3, whatever the last bit says.
        return clampedInt((exact + 1e-12).rounded(.down))
    }

    /// Without zeros after the decimal point, and without the point if nothing is left after it.
    static func trimmed(_ text: String) -> String {
        guard text.contains("."), !text.contains("×") else { return text }
        var result = text[...]
        while result.last == "0" { result.removeLast() }
        if result.last == "." { result.removeLast() }
        return result == "\(minus)0" ? "0" : String(result)
    }
}
