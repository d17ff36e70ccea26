import Kernels
public import Tensors

extension Recorder {
    /// A reduction over `axes` (any order, may count from the end; `nil`: all).
    /// - Throws: `TensorError.axisOutOfRange`, `.badArgument` for a repeated axis, `.badShape`.
    public func reduce(
        _ primitive: Primitive, _ x: Node, axes: [Int]?, keepsDimensions: Bool
    ) throws(TensorError) -> Node {
        let axes = try x.shape.axes(axes, for: primitive.name)
        return try record(primitive, [x], .axes(axes, keepsDimensions: keepsDimensions))
    }

    public func sum(
        _ x: Node, axes: [Int]? = nil, keepsDimensions: Bool = false
    ) throws(TensorError) -> Node {
        try reduce(.sum, x, axes: axes, keepsDimensions: keepsDimensions)
    }

    /// Sum over count; integers become float32. Over nothing it is nan.
    public func mean(
        _ x: Node, axes: [Int]? = nil, keepsDimensions: Bool = false
    ) throws(TensorError) -> Node {
        let x = try floating(x)
        let chosen = try x.shape.axes(axes, for: "mean")
        let count = chosen.reduce(1) { $0 * x.shape[$1] }
        let total = try sum(x, axes: chosen, keepsDimensions: keepsDimensions)
        return try divide(total, try scalar(Double(count), x.dtype))
    }

    /// The mean squared distance from the mean, `correction` taken off the count: Σ (x - mean)² /
    /// (n - correction). Two passes, which keeps the digits that Σx² - (Σx)²/n loses.
    public func variance(
        _ x: Node, axes: [Int]? = nil, keepsDimensions: Bool = false, correction: Int = 0
    ) throws(TensorError) -> Node {
        let x = try floating(x)
        let chosen = try x.shape.axes(axes, for: "variance")
        let count = chosen.reduce(1) { $0 * x.shape[$1] }
        let center = try mean(x, axes: chosen, keepsDimensions: true)
        let squares = try unary(.square, try subtract(x, center))
        let total = try sum(squares, axes: chosen, keepsDimensions: keepsDimensions)
        // As PyTorch: dividing by 0 or less gives inf or nan, not an error.
        let divisor = max(Double(count) - Double(correction), 0)
        return try divide(total, try scalar(divisor, x.dtype))
    }

    /// √x with derivative 0, not infinity, at 0: for norms and deviations, as PyTorch has it.
    func flatRoot(_ x: Node) throws(TensorError) -> Node {
        let zero = try scalar(0, x.dtype)
        let isZero = try binary(.equal, x, zero)
        let safe = try select(isZero, try scalar(1, x.dtype), x)
        return try select(isZero, zero, try unary(.sqrt, safe))
    }

    /// log Σ exp(x), stable: the greatest element m is taken out, m + log Σ exp(x - m). Where m is
    /// infinite it stays in, so that all -inf gives -inf and not nan.
    ///
    /// The shift cancels, so m is a constant for gradients.
    public func logSumExp(
        _ x: Node, axes: [Int]? = nil, keepsDimensions: Bool = false
    ) throws(TensorError) -> Node {
        let x = try floating(x)
        let axes = try x.shape.axes(axes, for: "logSumExp")
        let kept = x.shape.reduced(over: axes, keepingDimensions: true)
        if x.shape.count == 0 {
            let empty = x.shape.reduced(over: axes, keepingDimensions: keepsDimensions)
            return try full(.float(-.infinity), empty, x.dtype)
        }
        let greatest = try stopGradient(try reduce(.max, x, axes: axes, keepsDimensions: true))
        let isFinite = try binary(
            .less, try unary(.abs, greatest), try scalar(.infinity, x.dtype))
        let shift = try select(isFinite, greatest, try scalar(0, x.dtype))
        let powers = try unary(.exp, try subtract(x, shift))
        let total = try unary(.log, try sum(powers, axes: axes, keepsDimensions: true))
        let result = try add(total, shift)
        return keepsDimensions
            ? result
            : try reshape(result, to: kept.reduced(over: axes, keepingDimensions: false))
    }

    /// Adds up the axes along which `shape` was broadcast to the shape of `x`: the transpose of
    /// broadcasting.
    func sum(_ x: Node, to shape: Shape) throws(TensorError) -> Node {
        if x.shape == shape { return x }
        let added = x.shape.rank - shape.rank
        let axes = x.shape.dimensions.indices.filter {
            $0 < added || (shape[$0 - added] == 1 && x.shape[$0] != 1)
        }
        return try reshape(try sum(x, axes: axes, keepsDimensions: true), to: shape)
    }

    /// A value of the shape of the reduction `node` repeated over the axes that it reduced.
    func spread(_ x: Node, over node: Node) throws(TensorError) -> Node {
        guard case .axes(let axes, _) = node.attributes else { return x }
        let source = node.inputs[0].shape
        let kept = try reshape(x, to: source.reduced(over: axes, keepingDimensions: true))
        return try broadcast(kept, to: source)
    }

    /// For each element the product of the others along `axes`: that of those before times that of
    /// those after, each by doubling (Hillis and Steele, CACM 1986), in 2 log₂ n multiplications of
    /// all elements.
    func productOfOthers(_ x: Node, axes: [Int]) throws(TensorError) -> Node {
        let others = x.shape.dimensions.indices.filter { !axes.contains($0) }
        let order = others + axes
        let moved = try transpose(x, order: order)
        let length = axes.reduce(1) { $0 * x.shape[$1] }
        let rows = try reshape(
            moved, to: Shape(trusted: [others.reduce(1) { $0 * x.shape[$1] }, length]))
        let before = try exclusiveProducts(rows, length)
        let after = try flip(try exclusiveProducts(try flip(rows, axes: [1]), length), axes: [1])
        let product = try reshape(try multiply(before, after), to: moved.shape)
        var inverse = order
        for (position, axis) in order.enumerated() { inverse[axis] = position }
        return try transpose(product, order: inverse)
    }

    /// For x: [rows, length] the product of the elements before each, 1 for the first.
    private func exclusiveProducts(_ x: Node, _ length: Int) throws(TensorError) -> Node {
        var products = try shifted(x, by: 1, length)
        var reach = 1
        while reach < length {
            products = try multiply(products, try shifted(products, by: reach, length))
            reach *= 2
        }
        return products
    }

    /// x: [rows, length] moved right, ones coming in.
    private func shifted(_ x: Node, by distance: Int, _ length: Int) throws(TensorError) -> Node {
        guard distance < length else { return try full(.float(1), x.shape, x.dtype) }
        let kept = try slice(x, axis: 1, 0, count: length - distance)
        let ranges = [
            SliceRange(all: x.shape[0]),
            SliceRange(start: distance, count: length - distance, step: 1),
        ]
        return try embed(kept, at: ranges, in: x.shape, fill: .int(1))
    }

    /// Elements in reverse order along `axes`.
    /// - Throws: `TensorError.axisOutOfRange`.
    public func flip(_ x: Node, axes: [Int]?) throws(TensorError) -> Node {
        let axes = try x.shape.axes(axes, for: "flip")
        var ranges = x.shape.dimensions.map { SliceRange(all: $0) }
        for axis in axes where x.shape[axis] > 1 {
            ranges[axis] = SliceRange(start: x.shape[axis] - 1, count: x.shape[axis], step: -1)
        }
        return try slice(x, ranges)
    }
}
