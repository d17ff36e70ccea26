import Diagnostics
import Testing

/// The span of the first occurrence of `part` in the source.
private func span(_ part: String, in source: SourceText) -> Span {
    let bytes = Array(part.utf8)
    let start =
        source.utf8.indices.first { source.utf8[$0...].starts(with: bytes) } ?? source.utf8.count
    return Span(source, start, start + bytes.count)
}

private func picture(_ diagnostic: Diagnostic) -> String { render(diagnostic, as: .plain) }

@Suite struct RenderTests {
    private let program = SourceText(
        name: "cell 4", text: "let a = 1\n\n\n\n\n\n    y = x @ W\nprint(y)\n")

    @Test("several labels on one line hang below each other")
    func severalLabels() {
        let diagnostic = Diagnostic(
            id: "shape.matmul", "shapes do not agree in `x @ W`", at: span("x", in: program),
            label: "x: [32, 64]    N = 32, D = 64",
            secondary: [.init(span("W", in: program), "W: [128, 10]   param of Dense")],
            notes: ["`@` needs the last axis of the left (64) to equal the other (128)"],
            help: "make a new one for this input")
        #expect(
            picture(diagnostic) == """
                error: shapes do not agree in `x @ W`
                  ┌─ cell 4, line 7
                7 │     y = x @ W
                  │         ─   ─
                  │         │   └ W: [128, 10]   param of Dense
                  │         └──── x: [32, 64]    N = 32, D = 64
                  = `@` needs the last axis of the left (64) to equal the other (128)
                  help: make a new one for this input
                """)
    }

    @Test("one label stands behind its underline")
    func oneLabel() {
        let diagnostic = Diagnostic(
            .warning, id: "x", "unused", at: span("y = x", in: program), label: "here")
        #expect(
            picture(diagnostic) == """
                warning: unused
                  ┌─ cell 4, line 7
                7 │     y = x @ W
                  │     ───── here
                """)
    }

    @Test("a file is named with line and column, and the name of the cell")
    func location() {
        let cell = SourceText(name: "cell train", text: "a\n学 = b", file: "n.dln", firstLine: 11)
        #expect(span("b", in: cell).location == "n.dln:12:5 (cell train)")
        let file = SourceText(name: "m.dl", text: "b", file: "m.dl")
        #expect(span("b", in: file).location == "m.dl:1:1")
        #expect(span("W", in: program).location == "cell 4, line 7")
        #expect(Span(program, 1_000, 1_001).location == "cell 4, line 9")
    }

    @Test("columns count cells of a terminal: wide characters, marks, tabs, emoji")
    func wideCharacters() {
        let expectations: [(text: String, blanks: Int)] = [
            ("学习率 = ?", 9), ("e\u{301} = ?", 4), ("\ta ?", 6), ("ab\t?", 4), ("👩‍👩‍👧 ?", 3),
            ("🇩🇪 ?", 3), ("한 ?", 3), ("ｗ ?", 3), ("\u{1B}[0m ?", 5),
        ]
        for (text, blanks) in expectations {
            let source = SourceText(name: "cell 1", text: text)
            let lines = picture(Diagnostic(id: "x", "m", at: span("?", in: source)))
                .split(separator: "\n")
            #expect(lines[3] == "  │ " + String(repeating: " ", count: blanks) + "─", "\(text)")
        }
    }

    @Test("nothing in a source or message can steer the terminal")
    func controlCharacters() {
        let source = SourceText(name: "cell \u{1B}[2J", text: "a\u{1B}[31m\u{7}\u{202E}b")
        let text = picture(
            Diagnostic(id: "x", "m\u{1B}c", at: Span(source, 0, 1), help: "h\u{9B}"))
        #expect(
            !text.unicodeScalars.contains {
                $0.properties.generalCategory == .control && $0 != "\n"
            })
        #expect(!text.unicodeScalars.contains("\u{202E}"))
    }

    @Test("further lines and sources follow, the primary one first")
    func severalLines() {
        let other = SourceText(name: "cell 3", text: "let W = zeros([2])")
        let diagnostic = Diagnostic(
            id: "x", "m", at: span("W", in: program), label: "used",
            secondary: [
                .init(span("zeros([2])", in: other), "made"), .init(span("a", in: program), "a"),
                .init(span("y)", in: program), "later"),
            ])
        #expect(
            picture(diagnostic) == """
                error: m
                  ┌─ cell 4, line 7
                1 │ let a = 1
                  │     ─ a
                  ·
                7 │     y = x @ W
                  │             ─ used
                8 │ print(y)
                  │       ── later
                  ┌─ cell 3, line 1
                1 │ let W = zeros([2])
                  │         ────────── made
                """)
    }

    @Test("labels that begin together share a stem")
    func sharedStart() {
        let diagnostic = Diagnostic(
            id: "x", "m", at: span("x @ W", in: program), label: "whole",
            secondary: [.init(span("x", in: program), "left")])
        #expect(
            picture(diagnostic).hasSuffix(
                """
                7 │     y = x @ W
                  │         ─────
                  │         ├ left
                  │         └ whole
                """))
    }

    @Test("a span over several lines is marked on its first")
    func longSpan() {
        let source = SourceText(name: "cell 1", text: "f(a,\n  b)\n")
        #expect(
            picture(Diagnostic(id: "x", "m", at: Span(source, 0, 9))) == """
                error: m
                  ┌─ cell 1, line 1
                1 │ f(a,
                  │ ────…
                """)
    }

    @Test("a line of 10,000 characters is cut around the spans")
    func longLine() {
        let text = String(repeating: "a", count: 5_000) + "?" + String(repeating: "中", count: 5_000)
        let source = SourceText(name: "cell 1", text: text)
        let lines = picture(
            Diagnostic(
                id: "x", "m", at: span("?", in: source), label: "here",
                secondary: [.init(Span(source, 3, 4), "far away")])
        ).split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { $0.count < 110 })
        #expect(lines[2].hasPrefix("1 │ aaaa") && lines[2].hasSuffix("a…"))
        #expect(lines[3] == "  │    ─ far away")
        let column = lines[4].distance(from: lines[4].startIndex, to: lines[4].firstIndex(of: "?")!)
        #expect(lines[4].hasPrefix("1 │ …a") && lines[4].hasSuffix("…"))
        #expect(lines[5] == "  │ " + String(repeating: " ", count: column - 4) + "─ here")
    }

    @Test("spans outside the text are drawn at its end")
    func strangeSpans() {
        let source = SourceText(name: "cell 1", text: "ab")
        for (start, end) in [(2, 2), (5, 9), (1, 0), (-3, 1), (Int.max, Int.max)] {
            let text = picture(Diagnostic(id: "x", "m", at: Span(source, start, end)))
            #expect(text.contains("─"))
        }
        #expect(picture(Diagnostic(id: "x", "m", at: Span(source, 2, 2))).hasSuffix("  │   ─"))
    }

    @Test("the calls follow, of a deep recursion both ends")
    func trace() {
        let call = Diagnostic.Call(function: "f", span: span("print", in: program))
        let short = Diagnostic(id: "x", "m", trace: [call])
        #expect(picture(short) == "error: m\n  in f, called at cell 4, line 8")
        let long = Diagnostic(id: "x", "m", trace: Array(repeating: call, count: 10_000))
        let lines = picture(long).split(separator: "\n")
        #expect(lines.count == 13)
        #expect(lines[9] == "  … 9989 more calls")
    }

    @Test("all styles say the same")
    func styles() {
        let source = SourceText(name: "cell <1>", text: "a < b & \"c\"")
        let diagnostic = Diagnostic(
            id: "x", "a < b & \"c\"", at: span("< b", in: source), label: "<here>",
            notes: ["n\nm"], help: "h")
        let plain = picture(diagnostic)
        let ansi = render(diagnostic, as: .ansi).replacing(/\u{1B}\[[0-9;]*m/, with: "")
        #expect(ansi == plain)
        let html = render(diagnostic, as: .html).replacing(/<\/?span[^>]*>/, with: "")
        let unescaped = html.replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
        #expect(unescaped == plain)
        #expect(!html.contains("<"))
        #expect(plain.contains("  = n\n    m\n"))
    }

    @Test("the JSON holds every fact on one line")
    func json() {
        let source = SourceText(name: "c", text: "α\n b\u{1}\"", file: "n.dln", firstLine: 3)
        let diagnostic = Diagnostic(
            id: "a.b", "m\n", at: Span(source, 4, 6), label: "l",
            secondary: [.init(Span(source, 0, 2), "s")], notes: ["n"], help: nil,
            trace: [.init(function: "f", span: Span(source, 4, 5))])
        let place = { (line: Int, column: Int, endLine: Int, endColumn: Int) in
            "{\"name\": \"c\", \"file\": \"n.dln\", \"line\": \(line), \"column\": \(column), "
                + "\"endLine\": \(endLine), \"endColumn\": \(endColumn)}"
        }
        let expected =
            "{\"severity\": \"error\", \"id\": \"a.b\", \"message\": \"m\\n\", "
            + "\"location\": \(place(4, 2, 4, 4)), \"label\": \"l\", "
            + "\"secondary\": [{\"location\": \(place(3, 1, 3, 2)), \"text\": \"s\"}], "
            + "\"notes\": [\"n\"], \"help\": null, "
            + "\"trace\": [{\"function\": \"f\", \"location\": \(place(4, 2, 4, 3))}]}"
        #expect(render(diagnostic, as: .json) == expected)
    }
}
