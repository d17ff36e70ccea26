/// Why a figure cannot be made. Cases carry facts; ``description`` makes the sentence.
public enum FigureError: Error, Equatable, Sendable {
    /// Two arguments must have as many elements as each other.
    case unequalLengths(mark: String, first: Count, second: Count)
    /// An argument has the wrong kind, e.g. text where numbers are needed.
    case wrongKind(mark: String, parameter: String, expected: String, given: String)
    /// An array has the wrong shape. `expected` is written as in `[N, 2]`.
    case wrongShape(mark: String, parameter: String, expected: String, given: [Int])
    /// A word that the parameter does not know, and those that it knows.
    case unknownChoice(mark: String, parameter: String, given: String, choices: [String])
    /// A number outside of what the parameter allows. `rule` is written as in `at least 1`.
    case outOfRange(mark: String, parameter: String, rule: String, given: Double)
    /// A parameter without default was not given.
    case missing(mark: String, parameter: String)
    /// The mark has no such parameter.
    case unknownParameter(mark: String, given: String, parameters: [String])
    /// `+` needs one plot on each side.
    case overlayOfLayout
    /// `figure(rows, columns, figures)` has fewer places than figures.
    case tooManyFigures(rows: Int, columns: Int, figures: Int)
    /// More plots or layers in one figure than can be drawn in sensible time, or layouts too deep
    /// in one another.
    case tooLarge(what: String, limit: Int)

    /// An argument and how many elements it has.
    public struct Count: Equatable, Sendable {
        public let parameter: String
        public let count: Int

        public init(_ parameter: String, _ count: Int) {
            self.parameter = parameter
            self.count = count
        }
    }
}

extension FigureError: CustomStringConvertible {
    /// One line: lower case, no full stop.
    public var description: String {
        switch self {
        case .unequalLengths(let mark, let first, let second):
            return "\(mark): \(first.parameter) has \(first.count) elements, "
                + "\(second.parameter) has \(second.count)"
        case .wrongKind(let mark, let parameter, let expected, let given):
            return "\(mark): \(parameter) must be \(expected), got \(given)"
        case .wrongShape(let mark, let parameter, let expected, let given):
            var shape = given.prefix(8).map(String.init).joined(separator: ", ")
            if given.count > 8 { shape += ", …" }
            return "\(mark): \(parameter) must have shape \(expected), got [\(shape)]"
        case .unknownChoice(let mark, let parameter, let given, let choices):
            let list = choices.map { "\"\($0)\"" }.joined(separator: ", ")
            return "\(mark): \(parameter) cannot be \"\(given)\"; it can be \(list)"
        case .outOfRange(let mark, let parameter, let rule, let given):
            return "\(mark): \(parameter) must be \(rule), got \(NumberText.short(given))"
        case .missing(let mark, let parameter):
            return "\(mark): \(parameter) is missing"
        case .unknownParameter(let mark, let given, let parameters):
            return "\(mark) has no parameter \(given); it has "
                + parameters.joined(separator: ", ")
        case .overlayOfLayout:
            return "only single plots can be overlaid, not figures placed beside each other"
        case .tooManyFigures(let rows, let columns, let figures):
            return "\(figures) figures do not fit in \(rows) × \(columns) places"
        case .tooLarge(let what, let limit):
            return "a figure has at most \(limit) \(what)"
        }
    }
}
