/// Text as Cairo takes it.
enum PrintableText {
    /// Without control characters and the code points that Unicode reserves for never being
    /// characters: Cairo gives up on the whole file when it meets one.
    static func cleaned(_ text: String) -> String {
        guard !text.unicodeScalars.allSatisfy(isAllowed) else { return text }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: text.unicodeScalars.filter(isAllowed))
        return String(result)
    }

    /// - Source: The Unicode Standard, section 23.7, Noncharacters.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        return value >= 32 && value != 127 && !(0xFDD0...0xFDEF).contains(value)
            && value & 0xFFFE != 0xFFFE
    }
}
