import Diagnostics

extension Exporter {
    /// The notebook as Markdown with its outputs, for places that render Markdown.
    static let markdown = Exporter(
        name: "md", fileExtension: "md", summary: "Markdown with outputs; figures stay files",
        linksFigures: true
    ) { input in
        var text = ""
        if input.document.frontMatter.title != nil, !input.document.startsWithTitle {
            text += "# \(input.title)\n\n"
        }
        for segment in input.document.segments {
            switch segment.kind {
            case .frontMatter, .output: break
            case .prose:
                let prose = input.document.text(of: segment).replacing("\r\n", with: "\n")
                text += text.isEmpty ? String(prose.drop { $0 == "\n" }) : prose
            case .cell(let index): text += markdownCell(input.document.cells[index], input)
            }
        }
        return Array(text.utf8)
    }

    private static func markdownCell(_ cell: Cell, _ input: ExportInput) -> String {
        var blocks: [String] = []
        if !cell.attributes.hidesCode { blocks.append(fenced(cell.source.text, "dl")) }
        if let result = input.results[cell.position] {
            if !result.text.isEmpty { blocks.append(fenced(result.text, "text")) }
            if let error = result.error { blocks.append(fenced(error.text, "text")) }
            blocks += result.figures.map { figure in
                let words = figure.description.isEmpty ? cell.label : figure.description
                let alt = words.replacing("[", with: "(").replacing("]", with: ")")
                    .replacing("\n", with: " ")
                return "![\(alt)](<\(input.path(of: figure))>)\n"
            }
        }
        // Without anything to show, the line still keeps the paragraphs around it apart.
        return blocks.isEmpty ? "\n" : blocks.joined(separator: "\n")
    }

    private static func fenced(_ text: String, _ info: String) -> String {
        let fence = Fence.around(text)
        return "\(fence)\(info)\n\(text)\n\(fence)\n"
    }
}

extension NotebookDocument {
    /// True if the first thing below the front matter is a heading of the first level.
    var startsWithTitle: Bool {
        guard let prose = segments.first(where: { $0.kind != .frontMatter }), prose.kind == .prose
        else { return false }
        let lines = text(of: prose).split(whereSeparator: \.isNewline)
        let line = lines.first { !$0.allSatisfy(\.isWhitespace) }
        return line?.hasPrefix("# ") ?? false
    }
}
