import Tensors

// Basic slices: one `SliceRange` per axis. With S the selection, x ↦ S x is linear, so its gradient
// is Sᵀ c (`embed`: c put into zeros), and that of Sᵀ is S.

extension Primitive {
    /// The elements at the given ranges; a view where only the first axis is cut, in steps of 1.
    public static let slice: Primitive = Primitive(
        "slice",
        shape: { inputs, attributes throws(TensorError) in
            guard case .slices(let ranges) = attributes else { throw .lacksAttributes("slice") }
            let x = inputs[0]
            try check(ranges, in: x.shape)
            return (Shape(trusted: ranges.map(\.count)), x.dtype)
        },
        gradient: { node, c, _, recorder throws(TensorError) in
            guard case .slices(let ranges) = node.attributes else { return [nil] }
            return [try recorder.embed(c, at: ranges, in: node.inputs[0].shape)]
        },
        view: { inputs, attributes, _ in
            guard case .slices(let ranges) = attributes, let first = ranges.first,
                first.step == 1 || first.count == 1,
                zip(ranges.dropFirst(), inputs[0].shape.dimensions.dropFirst())
                    .allSatisfy({ $0.isWhole(of: $1) })
            else { return nil }
            return inputs[0].rows(first.start, count: first.count)
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            guard case .slices(let ranges) = attributes else { throw .lacksAttributes("slice") }
            let place = StridedPlace(ranges, in: inputs[0].shape)
            copyStrided(
                from: inputs[0], offset: place.offset, strides: place.strides, shape: output.shape,
                to: output)
        })

    /// A tensor of one value with the input put at the given ranges: padding, and the gradient of
    /// `slice`.
    public static let embed: Primitive = Primitive(
        "embed",
        shape: { inputs, attributes throws(TensorError) in
            guard case .placement(let ranges, let shape, _) = attributes else {
                throw .lacksAttributes("embed")
            }
            try check(ranges, in: shape)
            try check(inputs[0].shape, fills: ranges)
            return (shape, inputs[0].dtype)
        },
        gradient: { node, c, _, recorder throws(TensorError) in
            guard case .placement(let ranges, _, _) = node.attributes else { return [nil] }
            return [try recorder.slice(c, ranges)]
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            guard case .placement(let ranges, let shape, let fill) = attributes else {
                throw .lacksAttributes("embed")
            }
            output.fill(with: fill)
            let place = StridedPlace(ranges, in: shape)
            copyStrided(
                from: inputs[0], shape: inputs[0].shape, to: output, offset: place.offset,
                strides: place.strides)
        })

    /// Inputs: a tensor and a value; the tensor with the value at the given ranges (`a[1:3] = v`).
    /// The gradient of the tensor is 0 where it was overwritten.
    public static let assignSlice: Primitive = Primitive(
        "assignSlice",
        shape: { inputs, attributes throws(TensorError) in
            guard case .slices(let ranges) = attributes else { throw .lacksAttributes("assign") }
            try check(ranges, in: inputs[0].shape)
            try check(inputs[1].shape, fills: ranges)
            guard inputs[0].dtype == inputs[1].dtype else {
                throw .badDType(
                    operation: "assign", dtype: inputs[1].dtype,
                    rule: "\(inputs[0].dtype.name), as the tensor is")
            }
            return (inputs[0].shape, inputs[0].dtype)
        },
        gradient: { node, c, wanted, recorder throws(TensorError) in
            guard case .slices(let ranges) = node.attributes else { return [nil, nil] }
            let zeros = try recorder.full(.float(0), node.inputs[1].shape, c.dtype)
            return [
                wanted.contains(0)
                    ? try recorder.record(.assignSlice, [c, zeros], .slices(ranges)) : nil,
                wanted.contains(1) ? try recorder.slice(c, ranges) : nil,
            ]
        },
        writesInPlace: true,
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            guard case .slices(let ranges) = attributes else { throw .lacksAttributes("assign") }
            if output.pointer != inputs[0].pointer {
                output.pointer.copyMemory(from: inputs[0].pointer, byteCount: output.byteCount)
            }
            let place = StridedPlace(ranges, in: output.shape)
            copyStrided(
                from: inputs[1], shape: inputs[1].shape, to: output, offset: place.offset,
                strides: place.strides)
        })

    /// Whether there is one range per axis and all are within it: a promise of the recorder,
    /// checked because a broken one would write outside of the storage.
    private static func check(_ ranges: [SliceRange], in shape: Shape) throws(TensorError) {
        guard ranges.count == shape.rank else {
            throw .badShape(
                operation: "slice", shape: shape, rule: "one range per axis, not \(ranges.count)")
        }
        for (axis, range) in ranges.enumerated() where range.count != 0 {
            let last = range.start + (range.count - 1) * range.step
            let size = shape[axis]
            guard range.count > 0, range.start >= 0, range.start < size, last >= 0, last < size
            else {
                throw .indexOutOfRange(operation: "slice", index: last, axis: axis, size: size)
            }
        }
    }

    private static func check(_ shape: Shape, fills ranges: [SliceRange]) throws(TensorError) {
        let wanted = Shape(trusted: ranges.map(\.count))
        guard shape == wanted else {
            throw .shapesDisagree(
                operation: "assign", left: wanted, right: shape,
                rule: "the exact shape, or a scalar")
        }
    }
}

/// Where ranges lie in a contiguous tensor, in elements.
private struct StridedPlace {
    var offset = 0
    var strides: [Int] = []

    init(_ ranges: [SliceRange], in shape: Shape) {
        for (range, stride) in zip(ranges, shape.strides) {
            offset += range.start * stride
            strides.append(range.step * stride)
        }
    }
}
