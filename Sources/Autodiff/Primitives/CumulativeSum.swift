import Kernels
import Tensors

extension Primitive {
    /// Running sums along an axis, attributes `ints([axis, reversed])`. y_j = Σ_{l ≤ j} x_l, so the
    /// gradient of x_l is Σ_{j ≥ l} c_j: the running sum from the other end.
    public static let cumsum: Primitive = Primitive(
        "cumsum",
        shape: { inputs, attributes throws(TensorError) in
            guard inputs[0].dtype.isFloat || inputs[0].dtype == .int64 else {
                throw .badDType(
                    operation: "cumsum", dtype: inputs[0].dtype, rule: "int64 or floats")
            }
            return (inputs[0].shape, inputs[0].dtype)
        },
        gradient: { node, c, _, recorder throws(TensorError) in
            guard case .ints(let numbers) = node.attributes, numbers.count == 2 else {
                return [nil]
            }
            return [try recorder.record(.cumsum, [c], .ints([numbers[0], 1 - numbers[1]]))]
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            guard case .ints(let numbers) = attributes, numbers.count == 2 else {
                throw .lacksAttributes("cumsum")
            }
            let x = inputs[0]
            Cumulative.sum(
                x.pointer, x.dtype.element, x.shape.layout(around: numbers[0]),
                reversed: numbers[1] == 1, to: output.pointer)
            withExtendedLifetime(x) {}
        })
}
