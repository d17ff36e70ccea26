import Kernels
import Tensors

// Convolutions and pooling of images [N, C, H, W] and of series [N, C, T], which are images of one
// row.

extension Recorder {
    /// `x ∗ w + bias`; kernels `w: [F, C / groups, window…]`, `bias: [F]`.
    /// - Throws: `TensorError.badShape`, `.shapesDisagree`, `.badArgument`, `.badDType`.
    func convolution(
        _ x: Node, _ w: Node, bias: Node?, groups: Int, _ options: WindowOptions
    ) throws(TensorError) -> Node {
        let axes = options.stride.count
        let (x, w) = try operands(x, w, axes, options.operation)
        let (channels, filters) = (x.shape[1], w.shape[0])
        try check(groups, channels, filters, options.operation)
        guard w.shape[1] == channels / groups else {
            throw .shapesDisagree(
                operation: options.operation, left: x.shape, right: w.shape,
                rule: groups == 1
                    ? "as many channels (axis 1) in the kernels as in the input: "
                        + "\(channels), not \(w.shape[1])"
                    : "kernels of \(channels) / \(groups) = \(channels / groups) channels "
                        + "(axis 1), not \(w.shape[1])")
        }
        let window = try options.window(
            Array(w.shape.dimensions[2...]), over: Array(x.shape.dimensions[2...]), of: x.shape)
        let (image, kernel) = (try asImages(x, axes), try asImages(w, axes))
        let result = try record(
            .convolution, [image, kernel],
            .window(window, groups: groups, image: Array(image.shape.dimensions[2...])))
        return try add(bias, to: try asSeries(result, axes), options.operation)
    }

    /// The transposed convolution, with kernels `w: [C, F / groups, window…]`: what the gradient of a
    /// convolution does to its input.
    /// - Throws: as `convolution`.
    func transposedConvolution(
        _ x: Node, _ w: Node, bias: Node?, groups: Int, outputPadding: [Int],
        _ options: WindowOptions
    ) throws(TensorError) -> Node {
        let axes = options.stride.count
        let (x, w) = try operands(x, w, axes, options.operation)
        let channels = x.shape[1]
        guard w.shape[0] == channels else {
            throw .shapesDisagree(
                operation: options.operation, left: x.shape, right: w.shape,
                rule: "as many channels in the kernels (axis 0) as in the input (axis 1): "
                    + "\(channels), not \(w.shape[0])")
        }
        let (filters, overflow) = w.shape[1].multipliedReportingOverflow(by: groups)
        guard !overflow else { throw .tooLarge([w.shape[1], groups]) }
        try check(groups, channels, filters, options.operation)
        let (window, size) = try options.transposedWindow(
            Array(w.shape.dimensions[2...]), outputPadding: outputPadding,
            over: Array(x.shape.dimensions[2...]), of: x.shape)
        let result = try record(
            .convolutionInputGradient, [try asImages(x, axes), try asImages(w, axes)],
            .window(window, groups: groups, image: axes == 1 ? [1] + size : size))
        return try add(bias, to: try asSeries(result, axes), options.operation)
    }

    /// The maxima or means of windows of `size`.
    /// - Throws: as `convolution`.
    func pool(
        _ primitive: Primitive, _ x: Node, size: [Int], _ options: WindowOptions
    ) throws(TensorError) -> Node {
        let axes = size.count
        try check(x, axes, options.operation)
        guard x.dtype.isFloat else {
            throw .badDType(operation: options.operation, dtype: x.dtype, rule: "floats; cast first")
        }
        if case .sizes(let padding) = options.padding {
            for (border, size) in zip(padding, size) where border > size / 2 {
                throw .badArgument(
                    operation: options.operation,
                    rule: "a padding of at most half the window (\(size / 2)), not \(border)")
            }
        }
        let lengths = Array(x.shape.dimensions[2...])
        guard !lengths.contains(0) else {
            throw .badShape(
                operation: options.operation, shape: x.shape, rule: "at least one element a channel"
            )
        }
        let window = try options.window(size, over: lengths, of: x.shape)
        let image = try asImages(x, axes)
        let result = try record(
            primitive, [image],
            .window(window, groups: 1, image: Array(image.shape.dimensions[2...])))
        return try asSeries(result, axes)
    }

    // MARK: Arguments

    /// Input and kernels as floats of one dtype, once their axes are as they should be.
    private func operands(
        _ x: Node, _ w: Node, _ axes: Int, _ operation: String
    ) throws(TensorError) -> (Node, Node) {
        try check(x, axes, operation)
        guard w.shape.rank == axes + 2 else {
            throw .badShape(
                operation: operation, shape: w.shape,
                rule: axes == 2
                    ? "kernels of four axes, such as [filters, channels, height, width]"
                    : "kernels of three axes, such as [filters, channels, length]")
        }
        for node in [x, w] where !node.dtype.isFloat {
            throw .badDType(operation: operation, dtype: node.dtype, rule: "floats; cast first")
        }
        let dtype = DType.promoted(x.dtype, w.dtype)
        return (try cast(x, to: dtype), try cast(w, to: dtype))
    }

    private func check(_ x: Node, _ axes: Int, _ operation: String) throws(TensorError) {
        guard x.shape.rank == axes + 2 else {
            throw .badShape(
                operation: operation, shape: x.shape,
                rule: axes == 2
                    ? "images [N, C, H, W]: batch, channels, height, width"
                    : "series [N, C, T]: batch, channels, time")
        }
    }

    private func check(
        _ groups: Int, _ channels: Int, _ filters: Int, _ operation: String
    ) throws(TensorError) {
        guard groups >= 1, groups <= Swift.max(1, channels), channels % groups == 0,
            filters % groups == 0
        else {
            throw .badArgument(
                operation: operation,
                rule: "groups that divide \(channels) channels and \(filters) filters, not \(groups)"
            )
        }
    }

    private func add(_ bias: Node?, to y: Node, _ operation: String) throws(TensorError) -> Node {
        guard let bias else { return y }
        guard bias.shape.dimensions == [y.shape[1]] else {
            throw .shapesDisagree(
                operation: operation, left: y.shape, right: bias.shape,
                rule: "one bias for each of \(y.shape[1]) filters")
        }
        let ones = [Int](repeating: 1, count: y.shape.rank - 2)
        return try add(y, try reshape(bias, to: Shape(trusted: [y.shape[1]] + ones)))
    }

    /// `[N, C, T]` as `[N, C, 1, T]`.
    private func asImages(_ x: Node, _ axes: Int) throws(TensorError) -> Node {
        axes == 1 ? try unsqueeze(x, axis: 2) : x
    }

    private func asSeries(_ x: Node, _ axes: Int) throws(TensorError) -> Node {
        axes == 1 ? try squeeze(x, axes: [2]) : x
    }
}
