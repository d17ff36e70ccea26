/// Numbers in row-major order with a shape: how tensors, lists and ranges reach a mark.
public struct NumberArray: Equatable, Sendable {
    /// Sizes of the axes; empty for one number.
    public let shape: [Int]
    /// As many values as the product of `shape`.
    public let values: [Double]
    /// Whether the numbers came from integers or Booleans: as colours these are classes.
    public let isInteger: Bool

    /// An array, or nil if the number of values is not the product of the shape.
    public init?(shape: [Int], values: [Double], isInteger: Bool = false) {
        var count = 1
        for size in shape {
            guard size >= 0 else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            count = product
        }
        guard count == values.count else { return nil }
        self.shape = shape
        self.values = values
        self.isInteger = isInteger
    }

    /// An array of one axis.
    public init(_ values: [Double], isInteger: Bool = false) {
        shape = [values.count]
        self.values = values
        self.isInteger = isInteger
    }

    /// One number.
    public init(_ value: Double, isInteger: Bool = false) {
        shape = []
        values = [value]
        self.isInteger = isInteger
    }

    public var rank: Int { shape.count }
}

/// An argument of a mark.
public enum FigureValue: Equatable, Sendable {
    /// No value: the same as leaving the argument out.
    case none
    case boolean(Bool)
    /// A number, list, range or tensor.
    case array(NumberArray)
    case text(String)
    case texts([String])
    /// A list of lists of unequal lengths.
    case arrays([NumberArray])
    /// A record or dict of lists, in its order.
    case record([Series])

    /// One named list of a record.
    public struct Series: Equatable, Sendable {
        public let name: String
        public let values: NumberArray

        public init(_ name: String, _ values: NumberArray) {
            self.name = name
            self.values = values
        }
    }

    /// What a user would call it: `"text"`, `"an array of shape [3, 4]"`.
    public var kind: String {
        switch self {
        case .none: "nothing"
        case .boolean: "a Boolean"
        case .array(let array):
            array.rank == 0
                ? "a number"
                : "an array of shape [\(array.shape.map(String.init).joined(separator: ", "))]"
        case .text: "text"
        case .texts: "a list of texts"
        case .arrays: "a list of lists"
        case .record: "a record"
        }
    }
}

extension FigureValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(floatLiteral value: Double) { self = .array(NumberArray(value)) }
    public init(integerLiteral value: Int) {
        self = .array(NumberArray(Double(value), isInteger: true))
    }

    /// A list of numbers.
    public static func numbers(_ values: [Double]) -> FigureValue { .array(NumberArray(values)) }

    /// A list of integers.
    public static func integers(_ values: [Int]) -> FigureValue {
        .array(NumberArray(values.map(Double.init), isInteger: true))
    }

    /// Rows of equal length as an array of two axes; as a list of lists if they are not equal.
    public static func rows(_ rows: [[Double]]) -> FigureValue {
        let width = rows.first?.count ?? 0
        if let array = NumberArray(shape: [rows.count, width], values: rows.flatMap { $0 }),
            rows.allSatisfy({ $0.count == width })
        {
            return .array(array)
        }
        return .arrays(rows.map { NumberArray($0) })
    }
}
