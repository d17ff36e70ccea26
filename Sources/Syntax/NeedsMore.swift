import Diagnostics

extension Parser {
    /// Whether a prompt should ask for another line: a bracket, block or `"""` string is open, or the last line
    /// ends in an infix operator, `=`, `->`, comma, `=>` or `else`.
    /// - Complexity: O(length).
    public static func needsMore(_ text: String) -> Bool {
        let source = SourceText(name: "input", text: text)
        let layout = Layout(Lexer.tokens(of: source).tokens, of: source)
        return layout.endsOpen || layout.lineGoesOn
    }
}
