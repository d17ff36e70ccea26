import Diagnostics

/// A heading of a text, for a table of contents.
public struct MarkdownHeading: Equatable, Sendable {
    /// 1 to 6.
    public let level: Int
    /// The anchor: `#id`.
    public let id: String
    /// The words, with formulas as MathML and without links.
    public let html: String
}

/// Turns prose into HTML: GitHub's Markdown with footnotes and formulas.
///
/// The result is safe to put into a page: raw HTML is shown as text (but comments are dropped and
/// `<br>` is kept), links with a scheme that runs code lose their target, and nothing is loaded
/// from elsewhere: an image that `loadImage` cannot give becomes a link.
public struct MarkdownRenderer: Sendable {
    /// The bytes of an image, by the path in the text; `nil` if there is none.
    public var loadImage: @Sendable (String) -> [UInt8]?

    public init(loadImage: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }) {
        self.loadImage = loadImage
    }

    /// A text as HTML, and its headings.
    public func render(_ text: String) -> (html: String, headings: [MarkdownHeading]) {
        // The blank line keeps `---` at the top from being front matter.
        let document = NotebookDocument(text: "\n" + text, name: "text")
        return render(document, reservedIDs: []) { listing($0.source) }
    }

    /// Code that is shown, not run.
    func listing(_ code: SourceText) -> String {
        "<pre class=\"listing\"><code>\(highlightedHTML(code))</code></pre>"
    }

    /// The prose of a notebook as one text, so that links and footnotes work across cells.
    ///
    /// - Parameters:
    ///   - reservedIDs: anchors that no heading may take.
    ///   - cellHTML: what to write where a cell stands.
    public func render(
        _ document: NotebookDocument, reservedIDs: Set<String>, cellHTML: (Cell) -> String
    ) -> (html: String, headings: [MarkdownHeading]) {
        let mark = MathProtector.unusedMark(in: document.source.utf8)
        let source = Self.source(of: document, mark: mark)
        guard let plain = MarkdownTree(source) else {
            return ("<pre>\(escapedHTML(document.source.text))</pre>", [])
        }
        let math = MathProtector(source, mark: mark, codeLines: Self.codeLines(of: plain))
        guard let tree = MarkdownTree(math.text) else { return ("", []) }
        var transformer = MarkdownTransformer(
            math: math, renderer: self, cellMark: mark + "cell", usedIDs: reservedIDs)
        transformer.transform(tree)
        let html = Self.fill(tree.html(), mark: mark + "cell") { position in
            document.cells.indices.contains(position - 1)
                ? cellHTML(document.cells[position - 1]) : ""
        }
        return (html, transformer.headings)
    }

    /// The text of a notebook without front matter and stored outputs, and with an empty block
    /// whose first word is the mark and the position in place of each cell.
    private static func source(of document: NotebookDocument, mark: String) -> [UInt8] {
        var result: [UInt8] = []
        for segment in document.segments {
            switch segment.kind {
            case .frontMatter, .output: break
            case .prose: result += Array(document.text(of: segment).utf8)
            case .cell(let index):
                let word = "\(mark)cell\(document.cells[index].position)"
                result += Array("```\(word)\n```\n".utf8)
            }
        }
        return result
    }

    private static func codeLines(of tree: MarkdownTree) -> Set<Int> {
        var lines: Set<Int> = []
        for node in tree.root.descendants {
            switch node.kind {
            case .fencedCode, .indentedCode, .html:
                lines.formUnion((node.startLine - 1)..<max(node.startLine, node.endLine))
            case .heading, .text, .code, .inlineHTML, .link, .image, .lineBreak, .softBreak,
                .table, .other:
                break
            }
        }
        return lines
    }

    /// Replaces the comments that stand for cells. They are filled in here, not in the tree,
    /// because figures may be larger than the library's buffers.
    private static func fill(
        _ html: String, mark: String, _ content: (Int) -> String
    ) -> String {
        var result = ""
        var rest = html[...]
        while let found = rest.firstRange(of: "<!--\(mark)") {
            result += rest[..<found.lowerBound]
            let digits = rest[found.upperBound...].prefix { $0.isASCII && $0.isNumber }
            result += Int(digits).map(content) ?? ""
            rest = rest[digits.endIndex...].dropFirst(3)
        }
        return result + rest
    }
}
