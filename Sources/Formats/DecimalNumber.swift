/// Numbers in decimal notation, fast where a product of two doubles is exact.
enum DecimalNumber {
    static func parse(_ text: String, point: UInt8) -> Double? {
        let bytes = Array(text.utf8)
        return parse(bytes, in: 0..<bytes.count, point: point)
    }

    /// "inf" and "infinity" with or without a sign.
    static func infinity(_ text: String) -> Double? {
        switch text.lowercased() {
        case "inf", "+inf", "infinity", "+infinity": .infinity
        case "-inf", "-infinity": -.infinity
        default: nil
        }
    }

    /// The number that fills the range, nil if it holds something else (also hexadecimal, "inf",
    /// "nan"). `point` stands before the fraction.
    static func parse(_ text: [UInt8], in range: Range<Int>, point: UInt8) -> Double? {
        var place = range.lowerBound
        let end = range.upperBound
        let isNegative = place < end && text[place] == 0x2D
        if place < end, text[place] == 0x2D || text[place] == 0x2B { place += 1 }
        var digits = 0
        var mantissa: UInt64 = 0
        var exponent = 0
        var isFraction = false
        while place < end {
            let byte = text[place]
            if byte == point, !isFraction {
                isFraction = true
            } else if (0x30...0x39).contains(byte) {
                digits += 1
                if digits <= 18 { mantissa = mantissa * 10 + UInt64(byte - 0x30) }
                if isFraction { exponent -= 1 }
            } else {
                break
            }
            place += 1
        }
        guard digits > 0 else { return nil }
        if place < end {
            guard text[place] | 0x20 == 0x65, let power = integer(text, in: (place + 1)..<end)
            else { return nil }
            exponent += power
        }
        // Exact, hence correctly rounded: both factors are doubles without error (2^53 > 10^15,
        // 10^22).
        if digits <= 15, abs(exponent) <= 22 {
            let value =
                exponent < 0
                ? Double(mantissa) / powers[-exponent] : Double(mantissa) * powers[exponent]
            return isNegative ? -value : value
        }
        if point == UInt8(ascii: ".") { return Double(String(decoding: text[range], as: UTF8.self)) }
        let plain = text[range].map { $0 == point ? UInt8(ascii: ".") : $0 }
        return Double(String(decoding: plain, as: UTF8.self))
    }

    private static let powers: [Double] = (0...22).map { power in
        (0..<power).reduce(1.0) { value, _ in value * 10 }
    }

    /// A signed integer of at most 6 digits: exponents beyond that are zero or infinite anyway.
    private static func integer(_ text: [UInt8], in range: Range<Int>) -> Int? {
        var place = range.lowerBound
        let isNegative = place < range.upperBound && text[place] == 0x2D
        if place < range.upperBound, text[place] == 0x2D || text[place] == 0x2B { place += 1 }
        guard place < range.upperBound, range.upperBound - place <= 6 else { return nil }
        var value = 0
        for digit in text[place..<range.upperBound] {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return isNegative ? -value : value
    }
}
