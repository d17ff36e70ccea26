import Kernels
import Tensors

// Pooling of images [N, C, H, W] by a window; all take the same attributes `window`. Where x is
// largest in each window is constant almost everywhere, so a maximum is a selection S(x) of
// elements: `maxPool` is S(x) x, `maxPoolGather` S(x) u and `maxPoolGradient` S(x)ᵀ c. A mean is
// linear: A x, with the gradient Aᵀ c.

extension Primitive {
    /// The largest element of each window.
    public static let maxPool: Primitive = Primitive(
        "maxPool", shape: pooledShape,
        gradient: { node, c, _, recorder throws(TensorError) in
            [try recorder.record(.maxPoolGradient, [node.inputs[0], c], node.attributes)]
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            try pooling(inputs[0].shape, attributes).maxima(
                output.dtype.element, inputs[0].pointer, to: output.pointer)
            withExtendedLifetime(inputs) {}
        })

    /// Inputs: x and u of its shape. What lies in u where x is largest.
    public static let maxPoolGather: Primitive = Primitive(
        "maxPoolGather",
        shape: { inputs, attributes throws(TensorError) in
            guard inputs[0].shape == inputs[1].shape, inputs[0].dtype == inputs[1].dtype else {
                throw disagreement(inputs)
            }
            return try pooledShape(inputs, attributes)
        },
        gradient: { node, c, wanted, recorder throws(TensorError) in
            guard wanted.contains(1) else { return [nil, nil] }
            return [
                nil, try recorder.record(.maxPoolGradient, [node.inputs[0], c], node.attributes),
            ]
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            try pooling(inputs[0].shape, attributes).valuesAtMaxima(
                output.dtype.element, inputs[0].pointer, inputs[1].pointer, to: output.pointer)
            withExtendedLifetime(inputs) {}
        })

    /// Inputs: x and c of the shape of the maxima. c added up where x is largest.
    public static let maxPoolGradient: Primitive = Primitive(
        "maxPoolGradient",
        shape: { inputs, attributes throws(TensorError) in
            let (shape, dtype) = try pooledShape(inputs, attributes)
            guard inputs[1].shape == shape, inputs[1].dtype == dtype else {
                throw disagreement(inputs)
            }
            return (inputs[0].shape, dtype)
        },
        gradient: { node, u, wanted, recorder throws(TensorError) in
            guard wanted.contains(1) else { return [nil, nil] }
            return [
                nil, try recorder.record(.maxPoolGather, [node.inputs[0], u], node.attributes),
            ]
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            try pooling(inputs[0].shape, attributes).maximaGradient(
                output.dtype.element, inputs[0].pointer, inputs[1].pointer, to: output.pointer)
            withExtendedLifetime(inputs) {}
        })

    /// The mean of each window, its border counted as zeros.
    public static let avgPool: Primitive = Primitive(
        "avgPool", shape: pooledShape,
        gradient: { node, c, _, recorder throws(TensorError) in
            [try recorder.record(.avgPoolGradient, [c], node.attributes)]
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            try pooling(inputs[0].shape, attributes).means(
                output.dtype.element, inputs[0].pointer, to: output.pointer)
            withExtendedLifetime(inputs) {}
        })

    /// Each element of c spread evenly over its window.
    public static let avgPoolGradient: Primitive = Primitive(
        "avgPoolGradient",
        shape: { inputs, attributes throws(TensorError) in
            let c = inputs[0]
            guard case .window(_, _, let size) = attributes, c.shape.rank == 4, size.count == 2
            else { throw .lacksAttributes("avgPool") }
            let image = try Shape([c.shape[0], c.shape[1]] + size)
            guard try pooledShape(image, attributes) == c.shape else { throw disagreement(inputs) }
            return (image, try floatType(c))
        },
        gradient: { node, u, _, recorder throws(TensorError) in
            [try recorder.record(.avgPool, [u], node.attributes)]
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            try pooling(output.shape, attributes).meansGradient(
                output.dtype.element, inputs[0].pointer, to: output.pointer)
            withExtendedLifetime(inputs) {}
        })

    // MARK: Shapes

    private static let pooledShape: ShapeRule = { inputs, attributes throws(TensorError) in
        (try pooledShape(inputs[0].shape, attributes), try floatType(inputs[0]))
    }

    private static func pooledShape(
        _ image: Shape, _ attributes: Attributes
    ) throws(TensorError) -> Shape {
        let pooling = try pooling(image, attributes)
        return try Shape([image[0], image[1], pooling.outputHeight, pooling.outputWidth])
    }

    private static func pooling(
        _ image: Shape, _ attributes: Attributes
    ) throws(TensorError) -> Pooling {
        guard case .window(let window, _, let size) = attributes else {
            throw .lacksAttributes("pooling")
        }
        func fits(_ axis: ImageWindow.Axis) -> Bool {
            Swift.max(axis.before, axis.after) <= axis.size / 2 && axis.dilation == 1
        }
        guard image.rank == 4, size == [image[2], image[3]], image[2] > 0, image[3] > 0,
            fits(window.rows), fits(window.columns)
        else {
            throw .badShape(
                operation: "pooling", shape: image,
                rule: "images [N, C, H, W] and a border of at most half the window")
        }
        return Pooling(
            planes: image[0] * image[1], height: image[2], width: image[3], window: window)
    }

    private static func floatType(_ x: Node) throws(TensorError) -> DType {
        guard x.dtype.isFloat else {
            throw .badDType(operation: "pooling", dtype: x.dtype, rule: "floats; cast first")
        }
        return x.dtype
    }

    private static func disagreement(_ inputs: [Node]) -> TensorError {
        .shapesDisagree(
            operation: "pooling", left: inputs[0].shape, right: inputs[inputs.count - 1].shape,
            rule: "tensors of one pooling")
    }
}
