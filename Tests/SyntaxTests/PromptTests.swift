import Diagnostics
import Syntax
import Testing

@Suite struct PromptTests {
    @Test(
        "a prompt asks for more while something is open or the line ends in an operator",
        arguments: [
            "f(", "[1,", "if a {", "func f() {\n    a\n", "\"\"\"abc", "\"\"\"a {x", "a +",
            "let x =", "x =>",
            "f(a,\n", "a and", "a in", "a not in", "if a { b } else", "a |>", "0..<9 by",
            "func f() ->",
            "a + # why", "a, ", "f(x => {", "a ==\n\n", "(a]",
            "[x\nfor x in xs", "```dl", "```dl {#name}", "```dl\nlet x = 1\nx",
        ])
    func more(_ text: String) {
        #expect(Parser.needsMore(text))
    }

    @Test(
        "else a line is complete, right or wrong",
        arguments: [
            "", "a", "f(x)", "if a { b }", "\"abc", "\"a {f(x", "a)", "}", "let x", "let y = by",
            "# f(",
            "\"\"\"a\"\"\"", "x.in", "|> f", "'abc", "a # +", "f(a))",
            "print(\"hello)", "f(\n\"abc", "i--", "```", "```dl {#name}\nlet x = (1\n```",
        ])
    func complete(_ text: String) {
        #expect(!Parser.needsMore(text))
    }

    @Test("the fences of a pasted cell are no part of its code")
    func fences() {
        #expect(Parser.withoutFences("```dl {#name}\nlet x = 1\n\nx\n```") == "let x = 1\n\nx")
        #expect(Parser.withoutFences("```") == "")
        #expect(Parser.withoutFences("\n```dl\na\n```\nText.\n\n```dl\nb\n```\n\n") == "a\nb")
        #expect(!Parser.needsMore("```dl\na\n```\n\n"))
        #expect(Parser.withoutFences("let s = \"```\"\ns") == "let s = \"```\"\ns")
    }
}

@Suite struct HighlighterTests {
    private func classes(_ text: String) -> String {
        highlight(SourceText(name: "t", text: text)).map { span, found in
            "\(found.rawValue)(\(span.source.text(of: span)))"
        }.joined(separator: " ")
    }

    @Test(
        "pieces of text get their classes",
        arguments: [
            (
                "let x = f(lr: 0.1)  # c",
                "keyword(let) name(x) operator(=) functionCall(f) label(lr) number(0.1) "
                    + "comment(# c)"
            ),
            (
                "## doc\nmodel M { param W: [N] = zeros() }",
                "documentation(## doc) keyword(model) name(M) keyword(param) name(W) "
                    + "name(N) operator(=) functionCall(zeros)"
            ),
            (
                "model M {\nparam W: [D] = f\nforward(x) { x }\n}",
                "keyword(model) name(M) keyword(param) name(W) name(D) operator(=) name(f) "
                    + "keyword(forward) name(x) name(x)"
            ),
            (
                "\"a {x + 1:.2f} b\"",
                "string(\"a ) operator({) name(x) operator(+) number(1) string(:.2f) "
                    + "operator(}) string( b\")"
            ),
            ("x.in(if: 1)", "name(x) name(in) label(if) number(1)"),
            (
                "let state = model(0..<9 by 2)",
                "keyword(let) name(state) operator(=) functionCall(model) number(0) "
                    + "operator(..<) number(9) keyword(by) number(2)"
            ),
            ("\"abc\nlet", "string(\"abc) keyword(let)"), ("'a' $", "string('a')"),
            ("[a: 1]", "name(a) number(1)"),
            ("import nlp as n", "keyword(import) name(nlp) keyword(as) name(n)"),
        ])
    func pieces(_ text: String, _ expected: String) {
        #expect(classes(text) == expected)
    }
}
