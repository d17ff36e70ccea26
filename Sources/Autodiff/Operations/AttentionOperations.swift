import Tensors

extension Operation {
    private static let options: [OperationParameter] = [
        .init("mask", .optionalTensor, default: OperationArgument.none),
        .init("causal", .bool, default: .bool(false)),
        .init("scale", .optionalTensor, default: OperationArgument.none),
        .init("heads", .int, default: .int(1)),
    ]

    private static let absent = SampleArgument.value(.none)
    private static let causal = SampleArgument.value(.bool(true))

    /// Attention and its weights.
    static let attention: [Operation] = [
        one(
            "attention",
            [.init("q", .tensor), .init("k", .tensor), .init("v", .tensor)] + options,
            doc: """
                softmax(q kᵀ · `scale`) v: for each query a mean of the values, weighted by how well
                their keys fit.

                `q` `[..., T, D]`, `k` `[..., S, D]`, `v` `[..., S, V]` give `[..., T, V]`; batch axes
                broadcast. `heads` of them lie side by side on the last axes: `[..., T, heads*D]`.
                `mask`: `[T, S]`, `[..., T, S]` or `[..., heads, T, S]`; true where a query may look,
                or floats that are added to the scores. `causal`: query t sees keys 0 … t only.
                `scale`: nil is 1/√D. A query that may look nowhere gives 0, not nan. The matrix of
                T × S weights is never stored as a whole, in the gradient neither.
                """,
            example: "attention(eye(2), eye(2), eye(2), causal: true)",
            samples: [
                [.tensor([3, 2]), .tensor([4, 2]), .tensor([4, 3])],
                [.tensor([2, 3, 4]), .tensor([2, 3, 4]), .tensor([2, 3, 4]), absent, causal],
                [.tensor([3, 2]), .tensor([4, 2]), .tensor([4, 2]), .bools([3, 4])],
                [.tensor([2, 1, 2]), .tensor([3, 2]), .tensor([3, 1]), .tensor([1, 3])],
                [
                    .tensor([2, 3, 4]), .tensor([2, 2, 4]), .tensor([2, 2, 6]),
                    .bools([2, 2, 3, 2]), causal, .positive([]), .value(.int(2)),
                ],
                [
                    .tensor([2, 4]), .tensor([3, 4]), .tensor([3, 2]), .tensor([2, 1, 3]),
                    .value(.bool(false)), absent, .value(.int(2)),
                ],
                [.tensor([2, 0, 3]), .tensor([2, 2, 3]), .tensor([2, 2, 3])],
                [.tensor([2, 3]), .tensor([0, 3]), .tensor([0, 2])],
            ]
        ) { arguments, r throws(TensorError) in
            try r.attention(
                try arguments.tensor(0), try arguments.tensor(1), try arguments.tensor(2),
                mask: try arguments.optionalTensor(3), scale: try arguments.optionalTensor(5),
                AttentionOptions(
                    heads: try arguments.int(6), isCausal: try arguments.bool(4)))
        },
        one(
            "attentionWeights", [.init("q", .tensor), .init("k", .tensor)] + options,
            doc: """
                The weights of `attention`, softmax(q kᵀ · `scale`), to be looked at: `[..., heads, T, S]`.

                Arguments as for `attention`. Each row sums to 1, but the row of a query that may
                look nowhere is 0.
                """,
            example: "attentionWeights(eye(2), eye(2), causal: true)",
            samples: [
                [.tensor([3, 2]), .tensor([4, 2])],
                [
                    .tensor([2, 3, 4]), .tensor([2, 3, 4]), .bools([3, 3]), causal, absent,
                    .value(.int(2)),
                ],
            ]
        ) { arguments, r throws(TensorError) in
            try r.attentionWeights(
                try arguments.tensor(0), try arguments.tensor(1),
                mask: try arguments.optionalTensor(2), scale: try arguments.optionalTensor(4),
                AttentionOptions(
                    heads: try arguments.int(5), isCausal: try arguments.bool(3)))
        },
    ]
}
