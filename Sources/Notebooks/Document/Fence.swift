import Diagnostics

/// The opening line of a fenced code block.
struct Fence {
    /// The line, from 0.
    let line: Int
    /// The offsets of the first word of the info string; empty if there is none.
    let word: Range<Int>
    /// The offset behind the line's last character.
    let end: Int
    private let mark: UInt8
    private let length: Int

    /// Finds the fence in a line that Markdown says has one, perhaps behind the marks of a list or
    /// quotation.
    init?(_ source: SourceText, line: Int) {
        guard line < source.lineStarts.count else { return nil }
        let start = source.lineStarts[line]
        let text = source.lineText(line).utf8
        let bytes = Array(text)
        guard let first = Self.fenceStart(bytes) else { return nil }
        var index = first
        while index < bytes.count, bytes[index] == bytes[first] { index += 1 }
        self.line = line
        self.mark = bytes[first]
        self.length = index - first
        while index < bytes.count, isBlank(bytes[index]) { index += 1 }
        let wordStart = index
        while index < bytes.count, !isBlank(bytes[index]) { index += 1 }
        self.word = start + wordStart..<start + index
        self.end = start + bytes.count
    }

    /// Three backticks or tildes at least.
    private static func fenceStart(_ bytes: [UInt8]) -> Int? {
        bytes.indices.first { index in
            index + 2 < bytes.count && (bytes[index] == 0x60 || bytes[index] == 0x7e)
                && bytes[index] == bytes[index + 1] && bytes[index] == bytes[index + 2]
        }
    }

    /// The marks alone.
    var text: String { String(repeating: Character(Unicode.Scalar(mark)), count: length) }

    /// Whether a line ends the block: up to three spaces, at least as many marks, nothing else.
    func isClosed(by line: String) -> Bool {
        let indentation = line.utf8.prefix { $0 == UInt8(ascii: " ") }.count
        let marks = line.utf8.dropFirst(indentation).prefix { $0 == mark }.count
        return indentation <= 3 && marks >= length
            && line.utf8.dropFirst(indentation + marks).allSatisfy(isBlank)
    }

    /// Whether a line would begin a cell with such marks: in the code of one it says that the one is
    /// not closed.
    func isOpening(_ line: String) -> Bool {
        guard line.hasPrefix(text + "dl") else { return false }
        return line.utf8.dropFirst(length + 2).first.map { isBlank($0) || $0 == UInt8(ascii: "{") } ?? true
    }

    /// A fence that no line of `code` closes: three backticks, or more.
    static func around(_ code: String) -> String {
        String(repeating: "`", count: length(for: code, 0x60))
    }

    /// How many marks such a fence needs: more than stand in a row in the code, three at least.
    static func length(for code: String, _ mark: UInt8) -> Int {
        var longest = 2
        var run = 0
        for byte in code.utf8 {
            run = byte == mark ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest + 1
    }
}
