/// Hides formulas from Markdown, which would read `_` and `*` in them as emphasis.
///
/// Each formula is replaced by a word of letters and digits that occurs nowhere else in the text;
/// `parts` finds the words again in the tree that Markdown makes. The rules are those of Pandoc:
///
/// - `$` opens a formula if no space follows it; the next `$` closes it if no space stands before
///   it and no digit behind it, so that "from $5 to $10" stays text.
/// - `$$` opens and closes a displayed formula, which may take several lines but no blank one.
/// - Neither counts in code, or behind a backslash.
struct MathProtector {
    struct Formula: Equatable {
        /// What stands between the dollar signs.
        let tex: String
        let isDisplay: Bool

        /// The formula as it stands in the text.
        var source: String { isDisplay ? "$$\(tex)$$" : "$\(tex)$" }
    }

    /// A piece of a text in which formulas have been hidden.
    enum Part: Equatable {
        case text(String)
        case formula(Formula)
    }

    private(set) var formulas: [Formula] = []
    private(set) var text: [UInt8] = []
    private let mark: String

    /// - Parameters:
    ///   - source: Markdown in UTF-8.
    ///   - mark: a word that does not occur in it, letters only.
    ///   - codeLines: lines (from 0) of code and raw HTML.
    init(_ source: [UInt8], mark: String, codeLines: Set<Int>) {
        self.mark = mark
        var line = 0
        var start = 0
        var paragraph = 0..<0
        while start < source.count {
            let end = source[start...].firstIndex(of: 0x0a).map { $0 + 1 } ?? source.count
            let isProse = !codeLines.contains(line) && !Self.isBlankLine(source[start..<end])
            if isProse {
                paragraph = paragraph.isEmpty ? start..<end : paragraph.lowerBound..<end
            }
            if !isProse {
                protect(source[paragraph])
                text += source[start..<end]
                paragraph = end..<end
            }
            start = end
            line += 1
        }
        protect(source[paragraph])
    }

    /// A word of letters that does not occur in a text.
    static func unusedMark(in text: [UInt8]) -> String {
        var longest = 0
        var run = 0
        for byte in text {
            run = byte == UInt8(ascii: "q") ? run + 1 : 0
            longest = max(longest, run)
        }
        return "dl" + String(repeating: "q", count: longest + 1) + "x"
    }

    /// A text of the tree, cut into words and formulas.
    func parts(of text: String) -> [Part] {
        guard !formulas.isEmpty, text.contains(mark) else { return [.text(text)] }
        var result: [Part] = []
        var rest = text[...]
        while let found = rest.firstRange(of: mark) {
            let digits = rest[found.upperBound...].prefix { $0.isASCII && $0.isNumber }
            guard let index = Int(digits), formulas.indices.contains(index) else { break }
            if found.lowerBound > rest.startIndex {
                result.append(.text(String(rest[..<found.lowerBound])))
            }
            result.append(.formula(formulas[index]))
            // The letter that ends the word.
            rest = rest[digits.endIndex...].dropFirst()
        }
        if !rest.isEmpty { result.append(.text(String(rest))) }
        return result
    }

    /// A text of the tree with its formulas as they were written.
    func restored(_ text: String) -> String {
        parts(of: text).map { part in
            switch part {
            case .text(let words): words
            case .formula(let formula): formula.source
            }
        }.joined()
    }

    // MARK: Scanning

    /// Blank, or nothing but the marks of quotations.
    private static func isBlankLine(_ line: ArraySlice<UInt8>) -> Bool {
        line.allSatisfy { isBlank($0) || $0 == 0x0a || $0 == 0x0d || $0 == UInt8(ascii: ">") }
    }

    private mutating func protect(_ paragraph: ArraySlice<UInt8>) {
        var index = paragraph.startIndex
        var plain = index
        var codeEnds = CodeSpanEnds(paragraph)
        while index < paragraph.endIndex {
            switch paragraph[index] {
            case UInt8(ascii: "\\"): index += 2
            case UInt8(ascii: "`"): index = codeEnds.end(ofSpanAt: index)
            case UInt8(ascii: "$"):
                let marks = paragraph[index...].prefix(2).count { $0 == UInt8(ascii: "$") }
                guard let close = Self.close(paragraph, from: index, marks: marks) else {
                    index += marks
                    continue
                }
                text += paragraph[plain..<index]
                add(paragraph, index + marks..<close, isDisplay: marks == 2)
                index = close + marks
                plain = index
            default: index += 1
            }
        }
        text += paragraph[min(plain, paragraph.endIndex)...]
    }

    /// Formulas within a line are far shorter.
    private static let longestInline = 2000

    /// Where the closing mark of a formula stands, or `nil` if `index` opens none.
    private static func close(_ text: ArraySlice<UInt8>, from index: Int, marks: Int) -> Int? {
        let start = index + marks
        guard start < text.endIndex, marks == 2 || !isSpace(text[start]) else { return nil }
        // Braces without an end would make every `$` in a text search all of it.
        let end = marks == 2 ? text.endIndex : min(text.endIndex, start + longestInline)
        var depth = 0
        var position = start
        while position < end {
            switch text[position] {
            case UInt8(ascii: "\\"): position += 1
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: "$") where marks == 2:
                guard position + 1 < text.endIndex else { return nil }
                if text[position + 1] == UInt8(ascii: "$") {
                    return text[start..<position].allSatisfy(isSpace) ? nil : position
                }
            // In braces it is that of `\text{if $x$ is even}`.
            case UInt8(ascii: "$") where depth <= 0:
                let next = position + 1 < text.endIndex ? text[position + 1] : 0x20
                let isClosing = position > start && !isSpace(text[position - 1]) && !isDigit(next)
                return isClosing ? position : nil
            default: break
            }
            position += 1
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        isBlank(byte) || byte == 0x0a || byte == 0x0d
    }

    private mutating func add(_ text: ArraySlice<UInt8>, _ range: Range<Int>, isDisplay: Bool) {
        let isOneLine = !text[range].contains(0x0a)
        let depth = isOneLine ? 0 : Self.quoteDepth(text[..<range.lowerBound])
        let lines = text[range].split(separator: 0x0a, omittingEmptySubsequences: false)
        let plain = lines.enumerated().map { index, line in
            index == 0 ? line : Self.withoutQuoteMarks(line, depth)
        }
        let tex = String(decoding: Array(plain.joined(separator: [0x0a])), as: UTF8.self)
        self.text += Array("\(mark)\(formulas.count)z".utf8)
        formulas.append(Formula(tex: tex, isDisplay: isDisplay))
    }

    /// The number of quotation marks at the beginning of the last line.
    private static func quoteDepth(_ text: ArraySlice<UInt8>) -> Int {
        let start = text.lastIndex(of: 0x0a).map { $0 + 1 } ?? text.startIndex
        return text[start...].prefix { isBlank($0) || $0 == UInt8(ascii: ">") }
            .count { $0 == UInt8(ascii: ">") }
    }

    private static func withoutQuoteMarks(
        _ line: ArraySlice<UInt8>, _ depth: Int
    ) -> ArraySlice<UInt8> {
        var rest = line
        for _ in 0..<depth {
            let marked = rest.drop(while: isBlank)
            guard marked.first == UInt8(ascii: ">") else { break }
            rest = marked.dropFirst()
        }
        return rest
    }
}

/// Finds the ends of code spans in a paragraph in linear time: remembers the run lengths for which
/// no closing run is left.
private struct CodeSpanEnds {
    private let text: ArraySlice<UInt8>
    private var hopeless: Set<Int> = []

    init(_ text: ArraySlice<UInt8>) { self.text = text }

    /// Where the code span that starts at `index` ends; behind the backticks if there is none.
    mutating func end(ofSpanAt index: Int) -> Int {
        let length = run(at: index)
        guard !hopeless.contains(length) else { return index + length }
        var position = index + length
        while let next = text[position...].firstIndex(of: UInt8(ascii: "`")) {
            let found = run(at: next)
            if found == length { return next + found }
            position = next + found
        }
        hopeless.insert(length)
        return index + length
    }

    private func run(at index: Int) -> Int { text[index...].prefix { $0 == 0x60 }.count }
}
