import Kernels
import Tensors

// Reductions over any axes: attributes `axes(sorted, keepsDimensions:)`. Below, y = f(x) over the
// reduced axes and c, the gradient of y, is spread back over them.

extension Primitive {
    /// Sum; integers and bools give int64. Each element counts once, so its gradient is c.
    public static let sum: Primitive = reduction(.sum, "sum") {
        node, c, recorder throws(TensorError) in
        try recorder.spread(c, over: node)
    }

    /// The greatest element. Where several are equal to it they share the gradient evenly.
    public static let max: Primitive = reduction(.maximum, "max", gradient: extremeGradient)

    /// The least element. Where several are equal to it they share the gradient evenly.
    public static let min: Primitive = reduction(.minimum, "min", gradient: extremeGradient)

    /// Product; integers and bools give int64. The gradient of an element is c times the product of
    /// the others, taken as such (not y / x, which fails at 0).
    public static let product: Primitive = reduction(.product, "prod") {
        node, c, recorder throws(TensorError) in
        guard case .axes(let axes, _) = node.attributes else { return nil }
        let x = node.inputs[0]
        let others = try recorder.productOfOthers(x, axes: axes)
        return try recorder.multiply(try recorder.spread(c, over: node), others)
    }

    /// Whether all elements are not 0.
    public static let allTrue: Primitive = reduction(.all, "all")

    /// Whether any element is not 0.
    public static let anyTrue: Primitive = reduction(.any, "any")

    private typealias ReductionGradient =
        @Sendable (_ node: Node, _ cotangent: Node, Recorder) throws(TensorError) -> Node?

    private static let extremeGradient: ReductionGradient = {
        node, c, recorder throws(TensorError) in
        guard case .axes(let axes, _) = node.attributes else { return nil }
        let x = node.inputs[0]
        let winners = try recorder.cast(
            try recorder.binary(.equal, x, try recorder.spread(node, over: node)), to: x.dtype)
        let count = try recorder.sum(winners, axes: axes, keepsDimensions: true)
        let share = try recorder.divide(winners, count)
        return try recorder.multiply(try recorder.spread(c, over: node), share)
    }

    private static func reduction(
        _ code: ReductionCode, _ name: String,
        gradient: @escaping ReductionGradient = { _, _, _ throws(TensorError) in nil }
    ) -> Primitive {
        Primitive(
            name,
            shape: { inputs, attributes throws(TensorError) in
                guard case .axes(let axes, let keeps) = attributes else {
                    throw .lacksAttributes(name)
                }
                let x = inputs[0]
                let shape = x.shape.reduced(over: axes, keepingDimensions: keeps)
                if code == .maximum || code == .minimum, x.shape.count == 0, shape.count > 0 {
                    throw .badShape(
                        operation: name, shape: x.shape, rule: "at least one element to choose from"
                    )
                }
                return (shape, resultDType(code, x.dtype))
            },
            gradient: { node, c, _, recorder throws(TensorError) in
                [try gradient(node, c, recorder)]
            },
            evaluate: { inputs, attributes, output, _ throws(TensorError) in
                guard case .axes(let axes, _) = attributes else { throw .lacksAttributes(name) }
                try evaluateReduction(code, inputs[0], axes, output)
            })
    }

    static func resultDType(_ code: ReductionCode, _ dtype: DType) -> DType {
        switch code {
        case .sum, .product: dtype.isFloat ? dtype : .int64
        case .maximum, .minimum: dtype
        case .all, .any: .bool
        case .argmax, .argmin: .int64
        }
    }

    /// The kernels reduce adjacent axes at once; other sets take one pass per group of adjacent
    /// axes, the last group first, so that the first pass, over everything, reads rows.
    private static func evaluateReduction(
        _ code: ReductionCode, _ x: Tensor, _ axes: [Int], _ output: Tensor
    ) throws(TensorError) {
        var groups: [Range<Int>] = []
        for axis in axes {
            if let last = groups.last, last.upperBound == axis {
                groups[groups.count - 1] = last.lowerBound..<axis + 1
            } else {
                groups.append(axis..<axis + 1)
            }
        }
        // Over no axis each element is its own sum: an axis of size 1 at the front.
        if groups.isEmpty {
            let whole = AxisLayout(outer: 1, length: 1, inner: x.count)
            Reduction.run(code, x.dtype.element, x.pointer, to: output.pointer, whole)
            return
        }
        var current = x
        while let group = groups.popLast() {
            let layout = current.shape.layout(around: group)
            let shape = current.shape.reduced(over: Array(group), keepingDimensions: false)
            let next =
                groups.isEmpty
                ? output : try Tensor(uninitialized: shape, dtype: output.dtype)
            Reduction.run(
                code, current.dtype.element, current.pointer, to: next.pointer, layout)
            current = groups.isEmpty ? next : next.reshaped(to: shape)
        }
    }
}

extension Primitive {
    /// The index of the greatest element along an axis; the first of equal ones, and nan wins.
    public static let argmax: Primitive = argReduction(.argmax, "argmax")

    /// The index of the least element along an axis; the first of equal ones, and nan wins.
    public static let argmin: Primitive = argReduction(.argmin, "argmin")

    private static func argReduction(_ code: ReductionCode, _ name: String) -> Primitive {
        Primitive(
            name,
            shape: { inputs, attributes throws(TensorError) in
                guard case .axes(let axes, let keeps) = attributes, axes.count == 1 else {
                    throw .lacksAttributes(name)
                }
                let x = inputs[0]
                guard x.shape[axes[0]] > 0 else {
                    throw .badShape(
                        operation: name, shape: x.shape, rule: "at least one element to choose from"
                    )
                }
                return (x.shape.reduced(over: axes, keepingDimensions: keeps), .int64)
            },
            evaluate: { inputs, attributes, output, _ throws(TensorError) in
                guard case .axes(let axes, _) = attributes else { throw .lacksAttributes(name) }
                let x = inputs[0]
                Reduction.run(
                    code, x.dtype.element, x.pointer, to: output.pointer,
                    x.shape.layout(around: axes[0]))
            })
    }
}
