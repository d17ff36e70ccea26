import Tensors

extension Primitive {
    /// The same value everywhere: constants, `zeros`, `full`. No inputs, so no gradient.
    public static let full: Primitive = Primitive(
        "full",
        shape: { _, attributes throws(TensorError) in
            guard case .full(_, let shape, let dtype) = attributes else {
                throw .lacksAttributes("full")
            }
            return (shape, dtype)
        },
        evaluate: { _, attributes, output, _ throws(TensorError) in
            guard case .full(let value, _, _) = attributes else { throw .lacksAttributes("full") }
            output.fill(with: value)
        })

    /// `start + i * step` for i < count, from attributes `scalars([start, step, count, dtype
    /// code])`, or exactly in Ints from `ints([start, step, count])` for int64.
    public static let arange: Primitive = Primitive(
        "arange",
        shape: { _, attributes throws(TensorError) in
            switch attributes {
            case .ints(let numbers) where numbers.count == 3:
                return (try Shape([numbers[2]]), .int64)
            case .scalars(let numbers) where numbers.count == 3:
                return (try Shape([saturatedInt(numbers[2])]), .float32)
            default: throw .lacksAttributes("arange")
            }
        },
        evaluate: { _, attributes, output, _ throws(TensorError) in
            switch attributes {
            case .ints(let numbers):
                // Wrapping is never seen: `count` was derived so that the last value is in range.
                for index in 0..<output.count {
                    output.store(.int(numbers[0] &+ index &* numbers[1]), at: index)
                }
            case .scalars(let numbers):
                for index in 0..<output.count {
                    output.store(.float(numbers[0] + Double(index) * numbers[1]), at: index)
                }
            default: throw .lacksAttributes("arange")
            }
        })
}

extension TensorError {
    /// A primitive was recorded with attributes of another kind: a mistake in the engine, not of
    /// the user, and still no reason to end the process.
    static func lacksAttributes(_ operation: String) -> TensorError {
        .badArgument(operation: operation, rule: "its own attributes")
    }
}
