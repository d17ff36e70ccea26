/// A line of source with the spans to mark in it.
struct MarkedLine {
    /// A marked range of columns.
    struct Mark {
        var start: Int
        var end: Int
        var text: String
        var isPrimary: Bool
        /// The span goes on in the next line.
        var goesOn: Bool
    }

    /// The 1-based number that is shown.
    let number: Int
    private let display: DisplayLine
    private let firstByte: Int
    private let length: Int
    private var marks: [Mark] = []

    /// A longer line is cut around its marks.
    private static let widest = 96
    /// Columns kept before a mark in a line that is cut.
    private static let margin = 24

    init(source: SourceText, line: Int) {
        let text = source.lineText(line)
        number = source.shownLine(line)
        display = DisplayLine(text)
        firstByte = source.lineStarts[line]
        length = text.utf8.count
    }

    mutating func add(_ span: Span, text: String, isPrimary: Bool) {
        let start = display.cell(ofByte: span.start - firstByte, lineLength: length)
        let end = display.cell(ofByte: max(span.end, span.start) - firstByte, lineLength: length)
        let goesOn = span.end - firstByte > length + 1 && start < display.width
        let mark = Mark(
            start: start, end: max(end, start + 1), text: text, isPrimary: isPrimary, goesOn: goesOn
        )
        let place = marks.firstIndex { $0.start > start } ?? marks.count
        marks.insert(mark, at: place)
    }

    /// What is drawn: the line once, or, if it is too long for that, the surroundings of its marks.
    func parts() -> [LinePart] {
        guard display.width > Self.widest else {
            return [LinePart(text: display.text(from: 0, to: display.width), marks: marks)]
        }
        var parts: [LinePart] = []
        var rest = marks[...]
        while let first = rest.first {
            let start = max(0, min(first.start - Self.margin, display.width - Self.widest))
            let end = start + Self.widest
            let inside = rest.prefix { $0.start < end || $0.start == first.start }
            rest = rest.dropFirst(inside.count)
            let left = start > 0 ? "…" : ""
            let right = end < display.width ? "…" : ""
            let shift = start - left.count
            let moved = inside.map { mark in
                var mark = mark
                mark.start -= shift
                mark.end = min(mark.end, max(end, mark.start + shift + 1)) - shift
                return mark
            }
            parts.append(
                LinePart(text: left + display.text(from: start, to: end) + right, marks: moved))
        }
        return parts
    }
}

/// The visible piece of a line; its marks are in columns of `text`, ascending by start.
struct LinePart {
    let text: String
    let marks: [MarkedLine.Mark]

    /// The rows below the source line: the underlines, then a row for each label.
    func rows() -> [[Picture.Run]] {
        let labelled = marks.filter { !$0.text.isEmpty }
        let end = marks.map(\.end).max() ?? 0
        var underline = underlineRow(to: end)
        if let only = labelled.first, labelled.count == 1, only.end == end {
            underline.append(Picture.Run(text: " " + only.text, role: role(only)))
            return [underline]
        }
        let textColumn = (labelled.map(\.start).max() ?? 0) + 2
        var rows = [underline]
        for index in labelled.indices.reversed() {
            rows.append(
                labelRow(labelled[index], below: labelled[..<index], textColumn: textColumn))
        }
        return rows
    }

    private func role(_ mark: MarkedLine.Mark) -> Picture.Role {
        mark.isPrimary ? .primary : .secondary
    }

    private func underlineRow(to end: Int) -> [Picture.Run] {
        var roles = [Picture.Role?](repeating: nil, count: end)
        for mark in marks.filter({ !$0.isPrimary }) + marks.filter(\.isPrimary) {
            for cell in mark.start..<mark.end { roles[cell] = role(mark) }
        }
        var runs: [Picture.Run] = []
        for cellRole in roles {
            let character = cellRole == nil ? " " : "─"
            if let last = runs.last, last.role == cellRole ?? .plain {
                runs[runs.count - 1].text += character
            } else {
                runs.append(Picture.Run(text: character, role: cellRole ?? .plain))
            }
        }
        if let last = marks.first(where: { $0.goesOn && $0.end == end }) {
            runs.append(Picture.Run(text: "…", role: role(last)))
        }
        return runs
    }

    /// `│ └── text`: a stem for each label still to come, and the corner of this one.
    private func labelRow(
        _ mark: MarkedLine.Mark, below pending: ArraySlice<MarkedLine.Mark>, textColumn: Int
    ) -> [Picture.Run] {
        var runs: [Picture.Run] = []
        var column = 0
        for other in pending where other.start < mark.start && other.start >= column {
            runs.append(space(other.start - column))
            runs.append(Picture.Run(text: "│", role: role(other)))
            column = other.start + 1
        }
        runs.append(space(mark.start - column))
        let hasTwin = pending.contains { $0.start == mark.start }
        let arm = String(repeating: "─", count: textColumn - mark.start - 2)
        let text = (hasTwin ? "├" : "└") + arm + " " + mark.text
        runs.append(Picture.Run(text: text, role: role(mark)))
        return runs.filter { !$0.text.isEmpty }
    }

    private func space(_ count: Int) -> Picture.Run {
        Picture.Run(text: String(repeating: " ", count: count), role: .plain)
    }
}
