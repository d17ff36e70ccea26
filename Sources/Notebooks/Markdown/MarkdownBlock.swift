/// A block of a Markdown text and the lines it takes, counted from 0.
struct MarkdownBlock {
    let kind: MarkdownNode.Kind
    let lines: ClosedRange<Int>
    /// Inside a list, quotation or footnote.
    let isNested: Bool
    /// The content of code and HTML.
    let literal: String

    /// The code and HTML blocks of a text, in order. `nil` if the text is too long.
    /// - Parameter firstLine: the number of the text's first line.
    static func topLevel(of text: [UInt8], firstLine: Int) -> [MarkdownBlock]? {
        guard let tree = MarkdownTree(text) else { return nil }
        let top = Set(tree.root.children.map(\.identity))
        return tree.root.descendants.compactMap { node in
            switch node.kind {
            case .fencedCode, .indentedCode, .html:
                let start = firstLine + node.startLine - 1
                return MarkdownBlock(
                    kind: node.kind, lines: start...max(start, firstLine + node.endLine - 1),
                    isNested: !top.contains(node.identity), literal: node.literal)
            case .heading, .text, .code, .inlineHTML, .link, .image, .lineBreak, .softBreak,
                .table, .other:
                return nil
            }
        }
    }
}
