import Diagnostics

/// Finds stored outputs: the lines from `<!-- dln:out NAME KEY -->` to `<!-- dln:end -->`.
///
/// A merge of two branches with different outputs leaves conflict markers inside an output or
/// around it. Both sides and the markers then count as one output, so that the next run replaces
/// all of it.
struct OutputFinder {
    private enum Mark {
        case out(name: String, key: String)
        case end, cell
    }

    private let source: SourceText
    private let cells: [Cell]
    private var marks: [(line: Int, mark: Mark)] = []
    /// For each mark the index of the first one behind it that opens no output.
    private var nextOthers: [Int] = []
    /// How many blocks and cells lie above the output that is being added.
    private var firstBlock = 0
    private var cellCount = 0

    private(set) var outputs: [StoredOutput] = []
    /// The lines of each output, from 0.
    private(set) var ranges: [ClosedRange<Int>] = []
    /// Lines of opening comments without an end.
    private(set) var unclosed: [Int] = []

    init(source: SourceText, cells: [Cell]) {
        self.source = source
        self.cells = cells
    }

    mutating func find(in blocks: [MarkdownBlock]) {
        marks = blocks.compactMap { block in
            guard block.kind == .html, !block.isNested else { return nil }
            return Self.mark(block.literal).map { (block.lines.lowerBound, $0) }
        }
        guard !marks.isEmpty else { return }
        marks += cells.map { ($0.lines.lowerBound - 1, .cell) }
        marks.sort { $0.line < $1.line }
        nextOthers = Self.nextOthers(marks)
        var index = 0
        while index < marks.count {
            guard case .out(let name, let key) = marks[index].mark else {
                index += 1
                continue
            }
            guard let last = end(from: index) else {
                unclosed.append(marks[index].line)
                index += 1
                continue
            }
            let firstLine = marks[index].line
            let (lines, next) = withConflict(firstLine, last)
            add(name, key, lines, blocks)
            index = next
        }
    }

    /// The index of the comment that ends the output opened at `index`. Further opening comments
    /// may come before it (a conflict in the key), a cell may not.
    private func end(from index: Int) -> Int? {
        let next = nextOthers[index]
        guard next < marks.count, case .end = marks[next].mark else { return nil }
        return next
    }

    private static func nextOthers(_ marks: [(line: Int, mark: Mark)]) -> [Int] {
        var result = Array(repeating: marks.count, count: marks.count)
        for index in marks.indices.reversed().dropFirst() {
            if case .out = marks[index + 1].mark {
                result[index] = result[index + 1]
            } else {
                result[index] = index + 1
            }
        }
        return result
    }

    /// Extends an output to the marker lines of a conflict around it.
    /// - Returns: the lines, and the index of the first mark behind them.
    private func withConflict(_ start: Int, _ last: Int) -> (ClosedRange<Int>, Int) {
        var first = start
        if first > 0, isConflictStart(source.lineText(first - 1)) { first -= 1 }
        var end = marks[last].line
        var next = last + 1
        guard openConflicts(first...end) > 0 else { return (first...end, next) }
        // Markers, and outputs that start right behind them, up to the closing marker.
        while end + 1 < source.lineStarts.count {
            if next < marks.count, marks[next].line == end + 1, case .out = marks[next].mark {
                guard let following = self.end(from: next) else { break }
                end = marks[following].line
                next = following + 1
            } else if Self.isMarker(source.lineText(end + 1)) {
                end += 1
            } else {
                break
            }
            if openConflicts(first...end) == 0 { return (first...end, next) }
        }
        return (start...marks[last].line, last + 1)
    }

    private func openConflicts(_ lines: ClosedRange<Int>) -> Int {
        lines.reduce(0) { count, line in
            let text = source.lineText(line)
            return count + (isConflictStart(text) ? 1 : text.hasPrefix(">>>>>>> ") ? -1 : 0)
        }
    }

    private static func isMarker(_ line: String) -> Bool {
        line == "=======" || ["||||||| ", ">>>>>>> "].contains { line.hasPrefix($0) }
    }

    private mutating func add(
        _ name: String, _ key: String, _ lines: ClosedRange<Int>, _ blocks: [MarkdownBlock]
    ) {
        // Outputs come in order, so blocks and cells above this one need no second look.
        while firstBlock < blocks.count, blocks[firstBlock].lines.lowerBound < lines.lowerBound {
            firstBlock += 1
        }
        let inside = blocks[firstBlock...].prefix { lines.contains($0.lines.lowerBound) }
        let code = inside.filter { $0.kind == .fencedCode && !$0.isNested }
        let text = code.map(\.literal).joined()
        let all = lines.map { source.lineText($0) }
        let figures: [String] = all.compactMap { line in
            guard line.hasPrefix("!["), line.hasSuffix(")"), let start = line.firstRange(of: "](")
            else { return nil }
            return String(line[start.upperBound...].dropLast())
        }
        while cellCount < cells.count, cells[cellCount].lines.upperBound <= lines.lowerBound {
            cellCount += 1
        }
        outputs.append(
            StoredOutput(
                name: name, key: key, text: text.hasSuffix("\n") ? String(text.dropLast()) : text,
                figures: figures, cellPosition: cellCount > 0 ? cells[cellCount - 1].position : nil,
                hasConflict: all.contains(where: isConflictStart)))
        ranges.append(lines)
    }

    /// Reads a comment of the form `<!-- dln:… -->`.
    private static func mark(_ html: String) -> Mark? {
        let text = trimmed(html)
        guard text.hasPrefix("<!--"), text.hasSuffix("-->"), text.utf8.count >= 7 else {
            return nil
        }
        let words = text.dropFirst(4).dropLast(3).split(whereSeparator: \.isWhitespace)
        switch (words.first, words.count) {
        case ("dln:out", 3): return .out(name: String(words[1]), key: String(words[2]))
        case ("dln:out", 2): return .out(name: String(words[1]), key: "")
        case ("dln:end", 1): return .end
        default: return nil
        }
    }
}
