import Kernels

/// Tables as text: values separated by commas, semicolons, tabs, spaces or bars.
public enum CSV {
    /// What stands between the fields of a row. Where two fit equally well, the first of them does.
    public enum Separator: UInt8, CaseIterable, Sendable {
        case comma = 0x2C
        case semicolon = 0x3B
        case tab = 0x09
        case bar = 0x7C
        /// One or more spaces, also before the first field.
        case space = 0x20
    }

    /// How to read. What is nil is found out from the text.
    public struct Options: Sendable {
        public var separator: Separator?
        /// Whether the first row holds the names of the columns. By default it does if none of its
        /// fields is a number, or if some are texts and the others years above values that are none.
        public var hasHeader: Bool?
        /// Lines before the first row.
        public var skippedLines = 0
        public var encoding: TextEncoding?
        /// Whether fractions begin with a comma, as `0,5`.
        public var hasDecimalComma = false
        /// Texts that stand for a missing value.
        public var missing: Set<String> = CSV.missingTexts

        public init() {}
    }

    public static let missingTexts: Set<String> = [
        "", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "-NaN", "nan", "-nan", "NULL", "null", "None", "?",
    ]

    /// Reads a table. Blank lines are skipped; spaces around fields without quotes are dropped; a
    /// quoted field may hold separators, line ends and doubled quotes. A column of numbers and
    /// missing values becomes numbers (missing: nan; `inf` is one), any other one texts. Columns without a name
    /// are `column1`, …
    /// - Throws: `wrongFieldCount`, `malformed` (quotes) with line and column, `duplicate` names,
    ///   `notText`.
    /// - Source: RFC 4180, with the liberties above.
    public static func read(
        _ bytes: [UInt8], _ options: Options = Options()
    ) throws(FormatError) -> Table {
        let text = try plainUTF8(bytes, options.encoding)
        let start = startOfLine(options.skippedLines, in: text)
        let separator =
            options.separator
            ?? CSVScanner.detectSeparator(text, from: start, hasDecimalComma: options.hasDecimalComma)
        var scanner = CSVScanner(text, separator, from: start)
        while !WorkScope.shouldStop, try scanner.scanRow() {}
        return try CSVAssembly(text, scanner, options).table()
    }

    /// The text as UTF-8 without a byte order mark.
    private static func plainUTF8(
        _ bytes: [UInt8], _ encoding: TextEncoding?
    ) throws(FormatError) -> [UInt8] {
        do {
            return try PlainText.utf8(bytes, encoding: encoding)
        } catch {
            throw FormatError(format: "csv", place: error.place, error.problem)
        }
    }

    private static func startOfLine(_ line: Int, in text: [UInt8]) -> Int {
        var place = 0
        for _ in 0..<max(0, line) {
            guard let end = text[place...].firstIndex(of: 0x0A) else { return text.count }
            place = end + 1
        }
        return place
    }

    /// Comma-separated, with a header. Missing numbers are `NaN`, infinite ones `inf`.
    public static func write(_ table: Table) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(table.columns.map { quoted($0.name) }.joined(separator: ",") + "\n")
        for row in 0..<table.rowCount where !WorkScope.shouldStop {
            let fields = table.columns.map { column in
                switch column.values {
                case .numbers(let numbers): text(numbers[row])
                case .strings(let strings): quoted(strings[row])
                }
            }
            writer.append(fields.joined(separator: ",") + "\n")
        }
        return writer.bytes
    }

    private static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number > 0 ? "inf" : "-inf" }
        return Int(exactly: number).map { String($0) } ?? "\(number)"
    }

    /// In quotes unless it is read back as it is. Texts that look like numbers need none: a column
    /// of texts has another field that does not. Works on scalars: a quote with an accent on it is
    /// still a quote.
    private static func quoted(_ text: String) -> String {
        let special: [UInt8] = [0x2C, 0x3B, 0x09, 0x22, 0x0A, 0x0D, 0x7C]
        let isPlain =
            !text.isEmpty && text.utf8.first != 0x20 && text.utf8.last != 0x20
            && text.unicodeScalars.first != "\u{FEFF}"
            && !text.utf8.contains(where: special.contains)
        guard !isPlain else { return text }
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { result += "\"" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }
}

extension DataFormat {
    public static let csv = DataFormat(
        name: "csv", reader: "readCSV", extensions: ["csv", "tsv", "tab"],
        documentation: """
            A table with values separated by commas, semicolons, tabs, spaces or bars, as a dict of \
            columns: \
            tensors where all values are numbers (missing ones are nan), else lists of strings.
            """,
        read: { bytes throws(FormatError) in .table(try CSV.read(bytes)) },
        write: { value throws(FormatError) in
            guard case .table(let table) = value else { throw unfitting("csv", needs: "a table") }
            return CSV.write(table)
        })
}
