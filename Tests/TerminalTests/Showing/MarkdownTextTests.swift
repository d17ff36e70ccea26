import Testing

@testable import Terminal

@Suite("Documentation as text")
struct MarkdownTextTests {
    private static let screen = Screen(isTerminal: false, usesColor: false)

    @Test(
        "Markdown reads well without its marks",
        arguments: [
            ("**bold** and `code`, *so*", "bold and code, so"),
            ("one\ntwo\n\nthree", "one two\n\nthree"),
            ("- a\n- b\n  more", "• a\n• b more"),
            ("text\n\n```dl\nlet x = 1\n\nx\n```\nend", "text\n\n    let x = 1\n    \n    x\nend"),
            ("# Title\nbody", "Title\nbody"),
            ("2 * 3 * 4", "2 * 3 * 4"), ("a `b*c*` d", "a b*c* d"), ("costs \\$5", "costs $5"),
            ("$y = f(xW + b)$.", "y = f(xW + b)."), ("`unclosed", "`unclosed"), ("", ""),
        ])
    func plain(markdown: String, expected: String) {
        let text = MarkdownText(screen: Self.screen, width: 60).rendered(markdown)
        #expect(text == expected)
    }

    @Test("lines break at spaces and keep to the width", arguments: [20, 33, 60])
    func width(width: Int) {
        let words = (1...60).map { "word\($0)" + ($0 % 7 == 0 ? " `code \($0)`" : "") }
        let text = MarkdownText(screen: Self.screen, width: width)
            .rendered(words.joined(separator: " "))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
        let again = text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        #expect(again == words.joined(separator: " ").replacing("`", with: ""))
    }

    @Test("names in code keep to the width too, and no line breaks within a word", arguments: 12...60)
    func codeWidth(width: Int) {
        let text = (1...40).map { "word\($0)" + ($0 % 3 == 0 ? " (`code`\($0), `x\($0)`)" : "") }
            .joined(separator: " ")
        let shown = MarkdownText(screen: Self.screen, width: max(width, 14)).rendered(text)
        #expect(shown.split(separator: "\n").allSatisfy { $0.count <= max(width, 14) })
        let words = shown.split { $0 == " " || $0 == "\n" }
        #expect(words == text.replacing("`", with: "").split(separator: " "))
    }

    @Test(
        "formulas become plain text",
        arguments: [
            (#"p \leftarrow p - \eta\,\hat m / (\sqrt{\hat v} + \epsilon)"#,
                "p ← p − η m\u{302} / (√v\u{302} + ε)"),
            (#"\frac1n \sum_i (p_i - y_i)^2"#, "1/n ∑ᵢ (pᵢ − yᵢ)²"),
            (#"\beta_1^t"#, "β₁ᵗ"), (#"x_{ij}"#, "xᵢⱼ"), (#"e^{-x}"#, "e⁻ˣ"),
            (#"\frac{a + b}{2}"#, "(a + b)/2"), (#"\mathrm{ReLU}(x)"#, "ReLU(x)"),
            (#"\unknowncommand x"#, "unknowncommand x"), (#"a_{"#, "a_"), (#"\"#, #"\"#),
            ("x^", "x^"), ("}}{{", "}}"),
        ])
    func formulas(tex: String, expected: String) {
        #expect(PlainMaths.text(tex) == expected)
    }

    @Test("deep nesting ends")
    func deep() {
        let tex = String(repeating: "{", count: 100_000) + "x"
        #expect(PlainMaths.text(tex).count <= 1)
    }

    @Test(
        "a bar shows how far a run is",
        arguments: [(0, 10, "  0 %"), (5, 10, " 50 %"), (10, 10, "100 %"), (3, 0, "  0 %")])
    func bar(done: Int, total: Int, expected: String) {
        let text = ProgressBar.text("epoch 1/2", done, total, "loss 0.5", width: 80)
        #expect(text.contains(expected) && text.hasPrefix("epoch 1/2") && text.hasSuffix("loss 0.5"))
        #expect(ProgressBar.text("epoch 1/2", done, total, "loss 0.5", width: 30).count < 30)
    }
}
