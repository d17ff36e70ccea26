import Diagnostics
import Notebooks
import Testing

@Suite("Notebook documents")
struct NotebookDocumentTests {
    /// What must hold for any bytes.
    private func check(_ bytes: [UInt8], _ hint: String) {
        let document = NotebookDocument(bytes: bytes, name: "fuzz.dln")
        var offset = 0
        for segment in document.segments {
            #expect(segment.range.lowerBound == offset, "gap: \(hint)")
            #expect(!segment.range.isEmpty, "empty segment: \(hint)")
            offset = segment.range.upperBound
        }
        #expect(offset == bytes.count, "segments end early: \(hint)")
        #expect(document.segments.flatMap { bytes[$0.range] } == bytes, "lossy: \(hint)")
        let names = document.cells.compactMap(\.name)
        #expect(Set(names).count == names.count, "repeated name: \(hint)")
        #expect(document.cells.map(\.position) == Array(1..<document.cells.count + 1))
        for cell in document.cells {
            #expect(cell.source.firstLine == cell.lines.lowerBound + 1)
            #expect(cell.lines.upperBound <= document.source.lineStarts.count)
        }
    }

    @Test("any bytes are tiled by segments", arguments: 0..<400)
    func anyBytes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        check(generator.notebook(), "seed \(seed)")
    }

    @Test("a damaged notebook is still a document", arguments: 0..<200)
    func damaged(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        check(generator.mutate(try fixture("gallery.dln")), "seed \(seed)")
    }

    @Test("random bytes are a document", arguments: 0..<100)
    func noise(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 0...300, using: &generator)
        check((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }, "\(seed)")
    }

    /// A text, and the code of the cells that it has.
    static let fences: [(text: String, cells: [String])] = [
        ("", []),
        ("```dl\nlet x = 1\n```\n", ["let x = 1"]),
        ("```dl\nlet x = 1\n```", ["let x = 1"]),
        ("``` dl\na\n```\n", ["a"]),
        ("~~~dl\na\n~~~\n", ["a"]),
        ("````dl\na\n```\nb\n````\n", ["a\n```\nb"]),
        ("```dl\na\n~~~\n```\n", ["a\n~~~"]),
        ("   ```dl\na\n  ```\n", ["a"]),
        ("    ```dl\n    a\n    ```\n", []),
        ("```dl\n```\n", [""]),
        ("```dl\n\na\n\n```\n", ["\na\n"]),
        ("```dl\r\na\r\nb\r\n```\r\n", ["a\nb"]),
        ("```dlx\na\n```\n", []),
        ("```DL\na\n```\n", []),
        ("```python\n```\n\n```dl\na\n```\n", ["a"]),
        ("````md\n```dl\na\n```\n````\n", []),
        ("<!--\n```dl\na\n```\n-->\n", []),
        ("<details>\n```dl\na\n```\n</details>\n", []),
        ("<details>\n\n```dl\na\n```\n\n</details>\n", ["a"]),
        ("text\n```dl\na\n```\nmore\n```dl\nb\n```\n", ["a", "b"]),
        ("- a\n\n  ```dl\n  x\n  ```\n", []),
        ("> ```dl\n> x\n> ```\n", []),
        ("- a\n\n```dl\nx\n```\n", ["x"]),
        ("```dl\na\n", ["a"]),
        ("```dl", [""]),
        ("---\ntitle: a\n---\n```dl\na\n```\n", ["a"]),
        ("\u{feff}```dl\na\n```\n", ["a"]),
        ("$$\n```dl\na\n```\n$$\n", ["a"]),
    ]

    @Test("fences are those of CommonMark", arguments: fences)
    func fence(_ example: (text: String, cells: [String])) {
        let document = NotebookDocument(text: example.text, name: "n.dln")
        #expect(document.cells.map(\.source.text) == example.cells)
        check(Array(example.text.utf8), example.text)
    }

    @Test("a cell knows its name, place and attributes")
    func cellFacts() throws {
        let text = """
            # Title

            ```dl {#train hide timeout=1.5h width=800 height=500}
            a
            ```

            ```dl { skip  expect-error }
            b
            ```
            """
        let document = NotebookDocument(text: text, name: "a/n.dln")
        #expect(document.diagnostics.isEmpty)
        let first = try #require(document.cells.first)
        let second = try #require(document.cells.last)
        var expected = CellAttributes()
        expected.hidesCode = true
        expected.timeout = .seconds(5400)
        expected.width = 800
        expected.height = 500
        #expect(first.attributes == expected)
        #expect([first.label, second.label] == ["cell train", "cell 2"])
        #expect([first.fileStem, second.fileStem] == ["train", "cell-02"])
        #expect([first.unnamedPosition, second.unnamedPosition] == [nil, 1])
        #expect(second.attributes.isSkipped && second.attributes.expectsError)
        #expect(second.source.file == "a/n.dln" && second.source.firstLine == 8)
        #expect(second.lines == 7...9)
        #expect(document.cell(called: "train")?.position == 1)
        #expect(document.cell(called: "2")?.position == 2)
    }

    /// An opening line, the identifier of what is wrong with it, and the text that is marked.
    static let mistakes: [(line: String, id: String, marked: String, help: String?)] = [
        ("```dl {#a hidden}", "unknown-attribute", "hidden", nil),
        ("```dl {#a hdie}", "unknown-attribute", "hdie", "did you mean `hide`?"),
        (
            "```dl {#a expect-eror}", "unknown-attribute", "expect-eror",
            "did you mean `expect-error`?"
        ),
        ("```dl {timeout=never}", "attribute-value", "timeout=never", nil),
        ("```dl {timeout}", "attribute-value", "timeout", nil),
        (
            "```dl {timeout=99999999999999999999h}", "attribute-value",
            "timeout=99999999999999999999h", nil
        ),
        ("```dl {width=0}", "attribute-value", "width=0", nil),
        (
            "```dl {width=99999999999999999999}", "attribute-value", "width=99999999999999999999",
            nil
        ),
        ("```dl {skip=1}", "attribute-value", "skip=1", nil),
        ("```dl {#1st}", "cell-name", "#1st", nil),
        ("```dl {#a/b}", "cell-name", "#a/b", nil),
        ("```dl {#}", "cell-name", "#", nil),
        ("```dl {#cell-03}", "cell-name", "#cell-03", nil),
        ("```dl {#a #b}", "attributes", "#b", "remove `#b`"),
        ("```dl {#a, hide}", "attributes", "#a,", "write `#a`"),
        ("```dl {#a", "attributes", "{#a", nil),
        ("```dl {#a} x", "attributes", "x", nil),
        ("```dl skip", "attributes", "skip", "write `dl {skip}`"),
        ("```dl python", "attributes", "python", "`dl {#python}` names the cell"),
        ("```dl width=8", "attributes", "width=8", "write `dl {width=8}`"),
        ("```dl a, b", "attributes", "a, b", "attributes stand in braces: `dl {#name}`, `dl {skip}`"),
        ("```dl{#a}", "attributes", "dl{#a}", "write `dl {#a}`"),
        ("- ```dl", "nested-cell", "- ```dl", nil),
    ]

    @Test("a mistake in a fence is reported at its place", arguments: mistakes)
    func mistake(_ example: (line: String, id: String, marked: String, help: String?)) throws {
        let text = "学 prose\n\n\(example.line)\n1\n```\n"
        let document = NotebookDocument(text: text, name: "n.dln")
        let found = try #require(document.diagnostics.first)
        #expect(found.id == "notebook.\(example.id)")
        let span = try #require(found.span)
        #expect(span.source.text(of: span) == example.marked)
        if let help = example.help { #expect(found.help == help) }
    }

    @Test("a script is a notebook of one cell, whose places are those of the script", arguments: ["", "\n", "```", "# a\n~~~dl\nx"])
    func script(text: String) {
        let document = NotebookDocument(script: text + "\nlet z = 1\n", name: "s.dl")
        #expect(document.cells.count == 1 && document.diagnostics.isEmpty && document.outputs.isEmpty)
        #expect(document.cells[0].source.text == text + "\nlet z = 1" && document.cells[0].source.firstLine == 1)
        #expect(document.segments.map(\.kind) == [.cell(0)])
    }

    @Test("two cells of one name: the second is reported and has none")
    func repeatedName() throws {
        let text = "```dl {#a}\n```\n\n```dl {#a}\n```\n"
        let document = NotebookDocument(text: text, name: "n.dln")
        #expect(document.cells.map(\.name) == ["a", nil])
        let found = try #require(document.diagnostics.first)
        #expect(found.id == "notebook.repeated-name")
        #expect(found.secondary.count == 1)
        #expect(document.hasErrors)
    }

    @Test("an unclosed cell is reported with the fence it needs")
    func unclosed() throws {
        let document = NotebookDocument(text: "````dl {#a}\nx\n```\n", name: "n.dln")
        let found = try #require(document.diagnostics.first)
        #expect(found.id == "notebook.unclosed-cell")
        let inside = NotebookDocument(
            text: "```dl {#a}\nlet x = 1\n\nprose\n\n```dl {#b}\nx\n```\n", name: "n.dln")
        #expect(inside.diagnostics.map(\.id) == ["notebook.unclosed-cell"])
        #expect(inside.diagnostics.first?.secondary.count == 1)
        #expect(found.help == "add a line with ```` below its code")
        #expect(document.cells.first?.isClosed == false)
    }

    @Test("conflict markers in code are reported")
    func conflict() {
        let text = "```dl\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n```\n"
        let document = NotebookDocument(text: text, name: "n.dln")
        #expect(document.diagnostics.map(\.id) == ["notebook.conflict"])
    }

    @Test("a line that is not UTF-8 is reported, later lines keep their numbers")
    func encoding() throws {
        let bytes = Array("# a\n".utf8) + [0xff, 0x0a] + Array("```dl\nx\n```\n".utf8)
        let document = NotebookDocument(bytes: bytes, name: "n.dln")
        let found = try #require(document.diagnostics.first)
        #expect(found.id == "notebook.encoding")
        #expect(found.span.map { $0.source.line(at: $0.start) } == 1)
        #expect(document.cells.first?.lines == 3...5)
    }

    @Test(
        "durations have units",
        arguments: [
            ("90", Duration.seconds(90)), ("90s", .seconds(90)), ("1.5h", .seconds(5400)),
            ("250ms", .milliseconds(250)), ("5m", .seconds(300)), ("", nil), ("m", nil),
            ("-1s", nil),
            ("0", nil), ("1e5", nil), ("nan", nil), ("1.2.3s", nil), ("1d", nil),
        ])
    func duration(text: String, expected: Duration?) {
        #expect(CellAttribute.duration(text) == expected)
    }

    @Test("every attribute's example is understood", arguments: CellAttribute.all.map(\.example))
    func attributeExample(example: String) {
        let document = NotebookDocument(text: "```dl {\(example)}\n```\n", name: "n.dln")
        #expect(document.diagnostics.isEmpty)
        #expect(document.cells.first?.attributes != CellAttributes())
    }
}
