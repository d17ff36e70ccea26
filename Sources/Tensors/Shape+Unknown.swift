// Sizes that only a run can know, where a program is looked at without being run: how many rows a mask selects.
//
// Such a size is a number beyond every size that fits a memory, so that rules of shapes work on it as on others: `[?, 28, 28]`
// flattens to `[?, 784]`, and what is stacked on it is as long as it. Sizes that come from different places differ, but
// may be the same, so a rule never refuses one for its number.

extension Shape {
    /// From here on a size is one that is not known.
    private static let leastUnknown = 1 << 33

    /// A multiple of many numbers, so that axes of unknown size can be taken apart.
    private static let unit = 720_720

    /// The size that stands for the `number`th unknown one.
    public static func unknownSize(_ number: Int) -> Int { unit * (370_000 + number % 300_000) }

    public static func isUnknown(_ size: Int) -> Bool { size >= leastUnknown }

    public var hasUnknownSize: Bool { dimensions.contains(where: Self.isUnknown) }

    /// Whether two sizes are, or may be, the same.
    public static func mayAgree(_ first: Int, _ second: Int) -> Bool {
        first == second || isUnknown(first) || isUnknown(second)
    }

    /// A size as it is written in messages.
    public static func text(_ size: Int) -> String { isUnknown(size) ? "?" : String(size) }
}

extension TensorError {
    /// Whether it holds whatever sizes that are not known turn out to be.
    public var isCertain: Bool {
        switch self {
        case .badDType, .axisOutOfRange, .negativeSize: true
        case .shapesDisagree(let operation, let left, let right, let rule):
            // These rules take an unknown size for any that fits.
            operation == "@" || operation == "gather" || rule.hasPrefix(Shape.broadcastRule)
                || !(left.hasUnknownSize || right.hasUnknownSize)
        case .badShape(_, let shape, _): !shape.hasUnknownSize
        case .indexOutOfRange(_, _, _, let size): !Shape.isUnknown(size)
        case .tooLarge, .outOfMemory, .badArgument, .divisionByZero, .interrupted, .unknownValue: false
        }
    }
}
