import Diagnostics

extension Parser {
    /// Whether a prompt should ask for another line: a bracket, block or `"""` string is open, or
    /// the last line ends in an infix operator, `=`, `->`, comma, `=>` or `else`.
    /// - Complexity: O(length).
    public static func needsMore(_ text: String) -> Bool {
        let source = SourceText(name: "input", text: text)
        let layout = Layout(Lexer.tokens(of: source).tokens, of: source)
        return layout.endsOpen || layout.lineGoesOn || endsInString(layout)
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
