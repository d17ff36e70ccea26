import CCMark
import Synchronization

/// A tree of cmark-gfm: CommonMark with tables, task lists, strikethrough, autolinks and footnotes.
///
/// This is the only file that calls the C library. A tree is confined to the function that makes
/// it; nodes must not outlive it.
final class MarkdownTree {
    private let parser: OpaquePointer
    let root: MarkdownNode

    /// The library ends the process when its output grows past 1 GiB. A formula of three
    /// characters becomes some two hundred, so texts far longer than any book are refused.
    static let maximumLength = 8 << 20

    /// Registered once per process: the list of extensions is a global of the library.
    private static let registered: Bool = {
        cmark_gfm_core_extensions_ensure_registered()
        return true
    }()

    /// While it parses, the library keeps the characters of its extensions in a global table.
    private static let parsing = Mutex(())

    private static let options =
        CMARK_OPT_FOOTNOTES | CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_TABLE_PREFER_STYLE_ATTRIBUTES

    /// Parses UTF-8 text. Lines end in `\n` or `\r\n`; a lone `\r` is a space, so that lines are
    /// counted as everywhere else. `nil` if the text is too long or memory is short.
    init?(_ text: [UInt8]) {
        guard Self.registered, text.count <= Self.maximumLength,
            let parser = cmark_parser_new(Self.options)
        else { return nil }
        for name in ["table", "strikethrough", "autolink", "tasklist"] {
            guard let found = cmark_find_syntax_extension(name) else { continue }
            cmark_parser_attach_syntax_extension(parser, found)
        }
        let bytes = Self.withoutLoneReturns(text)
        guard let root = Self.parse(bytes, parser) else {
            cmark_parser_free(parser)
            return nil
        }
        self.parser = parser
        self.root = MarkdownNode(pointer: root)
    }

    private static func parse(_ bytes: [UInt8], _ parser: OpaquePointer) -> OpaquePointer? {
        // A lock hands out nothing that is not Sendable, so the address passes as a number.
        let address = parsing.withLock { _ -> UInt in
            bytes.withUnsafeBytes { buffer in
                guard let start = buffer.bindMemory(to: CChar.self).baseAddress else { return }
                cmark_parser_feed(parser, start, buffer.count)
            }
            return UInt(bitPattern: cmark_parser_finish(parser))
        }
        return OpaquePointer(bitPattern: address)
    }

    deinit {
        cmark_node_free(root.pointer)
        cmark_parser_free(parser)
    }

    /// The tree as HTML, with raw HTML and every link as they are: `MarkdownTransformer` has taken
    /// out what the text brought and has put in its own. (The library's safe mode would drop that,
    /// and its tables hold no other kind of node for it.)
    func html() -> String {
        let extensions = cmark_parser_get_syntax_extensions(parser)
        let options = Self.options | CMARK_OPT_UNSAFE
        guard let text = cmark_render_html(root.pointer, options, extensions) else { return "" }
        defer { cmark_get_default_mem_allocator().pointee.free(text) }
        return String(cString: text)
    }

    private static func withoutLoneReturns(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(0x0d) else { return text }
        var bytes = text
        for index in bytes.indices
        where bytes[index] == 0x0d && !(index + 1 < bytes.count && bytes[index + 1] == 0x0a) {
            bytes[index] = 0x20
        }
        return bytes
    }
}

/// A node of a `MarkdownTree`.
struct MarkdownNode {
    enum Kind: Equatable {
        case fencedCode, indentedCode, html, heading, text, code, inlineHTML, link, image
        case lineBreak, softBreak, table, other
    }

    fileprivate let pointer: OpaquePointer

    /// Equal for the same node of the same tree.
    var identity: OpaquePointer { pointer }

    var kind: Kind {
        switch cmark_node_get_type(pointer) {
        case CMARK_NODE_CODE_BLOCK: isFenced ? .fencedCode : .indentedCode
        case CMARK_NODE_HTML_BLOCK: .html
        case CMARK_NODE_HEADING: .heading
        case CMARK_NODE_TEXT: .text
        case CMARK_NODE_CODE: .code
        case CMARK_NODE_HTML_INLINE: .inlineHTML
        case CMARK_NODE_LINK: .link
        case CMARK_NODE_IMAGE: .image
        case CMARK_NODE_LINEBREAK: .lineBreak
        case CMARK_NODE_SOFTBREAK: .softBreak
        default: typeName == "table" ? .table : .other
        }
    }

    private var isFenced: Bool {
        var length: Int32 = 0
        var offset: Int32 = 0
        var character: CChar = 0
        return cmark_node_get_fenced(pointer, &length, &offset, &character) != 0
    }

    private var typeName: String {
        cmark_node_get_type_string(pointer).map { String(cString: $0) } ?? ""
    }

    /// The first line of a block, from 1.
    var startLine: Int { Int(cmark_node_get_start_line(pointer)) }
    /// The last line of a block; for HTML it may be one less.
    var endLine: Int { Int(cmark_node_get_end_line(pointer)) }
    var headingLevel: Int { Int(cmark_node_get_heading_level(pointer)) }
    var parent: MarkdownNode? { cmark_node_parent(pointer).map { MarkdownNode(pointer: $0) } }
    var next: MarkdownNode? { cmark_node_next(pointer).map { MarkdownNode(pointer: $0) } }

    var firstChild: MarkdownNode? {
        cmark_node_first_child(pointer).map { MarkdownNode(pointer: $0) }
    }

    var children: [MarkdownNode] {
        guard let firstChild else { return [] }
        return Array(sequence(first: firstChild) { $0.next })
    }

    /// Text, code or raw HTML.
    var literal: String {
        get { cmark_node_get_literal(pointer).map { String(cString: $0) } ?? "" }
        nonmutating set { cmark_node_set_literal(pointer, newValue) }
    }

    /// The words after an opening fence.
    var info: String {
        get { cmark_node_get_fence_info(pointer).map { String(cString: $0) } ?? "" }
        nonmutating set { cmark_node_set_fence_info(pointer, newValue) }
    }

    /// The target of a link or image.
    var url: String {
        get { cmark_node_get_url(pointer).map { String(cString: $0) } ?? "" }
        nonmutating set { cmark_node_set_url(pointer, newValue) }
    }

    /// The title of a link or image.
    var title: String {
        get { cmark_node_get_title(pointer).map { String(cString: $0) } ?? "" }
        nonmutating set { cmark_node_set_title(pointer, newValue) }
    }

    /// All nodes below and including this one, parents first. Does not recurse: input decides how
    /// deep a tree is.
    var descendants: [MarkdownNode] {
        var result: [MarkdownNode] = [self]
        var current = self
        while true {
            if let child = current.firstChild {
                current = child
            } else {
                while current.pointer != pointer, current.next == nil {
                    guard let above = current.parent else { return result }
                    current = above
                }
                guard current.pointer != pointer, let next = current.next else { return result }
                current = next
            }
            result.append(current)
        }
    }

    /// Puts nodes in place of this one, which is freed with what is in it.
    func replace(with nodes: [MarkdownNode]) {
        for node in nodes { cmark_node_insert_before(pointer, node.pointer) }
        cmark_node_unlink(pointer)
        cmark_node_free(pointer)
    }

    /// Puts `wrapper` in the place of this node and this node into it.
    func wrap(in wrapper: MarkdownNode) {
        guard cmark_node_insert_before(pointer, wrapper.pointer) != 0 else { return }
        cmark_node_unlink(pointer)
        cmark_node_append_child(wrapper.pointer, pointer)
    }

    /// Puts `wrapper` in the place of this node, this node's children into it, and frees this node.
    func dissolve(into wrapper: MarkdownNode) {
        for child in children {
            cmark_node_unlink(child.pointer)
            cmark_node_append_child(wrapper.pointer, child.pointer)
        }
        replace(with: [wrapper])
    }

    static func text(_ text: String) -> MarkdownNode? {
        guard let node = cmark_node_new(CMARK_NODE_TEXT) else { return nil }
        cmark_node_set_literal(node, text)
        return MarkdownNode(pointer: node)
    }

    /// An inline node that is written as given.
    static func inline(html: String) -> MarkdownNode? {
        guard let node = cmark_node_new(CMARK_NODE_HTML_INLINE) else { return nil }
        cmark_node_set_literal(node, html)
        return MarkdownNode(pointer: node)
    }

    /// A block that is written as given, before and after its children.
    static func block(opening: String, closing: String = "") -> MarkdownNode? {
        guard let node = cmark_node_new(CMARK_NODE_CUSTOM_BLOCK) else { return nil }
        cmark_node_set_on_enter(node, opening)
        cmark_node_set_on_exit(node, closing)
        return MarkdownNode(pointer: node)
    }
}
