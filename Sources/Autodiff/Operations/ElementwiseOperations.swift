import Kernels
import Tensors

extension Operation {
    /// Functions applied to each element.
    static let elementwise: [Operation] =
        simple + derived + [
            one(
                "maximum", [.init("a", .operand), .init("b", .operand)],
                doc:
                    "The greater of two, by element. nan wins; equal ones share the gradient.",
                example: "maximum(Tensor([1, 5]), 3)",
                samples: [[.tensor([2, 3]), .tensor([3])], [.tensor([2]), .value(.float(0.3))]]
            ) { arguments, r throws(TensorError) in
                let (a, b) = try arguments.operands(0, 1, r)
                return try r.binary(.maximum, a, b)
            },
            one(
                "minimum", [.init("a", .operand), .init("b", .operand)],
                doc:
                    "The lesser of two, by element. nan wins; equal ones share the gradient.",
                example: "minimum(Tensor([1, 5]), 3)",
                samples: [
                    [.tensor([2, 3]), .tensor([2, 1])], [.tensor([2]), .value(.float(0.3))],
                ]
            ) { arguments, r throws(TensorError) in
                let (a, b) = try arguments.operands(0, 1, r)
                return try r.binary(.minimum, a, b)
            },
            one(
                "where",
                [.init("condition", .tensor), .init("a", .operand), .init("b", .operand)],
                doc: "`a` where the condition holds, else `b`, by element, broadcasting.",
                example: "where(Tensor([1, -2]) > 0, 1.0, 0.0)",
                samples: [
                    [.bools([2, 3]), .tensor([2, 3]), .tensor([3])],
                    [.bools([3]), .tensor([2, 1]), .value(.float(0))],
                    [.bools([3]), .value(.int(1)), .value(.int(0))],
                ]
            ) { arguments, r throws(TensorError) in
                let (a, b) = try arguments.operands(1, 2, r)
                return try r.select(try arguments.tensor(0), a, b)
            },
            one(
                "clip",
                [
                    .init("x", .tensor), .init("min", .operand, default: OperationArgument.none),
                    .init("max", .operand, default: OperationArgument.none),
                ],
                doc: """
                    Elements below `min` become `min`, those above `max` become `max`.

                    The gradient passes where nothing was cut, the bounds included.
                    """,
                example: "clip(Tensor([-2, 0.5, 9]), 0, 1)",
                samples: [
                    [.tensor([2, 3]), .value(.float(-0.5)), .value(.float(0.5))],
                    [.tensor([4]), .value(.none), .value(.int(0))],
                ]
            ) { arguments, r throws(TensorError) in
                var x = try arguments.tensor(0)
                if let low = try arguments.operand(1, beside: x.dtype, r) {
                    x = try r.select(try r.binary(.less, x, low), low, x)
                }
                if let high = try arguments.operand(2, beside: x.dtype, r) {
                    x = try r.select(try r.binary(.greater, x, high), high, x)
                }
                return x
            },
            one(
                "cast", [.init("x", .tensor), .init("dtype", .dtype)],
                doc:
                    "Another dtype; to integers truncated and saturated, nan gives 0.",
                example: "Tensor([1.7, -2.2]).cast(int32)",
                samples: [
                    [.tensor([2, 3]), .value(.dtype(.float64))],
                    [.ints([3], below: 9), .value(.dtype(.uint8))],
                ]
            ) { arguments, r throws(TensorError) in
                try r.cast(try arguments.tensor(0), to: try arguments.dtype(1))
            },
            one(
                "stopGradient", [.init("x", .tensor)],
                doc: "The same elements, as a constant for gradients.",
                example: "stopGradient(Tensor([1, 2]))", samples: [[.tensor([2])]]
            ) { arguments, r throws(TensorError) in try r.stopGradient(try arguments.tensor(0)) },
        ]

    private static func unary(
        _ name: String, _ code: ElementwiseCode, _ doc: String, isPositive: Bool = false
    ) -> Operation {
        one(
            name, [.init("x", .tensor)], doc: doc, example: "\(name)(Tensor([0.5, 1, 2]))",
            samples: [[], [3], [2, 3], [0, 2]].map {
                [isPositive ? .positive($0) : .tensor($0)]
            }
        ) { arguments, r throws(TensorError) in try r.unary(code, try arguments.tensor(0)) }
    }

    /// Those with a kernel of their own.
    private static let simple = [
        unary("exp", .exp, "e to the power of each element."),
        unary("expm1", .expm1, "exp(x) - 1, accurate near 0."),
        unary("log", .log, "The natural logarithm; log(0) is -inf.", isPositive: true),
        unary("log1p", .log1p, "log(1 + x), accurate near 0.", isPositive: true),
        unary("sqrt", .sqrt, "The square root.", isPositive: true),
        unary("square", .square, "x · x."),
        unary("reciprocal", .reciprocal, "1 / x.", isPositive: true),
        unary("abs", .abs, "The magnitude; its gradient at 0 is 0."),
        unary("sign", .sign, "-1, 0 or 1."),
        unary("sin", .sin, "The sine, of radians."),
        unary("cos", .cos, "The cosine, of radians."),
        unary("tan", .tan, "The tangent, of radians."),
        unary("tanh", .tanh, "The hyperbolic tangent."),
        unary("erf", .erf, "The error function 2/√π ∫₀ˣ exp(-t²) dt."),
        unary("floor", .floor, "The next whole number below; the dtype stays."),
        unary("ceil", .ceil, "The next whole number above; the dtype stays."),
        unary("round", .round, "The nearest whole number, half to even; the dtype stays."),
        unary("relu", .relu, "max(x, 0); its gradient at 0 is 0."),
        unary("sigmoid", .sigmoid, "1 / (1 + exp(-x))."),
        unary("softplus", .softplus, "log(1 + exp(x)), without overflow."),
    ]

    private static func formula(
        _ name: String, with parameters: [OperationParameter] = [], _ doc: String,
        isPositive: Bool = false,
        _ formula:
            @escaping @Sendable (Node, OperationArguments, Recorder) throws(TensorError) ->
            Node
    ) -> Operation {
        one(
            name, [.init("x", .tensor)] + parameters, doc: doc,
            example: "\(name)(Tensor([0.5, 1, 2]))",
            samples: [[3], [2, 3], [0, 2]].map { [isPositive ? .positive($0) : .tensor($0)] }
        ) { arguments, r throws(TensorError) in
            try formula(try arguments.tensor(0), arguments, r)
        }
    }

    /// Those made of others.
    private static let derived = [
        formula("log2", "The logarithm to base 2.", isPositive: true) {
            x, _, r throws(TensorError) in
            let y = try r.unary(.log, x)
            return try r.multiply(y, try r.scalar(1.4426950408889634, y.dtype))
        },
        formula("log10", "The logarithm to base 10.", isPositive: true) {
            x, _, r throws(TensorError) in
            let y = try r.unary(.log, x)
            return try r.multiply(y, try r.scalar(0.4342944819032518, y.dtype))
        },
        formula("isNan", "Whether each element is nan.") { x, _, r throws(TensorError) in
            try r.binary(.notEqual, x, x)
        },
        formula("isInf", "Whether each element is inf or -inf.") { x, _, r throws(TensorError) in
            let x = try r.floating(x)
            return try r.binary(.equal, try r.unary(.abs, x), try r.scalar(.infinity, x.dtype))
        },
        formula("isFinite", "Whether each element is neither nan nor infinite.") {
            x, _, r throws(TensorError) in
            let x = try r.floating(x)
            return try r.binary(.less, try r.unary(.abs, x), try r.scalar(.infinity, x.dtype))
        },
    ]
}
