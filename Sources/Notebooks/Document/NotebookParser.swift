import Diagnostics

/// Splits the bytes of a notebook into segments. `NotebookDocument` states the rules.
struct NotebookParser {
    private let bytes: [UInt8]
    /// The offset of the first byte of each line in `bytes`; there are as many as in `source`,
    /// since repairing UTF-8 touches no line end.
    private let lineStarts: [Int]
    let source: SourceText

    private(set) var frontMatter = FrontMatter()
    private(set) var cells: [Cell] = []
    private(set) var outputs: [StoredOutput] = []
    private(set) var segments: [NotebookDocument.Segment] = []
    private(set) var diagnostics: [Diagnostic] = []

    /// Ranges of lines (from 0) that are not prose, in order.
    private var parts: [(lines: ClosedRange<Int>, kind: NotebookDocument.Segment.Kind)] = []
    private var nameSpans: [String: Span] = [:]
    private var unnamedCount = 0

    init(bytes: [UInt8], name: String) {
        self.bytes = bytes
        let text = String(decoding: bytes, as: UTF8.self)
        self.source = SourceText(name: name, text: text, file: name)
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == 0x0a { starts.append(offset + 1) }
        self.lineStarts = starts
    }

    mutating func parse() {
        checkEncoding()
        let bodyStart = parseFrontMatter()
        let body = Array(source.utf8[source.lineStarts[bodyStart]...])
        guard let blocks = MarkdownBlock.topLevel(of: body, firstLine: bodyStart) else {
            diagnostics.append(.tooLong(at: span(line: bodyStart)))
            tile()
            return
        }
        for block in blocks where block.kind == .fencedCode { parseFence(block) }
        parseOutputs(blocks)
        diagnostics.sort { ($0.span?.start ?? 0) < ($1.span?.start ?? 0) }
        tile()
    }

    private var lineCount: Int { source.lineStarts.count }

    /// The span of a line (from 0) without its end.
    private func span(line: Int) -> Span {
        let start = source.lineStarts[line]
        return Span(source, start, start + source.lineText(line).utf8.count)
    }

    private mutating func checkEncoding() {
        guard source.utf8 != bytes else { return }
        for line in 0..<lineCount {
            let raw = bytes[lineStarts[line]..<lineEnd(line)]
            let end = line + 1 < lineCount ? source.lineStarts[line + 1] : source.utf8.count
            guard !raw.elementsEqual(source.utf8[source.lineStarts[line]..<end]) else { continue }
            diagnostics.append(.encoding(at: span(line: line)))
            return
        }
    }

    // MARK: Front matter

    /// Reads the front matter, if there is any, and gives the first line of the rest.
    private mutating func parseFrontMatter() -> Int {
        var first = source.lineText(0)
        if first.unicodeScalars.first == "\u{feff}" { first.unicodeScalars.removeFirst() }
        guard isFrontMatterFence(first), lineCount > 1 else { return 0 }
        guard let last = (1..<lineCount).first(where: { isFrontMatterFence(source.lineText($0)) })
        else {
            let next = source.lineText(1)
            if FrontMatter.knownKeys.contains(where: { next.hasPrefix("\($0):") }) {
                diagnostics.append(.unclosedFrontMatter(at: span(line: 0)))
            }
            return 0
        }
        var parser = FrontMatterParser(source, source.lineStarts[1]..<source.lineStarts[last])
        parser.parse()
        frontMatter = parser.result
        diagnostics += parser.diagnostics
        parts.append((0...last, .frontMatter))
        return min(last + 1, lineCount - 1)
    }

    private func isFrontMatterFence(_ line: String) -> Bool {
        line.hasPrefix("---") && line.utf8.dropFirst(3).allSatisfy(isBlank)
    }

    // MARK: Cells

    private mutating func parseFence(_ block: MarkdownBlock) {
        guard let fence = Fence(source, line: block.lines.lowerBound) else { return }
        let word = source.text(of: Span(source, fence.word.lowerBound, fence.word.upperBound))
        if block.isNested {
            if word == "dl" { diagnostics.append(.nestedCell(at: span(line: fence.line))) }
            return
        }
        guard word == "dl" else {
            guard word.hasPrefix("dl{") else { return }
            let wordSpan = Span(source, fence.word.lowerBound, fence.word.upperBound)
            diagnostics.append(
                .attributeSyntax(
                    "a space is missing after `dl`", at: wordSpan,
                    help: "write `dl \(word.dropFirst(2))`"))
            return
        }
        var parser = AttributeParser(source, fence.word.upperBound..<fence.end)
        parser.parse()
        diagnostics += parser.diagnostics
        addCell(fence, block.lines, parser)
    }

    private mutating func addCell(
        _ fence: Fence, _ lines: ClosedRange<Int>, _ parser: AttributeParser
    ) {
        let isClosed = lines.count > 1 && fence.isClosed(by: source.lineText(lines.upperBound))
        let codeEnd = isClosed ? lines.upperBound : lines.upperBound + 1
        let codeLines = (lines.lowerBound + 1..<max(codeEnd, lines.lowerBound + 1))
        let code = codeLines.map { source.lineText($0) }.joined(separator: "\n")
        let name = uniqueName(parser)
        let label = "cell \(name ?? String(cells.count + 1))"
        let cell = Cell(
            position: cells.count + 1,
            unnamedPosition: name == nil ? unnamedCount + 1 : nil,
            name: name, attributes: parser.attributes,
            source: SourceText(
                name: label, text: code, file: source.name, firstLine: lines.lowerBound + 2),
            lines: lines.lowerBound + 1...lines.upperBound + 1, isClosed: isClosed)
        if name == nil { unnamedCount += 1 }
        let next = codeLines.first { fence.isOpening(source.lineText($0)) }
        if !isClosed || next != nil {
            diagnostics.append(
                .unclosedCell(
                    label, fence: fence.text, at: span(line: fence.line),
                    next: next.map { span(line: $0) }))
        }
        if let line = codeLines.first(where: { isConflictStart(source.lineText($0)) }) {
            diagnostics.append(.conflict(label, at: span(line: line)))
        }
        parts.append((lines, .cell(cells.count)))
        cells.append(cell)
    }

    private mutating func uniqueName(_ parser: AttributeParser) -> String? {
        guard let name = parser.name, let span = parser.nameSpan else { return nil }
        if let first = nameSpans[name] {
            diagnostics.append(.repeatedCellName(name, at: span, first: first))
            return nil
        }
        nameSpans[name] = span
        return name
    }

    // MARK: Stored outputs

    private mutating func parseOutputs(_ blocks: [MarkdownBlock]) {
        var finder = OutputFinder(source: source, cells: cells)
        finder.find(in: blocks)
        outputs = finder.outputs
        diagnostics += finder.unclosed.map { .unclosedOutput(at: span(line: $0)) }
        for (index, lines) in finder.ranges.enumerated() { parts.append((lines, .output(index))) }
    }

    // MARK: Segments

    /// Turns the parts into segments and what lies between them into prose.
    private mutating func tile() {
        parts.sort { $0.lines.lowerBound < $1.lines.lowerBound }
        var offset = 0
        for part in parts {
            let start = lineStarts[part.lines.lowerBound]
            let end = lineEnd(part.lines.upperBound)
            if start > offset { segments.append(.init(kind: .prose, range: offset..<start)) }
            segments.append(.init(kind: part.kind, range: start..<end))
            offset = end
        }
        if offset < bytes.count {
            segments.append(.init(kind: .prose, range: offset..<bytes.count))
        }
    }

    /// The offset behind a line and its end.
    private func lineEnd(_ line: Int) -> Int {
        line + 1 < lineStarts.count ? lineStarts[line + 1] : bytes.count
    }
}

func isConflictStart(_ line: String) -> Bool { line.hasPrefix("<<<<<<< ") }
