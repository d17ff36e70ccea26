import Kernels
import Tensors

extension Primitive {
    /// `y[…, j, …] = x[…, indices[…, j, …], …]` along attribute `axis`: PyTorch's `gather`. Inputs:
    /// x and int64 indices, of one shape but for that axis. The gradient adds c up where it came
    /// from.
    public static let takeAlong: Primitive = Primitive(
        "gather",
        shape: { inputs, attributes throws(TensorError) in
            let (x, indices) = (inputs[0], inputs[1])
            try checkAlong(x.shape, indices, attributes)
            return (indices.shape, x.dtype)
        },
        gradient: { node, c, _, recorder throws(TensorError) in
            let zeros = try recorder.full(.float(0), node.inputs[0].shape, c.dtype)
            return [
                try recorder.record(.addAlong, [zeros, c, node.inputs[1]], node.attributes), nil,
            ]
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            guard case .axis(let axis) = attributes else { throw .lacksAttributes("gather") }
            let x = inputs[0]
            try checkRange(inputs[1], size: x.shape[axis], axis: axis)
            Indexing.takeAlong(
                x.pointer, x.shape.layout(around: axis), elementSize: x.dtype.size,
                inputs[1].int64Pointer, count: output.shape[axis], to: output.pointer)
            withExtendedLifetime(inputs) {}
        })

    /// Inputs: base, value, indices: `base[…, indices[…, j, …], …] += value[…, j, …]`.
    public static let addAlong: Primitive = Primitive(
        "addAlong",
        shape: { inputs, attributes throws(TensorError) in
            try checkAlong(inputs[0].shape, inputs[2], attributes)
            guard inputs[1].shape == inputs[2].shape, inputs[1].dtype == inputs[0].dtype else {
                throw .lacksAttributes("addAlong")
            }
            return (inputs[0].shape, inputs[0].dtype)
        },
        gradient: { node, c, wanted, recorder throws(TensorError) in
            let part =
                wanted.contains(1)
                ? try recorder.record(.takeAlong, [c, node.inputs[2]], node.attributes) : nil
            return [c, part, nil]
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            guard case .axis(let axis) = attributes else { throw .lacksAttributes("gather") }
            output.pointer.copyMemory(from: inputs[0].pointer, byteCount: output.byteCount)
            try checkRange(inputs[2], size: output.shape[axis], axis: axis)
            Indexing.scatterAddAlong(
                inputs[1].pointer, output.dtype.element, inputs[2].int64Pointer,
                count: inputs[2].shape[axis], to: output.pointer,
                output.shape.layout(around: axis))
            withExtendedLifetime(inputs) {}
        })

    private static func checkAlong(
        _ shape: Shape, _ indices: Node, _ attributes: Attributes
    ) throws(TensorError) {
        guard case .axis(let axis) = attributes else { throw .lacksAttributes("gather") }
        guard indices.dtype == .int64 else {
            throw .badDType(operation: "gather", dtype: indices.dtype, rule: "integers")
        }
        var wanted = shape.dimensions
        if indices.shape.rank == shape.rank { wanted[axis] = indices.shape[axis] }
        guard indices.shape.dimensions == wanted else {
            throw .shapesDisagree(
                operation: "gather", left: shape, right: indices.shape,
                rule: "indices of the shape of the tensor but for axis \(axis) (`x[indices]` takes "
                    + "rows by indices of any shape)")
        }
    }

    private static func checkRange(
        _ indices: Tensor, size: Int, axis: Int
    ) throws(TensorError) {
        let bad = Indexing.firstOutOfRange(indices.int64Pointer, count: indices.count, size: size, lowest: 0)
        if let bad {
            throw .indexOutOfRange(
                operation: "gather", index: indices.int(at: bad), axis: axis, size: size)
        }
    }
}
