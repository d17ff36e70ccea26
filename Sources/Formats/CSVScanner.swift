import Kernels

/// Finds the fields of rows in UTF-8 text, without copying them.
struct CSVScanner {
    /// Where a field lies, without the quotes around it and spaces outside them.
    struct Field {
        var range: Range<Int>
        var isQuoted = false
        /// Whether doubled quotes must become single ones.
        var hasDoubledQuotes = false
    }

    private let text: [UInt8]
    private let separator: CSV.Separator
    private var position: Int
    private(set) var fields: [Field] = []
    /// The index of each row's first field, and the end of the last row.
    private(set) var rowStarts: [Int] = [0]

    init(_ text: [UInt8], _ separator: CSV.Separator, from start: Int) {
        self.text = text
        self.separator = separator
        self.position = start
    }

    var rowCount: Int { rowStarts.count - 1 }

    func row(_ index: Int) -> ArraySlice<Field> { fields[rowStarts[index]..<rowStarts[index + 1]] }

    /// Reads the next row that is not blank. False at the end.
    mutating func scanRow() throws(FormatError) -> Bool {
        repeat {
            skipSpaces()
            guard position < text.count else { return false }
        } while endLine()
        repeat {
            fields.append(try field())
            if fields.count & 0xFFFF == 0 { try requireMemory() }
            if separator == .space {
                skipSpaces()
                if isAtLineEnd { break }
            }
        } while nextField()
        _ = endLine()
        rowStarts.append(fields.count)
        if rowStarts.count & 0xFFF == 0 { try requireMemory() }
        return true
    }

    /// Moves over a separator. A row that ends in one has an empty field there.
    private mutating func nextField() -> Bool {
        if separator == .space { return !isAtLineEnd }
        guard position < text.count, text[position] == separator.rawValue else { return false }
        position += 1
        return true
    }

    /// A text of separators alone has a field for each byte, which takes more than a byte.
    private func requireMemory() throws(FormatError) {
        // An array that grows takes twice its size.
        let size =
            2 * (fields.count * MemoryLayout<Field>.stride + rowStarts.count * MemoryLayout<Int>.stride)
        let limit = Deflate.memoryLeft
        guard size <= limit else {
            throw FormatError(
                format: "csv", place: PlainText.place(of: position, in: text),
                .tooBig(what: "the table", size: size, limit: limit))
        }
    }

    private var isAtLineEnd: Bool {
        position == text.count || text[position] == 0x0A || text[position] == 0x0D
    }

    /// Whether a separator is next. Tabs count as spaces. Only asked before the end of the line.
    private var isAtSeparator: Bool {
        text[position] == separator.rawValue || (separator == .space && text[position] == 0x09)
    }

    /// Moves over one line end: LF, CR LF or CR.
    private mutating func endLine() -> Bool {
        guard position < text.count, isAtLineEnd else { return false }
        position +=
            text[position] == 0x0D && position + 1 < text.count && text[position + 1] == 0x0A
            ? 2 : 1
        return true
    }

    private mutating func skipSpaces() {
        while position < text.count,
            text[position] == 0x20 || (text[position] == 0x09 && separator != .tab)
        {
            position += 1
        }
    }

    private mutating func field() throws(FormatError) -> Field {
        skipSpaces()
        if position < text.count, text[position] == 0x22 { return try quotedField() }
        let start = position
        while !isAtLineEnd, !isAtSeparator { advance() }
        var end = position
        while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x09 { end -= 1 }
        return Field(range: start..<end)
    }

    /// Moves on by a byte; to the end if the work is to stop: one field may be the whole file.
    private mutating func advance() {
        position += 1
        if position & 0xFFFF == 0, WorkScope.shouldStop { position = text.count }
    }

    private mutating func quotedField() throws(FormatError) -> Field {
        let opening = position
        position += 1
        var field = Field(range: position..<position, isQuoted: true)
        while true {
            guard position < text.count else { throw fail("a quote is not closed", at: opening) }
            if text[position] != 0x22 {
                advance()
            } else if position + 1 < text.count, text[position + 1] == 0x22 {
                field.hasDoubledQuotes = true
                position += 2
            } else {
                break
            }
        }
        field.range = (opening + 1)..<position
        position += 1
        if separator != .space { skipSpaces() }
        guard isAtLineEnd || isAtSeparator else {
            throw fail("text follows a closing quote", at: position)
        }
        return field
    }

    private func fail(_ rule: String, at offset: Int) -> FormatError {
        FormatError(format: "csv", place: PlainText.place(of: offset, in: text), .malformed(rule))
    }

    /// The number of fields that each of the next rows has, nil if they differ or are malformed.
    private mutating func commonFieldCount(ofRows limit: Int) -> Int? {
        while rowCount < limit {
            guard let isRow = try? scanRow() else { return nil }
            if !isRow { break }
        }
        guard rowCount > 0 else { return nil }
        let count = row(0).count
        return (0..<rowCount).allSatisfy { row($0).count == count } ? count : nil
    }

    /// The separator that gives the first rows the same number of fields, and the most of them.
    static func detectSeparator(
        _ text: [UInt8], from start: Int, hasDecimalComma: Bool
    ) -> CSV.Separator {
        var best = hasDecimalComma ? CSV.Separator.semicolon : .comma
        var bestCount = 1
        for separator in CSV.Separator.allCases where separator != .comma || !hasDecimalComma {
            // Spaces stand in texts too: they separate where nothing else does.
            if separator == .space, bestCount > 1 { continue }
            var scanner = CSVScanner(text, separator, from: start)
            guard let count = scanner.commonFieldCount(ofRows: 20), count > bestCount else {
                continue
            }
            (best, bestCount) = (separator, count)
        }
        return best
    }
}

/// Makes a table of scanned fields.
struct CSVAssembly {
    private let text: [UInt8]
    private let scanner: CSVScanner
    private let options: CSV.Options
    private let point: UInt8
    /// Some text that stands for a missing value looks like a number: `-999`.
    private let hasMissingNumbers: Bool
    private let longestMissing: Int

    init(_ text: [UInt8], _ scanner: CSVScanner, _ options: CSV.Options) {
        self.text = text
        self.scanner = scanner
        self.options = options
        let point = options.hasDecimalComma ? UInt8(ascii: ",") : UInt8(ascii: ".")
        self.point = point
        hasMissingNumbers = options.missing.contains { DecimalNumber.parse($0, point: point) != nil }
        longestMissing = options.missing.map(\.utf8.count).max() ?? 0
    }

    func table() throws(FormatError) -> Table {
        guard scanner.rowCount > 0 else { return Table(columns: [], rowCount: 0, rowLines: []) }
        let width = scanner.row(0).count
        for row in 0..<scanner.rowCount where scanner.row(row).count != width {
            let fields = scanner.row(row)
            let start = fields.first?.range.lowerBound ?? 0
            throw FormatError(
                format: "csv", place: PlainText.place(of: start, in: text),
                .wrongFieldCount(expected: width, found: fields.count))
        }
        let hasHeader = options.hasHeader ?? beginsWithNames
        let names = try names(hasHeader: hasHeader, width: width)
        let rows = (hasHeader ? 1 : 0)..<scanner.rowCount
        let columns = names.enumerated().map { index, name in
            let values = values(column: index, rows: rows)
            return Table.Column(name: name, values: values, exact: exact(values, column: index, rows: rows))
        }
        return Table(
            columns: columns, rowCount: rows.count, rowLines: lines(of: rows), missing: options.missing,
            point: point)
    }

    /// Whether the first row names the columns: none of it is a number, or they are years above other values.
    private var beginsWithNames: Bool {
        let first = Array(scanner.row(0))
        let numbers = first.indices.filter { number(first[$0]) != nil }
        if numbers.isEmpty { return true }
        guard scanner.rowCount > 1, numbers.count > 1, numbers.count < first.count,
            Set(first.map(string)).count == first.count
        else { return false }
        let second = Array(scanner.row(1))
        return numbers.allSatisfy { isYear(first[$0]) } && !numbers.allSatisfy { isYear(second[$0]) }
    }

    private func isYear(_ field: CSVScanner.Field) -> Bool {
        let text = string(field)
        return text.utf8.count == 4 && (Int(text).map { 1500..<2200 ~= $0 } ?? false)
    }

    private func names(hasHeader: Bool, width: Int) throws(FormatError) -> [String] {
        guard hasHeader else { return (1...width).map { "column\($0)" } }
        var names: [String] = []
        var seen: Set<String> = []
        for (index, field) in scanner.row(0).enumerated() {
            let text = string(field)
            let name = text.isEmpty ? "column\(index + 1)" : text
            guard seen.insert(name).inserted else {
                throw FormatError(
                    format: "csv",
                    place: PlainText.place(of: field.range.lowerBound, in: self.text),
                    .duplicate(name))
            }
            names.append(name)
        }
        return names
    }

    private func values(column: Int, rows: Range<Int>) -> Table.Values {
        var numbers: [Double] = []
        numbers.reserveCapacity(rows.count)
        var work = WorkPoll()
        for row in rows {
            if work.shouldStop { break }
            let field = field(row, column)
            if hasMissingNumbers, isMissing(field) {
                numbers.append(.nan)
            } else if let value = number(field) ?? infinity(field) {
                numbers.append(value)
            } else if isMissing(field) {
                numbers.append(.nan)
            } else {
                return .strings(strings(column, rows))
            }
        }
        return .numbers(numbers)
    }

    /// The numbers as Ints where they are whole and a Double would round some of them.
    private func exact(_ values: Table.Values, column: Int, rows: Range<Int>) -> [Int64]? {
        guard case .numbers(let numbers) = values, numbers.contains(where: { abs($0) >= 0x1p53 }) else { return nil }
        var result: [Int64] = []
        result.reserveCapacity(rows.count)
        var work = WorkPoll()
        for row in rows {
            if work.shouldStop { break }
            guard let number = Int64(string(field(row, column))) else { return nil }
            result.append(number)
        }
        return result
    }

    private func strings(_ column: Int, _ rows: Range<Int>) -> [String] {
        var strings: [String] = []
        strings.reserveCapacity(rows.count)
        var work = WorkPoll()
        for row in rows {
            if work.shouldStop { break }
            strings.append(string(field(row, column)))
        }
        return strings
    }

    private func field(_ row: Int, _ column: Int) -> CSVScanner.Field {
        scanner.fields[scanner.rowStarts[row] + column]
    }

    private func number(_ field: CSVScanner.Field) -> Double? {
        DecimalNumber.parse(text, in: field.range, point: point)
    }

    /// Only below a header: there "inf" may be a name.
    private func infinity(_ field: CSVScanner.Field) -> Double? {
        (3...9).contains(field.range.count) ? DecimalNumber.infinity(string(field)) : nil
    }

    private func isMissing(_ field: CSVScanner.Field) -> Bool {
        field.range.count <= longestMissing && options.missing.contains(string(field))
    }

    private func string(_ field: CSVScanner.Field) -> String {
        // The whole text is valid UTF-8 and fields begin and end at ASCII characters.
        let string = String(decoding: text[field.range], as: UTF8.self)
        guard field.hasDoubledQuotes else { return string }
        var result = ""
        var isSecond = false
        for scalar in string.unicodeScalars {
            isSecond = scalar == "\"" && !isSecond
            // Of two quotes the first one stays.
            if scalar != "\"" || isSecond { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    /// The line on which each row begins.
    private func lines(of rows: Range<Int>) -> [Int] {
        var lines: [Int] = []
        lines.reserveCapacity(rows.count)
        var line = 1
        var place = 0
        var work = WorkPoll()
        for row in rows {
            if work.shouldStop { break }
            let start = scanner.row(row).first?.range.lowerBound ?? place
            while place < start {
                if text[place] == 0x0A { line += 1 }
                place += 1
            }
            lines.append(line)
        }
        return lines
    }
}
