import Foundation
import Syntax
import Tensors

/// `{value:format}` as in Python.
enum Formatting {
    /// The widest field and the most digits that a format may ask for.
    private static let limit = 10_000

    /// - Throws: `Failure` if the value does not fit the format's type.
    static func format(
        _ value: Value, _ specification: FormatSpecification, plain: String
    ) throws -> String {
        let width = min(specification.width ?? 0, limit)
        let digits = specification.digits.map { min($0, 350) }
        var text: String
        var isNumber = true
        switch (value, specification.type) {
        case (.int(let number), "d"), (.int(let number), nil):
            text = digits == nil || specification.type == "d"
                ? String(number) : float(Double(number), "g", digits ?? 6)
        case (.bool, "d"), (.float, "d"), (.float, "x"):
            throw mismatch(value, specification)
        case (.int(let number), "x"): text = String(number, radix: 16)
        case (.int(let number), .some(let type)) where type != "s":
            text = float(Double(number), type, digits)
        case (.float(let number), .some(let type)) where type != "s":
            text = float(number, type, digits)
        case (.float(let number), nil):
            text = digits.map { general(number, $0, specification) } ?? pythonFloat(number)
        case (_, nil), (_, "s"):
            isNumber = false
            text = digits.map { String(String.UnicodeScalarView(plain.unicodeScalars.prefix($0))) }
                ?? plain
        default: throw mismatch(value, specification)
        }
        if isNumber {
            if specification.showsPlus, !text.hasPrefix("-") { text = "+" + text }
            let zeros = specification.padsWithZeros && specification.alignment == nil
            if specification.groupsThousands { text = grouped(text, zeros ? width : 0) }
            if zeros { return zeroPadded(text, width) }
        }
        // `0` says what fills, where no sign of alignment says it.
        let fill = specification.padsWithZeros && !specification.namesFill ? "0" : specification.fill
        return padded(
            text, width, specification.alignment ?? (isNumber ? .right : .left), fill)
    }

    private static func mismatch(
        _ value: Value, _ specification: FormatSpecification
    ) -> Failure {
        let type = specification.type ?? ""
        return Failure(
            "format.type", "the format `\(type)` does not take \(described(value))",
            help: help(value, type))
    }

    private static func help(_ value: Value, _ type: String) -> String? {
        switch value {
        case .string: "`toFloat(x)` reads the number in a text; texts take `s`, as in `:>10s`"
        case .tensor: "a format takes one number: reduce the tensor first, for example with `.mean()`"
        case .list, .tuple: "a format takes one number: write one for each element"
        default: type == "d" ? "`toInt(x)` truncates, `.0f` rounds" : nil
        }
    }

    private static func float(_ number: Double, _ type: String, _ digits: Int?) -> String {
        let digits = digits ?? 6
        if number.isNaN { return type == "%" ? "nan%" : "nan" }
        if number.isInfinite { return (number < 0 ? "-inf" : "inf") + (type == "%" ? "%" : "") }
        switch type {
        case "f": return fixedText(number, digits: digits)
        case "e": return exponentText(number, digits: digits)
        case "%": return fixedText(number * 100, digits: digits) + "%"
        default: return String(format: "%.\(max(digits, 1))g", number)
        }
    }

    /// `digits` significant ones, at least one of them behind the point; with an exponent where they do not reach it.
    private static func general(
        _ number: Double, _ digits: Int, _ specification: FormatSpecification
    ) -> String {
        if !number.isFinite { return float(number, "g", digits) }
        let digits = max(digits, 1)
        let scientific = String(format: "%.\(digits - 1)e", number)
        if let mark = scientific.firstIndex(of: "e"),
            let power = Int(scientific[scientific.index(after: mark)...]), power == digits - 1
        {
            // Here `%g` writes no exponent, but Python does.
            var text = scientific[..<mark]
            if text.contains(".") {
                while text.last == "0" { text.removeLast() }
                if text.last == "." { text.removeLast() }
            }
            return String(text + scientific[mark...])
        }
        let text = String(format: "%.\(digits)g", number)
        return text.contains(".") || text.contains("e") ? text : text + ".0"
    }

    /// - Parameter width: What zeros in front are to fill; a comma may not be the first character.
    private static func grouped(_ text: String, _ width: Int) -> String {
        let sign = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.prefix(1)) : ""
        let body = text.dropFirst(sign.count)
        var whole = String(body.prefix { $0.isNumber })
        let rest = body.dropFirst(whole.count)
        while sign.count + whole.count + (whole.count - 1) / 3 + rest.count < width { whole = "0" + whole }
        var result = ""
        for (index, character) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { result += "," }
            result.append(character)
        }
        return sign + result + rest
    }

    private static func zeroPadded(_ text: String, _ width: Int) -> String {
        let sign = text.hasPrefix("-") || text.hasPrefix("+") ? String(text.prefix(1)) : ""
        let body = text.dropFirst(sign.count)
        let zeros = max(0, width - text.count)
        return sign + String(repeating: "0", count: zeros) + body
    }

    static func padded(
        _ text: String, _ width: Int, _ alignment: FormatSpecification.Alignment, _ fill: String
    ) -> String {
        let missing = width - text.unicodeScalars.count
        guard missing > 0 else { return text }
        let before: Int
        switch alignment {
        case .left: before = 0
        case .right: before = missing
        case .center: before = missing / 2
        }
        return String(repeating: fill, count: before) + text
            + String(repeating: fill, count: missing - before)
    }
}
