import Kernels
public import Tensors

/// Named columns of equal length.
public struct Table: Sendable {
    public struct Column: Sendable {
        public let name: String
        public let values: Values
        /// Numbers that are whole and too large for a Double, as they stand in the file.
        let exact: [Int64]?

        public init(name: String, values: Values) { self.init(name: name, values: values, exact: nil) }

        init(name: String, values: Values, exact: [Int64]?) {
            self.name = name
            self.values = values
            self.exact = exact
        }
    }

    /// What a column holds: numbers (nan where missing), or texts as they stand in the file.
    public enum Values: Equatable, Sendable {
        case numbers([Double])
        case strings([String])

        public var count: Int {
            switch self {
            case .numbers(let values): values.count
            case .strings(let values): values.count
            }
        }
    }

    public let columns: [Column]
    public let rowCount: Int
    /// The line of the file on which each row begins, for messages.
    private let rowLines: [Int]
    /// The texts that stand for a missing value.
    private let missing: Set<String>
    /// What stands before the fraction of a number.
    private let point: UInt8

    init(
        columns: [Column], rowCount: Int, rowLines: [Int], missing: Set<String> = CSV.missingTexts,
        point: UInt8 = UInt8(ascii: ".")
    ) {
        self.columns = columns
        self.rowCount = rowCount
        self.rowLines = rowLines
        self.missing = missing
        self.point = point
    }

    /// A table that comes from no file: its rows count as lines from 2, below a header.
    /// - Throws: `disagree` if the columns differ in length, `duplicate` names.
    public init(_ columns: [Column]) throws(FormatError) {
        let count = columns.first?.values.count ?? 0
        var names: Set<String> = []
        for column in columns {
            guard names.insert(column.name).inserted else {
                throw FormatError(format: "csv", .duplicate(column.name))
            }
            guard column.values.count == count else {
                throw FormatError(
                    format: "csv",
                    .disagree(
                        what: "the length of '\(column.name)'", declared: count,
                        found: column.values.count))
            }
        }
        self.init(columns: columns, rowCount: count, rowLines: Array(0..<count).map { $0 + 2 })
    }

    /// The column of this name.
    /// - Throws: `unknownColumn` with the nearest name.
    public func column(_ name: String) throws(FormatError) -> Column {
        guard let column = columns.first(where: { $0.name == name }) else {
            let names = columns.map(\.name)
            throw FormatError(
                format: "csv", .unknownColumn(name, known: names, nearest: nearest(name, in: names))
            )
        }
        return column
    }

    /// A column's numbers as a tensor [rowCount] (nan where missing).
    /// - Throws: `notANumber` at the first text, with line and column.
    public func tensor(_ name: String, dtype: DType? = nil) throws(FormatError) -> Tensor {
        try tensor(of: column(name), dtype: dtype)
    }

    /// The same of a column of this table. Without a dtype it is float32, but whole numbers that
    /// float32 would round (times, identities) keep their digits.
    public func tensor(of column: Column, dtype: DType? = nil) throws(FormatError) -> Tensor {
        guard case .numbers(let numbers) = column.values else { throw firstText(in: column) }
        guard let exact = column.exact, dtype ?? .int64 == .int64 else {
            return try makeVector(numbers, dtype ?? Self.fitting(numbers))
        }
        let tensor = try makeTensor(try makeShape([exact.count], format: "csv"), .int64, format: "csv")
        for (index, value) in exact.enumerated() {
            tensor.pointer.storeBytes(of: value, toByteOffset: index * 8, as: Int64.self)
        }
        return tensor
    }

    /// int64 for whole numbers beyond ±2^24, float64 where some are missing or beyond ±2^53, else float32.
    private static func fitting(_ numbers: [Double]) -> DType {
        var largest = 0.0
        var hasMissing = false
        for number in numbers {
            if number.isNaN {
                hasMissing = true
            } else if number.isFinite, number == number.rounded() {
                largest = max(largest, abs(number))
            } else {
                return .float32
            }
        }
        if largest <= 0x1p24 { return .float32 }
        return hasMissing || largest > 0x1p53 ? .float64 : .int64
    }

    /// A data set to learn `target` from all other columns.
    ///
    /// x is float32 [rowCount, D]. Texts in the target are classes: y is int64, the index in the
    /// sorted texts. Whole numbers give int64 as they are, other numbers float32. Rows are never
    /// dropped.
    /// - Throws: `unknownColumn`; `missingValue` or `notANumber` with line and column for a cell
    ///   that is not a number, or a missing target.
    public func dataset(target name: String, called title: String) throws(FormatError)
        -> LoadedDataset
    {
        let target = try column(name)
        let features = columns.filter { $0.name != name }
        let (y, classes) = try labels(target)
        return LoadedDataset(
            name: title, x: try matrix(features), y: y, classes: classes,
            features: features.map(\.name),
            trainCount: nil)
    }

    /// float32 [rowCount, columns], all numbers.
    func matrix(_ columns: [Column], dividedBy divisor: Double = 1) throws(FormatError) -> Tensor {
        let tensor = try makeTensor(
            try makeShape([rowCount, columns.count], format: "csv"), .float32, format: "csv")
        let target = tensor.pointer.assumingMemoryBound(to: Float.self)
        var work = WorkPoll()
        for (index, column) in columns.enumerated() {
            guard case .numbers(let numbers) = column.values else { throw firstText(in: column) }
            for (row, value) in numbers.enumerated() where !work.shouldStop {
                guard value.isFinite else {
                    let problem: FormatError.Problem =
                        value.isNaN ? .missingValue : .malformed("the value is infinite")
                    throw fail(problem, row: row, column)
                }
                target[row * columns.count + index] = Float(value / divisor)
            }
        }
        return tensor
    }

    private func labels(_ column: Column) throws(FormatError) -> (Tensor, [String]?) {
        switch column.values {
        case .numbers(let numbers):
            if let row = numbers.firstIndex(where: \.isNaN) {
                throw fail(.missingValue, row: row, column)
            }
            let isWhole = numbers.allSatisfy { Int64(exactly: $0) != nil }
            return (try makeVector(numbers, isWhole ? .int64 : .float32), nil)
        case .strings(let texts):
            if let row = texts.firstIndex(where: missing.contains) {
                throw fail(.missingValue, row: row, column)
            }
            let classes = Set(texts).sorted()
            let places = Dictionary(
                classes.enumerated().map { ($1, Double($0)) }, uniquingKeysWith: { a, _ in a })
            return (try makeVector(texts.map { places[$0] ?? 0 }, .int64), classes)
        }
    }

    private func firstText(in column: Column) -> FormatError {
        guard case .strings(let texts) = column.values else {
            return fail(.missingValue, row: 0, column)
        }
        let row =
            texts.firstIndex {
                DecimalNumber.parse($0, point: point) == nil && DecimalNumber.infinity($0) == nil
                    && !missing.contains($0)
            } ?? 0
        return fail(.notANumber(row < texts.count ? texts[row] : ""), row: row, column)
    }

    func fail(_ problem: FormatError.Problem, row: Int, _ column: Column) -> FormatError {
        let line = rowLines.indices.contains(row) ? rowLines[row] : row + 1
        return FormatError(
            format: "csv", place: .cell(line: line, column: column.name), problem)
    }
}

/// A tensor [N] of numbers. For integer dtypes the caller has checked that they are whole.
func makeVector(_ numbers: [Double], _ dtype: DType) throws(FormatError) -> Tensor {
    let tensor = try makeTensor(try makeShape([numbers.count], format: "csv"), dtype, format: "csv")
    let target = tensor.pointer
    var work = WorkPoll()
    for (index, value) in numbers.enumerated() {
        if work.shouldStop { break }
        switch dtype {
        case .float32: target.storeBytes(of: Float(value), toByteOffset: index * 4, as: Float.self)
        case .float64: target.storeBytes(of: value, toByteOffset: index * 8, as: Double.self)
        case .int64:
            target.storeBytes(
                of: Int64(exactly: value) ?? 0, toByteOffset: index * 8, as: Int64.self)
        case .int32:
            target.storeBytes(
                of: Int32(exactly: value) ?? 0, toByteOffset: index * 4, as: Int32.self)
        case .uint8:
            target.storeBytes(of: UInt8(exactly: value) ?? 0, toByteOffset: index, as: UInt8.self)
        case .bool: target.storeBytes(of: value == 0 ? 0 : 1, toByteOffset: index, as: UInt8.self)
        }
    }
    return tensor
}
