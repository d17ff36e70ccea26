/// A piece of program text with a name: a cell, a file, a line typed at the prompt.
///
/// Positions inside it are UTF-8 offsets. Lines and columns are computed only when a diagnostic is
/// drawn.
public final class SourceText: Sendable {
    /// What a reader calls this text: `cell 3`, `notebook.dln`, `stdlib/prelude/layers/dense.dl`.
    public let name: String
    /// The file that the text stands in and the line of its first line there (1-based), for
    /// `notebook.dln:line:col`; `nil` for a typed line.
    public let file: String?
    public let firstLine: Int
    public let text: String
    /// The UTF-8 bytes of `text`.
    public let utf8: [UInt8]
    /// The offset of the first byte of each line.
    public let lineStarts: [Int]

    public init(name: String, text: String, file: String? = nil, firstLine: Int = 1) {
        self.name = name
        self.file = file
        self.firstLine = firstLine
        self.text = text
        self.utf8 = Array(text.utf8)
        var starts = [0]
        for (offset, byte) in utf8.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        self.lineStarts = starts
    }

    /// The 0-based line that holds the byte at `offset`; offsets past the end belong to the last
    /// line.
    /// - Complexity: O(log lines).
    public func line(at offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// The text of a 0-based line, without its newline.
    public func lineText(_ line: Int) -> String {
        guard lineStarts.indices.contains(line) else { return "" }
        let start = lineStarts[line]
        var end = line + 1 < lineStarts.count ? lineStarts[line + 1] - 1 : utf8.count
        if end > start, utf8[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return String(decoding: utf8[start..<max(start, end)], as: UTF8.self)
    }

    /// The text that a span covers.
    public func text(of span: Span) -> String {
        let start = min(max(span.start, 0), utf8.count)
        let end = min(max(span.end, start), utf8.count)
        return String(decoding: utf8[start..<end], as: UTF8.self)
    }
}

/// A range of UTF-8 offsets `start..<end` in a source text.
public struct Span: Hashable, Sendable {
    public var source: SourceText
    public var start: Int
    public var end: Int

    public init(_ source: SourceText, _ start: Int, _ end: Int) {
        self.source = source
        self.start = start
        self.end = end
    }

    /// The smallest span that covers both; they must belong to one source.
    public func union(_ other: Span) -> Span {
        Span(source, min(start, other.start), max(end, other.end))
    }

    public static func == (left: Span, right: Span) -> Bool {
        left.source === right.source && left.start == right.start && left.end == right.end
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(source))
        hasher.combine(start)
        hasher.combine(end)
    }
}
