import Tensors

extension Primitive {
    /// A tensor repeated along axes of size 1 and along new leading axes. Every copy contributes,
    /// so its gradient is the sum over the repeated axes.
    public static let broadcastTo: Primitive = Primitive(
        "broadcastTo",
        shape: { inputs, attributes throws(TensorError) in
            guard case .shape(let shape) = attributes else { throw .lacksAttributes("broadcastTo") }
            let x = inputs[0]
            guard x.shape.broadcasts(to: shape) else {
                throw .shapesDisagree(
                    operation: "broadcastTo", left: x.shape, right: shape,
                    rule: "each axis, aligned at the last, to be equal or 1 on the left")
            }
            return (shape, x.dtype)
        },
        gradient: { node, c, _, recorder throws(TensorError) in
            [try recorder.sum(c, to: node.inputs[0].shape)]
        },
        evaluate: { inputs, _, output, _ throws(TensorError) in
            copyStrided(
                from: inputs[0], strides: inputs[0].shape.strides(broadcastTo: output.shape),
                shape: output.shape, to: output)
        })
}
