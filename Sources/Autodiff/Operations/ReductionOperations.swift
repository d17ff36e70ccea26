import Kernels
import Tensors

extension Operation {
    private static let axes = OperationParameter("axis", .axes, default: OperationArgument.none)
    private static let keepDims = OperationParameter("keepDims", .bool, default: .bool(false))

    /// What a reduction over (x, axis, keepDims) is tried with.
    private static let reductionSamples: [OperationSample] = [
        [.tensor([2, 3])], [.tensor([])], [.tensor([2, 3, 4]), .value(.ints([0, 2]))],
        [.tensor([2, 3]), .value(.int(-1)), .value(.bool(true))],
        [.tensor([3, 1]), .value(.int(1))],
        [.tensor([2, 0]), .value(.int(0))],
    ]

    private static func reduction(
        _ name: String, _ doc: String,
        _ reduce: @escaping @Sendable (Node, [Int]?, Bool, Recorder) throws(TensorError) -> Node
    ) -> Operation {
        one(
            name, [.init("x", .tensor), axes, keepDims], doc: doc,
            example: "\(name)(Tensor([[1, 2], [3, 4]]), axis: 0)", samples: reductionSamples
        ) { arguments, r throws(TensorError) in
            try reduce(
                try arguments.tensor(0), try arguments.axes(1), try arguments.bool(2), r)
        }
    }

    private static func reduction(_ primitive: Primitive, _ doc: String) -> Operation {
        reduction(primitive.name, doc) { x, axes, keeps, r throws(TensorError) in
            try r.reduce(primitive, x, axes: axes, keepsDimensions: keeps)
        }
    }

    private static func spread(_ name: String, _ doc: String, takesRoot: Bool) -> Operation {
        one(
            name,
            [.init("x", .tensor), axes, keepDims, .init("correction", .int, default: .int(0))],
            doc: doc, example: "\(name)(Tensor([1, 2, 4]), correction: 1)",
            samples: [
                [.tensor([2, 3])],
                [.tensor([2, 3]), .value(.int(1)), .value(.bool(true)), .value(.int(1))],
                [.tensor([2, 2, 3]), .value(.ints([0, 2]))],
            ]
        ) { arguments, r throws(TensorError) in
            let variance = try r.variance(
                try arguments.tensor(0), axes: try arguments.axes(1),
                keepsDimensions: try arguments.bool(2), correction: try arguments.int(3))
            return takesRoot ? try r.flatRoot(variance) : variance
        }
    }

    private static func index(_ primitive: Primitive, _ doc: String) -> Operation {
        one(
            primitive.name,
            [.init("x", .tensor), .init("axis", .axis, default: OperationArgument.none), keepDims],
            doc: doc, example: "\(primitive.name)(Tensor([3, 9, 4]))",
            samples: [
                [.tensor([2, 3])], [.tensor([2, 3]), .value(.int(0))], [.tensor([])],
                [.tensor([2, 3]), .value(.int(-1)), .value(.bool(true))],
            ]
        ) { arguments, r throws(TensorError) in
            let x = try arguments.tensor(0)
            let keeps = try arguments.bool(2)
            if let axis = try arguments.optionalInt(1) {
                return try r.reduce(primitive, x, axes: [axis], keepsDimensions: keeps)
            }
            let flat = try r.reshape(x, to: Shape(trusted: [x.shape.count]))
            let result = try r.reduce(primitive, flat, axes: [0], keepsDimensions: false)
            let ones = [Int](repeating: 1, count: keeps ? x.shape.rank : 0)
            return try r.reshape(result, to: Shape(trusted: ones))
        }
    }

    /// Functions that make one number of many.
    static let reductions: [Operation] = [
        reduction(.sum, "The sum over `axis` (nil: all); of integers and bools int64."),
        reduction("mean", "The mean over `axis` (nil: all); of integers float32.") {
            x, axes, keeps, r throws(TensorError) in
            try r.mean(x, axes: axes, keepsDimensions: keeps)
        },
        reduction(
            .max,
            "The greatest element over `axis` (nil: all); equal ones share the gradient."),
        reduction(
            .min, "The least element over `axis` (nil: all); equal ones share the gradient."),
        reduction(.product, "The product over `axis` (nil: all); of integers and bools int64."),
        reduction(.anyTrue, "Whether any element over `axis` (nil: all) is not 0."),
        reduction(.allTrue, "Whether all elements over `axis` (nil: all) are not 0."),
        index(
            .argmax, "The index of the first greatest element along `axis` (nil: of all)."),
        index(.argmin, "The index of the first least element along `axis` (nil: of all)."),
        spread(
            "variance", "The mean squared distance from the mean; divides by n - correction.",
            takesRoot: false),
        spread("var", "The same as `variance`.", takesRoot: false),
        spread("std", "The root of the variance; its gradient at 0 is 0.", takesRoot: true),
        reduction("logSumExp", "log Σ exp(x) over `axis` (nil: all), without overflow.") {
            x, axes, keeps, r throws(TensorError) in
            try r.logSumExp(x, axes: axes, keepsDimensions: keeps)
        },
        norm, cumsum,
        rowwise(.softmax, "exp(x) / Σ exp(x) along `axis`, without overflow."),
        rowwise(.logSoftmax, "x - log Σ exp(x) along `axis`, without overflow."),
    ]

    private static let norm = one(
        "norm",
        [.init("x", .tensor), axes, keepDims, .init("order", .number, default: .int(2))],
        doc: """
            The norm (Σ |x|^order)^(1/order) over `axis` (nil: all), `inf` included.

            The gradient of the 2-norm at 0 is 0.
            """,
        example: "norm(Tensor([3, 4]))",
        samples: [
            [.tensor([2, 3])], [.tensor([2, 3]), .value(.int(1)), .value(.bool(true))],
            [.tensor([4]), .value(.none), .value(.bool(false)), .value(.int(1))],
            [.tensor([4]), .value(.none), .value(.bool(false)), .value(.float(.infinity))],
            [.tensor([4]), .value(.none), .value(.bool(false)), .value(.float(3))],
        ]
    ) { arguments, r throws(TensorError) in
        let x = try r.floating(try arguments.tensor(0))
        let axes = try arguments.axes(1)
        let keeps = try arguments.bool(2)
        let order = try arguments.float(3)
        if order == 2 {
            return try r.flatRoot(
                try r.sum(try r.unary(.square, x), axes: axes, keepsDimensions: keeps))
        }
        let size = try r.unary(.abs, x)
        if order == 1 { return try r.sum(size, axes: axes, keepsDimensions: keeps) }
        if order == .infinity {
            return try r.reduce(.max, size, axes: axes, keepsDimensions: keeps)
        }
        guard order > 0 else { throw .badArgument(operation: "norm", rule: "an order above 0") }
        let powers = try r.binary(.power, size, try r.scalar(order, x.dtype))
        let total = try r.sum(powers, axes: axes, keepsDimensions: keeps)
        return try r.binary(.power, total, try r.scalar(1 / order, x.dtype))
    }

    private static let lastAxis = OperationParameter("axis", .int, default: .int(-1))

    private static let cumsum = one(
        "cumsum", [.init("x", .tensor), lastAxis],
        doc: "Running sums along `axis`; of integers and bools int64.",
        example: "cumsum(Tensor([1, 2, 3]))",
        samples: [
            [.tensor([2, 3])], [.tensor([2, 3]), .value(.int(0))], [.tensor([0])],
            [.ints([4], below: 5)],
        ]
    ) { arguments, r throws(TensorError) in
        var x = try arguments.tensor(0)
        if !x.dtype.isFloat { x = try r.cast(x, to: .int64) }
        let axis = try x.shape.axis(try arguments.int(1), for: "cumsum")
        return try r.record(.cumsum, [x], .ints([axis, 0]))
    }

    private static func rowwise(_ primitive: Primitive, _ doc: String) -> Operation {
        one(
            primitive.name, [.init("x", .tensor), lastAxis], doc: doc,
            example: "\(primitive.name)(Tensor([1, 2, 3]))",
            samples: [
                [.tensor([2, 3])], [.tensor([2, 3, 2]), .value(.int(1))], [.tensor([2, 1])],
                [.tensor([0, 3])], [.tensor([2, 0])],
            ]
        ) { arguments, r throws(TensorError) in
            let x = try r.floating(try arguments.tensor(0))
            let axis = try x.shape.axis(try arguments.int(1), for: primitive.name)
            return try r.record(primitive, [x], .axis(axis))
        }
    }
}
