#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A Float of the language as text, as Python prints it: the shortest digits that read back, `3.0`,
/// `1e-05`, `1e+16`, `inf`, `nan`.
public func pythonFloat(_ value: Double) -> String {
    guard value.isFinite else { return nonFiniteText(value) }
    return pythonLayout(ofShortest: value.description)
}

/// As for a Double, with the shortest digits that read back as a float32: `0.1`, not
/// `0.10000000149011612`.
public func pythonFloat(_ value: Float) -> String {
    guard value.isFinite else { return nonFiniteText(Double(value)) }
    return pythonLayout(ofShortest: value.description)
}

/// `value` with `digits` (0 to 100) decimals, rounded to nearest, ties by the exact binary value:
/// C's `%.nf`.
public func fixedText(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return nonFiniteText(value) }
    return formatted("%.*f", Int32(min(max(digits, 0), 100)), value)
}

/// `value` with `digits` (0 to 100) decimals and an exponent of at least two digits: C's `%.ne`.
public func exponentText(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return nonFiniteText(value) }
    return formatted("%.*e", Int32(min(max(digits, 0), 100)), value)
}

private func nonFiniteText(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    return value < 0 ? "-inf" : "inf"
}

private func formatted(_ format: String, _ arguments: any CVarArg...) -> String {
    // A Double has at most 309 digits before the point; 100 decimals are allowed after it.
    withVaList(arguments) { list in
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            let length = vsnprintf(buffer.baseAddress, buffer.count, format, list)
            let bytes = buffer.prefix(min(max(Int(length), 0), buffer.count - 1))
            return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}

/// Lays the digits of Swift's shortest description out as Python does.
///
/// Both print the shortest digits that read back; they differ in where the exponent starts.
/// Python's `repr` uses one from 1e16 up and below 1e-4 (CPython, `float_repr_style` "short",
/// format code `r`).
private func pythonLayout(ofShortest text: String) -> String {
    var digits: [UInt8] = []
    var pointPosition: Int?
    var exponent = 0
    var isNegative = false
    var rest = text.utf8[...]
    if rest.first == UInt8(ascii: "-") {
        isNegative = true
        rest.removeFirst()
    }
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: ".") {
            pointPosition = digits.count
        } else if byte == UInt8(ascii: "e") {
            exponent = Int(String(Substring(rest))) ?? 0
            break
        } else {
            digits.append(byte)
        }
    }
    // The value is 0.d₁d₂… × 10^point.
    var point = (pointPosition ?? digits.count) + exponent
    let zero = UInt8(ascii: "0")
    while digits.count > 1, digits.first == zero {
        digits.removeFirst()
        point -= 1
    }
    while digits.count > 1, digits.last == zero { digits.removeLast() }
    if digits == [zero] { point = 1 }
    return (isNegative ? "-" : "") + layout(digits, point: point)
}

private func layout(_ digits: [UInt8], point: Int) -> String {
    func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: Array(bytes), as: UTF8.self)
    }
    let scale = point - 1
    if scale < -4 || scale >= 16 {
        let fraction = digits.count > 1 ? "." + text(digits.dropFirst()) : ""
        let magnitude = String(abs(scale))
        let padded = magnitude.count < 2 ? "0" + magnitude : magnitude
        return text(digits.prefix(1)) + fraction + "e" + (scale < 0 ? "-" : "+") + padded
    }
    if point <= 0 {
        return "0." + String(repeating: "0", count: -point) + text(digits)
    }
    if digits.count <= point {
        return text(digits) + String(repeating: "0", count: point - digits.count) + ".0"
    }
    return text(digits.prefix(point)) + "." + text(digits.dropFirst(point))
}
