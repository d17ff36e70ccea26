/// The lines of a drawn diagnostic, as runs of text with the part they play.
struct Picture {
    enum Role: String {
        case error, warning, message, gutter, primary, secondary, help, plain
    }

    struct Run: Equatable {
        var text: String
        var role: Role
    }

    private let diagnostic: Diagnostic
    private var lines: [[Run]] = []
    private var gutterWidth = 1

    init(_ diagnostic: Diagnostic) {
        self.diagnostic = diagnostic
    }

    mutating func draw() -> [[Run]] {
        lines = []
        let isError = diagnostic.severity == .error
        lines.append([
            Run(text: diagnostic.severity.rawValue, role: isError ? .error : .warning),
            Run(text: ": " + displayed(diagnostic.message), role: .message),
        ])
        let blocks = sourceBlocks()
        let last = blocks.flatMap(\.lines).map { $0.number }.max() ?? 1
        gutterWidth = String(last).count
        for block in blocks { draw(block) }
        for note in diagnostic.notes { addText("= ", note, .gutter) }
        if let help = diagnostic.help { addText("help: ", help, .help) }
        drawTrace()
        return lines
    }

    // MARK: Source

    private mutating func draw(_ block: SourceBlock) {
        lines.append([Run(text: pad + "┌─ ", role: .gutter), Run(text: block.title, role: .plain)])
        var previous: Int?
        for line in block.lines {
            if let previous, line.number > previous + 1 {
                lines.append([Run(text: pad + "·", role: .gutter)])
            }
            draw(line)
            previous = line.number
        }
    }

    private mutating func draw(_ line: MarkedLine) {
        let number = String(line.number)
        let room = String(repeating: " ", count: gutterWidth - min(gutterWidth, number.count))
        for part in line.parts() {
            var source = [Run(text: room + number + " │", role: .gutter)]
            if !part.text.isEmpty { source.append(Run(text: " " + part.text, role: .plain)) }
            lines.append(source)
            for row in part.rows() {
                lines.append([Run(text: pad + "│ ", role: .gutter)] + row)
            }
        }
    }

    private var pad: String { String(repeating: " ", count: gutterWidth + 1) }

    // MARK: Text below the source

    /// A note or help; further lines of its text stand under the first.
    private mutating func addText(_ mark: String, _ text: String, _ role: Role) {
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let start = index == 0 ? mark : String(repeating: " ", count: mark.count)
            lines.append([
                Run(text: pad + start, role: role),
                Run(text: displayed(String(part)), role: .plain),
            ])
        }
    }

    /// The calls, innermost first. Of a deep recursion only both ends are of interest.
    private mutating func drawTrace() {
        let calls = diagnostic.trace
        let (head, tail) = calls.count > 12 ? (8, 3) : (calls.count, 0)
        for call in calls.prefix(head) { draw(call) }
        if tail > 0 {
            let omitted = calls.count - head - tail
            lines.append([Run(text: pad + "… \(omitted) more calls", role: .plain)])
        }
        for call in calls.suffix(tail) { draw(call) }
    }

    private mutating func draw(_ call: Diagnostic.Call) {
        let text = "in \(displayed(call.function)), called at \(call.span.location)"
        lines.append([Run(text: pad + text, role: .plain)])
    }

    // MARK: What to show

    /// The labelled spans by source, that of the primary span first, and by line.
    private func sourceBlocks() -> [SourceBlock] {
        var labels = diagnostic.secondary.map { (span: $0.span, text: $0.text, isPrimary: false) }
        if let span = diagnostic.span {
            labels.insert((span: span, text: diagnostic.label, isPrimary: true), at: 0)
        }
        var blocks: [SourceBlock] = []
        for label in labels {
            let index =
                blocks.firstIndex { $0.source === label.span.source }
                ?? {
                    let source = label.span.source
                    blocks.append(SourceBlock(source: source, title: label.span.location))
                    return blocks.count - 1
                }()
            let text = displayed(label.text)
            blocks[index].add(label.span, text: text, isPrimary: label.isPrimary)
        }
        return blocks
    }
}

/// The lines of one source that hold labels.
struct SourceBlock {
    let source: SourceText
    let title: String
    /// Ascending by number.
    private(set) var lines: [MarkedLine] = []

    init(source: SourceText, title: String) {
        self.source = source
        self.title = title
    }

    mutating func add(_ span: Span, text: String, isPrimary: Bool) {
        let line = span.line
        let number = source.shownLine(line)
        let place = lines.firstIndex { $0.number >= number } ?? lines.count
        if place == lines.count || lines[place].number != number {
            lines.insert(MarkedLine(source: source, line: line), at: place)
        }
        lines[place].add(span, text: text, isPrimary: isPrimary)
    }
}
