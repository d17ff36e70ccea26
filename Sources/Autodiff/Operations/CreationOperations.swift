import Kernels
import Tensors

extension Operation {
    private static let dtype = OperationParameter("dtype", .dtype, default: .dtype(.float32))

    private static func constant(_ name: String, _ value: Int, _ doc: String) -> Operation {
        one(
            name, [.init("shape", .shape), dtype], doc: doc, example: "\(name)([2, 3])",
            samples: [
                [.value(.ints([2, 3]))], [.value(.ints([]))],
                [.value(.ints([0, 2])), .value(.dtype(.int32))],
            ]
        ) { arguments, r throws(TensorError) in
            try r.full(.int(value), try arguments.shape(0), try arguments.dtype(1))
        }
    }

    private static func constant(like name: String, _ value: Int, _ doc: String) -> Operation {
        one(
            name, [.init("x", .tensor)], doc: doc, example: "\(name)(Tensor([[1, 2], [3, 4]]))",
            samples: [[.tensor([2, 3])], [.ints([4], below: 3)]]
        ) { arguments, r throws(TensorError) in
            let x = try arguments.tensor(0)
            return try r.full(.int(value), x.shape, x.dtype)
        }
    }

    private static func draw(
        _ primitive: Primitive, with leading: [OperationParameter] = [], _ doc: String,
        example: String, samples: [OperationSample],
        parameters: @escaping @Sendable (OperationArguments) throws(TensorError) -> [Double]
    ) -> Operation {
        let position = leading.count
        return one(
            primitive.name, leading + [.init("shape", .shape)], doc: doc, example: example,
            samples: samples
        ) { arguments, r throws(TensorError) in
            try r.draw(
                primitive, try arguments.shape(position), parameters: try parameters(arguments))
        }
    }

    /// Functions that make tensors of nothing.
    static let creation: [Operation] = [
        constant("zeros", 0, "Zeros."), constant("ones", 1, "Ones."),
        constant(like: "zerosLike", 0, "Zeros of the shape and dtype of `x`."),
        constant(like: "onesLike", 1, "Ones of the shape and dtype of `x`."),
        full, arange, linspace, eye,
        draw(
            .randn, "Standard normal numbers, float32.", example: "randn([2, 3]).shape",
            samples: [[.value(.ints([2, 3]))]]
        ) { _ throws(TensorError) in [] },
        draw(
            .rand, "Uniform numbers in [0, 1), float32.", example: "rand([2, 3]).shape",
            samples: [[.value(.ints([2, 3]))]]
        ) { _ throws(TensorError) in [] },
        draw(
            .bernoulli, with: [.init("p", .float)], "1 with probability `p`, else 0, float32.",
            example: "bernoulli(0.3, [4]).shape",
            samples: [[.value(.float(0.3)), .value(.ints([4]))]]
        ) { arguments throws(TensorError) in
            let p = try arguments.float(0)
            guard p >= 0, p <= 1 else {
                throw .badArgument(operation: "bernoulli", rule: "a probability from 0 to 1")
            }
            return [p]
        },
        draw(
            .randint, with: [.init("low", .int), .init("high", .int)],
            "Integers from `low` up to but not `high`, int64.",
            example: "randint(0, 10, [5]).shape",
            samples: [[.value(.int(-2)), .value(.int(5)), .value(.ints([3, 2]))]]
        ) { arguments throws(TensorError) in
            let (low, high) = (try arguments.int(0), try arguments.int(1))
            guard low < high else {
                throw .badArgument(operation: "randint", rule: "low (\(low)) below high (\(high))")
            }
            // The bounds travel as Doubles.
            guard low.magnitude <= 1 << 53, high.magnitude <= 1 << 53 else {
                throw .badArgument(operation: "randint", rule: "bounds within ±2^53")
            }
            return [Double(low), Double(high)]
        },
        one(
            "permutation", [.init("n", .int)],
            doc: "The numbers from 0 up to but not `n` in random order, int64.",
            example: "sort(permutation(5))",
            samples: [[.value(.int(7))], [.value(.int(0))]]
        ) { arguments, r throws(TensorError) in
            try r.draw(.permutation, try Shape([try arguments.int(0)]))
        },
    ]

    private static let full = one(
        "full",
        [
            .init("shape", .shape), .init("value", .operand),
            .init("dtype", .dtype, default: OperationArgument.none),
        ],
        doc:
            "One value everywhere; a number gives float32, a Bool bool, unless `dtype` says.",
        example: "full([2, 3], 7)",
        samples: [
            [.value(.ints([2, 3])), .value(.int(7))],
            [.value(.ints([2])), .value(.float(0.5)), .value(.dtype(.float64))],
            [.value(.ints([2])), .value(.bool(true))], [.value(.ints([2, 3])), .tensor([])],
        ]
    ) { arguments, r throws(TensorError) in
        let shape = try arguments.shape(0)
        let wanted = try arguments.optionalDType(2)
        guard let value = arguments.scalar(1) else {
            let x = try arguments.tensor(1)
            return try r.broadcast(try r.cast(x, to: wanted ?? x.dtype), to: shape)
        }
        if case .bool = value { return try r.full(value, shape, wanted ?? .bool) }
        let dtype = wanted ?? .float32
        if case .int(let number) = value, let range = dtype.intRange, !range.contains(number) {
            _ = try r.constant(value, beside: dtype)
        }
        return try r.full(value, shape, dtype)
    }

    private static let arange = one(
        "arange",
        [
            .init("start", .number), .init("stop", .number, default: OperationArgument.none),
            .init("step", .number, default: .int(1)),
        ],
        doc: """
            Numbers from `start` in steps up to but not `stop`; of Ints int64, else float32.

            With one number, from 0 up to but not that.
            """,
        example: "arange(2, 10, 3)",
        samples: [
            [.value(.int(5))], [.value(.int(5)), .value(.int(-4)), .value(.int(-2))],
            [.value(.float(0)), .value(.float(1)), .value(.float(0.25))],
        ]
    ) { arguments, r throws(TensorError) in
        let hasStop = !arguments.isAbsent(1)
        let start = hasStop ? arguments.scalar(0) : .int(0)
        let stop = arguments.scalar(hasStop ? 1 : 0)
        if case .int(let start) = start, case .int(let stop) = stop,
            case .int(let step) = arguments.scalar(2)
        {
            return try r.arange(start, stop, by: step)
        }
        return try r.arange(
            start?.double ?? .nan, stop?.double ?? .nan, by: try arguments.float(2))
    }

    private static let linspace = one(
        "linspace", [.init("start", .float), .init("stop", .float), .init("steps", .int)],
        doc: "`steps` float32 numbers in equal distances from `start` to `stop`, both included.",
        example: "linspace(0, 1, 5)",
        samples: [
            [.value(.float(0)), .value(.float(1)), .value(.int(5))],
            [.value(.float(2)), .value(.float(3)), .value(.int(1))],
        ]
    ) { arguments, r throws(TensorError) in
        try r.linspace(
            try arguments.float(0), try arguments.float(1), count: try arguments.int(2))
    }

    private static let eye = one(
        "eye", [.init("n", .int), .init("columns", .int, default: OperationArgument.none), dtype],
        doc: "Ones on the diagonal of `[n, columns]` (nil: n), zeros elsewhere.",
        example: "eye(3)",
        samples: [[.value(.int(3))], [.value(.int(2)), .value(.int(3))], [.value(.int(0))]]
    ) { arguments, r throws(TensorError) in
        let rows = try arguments.int(0)
        let columns = try arguments.optionalInt(1) ?? rows
        _ = try Shape([rows, columns])
        let mask = try r.diagonalMask(
            rows: rows, columns: columns, diagonal: 0
        ) { column, row throws(TensorError) in try r.binary(.equal, column, row) }
        return try r.cast(mask, to: try arguments.dtype(2))
    }
}
