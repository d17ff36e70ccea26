/// Exact search in texts, by code points: two spellings of one accented letter differ, and the
/// newline of a line that ends as on Windows is found.
///
/// UTF-8 bytes are compared, which comes to the same: no code point's bytes occur inside another's.
struct TextSearch {
    private let pattern: [UInt8]

    /// - Parameter pattern: What is looked for; not empty.
    init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

    /// The offsets of the occurrences from the left that do not overlap.
    /// - Complexity: O(n) for usual texts, O(nm) at worst.
    func offsets(in bytes: [UInt8], limit: Int = .max) -> [Int] {
        guard let first = pattern.first, bytes.count >= pattern.count else { return [] }
        var found: [Int] = []
        var index = 0
        let last = bytes.count - pattern.count
        while index <= last, found.count < limit {
            if bytes[index] == first, matches(bytes, at: index) {
                found.append(index)
                index += pattern.count
            } else {
                index += 1
            }
        }
        return found
    }

    private func matches(_ bytes: [UInt8], at start: Int) -> Bool {
        for offset in pattern.indices where bytes[start + offset] != pattern[offset] { return false }
        return true
    }

    func occurs(in text: String) -> Bool {
        pattern.isEmpty || !offsets(in: Array(text.utf8), limit: 1).isEmpty
    }

    /// The parts of a text between the occurrences.
    func split(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var parts: [String] = []
        var start = 0
        for offset in offsets(in: bytes) {
            parts.append(String(decoding: bytes[start..<offset], as: UTF8.self))
            start = offset + pattern.count
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }

    /// The text with every occurrence replaced; `reserve` is told how many bytes that will be.
    func replace(
        in text: String, by new: String, reserve: (Int) throws -> Void
    ) throws -> String {
        let bytes = Array(text.utf8)
        let found = offsets(in: bytes)
        let replacement = Array(new.utf8)
        let (grown, overflow) = found.count.multipliedReportingOverflow(by: replacement.count)
        try reserve(overflow ? Int.max : bytes.count + grown)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + grown - found.count * pattern.count)
        var start = 0
        for offset in found {
            result += bytes[start..<offset]
            result += replacement
            start = offset + pattern.count
        }
        result += bytes[start...]
        return String(decoding: result, as: UTF8.self)
    }
}
