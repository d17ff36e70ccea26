/// Compares what a cell shows with what it showed before: words are the same, numbers close.
///
/// Numbers with a point or an exponent, nan and inf may differ by `tolerance`, absolutely or
/// relative to the greater one; whole numbers count things and may not. White space is not compared,
/// since numbers of another width move it.
public struct OutputComparison: Sendable {
    public var tolerance: Double

    public init(tolerance: Double) { self.tolerance = tolerance }

    /// The first difference, as the two pieces; `nil` if there is none.
    public func difference(_ old: String, _ new: String) -> (old: String, new: String)? {
        let (before, now) = (Self.pieces(Self.unplaced(old)), Self.pieces(Self.unplaced(new)))
        for (left, right) in zip(before, now) where !agree(left, right) {
            return (String(left), String(right))
        }
        guard before.count != now.count else { return nil }
        let shorter = min(before.count, now.count)
        return (
            before.count > shorter ? String(before[shorter]) : "nothing more",
            now.count > shorter ? String(now[shorter]) : "nothing more"
        )
    }

    /// The text without the places in the pictures of errors: lines move when outputs are written above them.
    private static func unplaced(_ text: String) -> String {
        guard text.contains("┌─") else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line -> Substring? in
            let rest = line.drop { $0 == " " }
            if rest.hasPrefix("┌─") { return nil }
            if rest.hasPrefix("in "), let end = line.firstRange(of: ", called at ") { return line[..<end.lowerBound] }
            let afterNumber = rest.drop { $0.isASCII && $0.isNumber }
            return afterNumber.hasPrefix(" │") ? afterNumber : line
        }.joined(separator: "\n")
    }

    private func agree(_ left: Substring, _ right: Substring) -> Bool {
        if left == right { return true }
        guard let a = Self.fraction(left), let b = Self.fraction(right) else { return false }
        if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
        if a.isInfinite || b.isInfinite { return a == b }
        return (a - b).magnitude <= tolerance * max(1, max(a.magnitude, b.magnitude))
    }

    /// A number that is not whole by its writing.
    private static func fraction(_ text: Substring) -> Double? {
        switch text {
        case "nan": return .nan
        case "inf": return .infinity
        case "-inf": return -.infinity
        default: break
        }
        guard text.contains(where: { ".eE".contains($0) }), let first = text.utf8.first,
            isDigit(first) || first == UInt8(ascii: "-")
        else { return nil }
        return Double(text)
    }

    /// Numbers, words, and each other character for itself.
    private static func pieces(_ text: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = text[...]
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
                continue
            }
            let end = end(ofPieceIn: rest, first)
            pieces.append(rest[..<end])
            rest = rest[end...]
        }
        return pieces
    }

    private static func end(ofPieceIn text: Substring, _ first: Character) -> Substring.Index {
        let afterSign = first == "-" ? text.index(after: text.startIndex) : text.startIndex
        if afterSign < text.endIndex, text[afterSign].isASCII, text[afterSign].isNumber {
            return numberEnd(text, afterSign)
        }
        if first == "-", text[afterSign...].hasPrefix("inf") {
            return text.index(afterSign, offsetBy: 3)
        }
        guard first.isLetter || first == "_" else { return text.index(after: text.startIndex) }
        return text.firstIndex { !($0.isLetter || $0.isNumber || $0 == "_") } ?? text.endIndex
    }

    /// After digits, a point with digits, and an exponent.
    private static func numberEnd(_ text: Substring, _ start: Substring.Index) -> Substring.Index {
        func digits(_ from: Substring.Index) -> Substring.Index {
            text[from...].firstIndex { !($0.isASCII && $0.isNumber) } ?? text.endIndex
        }
        var end = digits(start)
        if end < text.endIndex, text[end] == "." {
            let after = digits(text.index(after: end))
            if after > text.index(after: end) { end = after }
        }
        if end < text.endIndex, text[end] == "e" || text[end] == "E" {
            var exponent = text.index(after: end)
            if exponent < text.endIndex, "+-".contains(text[exponent]) {
                exponent = text.index(after: exponent)
            }
            let after = digits(exponent)
            if after > exponent { end = after }
        }
        return end
    }
}
