import Kernels
import Tensors

// Convolution y = x ∗ w is linear in images x [N, C, H, W] and in kernels w [F, C / groups, kh, kw].
// With c the gradient of y, that of x is `convolutionInputGradient(c, w)` and that of w
// `convolutionWeightGradient(x, c)`. All three are parts of one trilinear form Σ c · (x ∗ w), so the
// gradients of each are the other two, with its own cotangent in the place of its value; and all
// take the same attributes.

extension Primitive {
    /// Inputs: x and w; attributes `window`.
    public static let convolution: Primitive = Primitive(
        "convolution",
        shape: { inputs, attributes throws(TensorError) in
            let (x, w) = (inputs[0], inputs[1])
            let sizes = try ConvolutionSizes(
                image: x.shape, filters: w.shape.rank > 0 ? w.shape[0] : 0, attributes)
            try sizes.check(kernel: w.shape)
            return (sizes.output, try floats(inputs))
        },
        gradient: { node, c, wanted, recorder throws(TensorError) in
            let (x, w) = (node.inputs[0], node.inputs[1])
            return [
                wanted.contains(0)
                    ? try recorder.record(.convolutionInputGradient, [c, w], node.attributes) : nil,
                wanted.contains(1)
                    ? try recorder.record(.convolutionWeightGradient, [x, c], node.attributes)
                    : nil,
            ]
        },
        evaluate: { inputs, attributes, output, isInterrupted throws(TensorError) in
            let (x, w) = (inputs[0], inputs[1])
            let sizes = try ConvolutionSizes(
                image: x.shape, filters: w.shape[0], attributes)
            let isFinished = sizes.kernel.forward(
                output.dtype.element, x.pointer, w.pointer, to: output.pointer,
                isInterrupted: isInterrupted)
            withExtendedLifetime(inputs) {}
            if !isFinished { throw .interrupted }
        })

    /// Inputs: the gradient of y, `[N, F, H', W']`, and w. The gradient of x; also the transposed
    /// convolution.
    public static let convolutionInputGradient: Primitive = Primitive(
        "convolutionInputGradient",
        shape: { inputs, attributes throws(TensorError) in
            let (c, w) = (inputs[0], inputs[1])
            let sizes = try ConvolutionSizes(heads: c.shape, kernel: w.shape, attributes)
            try sizes.check(kernel: w.shape)
            try sizes.check(heads: c.shape)
            return (sizes.image, try floats(inputs))
        },
        gradient: { node, u, wanted, recorder throws(TensorError) in
            let (c, w) = (node.inputs[0], node.inputs[1])
            return [
                wanted.contains(0)
                    ? try recorder.record(.convolution, [u, w], node.attributes) : nil,
                wanted.contains(1)
                    ? try recorder.record(.convolutionWeightGradient, [u, c], node.attributes)
                    : nil,
            ]
        },
        evaluate: { inputs, attributes, output, isInterrupted throws(TensorError) in
            let (c, w) = (inputs[0], inputs[1])
            let sizes = try ConvolutionSizes(heads: c.shape, kernel: w.shape, attributes)
            let isFinished = sizes.kernel.inputGradient(
                output.dtype.element, c.pointer, w.pointer, to: output.pointer,
                isInterrupted: isInterrupted)
            withExtendedLifetime(inputs) {}
            if !isFinished { throw .interrupted }
        })

    /// Inputs: x and the gradient of y. The gradient of w.
    public static let convolutionWeightGradient: Primitive = Primitive(
        "convolutionWeightGradient",
        shape: { inputs, attributes throws(TensorError) in
            let (x, c) = (inputs[0], inputs[1])
            let sizes = try ConvolutionSizes(
                image: x.shape, filters: c.shape.rank > 1 ? c.shape[1] : 0, attributes)
            try sizes.check(heads: c.shape)
            return (try sizes.kernelShape(), try floats(inputs))
        },
        gradient: { node, u, wanted, recorder throws(TensorError) in
            let (x, c) = (node.inputs[0], node.inputs[1])
            return [
                wanted.contains(0)
                    ? try recorder.record(.convolutionInputGradient, [c, u], node.attributes) : nil,
                wanted.contains(1)
                    ? try recorder.record(.convolution, [x, u], node.attributes) : nil,
            ]
        },
        evaluate: { inputs, attributes, output, isInterrupted throws(TensorError) in
            let (x, c) = (inputs[0], inputs[1])
            let sizes = try ConvolutionSizes(image: x.shape, filters: c.shape[1], attributes)
            let isFinished = sizes.kernel.weightGradient(
                output.dtype.element, x.pointer, c.pointer, to: output.pointer,
                isInterrupted: isInterrupted)
            withExtendedLifetime(inputs) {}
            if !isFinished { throw .interrupted }
        })

    /// The dtype of inputs that must share one, of floats.
    private static func floats(_ inputs: [Node]) throws(TensorError) -> DType {
        let dtype = inputs[0].dtype
        guard dtype.isFloat, inputs.allSatisfy({ $0.dtype == dtype }) else {
            let other = inputs.first { $0.dtype != dtype || !$0.dtype.isFloat }
            throw .badDType(
                operation: "convolution", dtype: other?.dtype ?? dtype,
                rule: "floats of one dtype")
        }
        return dtype
    }
}

/// The shapes that belong to one convolution. `Recorder.convolution` has made them agree; what is
/// checked here keeps a broken promise from reading outside of a buffer.
struct ConvolutionSizes {
    let kernel: Convolution
    let image: Shape
    let output: Shape

    init(image: Shape, filters: Int, _ attributes: Attributes) throws(TensorError) {
        guard case .window(let window, let groups, let size) = attributes else {
            throw .lacksAttributes("convolution")
        }
        guard image.rank == 4, size == [image[2], image[3]], groups >= 1,
            groups <= Swift.max(1, image[1]), image[1] % groups == 0, filters % groups == 0
        else {
            throw .badShape(
                operation: "convolution", shape: image,
                rule: "images [N, C, H, W] whose channels divide into \(groups) groups")
        }
        kernel = Convolution(
            batch: image[0], channels: image[1], height: image[2], width: image[3],
            filters: filters, groups: groups, window: window)
        self.image = image
        output = try Shape([image[0], filters, kernel.outputHeight, kernel.outputWidth])
    }

    init(heads: Shape, kernel: Shape, _ attributes: Attributes) throws(TensorError) {
        guard case .window(_, let groups, let size) = attributes, heads.rank == 4,
            kernel.rank == 4, size.count == 2
        else { throw .lacksAttributes("convolution") }
        let (channels, overflow) = kernel[1].multipliedReportingOverflow(by: groups)
        guard !overflow else { throw .tooLarge([kernel[1], groups]) }
        try self.init(
            image: try Shape([heads[0], channels] + size), filters: kernel[0], attributes)
    }

    func kernelShape() throws(TensorError) -> Shape {
        try Shape([
            kernel.filters, kernel.channels / kernel.groups, kernel.window.rows.size,
            kernel.window.columns.size,
        ])
    }

    func check(kernel shape: Shape) throws(TensorError) {
        let wanted = try kernelShape()
        guard shape == wanted else {
            throw .shapesDisagree(
                operation: "convolution", left: image, right: shape, rule: "kernels \(wanted)")
        }
    }

    func check(heads shape: Shape) throws(TensorError) {
        guard shape == output else {
            throw .shapesDisagree(
                operation: "convolution", left: output, right: shape, rule: "equal shapes")
        }
    }
}
