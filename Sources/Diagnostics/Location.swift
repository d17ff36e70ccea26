extension SourceText {
    /// The 1-based line as readers count it: in the file if there is one, else in this text.
    func shownLine(_ line: Int) -> Int { firstLine + line }
}

extension Span {
    /// The 0-based line that the span starts in.
    var line: Int { source.line(at: min(max(start, 0), source.utf8.count)) }

    /// The 1-based column of the start in its line, in code points.
    var column: Int { columnNumber(of: start) }

    /// Where readers find it: `notebook.dln:12:5 (cell train)`, or `cell 4, line 7` for a text that
    /// is no file.
    public var location: String {
        let number = source.shownLine(line)
        guard let file = source.file else { return displayed("\(source.name), line \(number)") }
        let place = "\(file):\(number):\(column)"
        return displayed(source.name == file ? place : "\(place) (\(source.name))")
    }

    func columnNumber(of offset: Int) -> Int {
        let end = min(max(offset, 0), source.utf8.count)
        let start = source.lineStarts[source.line(at: end)]
        // Bytes 10xxxxxx continue a code point.
        return 1 + source.utf8[start..<end].count { $0 & 0xC0 != 0x80 }
    }
}
