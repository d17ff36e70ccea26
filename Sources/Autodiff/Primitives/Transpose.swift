import Tensors

extension Primitive {
    /// Axes in another order: axis i of the result is axis `ints[i]` of the input. Its gradient is
    /// the inverse permutation.
    public static let transpose: Primitive = Primitive(
        "transpose",
        shape: { inputs, attributes throws(TensorError) in
            guard case .ints(let order) = attributes else { throw .lacksAttributes("transpose") }
            let x = inputs[0]
            guard order.sorted() == Array(0..<x.shape.rank) else {
                throw .badShape(
                    operation: "transpose", shape: x.shape,
                    rule: "each of its \(x.shape.rank) axes once, not \(order)")
            }
            return (Shape(trusted: order.map { x.shape[$0] }), x.dtype)
        },
        gradient: { node, c, _, recorder throws(TensorError) in
            guard case .ints(let order) = node.attributes else { return [nil] }
            var inverse = order
            for (position, axis) in order.enumerated() { inverse[axis] = position }
            return [try recorder.transpose(c, order: inverse)]
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            guard case .ints(let order) = attributes else { throw .lacksAttributes("transpose") }
            let strides = inputs[0].shape.strides
            copyStrided(
                from: inputs[0], strides: order.map { strides[$0] }, shape: output.shape,
                to: output)
        })
}
