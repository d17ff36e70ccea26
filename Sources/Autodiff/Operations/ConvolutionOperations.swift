import Tensors

extension Operation {
    /// Convolutions of series and images, and their transposes.
    static let convolutions: [Operation] = [
        convolution(
            "conv1d", axes: 1,
            doc: """
                Slides kernels along series: x `[N, C, T]` and w `[F, C // groups, k]` give `[N, F, T']`.

                y[n, f, t] is the sum of x[n, c, t·stride + u·dilation - padding] · w[f, c, u] over the
                channels c of f's group and u, plus `bias` `[F]`. T' is
                (T + 2·padding - dilation·(k - 1) - 1) // stride + 1; `padding: "same"` gives
                T / stride, rounded up, and so does `"causal"`, which puts the whole border before
                the first element, so that y[n, f, t] sees nothing behind x[n, c, t·stride].
                """,
            example: "conv1d(ones([1, 1, 5]), ones([2, 1, 3])).shape",
            samples: [
                [.tensor([2, 2, 6]), .tensor([3, 2, 3])],
                [
                    .tensor([1, 2, 5]), .tensor([4, 1, 2]), .tensor([4]), .value(.int(2)),
                    .value(.int(1)), .value(.int(2)), .value(.int(2)),
                ],
                [
                    .tensor([1, 1, 5]), .tensor([1, 1, 4]), .value(.none), .value(.int(1)),
                    .value(.string("same")),
                ],
                [
                    .tensor([1, 2, 5]), .tensor([2, 2, 2]), .value(.none), .value(.int(2)),
                    .value(.string("causal")), .value(.int(2)),
                ],
                [.tensor([0, 2, 4]), .tensor([3, 2, 3])],
            ]),
        convolution(
            "conv2d", axes: 2,
            doc: """
                Slides kernels over images: x `[N, C, H, W]` and w `[F, C // groups, kh, kw]` give
                `[N, F, H', W']`.

                y[n, f, i, j] is the sum of x[n, c, i·stride + u·dilation - padding, …] · w[f, c, u, v]
                over the channels c of f's group, u and v, plus `bias` `[F]`. H' is
                (H + 2·padding - dilation·(kh - 1) - 1) // stride + 1; `padding: "same"` gives
                H / stride, rounded up, an odd rest of the border below and on the right. `stride`,
                `padding` and `dilation` are an Int or a pair (rows, columns).
                """,
            example: "conv2d(ones([1, 3, 8, 8]), ones([4, 3, 3, 3]), padding: 1).shape",
            samples: [
                [.tensor([2, 2, 4, 3]), .tensor([3, 2, 3, 2])],
                [
                    .tensor([1, 4, 5, 4]), .tensor([2, 2, 2, 2]), .tensor([2]),
                    .value(.ints([2, 1])), .value(.ints([1, 0])), .value(.ints([2, 1])),
                    .value(.int(2)),
                ],
                [
                    .tensor([2, 2, 3, 5]), .tensor([4, 1, 2, 3]), .value(.none), .value(.int(2)),
                    .value(.string("same")), .value(.int(1)), .value(.int(2)),
                ],
                [.tensor([2, 3, 2, 2]), .tensor([2, 3, 1, 1])],
                [.tensor([1, 0, 2, 2]), .tensor([2, 0, 1, 1])],
            ]),
        transposed(
            "convTranspose1d", axes: 1,
            doc: """
                Transposed convolution of series: x `[N, C, T]` and w `[C, F // groups, k]` give
                `[N, F, T']`.

                Each element adds a multiple of the kernel to the result, `stride` apart: the gradient
                of `conv1d` with respect to its input. T' is
                (T - 1)·stride - 2·padding + dilation·(k - 1) + outputPadding + 1;
                `padding: "same"` gives T·stride.
                """,
            example: "convTranspose1d(ones([1, 2, 5]), ones([2, 1, 4]), stride: 2).shape",
            samples: [
                [.tensor([2, 2, 3]), .tensor([2, 3, 2])],
                [
                    .tensor([1, 2, 3]), .tensor([2, 2, 3]), .tensor([4]), .value(.int(2)),
                    .value(.int(1)), .value(.int(1)), .value(.int(1)), .value(.int(2)),
                ],
            ]),
        transposed(
            "convTranspose2d", axes: 2,
            doc: """
                Transposed convolution of images: x `[N, C, H, W]` and w `[C, F // groups, kh, kw]`
                give `[N, F, H', W']`.

                Each element adds a multiple of the kernel to the result, `stride` apart: the gradient
                of `conv2d` with respect to its input. H' is
                (H - 1)·stride - 2·padding + dilation·(kh - 1) + outputPadding + 1;
                `padding: "same"` gives H·stride.
                """,
            example: "convTranspose2d(ones([1, 4, 7, 7]), ones([4, 2, 4, 4]), stride: 2, padding: 1).shape",
            samples: [
                [.tensor([1, 2, 2, 3]), .tensor([2, 3, 2, 2])],
                [
                    .tensor([2, 2, 2, 2]), .tensor([2, 1, 3, 2]), .tensor([2]),
                    .value(.ints([2, 1])), .value(.ints([1, 0])), .value(.ints([1, 0])),
                    .value(.int(1)), .value(.int(2)),
                ],
                [
                    .tensor([1, 2, 2, 2]), .tensor([2, 1, 3, 3]), .value(.none), .value(.int(2)),
                    .value(.string("same")),
                ],
            ]),
    ]

    private static func convolution(
        _ name: String, axes: Int, doc: String, example: String, samples: [OperationSample]
    ) -> Operation {
        one(
            name, parameters(transposed: false), doc: doc, example: example, samples: samples
        ) { arguments, r throws(TensorError) in
            try r.convolution(
                try arguments.tensor(0), try arguments.tensor(1),
                bias: try arguments.optionalTensor(2), groups: try arguments.int(6),
                try window(name, axes: axes, arguments, dilation: 5))
        }
    }

    private static func transposed(
        _ name: String, axes: Int, doc: String, example: String, samples: [OperationSample]
    ) -> Operation {
        one(
            name, parameters(transposed: true), doc: doc, example: example, samples: samples
        ) { arguments, r throws(TensorError) in
            try r.transposedConvolution(
                try arguments.tensor(0), try arguments.tensor(1),
                bias: try arguments.optionalTensor(2), groups: try arguments.int(7),
                outputPadding: try arguments.extent(5, axes, of: name, "outputPadding", atLeast: 0),
                try window(name, axes: axes, arguments, dilation: 6))
        }
    }

    private static func parameters(transposed: Bool) -> [OperationParameter] {
        [
            .init("x", .tensor), .init("w", .tensor),
            .init("bias", .optionalTensor, default: OperationArgument.none),
            .init("stride", .extent, default: .int(1)),
            .init("padding", .padding, default: .int(0)),
        ] + (transposed ? [.init("outputPadding", .extent, default: .int(0))] : []) + [
            .init("dilation", .extent, default: .int(1)),
            .init("groups", .int, default: .int(1)),
        ]
    }

    /// How the window moves; `dilation`: the number of its argument.
    private static func window(
        _ name: String, axes: Int, _ arguments: OperationArguments, dilation: Int
    ) throws(TensorError) -> WindowOptions {
        WindowOptions(
            operation: name,
            stride: try arguments.extent(3, axes, of: name, "stride", atLeast: 1),
            dilation: try arguments.extent(dilation, axes, of: name, "dilation", atLeast: 1),
            padding: try arguments.padding(4, axes, of: name))
    }
}
