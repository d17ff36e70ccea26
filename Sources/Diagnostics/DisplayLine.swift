/// A line of source as it is drawn: characters with the columns they stand in.
///
/// Tabs go to the next multiple of four; control characters are made visible.
struct DisplayLine {
    private struct Glyph {
        var text: Character
        var byte: Int
        var cell: Int
        var width: Int
    }

    private var glyphs: [Glyph] = []
    /// Columns of the whole line.
    private(set) var width = 0

    init(_ text: String) {
        var byte = 0
        for character in text {
            if character == "\t" {
                let stop = (width / 4 + 1) * 4
                for cell in width..<stop {
                    glyphs.append(Glyph(text: " ", byte: byte, cell: cell, width: 1))
                }
                width = stop
            } else {
                let shown = displayed(character)
                let cells = cellWidth(shown)
                glyphs.append(Glyph(text: shown, byte: byte, cell: width, width: cells))
                width += cells
            }
            byte += character.utf8.count
        }
    }

    /// The column of the character that holds the byte at `offset` of the line; the column after
    /// the last one for offsets past the end.
    /// - Complexity: O(log characters).
    func cell(ofByte offset: Int, lineLength: Int) -> Int {
        if offset >= lineLength { return width }
        var low = 0
        var high = glyphs.count
        while low < high {
            let middle = (low + high) / 2
            if glyphs[middle].byte <= offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return 0 }
        // The spaces of a tab share a byte: the first of them is meant.
        var index = low - 1
        while index > 0, glyphs[index - 1].byte == glyphs[index].byte { index -= 1 }
        return glyphs[index].cell
    }

    /// The text between two columns. Half of a wide character at either edge becomes a space.
    func text(from start: Int, to end: Int) -> String {
        var result = ""
        for glyph in glyphs where glyph.cell + glyph.width > start && glyph.cell < end {
            let isCut = glyph.cell < start || glyph.cell + glyph.width > end
            result.append(isCut ? " " : glyph.text)
        }
        return result
    }
}
