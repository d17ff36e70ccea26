import Kernels
import Tensors

// Draws from a random stream: attributes `random(key:draw:parameters:shape:)`. Value i is a
// function of the key, the number of the draw and i, so a node gives the same numbers whenever and
// wherever it is computed.

extension Primitive {
    /// Standard normal, float32.
    public static let randn: Primitive = random("randn", .float32) { fill, _, output in
        fill.normal(.float32, to: output.pointer, count: output.count)
    }

    /// Uniform in [0, 1), float32.
    public static let rand: Primitive = random("rand", .float32) { fill, _, output in
        fill.uniform(.float32, to: output.pointer, count: output.count)
    }

    /// 1 with the probability `parameters[0]`, else 0, float32.
    public static let bernoulli: Primitive = random("bernoulli", .float32) {
        fill, parameters, output in
        fill.bernoulli(parameters[0], .float32, to: output.pointer, count: output.count)
    }

    /// Integers from `parameters[0]` up to but not `parameters[1]`, int64. Both are whole and below
    /// 2⁵³, where Doubles are exact.
    public static let randint: Primitive = random("randint", .int64) { fill, parameters, output in
        fill.integers(
            Int64(saturatedInt(parameters[0])), Int64(saturatedInt(parameters[1])), .int64,
            to: output.pointer, count: output.count)
    }

    /// The numbers 0 ..< n in random order, int64.
    public static let permutation: Primitive = random("permutation", .int64) { fill, _, output in
        fill.permutation(
            to: output.pointer.assumingMemoryBound(to: Int64.self), count: output.count)
    }

    private static func random(
        _ name: String, _ dtype: DType,
        _ draw: @escaping @Sendable (RandomFill, [Double], Tensor) -> Void
    ) -> Primitive {
        Primitive(
            name,
            shape: { _, attributes throws(TensorError) in
                guard case .random(_, _, _, let shape) = attributes else {
                    throw .lacksAttributes(name)
                }
                return (shape, dtype)
            },
            evaluate: { _, attributes, output, _ throws(TensorError) in
                guard case .random(let key, let number, let parameters, _) = attributes else {
                    throw .lacksAttributes(name)
                }
                draw(RandomFill(key: key, draw: number), parameters, output)
            })
    }
}
