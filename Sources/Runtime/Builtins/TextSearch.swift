import Kernels

/// Exact search in texts, by code points: two spellings of one accented letter differ, and the
/// newline of a line that ends as on Windows is found.
///
/// UTF-8 bytes are compared, which comes to the same: no code point's bytes occur inside another's.
/// Long texts are left where `WorkScope.shouldStop`; whoever opened the scope throws away what comes
/// out.
struct TextSearch {
    private let pattern: [UInt8]
    /// By how many matched bytes: the longest proper beginning of them that is their end, too. Not
    /// complete if the work was to stop: then nothing is found.
    private let fallback: [Int]

    /// - Parameter pattern: What is looked for; not empty.
    init(_ pattern: String) {
        self.pattern = Array(pattern.utf8)
        var fallback = [0, 0]
        var length = 0
        var work = WorkPoll()
        for byte in self.pattern.dropFirst() {
            if work.shouldStop { break }
            while length > 0, self.pattern[length] != byte { length = fallback[length] }
            if self.pattern[length] == byte { length += 1 }
            fallback.append(length)
        }
        self.fallback = fallback
    }

    /// The offsets of the occurrences from the left that do not overlap.
    /// - Complexity: O(n + m) for any text (Knuth, Morris and Pratt, *Fast pattern matching in strings*, 1977).
    func offsets(in bytes: [UInt8], limit: Int = .max) -> [Int] {
        guard let first = pattern.first, bytes.count >= pattern.count,
            fallback.count > pattern.count
        else { return [] }
        var found: [Int] = []
        var matched = 0
        var work = WorkPoll()
        for (index, byte) in bytes.enumerated() {
            if work.shouldStop { break }
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

    /// Appends the parts of a text between the occurrences; `reserve` is told how many there will be.
    func split(
        _ text: String, into parts: inout [Value], reserve: (Int) throws -> Void
    ) throws {
        let bytes = Array(text.utf8)
        let found = offsets(in: bytes)
        try reserve(found.count + 1)
        var start = 0
        var work = WorkPoll()
        for offset in found {
            if work.shouldStop { return }
            parts.append(.string(String(decoding: bytes[start..<offset], as: UTF8.self)))
            start = offset + pattern.count
        }
        parts.append(.string(String(decoding: bytes[start...], as: UTF8.self)))
    }

    /// The text with every occurrence replaced; `reserve` is told how many bytes that will be.
    func replace(
        in text: String, by new: String, reserve: (Int) throws -> Void
    ) throws -> String {
        let bytes = Array(text.utf8)
        let found = offsets(in: bytes)
        let (grown, overflow) = found.count.multipliedReportingOverflow(by: new.utf8.count)
        try reserve(overflow ? Int.max : bytes.count + grown)
        var result = String()
        result.reserveCapacity(bytes.count + grown - found.count * pattern.count)
        var start = 0
        var work = WorkPoll()
        for offset in found {
            if work.shouldStop { return result }
            append(bytes[start..<offset], to: &result)
            result += new
            start = offset + pattern.count
        }
        append(bytes[start...], to: &result)
        return result
    }

    /// Appends bytes that lie between code points, in pieces.
    private func append(_ bytes: ArraySlice<UInt8>, to result: inout String) {
        var start = bytes.startIndex
        while start < bytes.endIndex, !WorkScope.shouldStop {
            var end = min(bytes.endIndex, start + 1 << 20)
            while end < bytes.endIndex, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            result += String(decoding: bytes[start..<end], as: UTF8.self)
            start = end
        }
    }
}
