import Diagnostics

/// Changes a tree before it is written as HTML: puts formulas, images, anchors and cells in place,
/// and takes raw HTML out.
struct MarkdownTransformer {
    let math: MathProtector
    let renderer: MarkdownRenderer
    let cellMark: String
    /// Anchors that are taken.
    var usedIDs: Set<String>
    /// The number that the next heading of an anchor gets.
    private var nextNumbers: [String: Int] = [:]
    private(set) var headings: [MarkdownHeading] = []

    init(math: MathProtector, renderer: MarkdownRenderer, cellMark: String, usedIDs: Set<String>) {
        self.math = math
        self.renderer = renderer
        self.cellMark = cellMark
        self.usedIDs = usedIDs
    }

    mutating func transform(_ tree: MarkdownTree) {
        let nodes = tree.root.descendants
        var alternatives: [OpaquePointer: String] = [:]
        var insideImages: Set<OpaquePointer> = []
        var ids: [OpaquePointer: String] = [:]
        for node in nodes where !insideImages.contains(node.identity) {
            if node.kind == .image {
                alternatives[node.identity] = plainText(node)
                insideImages.formUnion(node.descendants.dropFirst().map(\.identity))
            } else if node.kind == .heading {
                let id = uniqueID(plainText(node))
                ids[node.identity] = id
                headings.append(
                    MarkdownHeading(level: node.headingLevel, id: id, html: headingHTML(node)))
            }
        }
        // Children first: replacing a node frees what is in it.
        for node in nodes.reversed() where !insideImages.contains(node.identity) {
            switch node.kind {
            case .text: setFormulas(node)
            case .code: node.literal = math.restored(node.literal)
            case .link:
                let url = math.restored(node.url)
                node.url = Self.isHarmless(url) ? url : ""
                node.title = math.restored(node.title)
            case .image: setImage(node, alternatives[node.identity] ?? "")
            case .heading: setAnchor(node, ids[node.identity] ?? "")
            case .fencedCode: setCode(node)
            case .html: setHTML(node)
            case .inlineHTML: setInlineHTML(node)
            case .table: wrapTable(node)
            case .indentedCode, .lineBreak, .softBreak, .other: break
            }
        }
    }

    // MARK: Formulas

    private func setFormulas(_ node: MarkdownNode) {
        let parts = math.parts(of: node.literal)
        if case .text? = parts.first, parts.count == 1 { return }
        node.replace(
            with: parts.compactMap { part in
                switch part {
                case .text(let words): .text(words)
                case .formula(let formula): .inline(html: Self.html(formula))
                }
            })
    }

    private static func html(_ formula: MathProtector.Formula) -> String {
        mathML(formula.tex, isDisplay: formula.isDisplay)
    }

    // MARK: Headings

    private func plainText(_ node: MarkdownNode) -> String {
        node.descendants.map { node in
            switch node.kind {
            case .text, .code: math.restored(node.literal)
            case .lineBreak, .softBreak: " "
            case .fencedCode, .indentedCode, .html, .heading, .inlineHTML, .link, .image, .table,
                .other:
                ""
            }
        }.joined()
    }

    private func headingHTML(_ node: MarkdownNode) -> String {
        node.descendants.map { node in
            switch node.kind {
            case .text:
                math.parts(of: node.literal).map { part in
                    switch part {
                    case .text(let words): escapedHTML(words)
                    case .formula(let formula): Self.html(formula)
                    }
                }.joined()
            case .code: "<code>\(escapedHTML(node.literal))</code>"
            case .lineBreak, .softBreak: " "
            case .fencedCode, .indentedCode, .html, .heading, .inlineHTML, .link, .image, .table,
                .other:
                ""
            }
        }.joined()
    }

    /// An anchor as GitHub makes it: lower case, `-` for spaces, without punctuation; numbered if
    /// it is taken.
    private mutating func uniqueID(_ text: String) -> String {
        var slug = ""
        for character in text.lowercased() {
            if character.isLetter || character.isNumber || character == "_" || character == "-" {
                slug.append(character)
            } else if character.isWhitespace {
                slug.append("-")
            }
        }
        if slug.isEmpty { slug = "section" }
        var id = slug
        var number = nextNumbers[slug, default: 2]
        while !usedIDs.insert(id).inserted {
            id = "\(slug)-\(number)"
            number += 1
        }
        nextNumbers[slug] = number
        return id
    }

    private func setAnchor(_ node: MarkdownNode, _ id: String) {
        let name = "h\(node.headingLevel)"
        let anchor =
            "<a class=\"anchor\" href=\"#\(escapedHTML(id))\" aria-label=\"Link to this section\">"
            + "§</a>"
        let open = "<\(name) id=\"\(escapedHTML(id))\">"
        let wrapper = MarkdownNode.block(opening: open, closing: "\(anchor)</\(name)>")
        if let wrapper { node.dissolve(into: wrapper) }
    }

    // MARK: Images, tables and code

    private func setImage(_ node: MarkdownNode, _ alternative: String) {
        let url = math.restored(node.url)
        let alt = escapedHTML(alternative)
        let title = node.title.isEmpty ? "" : " title=\"\(escapedHTML(math.restored(node.title)))\""
        let html: String
        if let bytes = renderer.loadImage(url), let type = ImageType(bytes) {
            html = "<img src=\"\(type.dataURL(bytes))\" alt=\"\(alt)\"\(title)>"
        } else {
            let text = alt.isEmpty ? escapedHTML(url) : alt
            html =
                Self.isHarmless(url)
                ? "<a class=\"missing-image\" href=\"\(escapedHTML(url))\"\(title)>\(text)</a>"
                : "<span class=\"missing-image\">\(text)</span>"
        }
        node.replace(with: [.inline(html: html)].compactMap(\.self))
    }

    /// A path, or an address of the web or of mail: nothing that a browser would run.
    private static func isHarmless(_ url: String) -> Bool {
        let scheme = url.prefix { !"/?#".contains($0) }
        guard let colon = scheme.firstIndex(of: ":") else { return true }
        return ["http", "https", "mailto"].contains(scheme[..<colon].lowercased())
    }

    private func wrapTable(_ node: MarkdownNode) {
        let open = "<div class=\"table\" tabindex=\"0\">"
        guard let wrapper = MarkdownNode.block(opening: open, closing: "</div>") else {
            return
        }
        node.wrap(in: wrapper)
    }

    /// Cells, and `dl` code that is only shown.
    private func setCode(_ node: MarkdownNode) {
        node.info = math.restored(node.info)
        let word = node.info.split(whereSeparator: \.isWhitespace).first ?? ""
        if word.hasPrefix(cellMark), let position = Int(word.dropFirst(cellMark.count)) {
            replace(node, "<!--\(cellMark)\(position)-->")
        } else if word == "dl" {
            replace(node, renderer.listing(SourceText(name: "code", text: node.literal)))
        }
    }

    private func replace(_ node: MarkdownNode, _ html: String) {
        node.replace(with: [.block(opening: html)].compactMap(\.self))
    }

    // MARK: Raw HTML

    private func setHTML(_ node: MarkdownNode) {
        let text = Self.withoutComments(node.literal)
        if trimmed(text).isEmpty {
            node.replace(with: [])
        } else {
            replace(node, "<pre class=\"markup\"><code>\(escapedHTML(text))</code></pre>")
        }
    }

    private func setInlineHTML(_ node: MarkdownNode) {
        let text = Self.withoutComments(node.literal)
        let isBreak = ["<br>", "<br/>", "<br />"].contains(text.lowercased())
        let new = isBreak ? MarkdownNode.inline(html: "<br>") : .text(math.restored(text))
        node.replace(with: text.isEmpty ? [] : [new].compactMap(\.self))
    }

    private static func withoutComments(_ html: String) -> String {
        var result = ""
        var rest = html[...]
        while let open = rest.firstRange(of: "<!--") {
            result += rest[..<open.lowerBound]
            guard let close = rest[open.upperBound...].firstRange(of: "-->") else { return result }
            rest = rest[close.upperBound...]
        }
        return result + rest
    }
}
