import Kernels
import Tensors

extension Operation {
    /// Functions of vectors and matrices.
    static let linearAlgebra: [Operation] = [
        one(
            "matmul", [.init("a", .tensor), .init("b", .tensor)],
            doc: """
                The matrix product `a @ b`: `[..., M, K]` and `[..., K, N]` give `[..., M, N]`.

                Batch axes broadcast; a vector on the left is a row, on the right a column.
                """,
            example: "matmul(eye(2), Tensor([[1, 2], [3, 4]]))",
            samples: [
                [.tensor([2, 3]), .tensor([3, 4])], [.tensor([3]), .tensor([3])],
                [.tensor([2, 3]), .tensor([3])], [.tensor([3]), .tensor([2, 3, 2])],
                [.tensor([2, 2, 3]), .tensor([3, 2])],
                [.tensor([2, 1, 2, 3]), .tensor([3, 3, 1])],
                [.tensor([2, 0]), .tensor([0, 3])], [.tensor([1, 2, 3]), .tensor([2, 3, 2])],
            ]
        ) { arguments, r throws(TensorError) in
            try r.matmul(try arguments.tensor(0), try arguments.tensor(1))
        },
        one(
            "dot", [.init("a", .tensor), .init("b", .tensor)],
            doc: "The inner product of two vectors.",
            example: "dot(Tensor([1, 2]), Tensor([3, 4]))", samples: [[.tensor([3]), .tensor([3])]]
        ) { arguments, r throws(TensorError) in
            let (a, b) = (try arguments.tensor(0), try arguments.tensor(1))
            guard a.shape.rank == 1, a.shape == b.shape else {
                throw .shapesDisagree(
                    operation: "dot", left: a.shape, right: b.shape, rule: "two vectors of one size"
                )
            }
            return try r.matmul(a, b)
        },
        one(
            "outer", [.init("a", .tensor), .init("b", .tensor)],
            doc: "All products of the elements of two vectors: `[M]` and `[N]` give `[M, N]`.",
            example: "outer(Tensor([1, 2]), Tensor([3, 4]))",
            samples: [[.tensor([3]), .tensor([2])]]
        ) { arguments, r throws(TensorError) in
            let (a, b) = (try arguments.tensor(0), try arguments.tensor(1))
            guard a.shape.rank == 1, b.shape.rank == 1 else {
                throw .shapesDisagree(
                    operation: "outer", left: a.shape, right: b.shape, rule: "two vectors")
            }
            return try r.multiply(try r.unsqueeze(a, axis: 1), b)
        },
        triangle("tril", "Zeros above a diagonal of the last two axes.") {
            column, row, r throws(TensorError) in try r.binary(.lessOrEqual, column, row)
        },
        triangle("triu", "Zeros below a diagonal of the last two axes.") {
            column, row, r throws(TensorError) in try r.binary(.greaterOrEqual, column, row)
        },
        layerNorm,
        one(
            "einsum", [.init("equation", .string), .init("tensors", .variadicTensors)],
            doc: """
                Products and sums over named axes, by Einstein's convention: `"nij,njk->nik"`.

                Axes that the right side does not name are summed over; a name twice in one
                operand is its diagonal. Without `->` the names that occur once are kept, in
                alphabetical order. `...` stands for any axes, which broadcast.
                """,
            example: "einsum(\"ij,j->i\", eye(2), Tensor([1, 2]))",
            samples: [
                [.value(.string("nij,njk->nik")), .tensors([[2, 2, 3], [2, 3, 2]])],
                [.value(.string("bhid,bhjd->bhij")), .tensors([[1, 2, 2, 3], [1, 2, 3, 3]])],
                [.value(.string("ii->i")), .tensors([[3, 3]])],
                [.value(.string("ij->")), .tensors([[2, 3]])],
                [.value(.string("i,j,k->kij")), .tensors([[2], [3], [2]])],
                [.value(.string("...ij,...jk->...ik")), .tensors([[3, 1, 2, 2], [2, 2, 3]])],
                [.value(.string("a...,...")), .tensors([[2, 3], [1]])],
            ]
        ) { arguments, r throws(TensorError) in
            try r.einsum(try arguments.string(0), try arguments.tensors(1))
        },
    ]

    private static func triangle(
        _ name: String, _ doc: String,
        _ relation: @escaping @Sendable (Node, Node, Recorder) throws(TensorError) -> Node
    ) -> Operation {
        one(
            name, [.init("x", .tensor), .init("diagonal", .int, default: .int(0))],
            doc: doc, example: "\(name)(ones([3, 3]))",
            samples: [
                [.tensor([3, 3])], [.tensor([2, 2, 3]), .value(.int(1))],
                [.tensor([3, 2]), .value(.int(-1))],
                [.tensor([0, 2])],
            ]
        ) { arguments, r throws(TensorError) in
            let x = try arguments.tensor(0)
            guard x.shape.rank >= 2 else {
                throw .badShape(operation: name, shape: x.shape, rule: "two axes or more")
            }
            let mask = try r.diagonalMask(
                rows: x.shape[x.shape.rank - 2], columns: x.shape[x.shape.rank - 1],
                diagonal: try arguments.int(1)
            ) { column, row throws(TensorError) in try relation(column, row, r) }
            return try r.select(mask, x, try r.full(.int(0), .scalar, x.dtype))
        }
    }

    private static let layerNorm = one(
        "layerNorm",
        [
            .init("x", .tensor), .init("scale", .optionalTensor, default: OperationArgument.none),
            .init("shift", .optionalTensor, default: OperationArgument.none),
            .init("eps", .float, default: .float(1e-5)),
        ],
        doc:
            "(x - mean) / √(variance + eps) over the last axis · `scale` + `shift`.",
        example: "layerNorm(Tensor([1, 2, 3]))",
        samples: [
            [.tensor([2, 4])], [.tensor([2, 3]), .tensor([3]), .tensor([3])],
            [.tensor([3, 2, 9]), .tensor([9]), .tensor([9]), .value(.float(0.1))],
            [.tensor([0, 3])], [.tensor([2, 0])],
        ]
    ) { arguments, r throws(TensorError) in
        let x = try r.floating(try arguments.tensor(0))
        guard x.shape.rank > 0 else {
            throw .badShape(operation: "layerNorm", shape: x.shape, rule: "one axis or more")
        }
        return try r.layerNorm(
            x, scale: try arguments.optionalTensor(1), shift: try arguments.optionalTensor(2),
            epsilon: try arguments.float(3))
    }
}
