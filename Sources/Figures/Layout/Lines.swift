/// Fitting text into widths.
enum Lines {
    /// The text, shortened with an ellipsis if it is wider than allowed.
    static func fitted(
        _ text: String, width: Double, size: Double, _ measurer: some TextMeasurer
    ) -> String {
        func fits(_ candidate: String) -> Bool {
            measurer.width(of: candidate, size: size, weight: .regular) <= width
        }
        // Text so long that it cannot fit is cut first, so that measuring it costs little.
        let start = String(text.prefix(400))
        if fits(start) { return start.count == text.count ? text : start + "…" }
        let characters = Array(start)
        var (low, high) = (0, characters.count)
        while low < high {
            let middle = (low + high + 1) / 2
            if fits(String(characters[..<middle]) + "…") { low = middle } else { high = middle - 1 }
        }
        return String(characters[..<low]) + "…"
    }

    /// The text broken at spaces (between any two East Asian characters) into at most `limit`
    /// lines, the last one shortened if need be.
    static func wrapped(
        _ text: String, width: Double, size: Double, limit: Int, _ measurer: some TextMeasurer
    ) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in words(String(text.prefix(1000))) {
            let candidate = line + word
            if line.isEmpty || measurer.width(of: candidate, size: size, weight: .bold) <= width {
                line = candidate
            } else if lines.count + 1 < limit {
                lines.append(trimmed(line))
                line = word
            } else {
                line = candidate
                break
            }
        }
        lines.append(fitted(trimmed(line), width: width, size: size, measurer))
        return lines
    }

    private static func trimmed(_ text: String) -> String {
        var result = text[...]
        while result.last == " " { result.removeLast() }
        return String(result)
    }

    /// Pieces after which a line may end, spaces included.
    private static func words(_ text: String) -> [String] {
        var result: [String] = []
        var word = ""
        for character in text {
            word.append(character)
            let isWide = (character.unicodeScalars.first?.value ?? 0) >= 0x2E80
            if character == " " || isWide {
                result.append(word)
                word = ""
            }
        }
        return word.isEmpty ? result : result + [word]
    }
}
