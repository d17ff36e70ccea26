import Diagnostics

extension Parser {
    /// Whether a prompt should ask for another line: a bracket, block or `"""` string is open, or
    /// the last line ends in an infix operator, `=`, `->`, comma, `=>` or `else`. A string that its
    /// line does not close is a mistake that more lines do not mend.
    ///
    /// A cell of a notebook, pasted with its fences, goes on to the closing fence.
    /// - Complexity: O(length).
    public static func needsMore(_ text: String) -> Bool {
        if let fences = fences(in: text) {
            let isOpener = fences.count == 1 && text.contains { !$0.isWhitespace && $0 != "`" }
            return isOpener || fences.count > 1 && fences.count % 2 == 1
        }
        let source = SourceText(name: "input", text: text)
        let layout = Layout(Lexer.tokens(of: source).tokens, of: source)
        if holdsUnclosedLine(layout) { return false }
        return layout.endsOpen || layout.lineGoesOn || endsInString(layout)
    }

    /// The code of an entry at a prompt: of a notebook's cells, pasted with their fences, what is
    /// between these.
    public static func withoutFences(_ text: String) -> String {
        guard let fences = fences(in: text) else { return text }
        let lines = lines(of: text)
        return lines.indices.filter { line in
            !fences.contains(line) && fences.prefix { $0 < line }.count % 2 == 1
        }.map { String(lines[$0]) }.joined(separator: "\n")
    }

    /// The lines of three backquotes that begin and end cells, by number; `nil` if the text does
    /// not begin with one.
    private static func fences(in text: String) -> [Int]? {
        guard text.contains("```"), let first = text.first(where: { !$0.isWhitespace }),
            first == "`"
        else { return nil }
        let lines = lines(of: text)
        let fences = lines.indices.filter { line in
            lines[line].hasPrefix("```") && !lines[line].dropFirst(3).contains("`")
        }
        let start = lines.firstIndex { !$0.allSatisfy(\.isWhitespace) }
        return fences.first == start ? fences : nil
    }

    private static func lines(of text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// A string on one line has been closed by the lexer.
    private static func holdsUnclosedLine(_ layout: Layout) -> Bool {
        layout.tokens.indices.contains { index in
            let token = layout.tokens[index]
            guard token.kind == .stringEnd, token.start == token.end else { return false }
            let partner = layout.partners[index]
            return partner >= 0 && layout.tokens[partner].kind == .stringStart(isMultiline: false)
        }
    }

    /// The lexer has closed what was open with empty tokens; a string on one line is a mistake, not
    /// open.
    private static func endsInString(_ layout: Layout) -> Bool {
        let ends = layout.tokens.indices.dropLast().reversed().prefix { index in
            layout.tokens[index].closes && layout.tokens[index].start == layout.tokens[index].end
        }
        return ends.contains { index in
            let partner = layout.partners[index]
            return partner >= 0 && layout.tokens[partner].kind == .stringStart(isMultiline: true)
        }
    }
}
