public import Diagnostics

/// A `.dln` file: prose in Markdown, code cells, front matter, and perhaps stored outputs.
///
/// Reading is total and lossless. Any bytes are a document: what cannot be understood is prose,
/// and `diagnostics` says so. The segments tile the bytes, and editing replaces whole segments, so
/// whatever is not edited is written back byte for byte.
///
/// Rules, in the order in which they apply:
/// 1. Lines end in `\n` or `\r\n`. A byte order mark is kept and ignored.
/// 2. If the first line is `---`, the lines up to the next `---` are the front matter.
/// 3. The rest has the block structure of CommonMark (with tables and footnotes). A fenced code
///    block outside of lists, quotations and HTML whose first word is `dl` is a cell.
/// 4. HTML comments `<!-- dln:out NAME KEY -->` and `<!-- dln:end -->` enclose a stored output. It
///    belongs to the cell above it.
/// 5. Everything else is prose.
public struct NotebookDocument: Sendable {
    /// A range of the bytes and what it is.
    public struct Segment: Equatable, Sendable {
        public enum Kind: Equatable, Sendable {
            /// With its `---` lines.
            case frontMatter
            case prose
            /// A cell with its fences; an index into `cells`.
            case cell(Int)
            /// A stored output with its comments; an index into `outputs`.
            case output(Int)
        }

        public let kind: Kind
        public let range: Range<Int>
    }

    /// What diagnostics call the file: `notebook.dln`.
    public let name: String
    public let bytes: [UInt8]
    /// The whole file as text, for positions in diagnostics. Bytes that are not UTF-8 are replaced
    /// in it, which moves offsets but not lines.
    public let source: SourceText
    public let frontMatter: FrontMatter
    public let cells: [Cell]
    public let outputs: [StoredOutput]
    /// The parts of the file in order, without gaps: their ranges together are all of `bytes`.
    public let segments: [Segment]
    /// What is wrong with the document itself, in the order of the file; the code in the cells is
    /// not looked at. A document with an error among them should not be run.
    public let diagnostics: [Diagnostic]

    /// Reads a notebook; never fails.
    /// - Parameter name: how messages call it, usually the path as the user typed it.
    public init(bytes: [UInt8], name: String) {
        var parser = NotebookParser(bytes: bytes, name: name)
        parser.parse()
        self.name = name
        self.bytes = bytes
        self.source = parser.source
        self.frontMatter = parser.frontMatter
        self.cells = parser.cells
        self.outputs = parser.outputs
        self.segments = parser.segments
        self.diagnostics = parser.diagnostics
    }

    public init(text: String, name: String) {
        self.init(bytes: Array(text.utf8), name: name)
    }

    /// A script as a notebook of one cell.
    /// - Parameter name: what messages call the script.
    public init(script: String, name: String) {
        let fence = Fence.around(script)
        let code = script.hasSuffix("\n") ? String(script.dropLast()) : script
        let whole = NotebookDocument(text: "\(fence)dl\n\(code)\n\(fence)\n", name: name)
        self.name = name
        self.bytes = whole.bytes
        self.source = whole.source
        self.frontMatter = whole.frontMatter
        // Places are those of the script.
        self.cells = whole.cells.map { cell in
            Cell(
                position: cell.position, unnamedPosition: cell.unnamedPosition, name: nil,
                attributes: cell.attributes,
                source: SourceText(name: name, text: code, file: name), lines: cell.lines,
                isClosed: cell.isClosed)
        }
        self.outputs = []
        self.segments = whole.segments
        self.diagnostics = []
    }

    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// The cell with a name, or with a position written as a number: `train`, `3`.
    public func cell(called text: String) -> Cell? {
        cells.first { $0.name == text } ?? cells.first { String($0.position) == text }
    }

    /// The text of a segment.
    public func text(of segment: Segment) -> String {
        String(decoding: bytes[segment.range], as: UTF8.self)
    }
}
