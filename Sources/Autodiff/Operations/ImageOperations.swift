import Kernels
import Tensors

extension Operation {
    /// Pooling and resizing of images and series.
    static let images: [Operation] = [
        pooling(
            "maxPool", .maxPool, border: "The border is never the largest.",
            summary: "The largest element of each window that slides over images or series."),
        pooling(
            "avgPool", .avgPool, border: "The border counts as zeros.",
            summary: "The mean of each window that slides over images or series."),
        one(
            "resize",
            [
                .init("x", .tensor), .init("size", .extent),
                .init("mode", .string, default: .string("nearest")),
            ],
            doc: """
                Images `[N, C, H, W]` in another `size`: an Int for both, or a pair (rows, columns).

                "nearest" repeats or leaves out elements: element i is element ⌊i·H / H'⌋.
                "bilinear" is linear between the centres of elements, which lie at (i + 0.5)·H / H' - 0.5.
                Neither smooths before it makes an image smaller.
                """,
            example: "resize(ones([1, 1, 2, 2]), [4, 6], mode: \"bilinear\").shape",
            samples: [
                [.tensor([1, 2, 2, 3]), .value(.ints([4, 5]))],
                [.tensor([1, 1, 2, 3]), .value(.ints([3, 7])), .value(.string("bilinear"))],
                [.tensor([2, 1, 4, 3]), .value(.int(2)), .value(.string("bilinear"))],
                [.tensor([1, 1, 4, 5]), .value(.int(3))],
            ]
        ) { arguments, r throws(TensorError) in
            let x = try arguments.tensor(0)
            let size = try arguments.extent(1, 2, of: "resize", "size", atLeast: 1)
            let methods: [String: Resampling.Method] = ["nearest": .nearest, "bilinear": .bilinear]
            guard let method = methods[try arguments.string(2)] else {
                throw .badArgument(
                    operation: "resize", rule: "the mode \"nearest\" or \"bilinear\"")
            }
            guard x.shape.rank == 4, x.shape[2] > 0, x.shape[3] > 0 else {
                throw .badShape(
                    operation: "resize", shape: x.shape,
                    rule: "images [N, C, H, W]: batch, channels, height, width")
            }
            guard x.dtype.isFloat else {
                throw .badDType(operation: "resize", dtype: x.dtype, rule: "floats; cast first")
            }
            let old = [x.shape[2], x.shape[3]]
            return old == size ? x : try r.record(.resample, [x], .resampling(method, from: old, to: size))
        },
    ]

    private static func pooling(
        _ name: String, _ primitive: Primitive, border: String, summary: String
    ) -> Operation {
        one(
            name,
            [
                .init("x", .tensor), .init("size", .extent),
                .init("stride", .extent, default: OperationArgument.none),
                .init("padding", .padding, default: .int(0)),
            ],
            doc: """
                \(summary)

                `[N, C, H, W]` gives `[N, C, H', W']`, `[N, C, T]` gives `[N, C, T']`, with
                H' = (H + 2·padding - size) // stride + 1: a last partial window is dropped. `size`,
                `stride` (nil: the size, so that windows lie side by side) and `padding` are an Int or
                a pair (rows, columns); `padding: "same"` gives H / stride, rounded up. \(border)
                """,
            example: "\(name)(arange(16).reshape([1, 1, 4, 4]).cast(float32), 2)",
            samples: [
                [.tensor([2, 1, 4, 4]), .value(.int(2))],
                [
                    .tensor([1, 2, 4, 5]), .value(.ints([3, 2])), .value(.ints([1, 2])),
                    .value(.int(1)),
                ],
                [.tensor([1, 2, 5]), .value(.int(2))],
                [.tensor([1, 1, 5, 4]), .value(.int(2)), .value(.int(3))],
                [
                    .tensor([1, 1, 4, 5]), .value(.int(3)), .value(.int(2)), .value(.string("same")),
                ],
                [.tensor([0, 2, 4]), .value(.int(2))],
            ]
        ) { arguments, r throws(TensorError) in
            let x = try arguments.tensor(0)
            guard x.shape.rank == 3 || x.shape.rank == 4 else {
                throw .badShape(
                    operation: name, shape: x.shape, rule: "images [N, C, H, W] or series [N, C, T]")
            }
            let axes = x.shape.rank - 2
            let size = try arguments.extent(1, axes, of: name, "size", atLeast: 1)
            let stride =
                arguments.isAbsent(2)
                ? size : try arguments.extent(2, axes, of: name, "stride", atLeast: 1)
            return try r.pool(
                primitive, x, size: size,
                WindowOptions(
                    operation: name, stride: stride, dilation: size.map { _ in 1 },
                    padding: try arguments.padding(3, axes, of: name)))
        }
    }
}

extension OperationArguments {
    /// An Int for each of `axes` axes of an image: one for all, or one for each.
    /// - Throws: `TensorError.badArgument` with the names of the function and of the parameter.
    func extent(
        _ position: Int, _ axes: Int, of operation: String, _ name: String, atLeast least: Int
    ) throws(TensorError) -> [Int] {
        let given = try ints(position)
        let numbers = given.count == 1 && axes > 1 ? [Int](repeating: given[0], count: axes) : given
        guard numbers.count == axes else {
            throw .badArgument(
                operation: operation,
                rule: axes == 1
                    ? "one Int as `\(name)`, not \(given)"
                    : "an Int or a pair (rows, columns) as `\(name)`, not \(given)")
        }
        for number in numbers where number < least || number > Int(Int32.max) {
            throw .badArgument(
                operation: operation, rule: "a `\(name)` of \(least) or more, not \(number)")
        }
        return numbers
    }

    /// As `extent`, or "same".
    func padding(
        _ position: Int, _ axes: Int, of operation: String
    ) throws(TensorError) -> WindowOptions.Padding {
        if case .string(let text) = values.indices.contains(position) ? values[position] : .none {
            switch text {
            case "same": return .same
            case "valid": return .sizes(Array(repeating: 0, count: axes))
            case "causal" where axes == 1 && operation == "conv1d": return .causal
            default:
                let causal = operation == "conv1d" ? ", \"valid\" or \"causal\"" : " or \"valid\""
                throw .badArgument(
                    operation: operation,
                    rule: "an Int, a pair of Ints, \"same\"\(causal) as `padding`, not \"\(text)\"")
            }
        }
        return .sizes(try extent(position, axes, of: operation, "padding", atLeast: 0))
    }
}
