public import Tensors

// Constants and operations that move elements without computing.

extension Recorder {
    /// The same value everywhere. A Float value needs a float dtype, Bools and Ints convert as by
    /// `cast`.
    public func full(
        _ value: ScalarValue, _ shape: Shape, _ dtype: DType
    ) throws(TensorError) -> Node {
        try record(.full, [], .full(value, shape: shape, dtype: dtype))
    }

    /// The value as a constant for gradients.
    public func stopGradient(_ x: Node) throws(TensorError) -> Node {
        try record(.stopGradient, [x])
    }

    /// The same elements, in row-major order, in another shape.
    /// - Throws: `TensorError.badShape` if the numbers of elements differ.
    public func reshape(_ x: Node, to shape: Shape) throws(TensorError) -> Node {
        if x.shape == shape { return x }
        if x.primitive === Primitive.reshape, isTransparent(x), let source = x.inputs.first {
            return try reshape(source, to: shape)
        }
        return try record(.reshape, [x], .shape(shape))
    }

    /// As above, where one size may be -1: what is left.
    /// - Throws: `TensorError.badShape`, `.badArgument` for a second -1.
    public func reshape(_ x: Node, sizes: [Int]) throws(TensorError) -> Node {
        var sizes = sizes
        if let open = sizes.firstIndex(of: -1) {
            guard sizes.lastIndex(of: -1) == open else {
                throw .badArgument(operation: "reshape", rule: "at most one size of -1")
            }
            sizes.remove(at: open)
            let rest = try Shape(sizes).count
            guard rest != 0, x.shape.count % rest == 0 else {
                throw .badShape(
                    operation: "reshape", shape: x.shape,
                    rule: "its \(x.shape.count) elements to be a multiple of \(rest)")
            }
            sizes.insert(x.shape.count / rest, at: open)
        }
        return try reshape(x, to: try Shape(sizes))
    }

    /// Axes in another order: axis i of the result is axis `order[i]` of `x`. A transpose of a
    /// transpose is one transpose, and one that moves nothing but axes of size 1 a reshape.
    /// - Throws: `TensorError.badShape` if `order` is no permutation of the axes.
    public func transpose(_ x: Node, order: [Int]) throws(TensorError) -> Node {
        if order == Array(0..<x.shape.rank) { return x }
        if x.primitive === Primitive.transpose, case .ints(let before) = x.attributes,
            order.sorted() == Array(0..<x.shape.rank), isTransparent(x),
            let source = x.inputs.first
        {
            return try transpose(source, order: order.map { before[$0] })
        }
        let result = try record(.transpose, [x], .ints(order))
        let moving = order.filter { x.shape[$0] != 1 }
        return moving == moving.sorted() ? try reshape(x, to: result.shape) : result
    }

    /// Swaps two axes, which may count from the end.
    /// - Throws: `TensorError.axisOutOfRange`.
    public func swapAxes(
        _ x: Node, _ first: Int, _ second: Int, for operation: String = "transpose"
    ) throws(TensorError) -> Node {
        let a = try x.shape.axis(first, for: operation)
        let b = try x.shape.axis(second, for: operation)
        var order = Array(0..<x.shape.rank)
        order.swapAt(a, b)
        return try transpose(x, order: order)
    }

    /// `x` moved so that `axis` is the last, and back again by the same call on the result.
    func swapToLast(_ x: Node, _ axis: Int) throws(TensorError) -> Node {
        try swapAxes(x, axis, x.shape.rank - 1)
    }

    /// `x` repeated to `shape`.
    /// - Throws: `TensorError.shapesDisagree`.
    public func broadcast(_ x: Node, to shape: Shape) throws(TensorError) -> Node {
        if x.shape == shape { return x }
        if x.shape.count == shape.count, x.shape.broadcasts(to: shape) {
            return try reshape(x, to: shape)
        }
        if let value = constantValue(of: x), x.shape.broadcasts(to: shape) {
            return try full(value, shape, x.dtype)
        }
        return try record(.broadcastTo, [x], .shape(shape))
    }

    /// With an axis of size 1 put in at `axis` (0 … rank, or negative from the end of the result).
    /// - Throws: `TensorError.axisOutOfRange`.
    public func unsqueeze(_ x: Node, axis: Int) throws(TensorError) -> Node {
        let rank = x.shape.rank
        guard axis >= -rank - 1, axis <= rank else {
            throw .axisOutOfRange(operation: "unsqueeze", axis: axis, shape: x.shape)
        }
        var sizes = x.shape.dimensions
        sizes.insert(1, at: axis < 0 ? axis + rank + 1 : axis)
        return try reshape(x, to: try Shape(sizes))
    }

    /// Without the axes of size 1 among `axes`, which must be of size 1; `nil`: without all of
    /// them.
    /// - Throws: `TensorError.axisOutOfRange`, `.badShape`.
    public func squeeze(_ x: Node, axes: [Int]?) throws(TensorError) -> Node {
        let chosen =
            if let axes {
                try x.shape.axes(axes, for: "squeeze")
            } else {
                x.shape.dimensions.indices.filter { x.shape[$0] == 1 }
            }
        for axis in chosen where x.shape[axis] != 1 {
            throw .badShape(
                operation: "squeeze", shape: x.shape,
                rule: "axis \(axis) to have size 1, not \(x.shape[axis])")
        }
        return try reshape(x, to: x.shape.reduced(over: chosen, keepingDimensions: false))
    }

    /// The elements at `ranges`, one per axis.
    /// - Throws: `TensorError.indexOutOfRange`.
    public func slice(_ x: Node, _ ranges: [SliceRange]) throws(TensorError) -> Node {
        if ranges.count == x.shape.rank,
            zip(ranges, x.shape.dimensions).allSatisfy({ $0.isWhole(of: $1) })
        {
            return x
        }
        return try record(.slice, [x], .slices(ranges))
    }

    /// The elements `start ..< start + count` along one axis.
    func slice(
        _ x: Node, axis: Int, _ start: Int, count: Int
    ) throws(TensorError) -> Node {
        var ranges = x.shape.dimensions.map { SliceRange(all: $0) }
        ranges[axis] = SliceRange(start: start, count: count, step: 1)
        return try slice(x, ranges)
    }

    /// `x` put at `ranges` into a tensor of `shape` filled with `fill`.
    /// - Throws: `TensorError.indexOutOfRange`, `.shapesDisagree`.
    public func embed(
        _ x: Node, at ranges: [SliceRange], in shape: Shape, fill: ScalarValue = .int(0)
    ) throws(TensorError) -> Node {
        try record(.embed, [x], .placement(ranges, shape: shape, fill: fill))
    }

    /// Tensors one after the other along `axis`; they meet at the latest dtype.
    /// - Throws: `TensorError.badArgument` for none, `.axisOutOfRange`, `.shapesDisagree`.
    public func concat(_ parts: [Node], axis: Int) throws(TensorError) -> Node {
        guard let first = parts.first else {
            throw .badArgument(operation: "concat", rule: "at least one tensor")
        }
        let position = try first.shape.axis(axis, for: "concat")
        let dtype = parts.reduce(DType.bool) { .promoted($0, $1.dtype) }
        var cast: [Node] = []
        for part in parts { cast.append(try self.cast(part, to: dtype)) }
        return cast.count == 1 ? cast[0] : try record(.concat, cast, .axis(position))
    }

    /// Tensors of one shape along a new axis; they meet at the latest dtype.
    /// - Throws: `TensorError.badArgument` for none, `.axisOutOfRange`, `.shapesDisagree`.
    public func stack(_ parts: [Node], axis: Int) throws(TensorError) -> Node {
        guard let first = parts.first else {
            throw .badArgument(operation: "stack", rule: "at least one tensor")
        }
        var unsqueezed: [Node] = []
        for part in parts {
            guard part.shape == first.shape else {
                throw .shapesDisagree(
                    operation: "stack", left: first.shape, right: part.shape, rule: "one shape")
            }
            unsqueezed.append(try unsqueeze(part, axis: axis))
        }
        let position = axis < 0 ? axis + first.shape.rank + 1 : axis
        return try concat(unsqueezed, axis: position)
    }
}
