import Diagnostics
import Foundation
import Notebooks
import Testing

@Suite("Exports")
struct ExporterTests {
    private static let drawing =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"60\">"
        + "<path d=\"M20 50 Q160 0 320 30 T620 10\" fill=\"none\" stroke=\"#1f4f82\"/></svg>"

    /// The gallery notebook and results of its cells.
    static func gallery() throws -> ExportInput {
        let document = NotebookDocument(bytes: try fixture("gallery.dln"), name: "nb/gallery.dln")
        let picture = """
            error: shapes do not agree in `zeros([2, 3]) @ zeros([2, 3])`
              ┌─ gallery.dln:77:11, cell mistake
            77 │ Dense(10)(zeros([2, 3]) @ zeros([2, 3]))
               │           ───────────────────────────── [2, 3] and [2, 3]
            """
        let figure = CellFigure(
            fileName: "train.svg", bytes: Array(drawing.utf8), width: 640, height: 60,
            description: "Loss by epoch")
        let results = [
            CellResult(
                position: 1, status: .ran,
                value: "dataset digits: 1797 x float32 [64], y int64 []"),
            CellResult(
                position: 2, status: .ran,
                printed: "epoch 20/20  loss 0.0712  accuracy 0.9840\n", figures: [figure],
                duration: .seconds(3)),
            CellResult(position: 3, status: .ran, printed: "three <3>\n", value: "0.5"),
            CellResult(
                position: 4, status: .failedAsExpected,
                error: CellError(message: "shapes do not agree", text: picture)),
            CellResult(position: 5, status: .skipped),
            CellResult(position: 6, status: .ran, value: "```"),
        ]
        return ExportInput(
            document: document, results: results, figureFolder: "figures/gallery",
            loadImage: { $0 == "drawing.png" ? Array(drawing.utf8) : nil })
    }

    @Test("the gallery notebook in every format", arguments: Exporter.all.map(\.name))
    func gallery(name: String) throws {
        let exporter = try #require(Exporter.named(name))
        var text = String(decoding: exporter.export(try Self.gallery()), as: UTF8.self)
        if name == "html" {
            // The style sheet has no behaviour; it is judged by eye.
            let start = try #require(text.firstRange(of: "<body>")?.lowerBound)
            let end = try #require(text.firstRange(of: "<script>")?.lowerBound)
            text = String(text[start..<end])
        }
        try expectSnapshot(
            text, "gallery.\(exporter.fileExtension == "dl" ? "dl.txt" : exporter.fileExtension)")
    }

    @Test("a figure that was drawn for the dark too is on the page twice, and once elsewhere")
    func dark() throws {
        var input = try Self.gallery()
        let html = try #require(Exporter.named("html"))
        let plain = String(decoding: html.export(input), as: UTF8.self)
        #expect(!plain.contains("class=\"in-dark\""))
        input.results[2]?.figures[0].darkBytes = Array(Self.drawing.replacing("#1f4f82", with: "#8fb8e6").utf8)
        let page = String(decoding: html.export(input), as: UTF8.self)
        #expect(page.ranges(of: "<img class=\"in-light\" src=\"data:").count == 1)
        #expect(page.ranges(of: "<img class=\"in-dark\" src=\"data:").count == 1)
        let markdown = try #require(Exporter.named("md"))
        let text = String(decoding: markdown.export(input), as: UTF8.self)
        #expect(text.ranges(of: "train.svg").count == 1)
    }

    @Test(
        "the same input gives the same bytes, whatever the time took",
        arguments: Exporter.all.map(\.name))
    func deterministic(name: String) throws {
        let exporter = try #require(Exporter.named(name))
        var input = try Self.gallery()
        let first = exporter.export(input)
        for position in input.results.keys { input.results[position]?.duration = .seconds(99) }
        #expect(exporter.export(input) == first)
    }

    @Test("the page loads nothing and is well-formed")
    func page() throws {
        let exporter = try #require(Exporter.forPath("out/x.HTML"))
        let text = String(decoding: exporter.export(try Self.gallery()), as: UTF8.self)
        for reference in ["src=\"http", "url(", "<link", "@import", "src=\"//"] {
            #expect(!text.contains(reference))
        }
        let start = try #require(text.firstRange(of: "<main>")?.lowerBound)
        let end = try #require(text.firstRange(of: "<script>")?.lowerBound)
        #expect(isWellFormed(String(text[start..<end])))
        #expect(text.contains("<html lang=\"en\">"))
    }

    @Test("the Jupyter notebook is JSON of the 4.5 schema with good identifiers")
    func jupyter() throws {
        let exporter = try #require(Exporter.named("ipynb"))
        let data = Data(exporter.export(try Self.gallery()))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["nbformat"] as? Int == 4 && object["nbformat_minor"] as? Int == 5)
        let cells = try #require(object["cells"] as? [[String: Any]])
        let ids = cells.compactMap { $0["id"] as? String }
        #expect(ids.count == cells.count && Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.wholeMatch(of: /[a-zA-Z0-9_-]{1,64}/) != nil })
        let code = cells.filter { $0["cell_type"] as? String == "code" }
        #expect(code.count == 6)
        #expect(code.allSatisfy { $0["outputs"] is [Any] && $0["execution_count"] != nil })
        #expect(cells.allSatisfy { $0["source"] is [String] && $0["metadata"] is [String: Any] })
    }

    @Test("any notebook can be exported", arguments: 0..<100)
    func anything(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let start = seed.isMultiple(of: 2) ? generator.notebook() : try fixture("gallery.dln")
        let document = NotebookDocument(bytes: generator.mutate(start), name: "n.dln")
        let results = document.cells.map {
            CellResult(position: $0.position, status: .ran, printed: "a\0<\u{1b}[1m", value: "b")
        }
        let input = ExportInput(document: document, results: results)
        for exporter in Exporter.all {
            let bytes = exporter.export(input)
            #expect(String(validating: bytes, as: UTF8.self) != nil, "seed \(seed)")
            if exporter.name == "html" {
                let page = String(decoding: bytes, as: UTF8.self)
                let shown = document.cells.count {
                    page.contains("id=\"cell-\($0.name ?? "")\"")
                        || page.contains("id=\"\($0.fileStem)\"")
                }
                #expect(shown == document.cells.count, "seed \(seed)")
            } else if exporter.name == "ipynb" {
                #expect(throws: Never.self) {
                    try JSONSerialization.jsonObject(with: Data(bytes))
                }
            }
        }
    }

    @Test(
        "highlighting keeps every character",
        arguments: [
            "let x = 1", "# c\nprint(\"a {x:.2f} <b>\")", "学习 & \"", "func f(a) { a |> g(k: 2) }",
            "\0\u{1b}", "",
        ])
    func highlighting(code: String) {
        let html = highlightedHTML(SourceText(name: "t", text: code))
        var text = ""
        var isTag = false
        for character in html {
            if character == "<" { isTag = true }
            if !isTag { text.append(character) }
            if character == ">" { isTag = false }
        }
        #expect(text == escapedHTML(code))
    }

    @Test("a script holds the code and nothing that must not run")
    func script() throws {
        let exporter = try #require(Exporter.named("dl"))
        let text = String(decoding: exporter.export(try Self.gallery()), as: UTF8.self)
        #expect(text.hasPrefix("# The notebook has the seed 42; a script draws other random numbers.\n\n# parameters\nlet lr"))
        #expect(text.contains("# cell data\nlet digits = dataset(\"digits\")"))
        #expect(text.contains("# cell 5: skipped\n# fit(net, train"))
    }

    @Test("exporters are found by name and path")
    func registry() {
        #expect(Exporter.all.map(\.name) == ["html", "md", "ipynb", "dl"])
        #expect(Exporter.forPath("a/b.ipynb")?.name == "ipynb")
        #expect(Exporter.forPath("a/b.pdf") == nil)
        #expect(
            Exporter.all.allSatisfy { Exporter.forPath("x.\($0.fileExtension)")?.name == $0.name })
    }
}
