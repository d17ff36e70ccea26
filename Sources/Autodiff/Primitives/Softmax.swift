import Kernels
import Tensors

extension Primitive {
    /// exp(x) / Σ exp(x) along attribute `axis`, stable. With y the value, dx = y (c - Σ c y).
    public static let softmax: Primitive = softmaxPrimitive("softmax", log: false)

    /// x - log Σ exp(x) along attribute `axis`, stable. With y the value, dx = c - exp(y) Σ c.
    public static let logSoftmax: Primitive = softmaxPrimitive("logSoftmax", log: true)

    private static func softmaxPrimitive(_ name: String, log: Bool) -> Primitive {
        Primitive(
            name,
            shape: { inputs, _ throws(TensorError) in
                guard inputs[0].dtype.isFloat else {
                    throw .badDType(
                        operation: name, dtype: inputs[0].dtype, rule: "floats; cast first")
                }
                return (inputs[0].shape, inputs[0].dtype)
            },
            gradient: { node, c, _, recorder throws(TensorError) in
                let primitive: Primitive = log ? .logSoftmaxGradient : .softmaxGradient
                return [try recorder.record(primitive, [node, c], node.attributes)]
            },
            evaluate: { inputs, attributes, output, _ throws(TensorError) in
                guard case .axis(let axis) = attributes else { throw .lacksAttributes(name) }
                let x = inputs[0]
                Softmax.run(
                    x.pointer, x.dtype.element, x.shape.layout(around: axis), log: log,
                    to: output.pointer)
                withExtendedLifetime(x) {}
            })
    }

    /// Inputs y and c: y (c - s) with s = Σ c y. With u the gradient of this value:
    /// dy = u (c - s) - c Σ u y, and dc = y (u - Σ u y), the same function of y and u.
    public static let softmaxGradient: Primitive = gradientPrimitive("softmaxGradient", log: false)
    {
        y, c, u, axes, r throws(TensorError) in
        let s = try r.sum(try r.multiply(c, y), axes: axes, keepsDimensions: true)
        let t = try r.sum(try r.multiply(u, y), axes: axes, keepsDimensions: true)
        return try r.subtract(
            try r.multiply(u, try r.subtract(c, s)), try r.multiply(c, t))
    } ofCotangent: { y, u, axes, r throws(TensorError) in
        try r.record(.softmaxGradient, [y, u], .axis(axes[0]))
    }

    /// Inputs y and c: c - exp(y) Σ c. With u the gradient of this value:
    /// dy = -u exp(y) Σ c, and dc = u - Σ u exp(y).
    public static let logSoftmaxGradient: Primitive = gradientPrimitive(
        "logSoftmaxGradient", log: true
    ) {
        y, c, u, axes, r throws(TensorError) in
        let s = try r.sum(c, axes: axes, keepsDimensions: true)
        return try r.negate(try r.multiply(try r.multiply(u, try r.unary(.exp, y)), s))
    } ofCotangent: { y, u, axes, r throws(TensorError) in
        let t = try r.sum(
            try r.multiply(u, try r.unary(.exp, y)), axes: axes, keepsDimensions: true)
        return try r.subtract(u, t)
    }

    private static func gradientPrimitive(
        _ name: String, log: Bool,
        ofValue:
            @escaping @Sendable (Node, Node, Node, [Int], Recorder) throws(TensorError) -> Node,
        ofCotangent: @escaping @Sendable (Node, Node, [Int], Recorder) throws(TensorError) -> Node
    ) -> Primitive {
        Primitive(
            name,
            shape: { inputs, _ throws(TensorError) in (inputs[0].shape, inputs[0].dtype) },
            gradient: { node, u, wanted, recorder throws(TensorError) in
                guard case .axis(let axis) = node.attributes else { return [nil, nil] }
                let (y, c) = (node.inputs[0], node.inputs[1])
                return [
                    wanted.contains(0) ? try ofValue(y, c, u, [axis], recorder) : nil,
                    wanted.contains(1) ? try ofCotangent(y, u, [axis], recorder) : nil,
                ]
            },
            evaluate: { inputs, attributes, output, _ throws(TensorError) in
                guard case .axis(let axis) = attributes else { throw .lacksAttributes(name) }
                Softmax.gradient(
                    inputs[0].pointer, inputs[1].pointer, output.dtype.element,
                    output.shape.layout(around: axis), log: log, to: output.pointer)
                withExtendedLifetime(inputs) {}
            })
    }
}
