/// What Cairo's SVG files need before they are the same in every run.
enum SVGCleaning {
    /// Ids that carry a counter of the process are numbered anew, in order of appearance, and
    /// metadata is added.
    static func cleaned(
        _ svg: [UInt8], metadata: [(key: String, value: String)]
    ) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(svg.count)
        var numbers: [ArraySlice<UInt8>: Int] = [:]
        var index = 0
        while index < svg.count {
            guard let word = counted(svg, at: index) else {
                result.append(svg[index])
                index += 1
                continue
            }
            let number = numbers[word, default: numbers.count]
            numbers[word] = number
            result += word.prefix { !digits.contains($0) }
            result += String(number).utf8
            index += word.count
        }
        return inserting(metadata, into: result)
    }

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    private static let stems = ["surface", "image", "mask", "clip", "source"].map { Array($0.utf8) }

    /// An id such as `surface12` after a quote, `#` or `(`, or nil.
    private static func counted(_ svg: [UInt8], at index: Int) -> ArraySlice<UInt8>? {
        guard index > 0, svg[index - 1] == UInt8(ascii: "\"") || svg[index - 1] == UInt8(ascii: "#")
        else { return nil }
        for stem in stems where svg[index...].starts(with: stem) {
            let start = index + stem.count
            var end = start
            while end < svg.count, digits.contains(svg[end]) { end += 1 }
            if end > start { return svg[index..<end] }
        }
        return nil
    }

    private static func inserting(
        _ metadata: [(key: String, value: String)], into svg: [UInt8]
    ) -> [UInt8] {
        guard !metadata.isEmpty, let open = firstIndex(of: Array("<svg".utf8), in: svg),
            let end = svg[open...].firstIndex(of: UInt8(ascii: ">"))
        else { return svg }
        let lines = metadata.map { "\(escaped($0.key)): \(escaped($0.value))" }
        let element = "\n<metadata>\n\(lines.joined(separator: "\n"))\n</metadata>"
        return Array(svg[...end]) + Array(element.utf8) + Array(svg[(end + 1)...])
    }

    private static func firstIndex(of word: [UInt8], in bytes: [UInt8]) -> Int? {
        bytes.indices.first { bytes[$0] == word[0] && bytes[$0...].starts(with: word) }
    }

    /// Text as XML may hold it.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default:
                let isAllowed = scalar.value >= 32 || scalar == "\t" || scalar == "\n"
                if isAllowed, !(0xFFFE...0xFFFF).contains(scalar.value) {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
}
