import Kernels
import Tensors

// Indexing by integer tensors. Inputs: values and k index tensors (int64, one shape I), which
// replace the k axes from attribute `axis` on: x: [A, s₁ … s_k, B], result: [A, I, B]. Negative
// indices count from the end, or are errors where the attribute is `ints([axis])`: numbers of a table.

extension Primitive {
    /// `x[…, i₁, …, i_k, …]`. The gradient adds c up where it came from.
    public static let take: Primitive = Primitive(
        "take",
        shape: { inputs, attributes throws(TensorError) in
            let place = try TakePlace(inputs[0].shape, inputs.dropFirst().map(\.shape), attributes)
            try checkIndices(inputs.dropFirst())
            return (try place.selected(), inputs[0].dtype)
        },
        gradient: { node, c, _, recorder throws(TensorError) in
            let zeros = try recorder.full(.float(0), node.inputs[0].shape, c.dtype)
            let indices = Array(node.inputs.dropFirst())
            var parts = [Node?](repeating: nil, count: node.inputs.count)
            parts[0] = try recorder.record(.addAt, [zeros, c] + indices, node.attributes)
            return parts
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            let x = inputs[0]
            let place = try TakePlace(x.shape, inputs.dropFirst().map(\.shape), attributes)
            let indices = try place.flatIndices(inputs.dropFirst())
            Indexing.take(
                x.pointer, place.layout, elementSize: x.dtype.size, indices.int64Pointer,
                count: indices.count, to: output.pointer)
            withExtendedLifetime(indices) {}
        })

    /// Inputs: base, value, indices. The base with the value added at the indices, also where they
    /// repeat.
    public static let addAt: Primitive = Primitive(
        "addAt", shape: putShape,
        gradient: { node, c, wanted, recorder throws(TensorError) in
            var parts = [Node?](repeating: nil, count: node.inputs.count)
            parts[0] = c
            if wanted.contains(1) {
                parts[1] = try recorder.record(
                    .take, [c] + node.inputs.dropFirst(2), node.attributes)
            }
            return parts
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            output.pointer.copyMemory(from: inputs[0].pointer, byteCount: output.byteCount)
            let place = try TakePlace(output.shape, inputs.dropFirst(2).map(\.shape), attributes)
            let indices = try place.flatIndices(inputs.dropFirst(2))
            Indexing.scatterAdd(
                inputs[1].pointer, output.dtype.element, indices.int64Pointer,
                count: indices.count, to: output.pointer, place.layout)
            withExtendedLifetime((inputs, indices)) {}
        })

    /// Inputs: base, value, indices. The base with the value put at the indices; of equal indices
    /// the last wins (and, as in PyTorch, the gradient gives each of them what lies there).
    public static let assignAt: Primitive = Primitive(
        "assignAt", shape: putShape,
        gradient: { node, c, wanted, recorder throws(TensorError) in
            var parts = [Node?](repeating: nil, count: node.inputs.count)
            let indices = Array(node.inputs.dropFirst(2))
            if wanted.contains(0) {
                let zeros = try recorder.full(.float(0), node.inputs[1].shape, c.dtype)
                parts[0] = try recorder.record(.assignAt, [c, zeros] + indices, node.attributes)
            }
            if wanted.contains(1) {
                parts[1] = try recorder.record(.take, [c] + indices, node.attributes)
            }
            return parts
        },
        writesInPlace: true,
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            if output.pointer != inputs[0].pointer {
                output.pointer.copyMemory(from: inputs[0].pointer, byteCount: output.byteCount)
            }
            let place = try TakePlace(output.shape, inputs.dropFirst(2).map(\.shape), attributes)
            let indices = try place.flatIndices(inputs.dropFirst(2))
            Indexing.put(
                inputs[1].pointer, indices.int64Pointer, count: indices.count,
                elementSize: output.dtype.size, to: output.pointer, place.layout)
            withExtendedLifetime((inputs, indices)) {}
        })

    private static let putShape: ShapeRule = { inputs, attributes throws(TensorError) in
        let (base, value) = (inputs[0], inputs[1])
        let place = try TakePlace(base.shape, inputs.dropFirst(2).map(\.shape), attributes)
        try checkIndices(inputs.dropFirst(2))
        let selected = try place.selected()
        guard value.shape == selected else {
            throw .shapesDisagree(
                operation: "assign", left: selected, right: value.shape,
                rule: "the exact shape, or a scalar")
        }
        guard value.dtype == base.dtype else {
            throw .badDType(
                operation: "assign", dtype: value.dtype,
                rule: "\(base.dtype.name), as the tensor is")
        }
        return (base.shape, base.dtype)
    }

    private static func checkIndices(_ indices: ArraySlice<Node>) throws(TensorError) {
        for index in indices where index.dtype != .int64 {
            throw .badDType(operation: "index", dtype: index.dtype, rule: "integers")
        }
    }
}

/// Where index tensors stand among the axes.
private struct TakePlace {
    let source: Shape
    let axes: Range<Int>
    let indexShape: Shape
    private var countsFromEnd = true

    init(_ source: Shape, _ indices: [Shape], _ attributes: Attributes) throws(TensorError) {
        let start: Int? =
            switch attributes {
            case .axis(let axis): axis
            case .ints(let axes): axes.first
            default: nil
            }
        guard let axis = start, let first = indices.first, axis >= 0,
            axis + indices.count <= source.rank, indices.allSatisfy({ $0 == first })
        else { throw .lacksAttributes("index") }
        if case .ints = attributes { countsFromEnd = false }
        self.source = source
        self.axes = axis..<axis + indices.count
        self.indexShape = first
    }

    var layout: AxisLayout { source.layout(around: axes) }

    func selected() throws(TensorError) -> Shape {
        let sizes = source.dimensions
        return try Shape(
            sizes[..<axes.lowerBound] + indexShape.dimensions + sizes[axes.upperBound...])
    }

    /// The index tensors as one, over the indexed axes taken as one.
    func flatIndices(_ indices: ArraySlice<Tensor>) throws(TensorError) -> Tensor {
        for (axis, index) in zip(axes, indices) {
            let bad = Indexing.firstOutOfRange(
                index.int64Pointer, count: index.count, size: source[axis],
                lowest: countsFromEnd ? -source[axis] : 0)
            if let bad {
                throw .indexOutOfRange(
                    operation: countsFromEnd ? "index" : "embedding", index: index.int(at: bad), axis: axis, size: source[axis])
            }
        }
        if let only = indices.first, indices.count == 1 { return only }
        let result = try Tensor(
            repeating: .int(0), shape: indexShape, dtype: .int64)
        let flat = result.pointer.assumingMemoryBound(to: Int64.self)
        for (axis, index) in zip(axes, indices) {
            let size = Int64(source[axis])
            let values = index.int64Pointer
            for position in 0..<result.count {
                let value = values[position]
                flat[position] = flat[position] * size + (value < 0 ? value + size : value)
            }
        }
        withExtendedLifetime(indices) {}
        return result
    }
}
