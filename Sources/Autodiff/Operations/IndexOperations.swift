import Kernels
import Tensors

extension Operation {
    private static let lastAxis = OperationParameter("axis", .int, default: .int(-1))

    /// Functions that choose and order elements.
    static let indexing: [Operation] = [
        one(
            "gather",
            [
                .init("x", .tensor), .init("indices", .tensor),
                .init("axis", .int, default: .int(0)),
            ],
            doc: """
                The elements at `indices` along an axis, PyTorch's `gather`: none is below 0.

                `indices` has the shape of `x` but for that axis; `x[indices]` takes whole rows.
                """,
            example: "gather(Tensor([[1, 2], [3, 4]]), Tensor([[1, 0]], dtype: int64))",
            samples: [
                [.tensor([4]), .ints([6], below: 4)],
                [.tensor([2, 3]), .ints([2, 2], below: 3), .value(.int(1))],
            ]
        ) { arguments, r throws(TensorError) in
            let x = try arguments.tensor(0)
            let indices = try integers(try arguments.tensor(1), "gather", r)
            let axis = try x.shape.axis(try arguments.int(2), for: "gather")
            return try r.record(.takeAlong, [x, indices], .axis(axis))
        },
        one(
            "scatterAdd",
            [
                .init("x", .tensor), .init("indices", .tensor), .init("values", .tensor),
                .init("axis", .int, default: .int(0)),
            ],
            doc: """
                `x` with `values` added at `indices` along an axis, what comes twice twice.

                The reverse of `gather`, PyTorch's `scatter_add`: `values` and `indices` have one shape,
                that of `x` but for the axis.
                """,
            example: "scatterAdd(zeros([3]), Tensor([0, 2, 2], dtype: int64), ones([3]))",
            samples: [
                [.tensor([4]), .ints([6], below: 4), .tensor([6])],
                [.tensor([2, 3]), .ints([2, 2], below: 3), .tensor([2, 2]), .value(.int(1))],
            ]
        ) { arguments, r throws(TensorError) in
            let (x, values) = (try arguments.tensor(0), try arguments.tensor(2))
            let indices = try integers(try arguments.tensor(1), "scatterAdd", r)
            guard values.shape == indices.shape else {
                throw .shapesDisagree(
                    operation: "scatterAdd", left: indices.shape, right: values.shape,
                    rule: "an index for each value")
            }
            let axis = try x.shape.axis(try arguments.int(3), for: "scatterAdd")
            let dtype = DType.promoted(x.dtype, values.dtype)
            return try r.record(
                .addAlong, [try r.cast(x, to: dtype), try r.cast(values, to: dtype), indices],
                .axis(axis))
        },
        one(
            "embedding", [.init("indices", .tensor), .init("table", .tensor)],
            doc: "Rows of `table` `[count, units]` for `indices` `[...]`: `[..., units]`.",
            example: "embedding(Tensor([1, 0], dtype: int64), eye(2))",
            samples: [
                [.ints([2, 2], below: 4), .tensor([4, 3])], [.ints([], below: 2), .tensor([2])],
            ]
        ) { arguments, r throws(TensorError) in
            try r.rows(of: try arguments.tensor(1), try arguments.tensor(0))
        },
        one(
            "oneHot", [.init("labels", .tensor), .init("count", .int)],
            doc:
                "float32 with 1 at the label, 0 elsewhere: `[...]` gives `[..., count]`.",
            example: "oneHot(Tensor([0, 2], dtype: int64), 3)",
            samples: [
                [.ints([4], below: 3), .value(.int(3))],
                [.ints([2, 2], below: 2), .value(.int(2))],
            ]
        ) { arguments, r throws(TensorError) in
            let labels = try integers(try arguments.tensor(0), "oneHot", r)
            return try r.record(.oneHot, [labels], .ints([try arguments.int(1)]))
        },
        one(
            "sort",
            [.init("x", .tensor), lastAxis, .init("descending", .bool, default: .bool(false))],
            doc: "The elements in order along an axis; stable, nan last.",
            example: "sort(Tensor([3, 1, 2]))",
            samples: [
                [.tensor([2, 4])], [.tensor([3, 2]), .value(.int(0)), .value(.bool(true))],
                [.tensor([0])],
            ]
        ) { arguments, r throws(TensorError) in
            let x = try arguments.tensor(0)
            let axis = try x.shape.axis(try arguments.int(1), for: "sort")
            let order = try r.order(
                x, axis: axis, count: x.shape[axis], descending: try arguments.bool(2))
            return try r.record(.takeAlong, [x, order], .axis(axis))
        },
        one(
            "argsort",
            [.init("x", .tensor), lastAxis, .init("descending", .bool, default: .bool(false))],
            doc: "The indices that sort along an axis, int64; stable, nan last.",
            example: "argsort(Tensor([3, 1, 2]))",
            samples: [[.tensor([2, 4])], [.tensor([3, 2]), .value(.int(0))]]
        ) { arguments, r throws(TensorError) in
            let x = try arguments.tensor(0)
            let axis = try x.shape.axis(try arguments.int(1), for: "argsort")
            return try r.order(
                x, axis: axis, count: x.shape[axis], descending: try arguments.bool(2))
        },
        Operation(
            "topk",
            [
                .init("x", .tensor), .init("k", .int), lastAxis,
                .init("largest", .bool, default: .bool(true)),
            ],
            doc: "The `k` greatest elements along an axis, in descending order, and their indices.",
            example: "topk(Tensor([3, 9, 4]), 2)",
            samples: [
                [.tensor([2, 4]), .value(.int(2))],
                [.tensor([3, 2]), .value(.int(1)), .value(.int(0)), .value(.bool(false))],
            ]
        ) { arguments, r throws(TensorError) in
            let x = try arguments.tensor(0)
            let axis = try x.shape.axis(try arguments.int(2), for: "topk")
            let order = try r.order(
                x, axis: axis, count: try arguments.int(1), descending: try arguments.bool(3))
            return .several([try r.record(.takeAlong, [x, order], .axis(axis)), order])
        },
    ]

    /// Labels and indices as int64.
    private static func integers(
        _ x: Node, _ operation: String, _ r: Recorder
    ) throws(TensorError) -> Node {
        guard x.dtype.isInteger else {
            throw .badDType(operation: operation, dtype: x.dtype, rule: "integers")
        }
        return try r.cast(x, to: .int64)
    }
}

extension Recorder {
    /// The indices of the first `count` elements in order along `axis`.
    /// - Throws: `TensorError.badShape` if there are fewer.
    func order(
        _ x: Node, axis: Int, count: Int, descending: Bool
    ) throws(TensorError) -> Node {
        try record(.argsort, [x], .ints([axis, count, descending ? 1 : 0]))
    }
}
