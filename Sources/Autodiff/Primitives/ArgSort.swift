import Kernels
import Tensors

extension Primitive {
    /// The indices of the first `count` elements in order along an axis; attributes `ints([axis,
    /// count, descending])`. Stable, nan last. `sort` and `topk` take the values along them, which
    /// gives their gradients.
    public static let argsort: Primitive = Primitive(
        "argsort",
        shape: { inputs, attributes throws(TensorError) in
            guard case .ints(let numbers) = attributes, numbers.count == 3 else {
                throw .lacksAttributes("argsort")
            }
            let x = inputs[0].shape
            guard numbers[1] >= 0, numbers[1] <= x[numbers[0]] else {
                throw .badShape(
                    operation: "topk", shape: x,
                    rule: "k from 0 to \(x[numbers[0]]) on axis \(numbers[0]), not \(numbers[1])")
            }
            var sizes = x.dimensions
            sizes[numbers[0]] = numbers[1]
            return (Shape(trusted: sizes), .int64)
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            guard case .ints(let numbers) = attributes, numbers.count == 3 else {
                throw .lacksAttributes("argsort")
            }
            let x = inputs[0]
            let layout = x.shape.layout(around: numbers[0])
            guard let bytes = Sorting.scratchBytes(layout) else {
                throw .tooLarge(x.shape.dimensions)
            }
            // As a tensor, so that the memory is counted.
            let scratch = try Tensor(uninitialized: Shape([bytes / 8]), dtype: .int64)
            Sorting.top(
                numbers[1], of: x.pointer, x.dtype.element, layout,
                largest: numbers[2] == 1, values: nil,
                indices: output.pointer.assumingMemoryBound(to: Int64.self),
                scratch: scratch.pointer)
            withExtendedLifetime((x, scratch)) {}
        })
}
