import Tensors

extension Primitive {
    /// The same elements in row-major order under another shape: a view.
    public static let reshape: Primitive = Primitive(
        "reshape",
        shape: { inputs, attributes throws(TensorError) in
            guard case .shape(let shape) = attributes else { throw .lacksAttributes("reshape") }
            let x = inputs[0]
            guard shape.count == x.shape.count else {
                throw .badShape(
                    operation: "reshape", shape: x.shape,
                    rule: "as many elements in \(shape) (\(shape.count)) as there are "
                        + "(\(x.shape.count))")
            }
            return (shape, x.dtype)
        },
        gradient: { node, c, _, recorder throws(TensorError) in
            [try recorder.reshape(c, to: node.inputs[0].shape)]
        },
        view: { inputs, _, shape in inputs[0].reshaped(to: shape) },
        evaluate: { _, _, _, _ throws(TensorError) in })
}
