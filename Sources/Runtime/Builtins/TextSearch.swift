/// Exact search in texts, by code points: two spellings of one accented letter differ, and the
/// newline of a line that ends as on Windows is found.
///
/// UTF-8 bytes are compared, which comes to the same: no code point's bytes occur inside another's.
struct TextSearch {
    private let pattern: [UInt8]
    /// By how many matched bytes: the longest proper beginning of them that is their end, too.
    private let fallback: [Int]

    /// - Parameter pattern: What is looked for; not empty.
    init(_ pattern: String) {
        self.pattern = Array(pattern.utf8)
        var fallback = [0, 0]
        var length = 0
        for byte in self.pattern.dropFirst() {
            while length > 0, self.pattern[length] != byte { length = fallback[length] }
            if self.pattern[length] == byte { length += 1 }
            fallback.append(length)
        }
        self.fallback = fallback
    }

    /// The offsets of the occurrences from the left that do not overlap.
    /// - Complexity: O(n + m) for any text (Knuth, Morris and Pratt, *Fast pattern matching in strings*, 1977).
    func offsets(in bytes: [UInt8], limit: Int = .max) -> [Int] {
        guard let first = pattern.first, bytes.count >= pattern.count else { return [] }
        var found: [Int] = []
        var matched = 0
        for (index, byte) in bytes.enumerated() {
            if matched == 0, byte != first { continue }
            while matched > 0, pattern[matched] != byte { matched = fallback[matched] }
            if pattern[matched] == byte { matched += 1 }
            guard matched == pattern.count else { continue }
            found.append(index + 1 - matched)
            matched = 0
            if found.count == limit { break }
        }
        return found
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
