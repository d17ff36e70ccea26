import Tensors

extension Operation {
    private static let pattern: [OperationParameter] = [
        .init("x", .tensor), .init("pattern", .string),
    ]
    private static let sizes = OperationParameter("sizes", .sizes, default: .sizes([:]))

    /// Functions with axis patterns (Rogozhnikov, *Einops*, ICLR 2022).
    static let einops: [Operation] = [
        one(
            "rearrange", pattern + [sizes],
            doc: """
                Axes taken apart, reordered and joined by a pattern: `"n (h w) c -> n c h w", h: 8`.

                `...` stands for any axes, `1` for an axis of size 1.
                """,
            example: "rearrange(arange(6), \"(a b) -> b a\", a: 2)",
            samples: [
                [.tensor([2, 6]), .value(.string("n (h w) -> n w h")), .value(.sizes(["h": 2]))],
                [.tensor([2, 3, 2]), .value(.string("... c -> c (...)"))],
                [.tensor([2, 1, 3]), .value(.string("a 1 b -> b 1 a 1"))],
            ]
        ) { arguments, r throws(TensorError) in
            let pattern = try AxisPattern(try arguments.string(1), for: "rearrange")
            try pattern.requireSameNames()
            return try r.applying(
                pattern, to: try arguments.tensor(0), sizes: try arguments.sizes(2), reduction: nil)
        },
        one(
            "reduce", pattern + [.init("by", .operation), sizes],
            doc: """
                As `rearrange`; axes that the right side does not name are reduced.

                By `sum`, `mean`, `max`, `min`, `prod`, `any` or `all`. A number is an axis of that size:
                `"n c (h 2) (w 2) -> n c h w"`.
                """,
            example: "reduce(ones([2, 3]), \"a b -> a\", sum)",
            samples: [
                [.tensor([2, 3, 4]), .value(.string("n h w -> n")), .value(.string("mean"))],
                [
                    .tensor([2, 4]), .value(.string("n (g k) -> g n")), .value(.string("max")),
                    .value(.sizes(["k": 2])),
                ],
                [.tensor([4, 6]), .value(.string("(h 2) (w 3) -> h w")), .value(.string("mean"))],
            ]
        ) { arguments, r throws(TensorError) in
            try r.applying(
                try AxisPattern(try arguments.string(1), for: "reduce"),
                to: try arguments.tensor(0), sizes: try arguments.sizes(3),
                reduction: try arguments.string(2))
        },
        one(
            "repeat", pattern + [sizes],
            doc: """
                As `rearrange`; repeats axes that only the right side names: `"h -> h c", c: 3`, or
                `"h -> h 3"`.
                """,
            example: "repeat(arange(3), \"a -> a b\", b: 2)",
            samples: [
                [.tensor([2, 3]), .value(.string("h w -> h w c")), .value(.sizes(["c": 2]))],
                [.tensor([3]), .value(.string("a -> (a k)")), .value(.sizes(["k": 2]))],
                [.tensor([3]), .value(.string("a -> 2 (a 3)"))],
            ]
        ) { arguments, r throws(TensorError) in
            try r.applying(
                try AxisPattern(try arguments.string(1), for: "repeat"),
                to: try arguments.tensor(0), sizes: try arguments.sizes(2), reduction: nil)
        },
    ]
}
