import Tensors

extension Operation {
    /// Discrete Fourier transforms.
    static let fourier: [Operation] = [
        complexTransform(
            "fft", direction: 0,
            doc: """
                The discrete Fourier transform y_k = Σ_n x_n exp(-2πi n k / N) of complex signals.

                Complex numbers are pairs (real, imaginary) on a last axis of 2: `[..., N, 2]` gives
                `[..., N, 2]`, any N. `z[..., 0]` are the real parts, `norm(z, axis: -1)` the sizes.
                `rfft` is the one for real signals.
                """),
        complexTransform(
            "ifft", direction: 1,
            doc: """
                The inverse of `fft`: x_n = (1/N) Σ_k y_k exp(2πi n k / N), `[..., N, 2]` to
                `[..., N, 2]`.
                """),
        one(
            "rfft", [.init("x", .tensor)],
            doc: """
                The Fourier transform of real signals: `[..., N]` gives `[..., N // 2 + 1, 2]`.

                Pairs (real, imaginary) as in `fft`, for the frequencies 0 … N // 2; the others are their
                conjugates. The size at each frequency is `norm(rfft(x), axis: -1)`.
                """,
            example: "rfft(Tensor([1, 0, -1, 0]))",
            samples: [[.tensor([2, 4])], [.tensor([5])], [.tensor([1])], [.tensor([0, 3])]]
        ) { arguments, r throws(TensorError) in
            let x = try r.floating(try arguments.tensor(0))
            guard let length = x.shape.dimensions.last, length > 0 else {
                throw .badShape(operation: "rfft", shape: x.shape, rule: "a last axis of 1 or more")
            }
            return try r.record(.rfft, [x])
        },
        one(
            "irfft",
            [.init("z", .tensor), .init("length", .optionalInt, default: OperationArgument.none)],
            doc: """
                The real signal whose transform `rfft` would be `z` `[..., K, 2]`: `[..., length]`.

                `length` is 2·(K - 1), or 2·(K - 1) + 1 if so given (nil: the even one).
                """,
            example: "irfft(rfft(Tensor([1, 2, 3])), 3)",
            samples: [
                [.tensor([2, 3, 2])], [.tensor([3, 2]), .value(.int(5))],
                [.tensor([1, 2]), .value(.int(1))],
            ]
        ) { arguments, r throws(TensorError) in
            let z = try complex(try arguments.tensor(0), "irfft", r)
            let half = z.shape[z.shape.rank - 2]
            let length = try arguments.optionalInt(1) ?? 2 * (half - 1)
            guard length > 0, length / 2 + 1 == half else {
                throw .badShape(
                    operation: "irfft", shape: z.shape,
                    rule: "length // 2 + 1 = \(half) for a length of 1 or more, not \(length)")
            }
            let sum = try r.record(.realInverse, [z], .axis(length))
            return try r.multiply(sum, try r.scalar(1 / Double(length), z.dtype))
        },
    ]

    private static func complexTransform(
        _ name: String, direction: Int, doc: String
    ) -> Operation {
        one(
            name, [.init("z", .tensor)], doc: doc, example: "\(name)(Tensor([[1, 0], [0, 1]]))",
            samples: [[.tensor([4, 2])], [.tensor([2, 3, 2])], [.tensor([1, 2])], [.tensor([0, 3, 2])]]
        ) { arguments, r throws(TensorError) in
            let z = try complex(try arguments.tensor(0), name, r)
            let y = try r.record(.fft, [z], .axis(direction))
            if direction == 0 { return y }
            let share = 1 / Double(z.shape[z.shape.rank - 2])
            return try r.multiply(y, try r.scalar(share, z.dtype))
        }
    }

    /// A float tensor `[..., N, 2]`, N at least 1.
    private static func complex(
        _ x: Node, _ operation: String, _ r: Recorder
    ) throws(TensorError) -> Node {
        let z = try r.floating(x)
        guard z.shape.rank >= 2, z.shape[z.shape.rank - 1] == 2, z.shape[z.shape.rank - 2] > 0
        else {
            throw .badShape(
                operation: operation, shape: z.shape,
                rule: "pairs of real and imaginary parts: [..., N, 2]; rfft takes real signals")
        }
        return z
    }
}
