/// The sizes of a tensor's axes. `[]` is a scalar.
///
/// Invariant: no size is negative, and the number of elements and of bytes at 8 bytes an element
/// fit an Int; `init` refuses others, so arithmetic on an existing shape cannot overflow.
public struct Shape: Hashable, Sendable {
    public let dimensions: [Int]
    /// The number of elements.
    public let count: Int

    public var rank: Int { dimensions.count }
    public static let scalar = Shape(unchecked: [], count: 1)

    /// The most axes: more serve nobody, and what recurses over axes stays shallow.
    public static let mostAxes = 64

    /// - Throws: `TensorError.tooLarge` if the number of elements overflows, `.negativeSize`,
    ///   `.badArgument` for more than `mostAxes` axes.
    public init(_ dimensions: [Int]) throws(TensorError) {
        guard dimensions.count <= Self.mostAxes else {
            throw TensorError.badArgument(
                operation: "shape", rule: "at most \(Self.mostAxes) axes, not \(dimensions.count)")
        }
        var count = 1
        var isEmpty = false
        for size in dimensions {
            guard size >= 0 else { throw TensorError.negativeSize(dimensions) }
            if size == 0 {
                isEmpty = true
                continue
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow, product < Int.max / 16 else { throw TensorError.tooLarge(dimensions) }
            count = product
        }
        self.init(unchecked: dimensions, count: isEmpty ? 0 : count)
    }

    private init(unchecked dimensions: [Int], count: Int) {
        self.dimensions = dimensions
        self.count = count
    }

    /// A shape made of the sizes of an existing one, so that its number of elements is known to
    /// fit.
    /// - Precondition: no size is negative and the product of those that are not 0 fits.
    public init(trusted dimensions: [Int]) {
        self.init(unchecked: dimensions, count: dimensions.reduce(1, *))
    }

    public subscript(axis: Int) -> Int { dimensions[axis] }
}

extension Shape: CustomStringConvertible {
    public var description: String {
        "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
    }
}
