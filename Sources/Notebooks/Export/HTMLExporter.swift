extension Exporter {
    /// A page in one file that needs nothing from elsewhere: prose, formulas, code, outputs and
    /// figures.
    static let html = Exporter(
        name: "html", fileExtension: "html", summary: "a page in one file", linksFigures: false
    ) { input in
        Array(PageWriter(input: input).page().utf8)
    }
}

/// Writes the page. Its looks are in `PageStyle`.
struct PageWriter {
    /// A table of contents is worth its space from this many headings on.
    private static let contentsMinimum = 4

    let input: ExportInput
    private var document: NotebookDocument { input.document }

    init(input: ExportInput) { self.input = input }

    func page() -> String {
        let renderer = MarkdownRenderer(loadImage: input.loadImage)
        let ids = Set(document.cells.map(anchor) + ["contents", "parameters"])
        let prose = renderer.render(document, reservedIDs: ids, cellHTML: cell)
        return """
            <!DOCTYPE html>
            <html lang="\(escapedHTML(language))">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="generator" content="dlrepl">
            <meta name="color-scheme" content="light dark">
            <title>\(escapedHTML(input.title))</title>
            <style>
            \(PageStyle.css)
            </style>
            </head>
            <body>
            <button id="theme" type="button" hidden aria-label="Light or dark">◐</button>
            <main>
            \(opening(prose.html, contents(prose.headings)))</main>
            <script>
            \(PageStyle.script)
            </script>
            </body>
            </html>

            """
    }

    // MARK: Around the text

    /// `lang:` of the front matter, else Chinese or Japanese if the prose is written so.
    private var language: String {
        if let language = document.frontMatter.other("lang"), !language.isEmpty { return language }
        var letters = 0
        var han = 0
        var kana = 0
        for segment in document.segments where segment.kind == .prose {
            for scalar in document.text(of: segment).unicodeScalars {
                switch scalar.value {
                case 0x3040...0x30ff: kana += 1
                case 0x4e00...0x9fff: han += 1
                case 0x41...0x5a, 0x61...0x7a: letters += 1
                default: break
                }
            }
        }
        // A Chinese character is a word, a Latin one a fifth of it.
        guard (han + kana) * 5 > letters else { return "en" }
        return kana * 10 > han ? "ja" : "zh-CN"
    }

    /// The text with the table of contents below its title.
    private func opening(_ html: String, _ contents: String) -> String {
        let end = "</h1>\n"
        guard document.startsWithTitle, let title = html.firstRange(of: end) else {
            return header + contents + html
        }
        return html[..<title.upperBound] + header + contents + html[title.upperBound...]
    }

    private var header: String {
        let needsTitle = document.frontMatter.title != nil && !document.startsWithTitle
        let title = needsTitle ? "<h1>\(escapedHTML(input.title))</h1>\n" : ""
        guard !input.parameters.isEmpty else { return title }
        let items = input.parameters.map { parameter in
            "<li><code>\(escapedHTML(parameter.name)) = "
                + "\(escapedHTML(parameter.value.literal))</code></li>"
        }
        return title + "<ul class=\"parameters\" id=\"parameters\" aria-label=\"Parameters\">"
            + items.joined() + "</ul>\n"
    }

    private func contents(_ headings: [MarkdownHeading]) -> String {
        let entries = headings.filter { (2...3).contains($0.level) }
        guard entries.count >= Self.contentsMinimum else { return "" }
        let items = entries.map { heading in
            "<li class=\"level-\(heading.level)\"><a href=\"#\(escapedHTML(heading.id))\">"
                + "\(heading.html)</a></li>\n"
        }
        return
            "<nav id=\"contents\" aria-label=\"Contents\">\n<ol>\n\(items.joined())</ol>\n</nav>\n"
    }

    // MARK: Cells

    private func anchor(_ cell: Cell) -> String { cell.name.map { "cell-\($0)" } ?? cell.fileStem }

    private func cell(_ cell: Cell) -> String {
        let result = input.results[cell.position]
        var parts: [String] = []
        if !cell.attributes.hidesCode { parts.append(code(cell)) }
        if cell.attributes.isSkipped { parts.append("<p class=\"note\">Not run.</p>") }
        if let result { parts += output(result, cell) }
        let classes = ["cell"] + (result.map { ["is-\($0.status.rawValue)"] } ?? [])
        return "<section class=\"\(classes.joined(separator: " "))\" "
            + "id=\"\(escapedHTML(anchor(cell)))\">\n\(parts.joined(separator: "\n"))\n</section>\n"
    }

    private func code(_ cell: Cell) -> String {
        let id = escapedHTML(anchor(cell))
        let label = escapedHTML(cell.name ?? String(cell.position))
        let kind = cell.name == nil ? " unnamed" : ""
        return "<div class=\"code\"><a class=\"label\(kind)\" href=\"#\(id)\" "
            + "aria-label=\"Link to \(escapedHTML(cell.label))\">\(label)</a>"
            + "<pre tabindex=\"0\"><code>\(highlightedHTML(cell.source))"
            + "</code></pre></div>"
    }

    private func output(_ result: CellResult, _ cell: Cell) -> [String] {
        var parts: [String] = []
        if !result.text.isEmpty {
            parts.append("<pre class=\"output\" tabindex=\"0\">\(escapedHTML(result.text))</pre>")
        }
        if let error = result.error {
            if result.status == .failedAsExpected {
                parts.append("<p class=\"note\">This error is intended.</p>")
            }
            parts.append("<pre class=\"error\" tabindex=\"0\">\(error.html)</pre>")
        }
        return parts + result.figures.compactMap { figure($0, cell) }
    }

    private func figure(_ figure: CellFigure, _ cell: Cell) -> String? {
        guard let type = ImageType(figure.bytes) else { return nil }
        let words = figure.description.isEmpty ? "Figure of \(cell.label)" : figure.description
        let width = figure.width.map { " width=\"\($0)\"" } ?? ""
        let height = figure.height.map { " height=\"\($0)\"" } ?? ""
        func image(_ url: String, _ theme: String = "") -> String {
            "<img\(theme) src=\"\(url)\"\(width)\(height) alt=\"\(escapedHTML(words))\">"
        }
        guard let dark = figure.darkBytes, let darkType = ImageType(dark) else {
            return "<figure>\(image(type.dataURL(figure.bytes)))</figure>"
        }
        return "<figure>\(image(type.dataURL(figure.bytes), " class=\"in-light\""))"
            + "\(image(darkType.dataURL(dark), " class=\"in-dark\""))</figure>"
    }
}
