import Tensors

extension Operation {
    private static let axisOfParts = OperationParameter("axis", .int, default: .int(0))

    /// Functions that rearrange elements without changing them.
    static let shapes: [Operation] = [
        one(
            "reshape", [.init("x", .tensor), .init("shape", .ints)],
            doc: "The same elements in row-major order in another shape; one size may be -1.",
            example: "reshape(arange(6), [2, -1])",
            samples: [
                [.tensor([2, 6]), .value(.ints([3, -1]))], [.tensor([]), .value(.ints([1, 1]))],
                [.tensor([0, 2]), .value(.ints([2, 0]))],
            ]
        ) { arguments, r throws(TensorError) in
            try r.reshape(try arguments.tensor(0), sizes: try arguments.ints(1))
        },
        one(
            "flatten",
            [
                .init("x", .tensor), .init("start", .int, default: .int(0)),
                .init("end", .int, default: .int(-1)),
            ],
            doc: "The axes from `start` to `end` taken as one.",
            example: "flatten(zeros([2, 3, 4]), 1).shape",
            samples: [[.tensor([2, 3])], [.tensor([2, 3, 2]), .value(.int(1))], [.tensor([])]]
        ) { arguments, r throws(TensorError) in
            let x = try arguments.tensor(0)
            if x.shape.rank == 0 { return try r.reshape(x, to: Shape(trusted: [1])) }
            let start = try x.shape.axis(try arguments.int(1), for: "flatten")
            let end = try x.shape.axis(try arguments.int(2), for: "flatten")
            guard start <= end else {
                throw .badArgument(operation: "flatten", rule: "its start before its end")
            }
            let sizes = x.shape.dimensions
            let merged = sizes[start...end].reduce(1, *)
            return try r.reshape(
                x, to: Shape(trusted: sizes[..<start] + [merged] + sizes[(end + 1)...]))
        },
        one(
            "squeeze",
            [.init("x", .tensor), .init("axis", .axes, default: OperationArgument.none)],
            doc: "Without the axes of size 1 (or just those named, which must be).",
            example: "squeeze(zeros([2, 1, 3]), -2).shape",
            samples: [[.tensor([1, 3, 1])], [.tensor([3, 1]), .value(.int(-1))]]
        ) { arguments, r throws(TensorError) in
            try r.squeeze(try arguments.tensor(0), axes: try arguments.axes(1))
        },
        one(
            "unsqueeze", [.init("x", .tensor), .init("axis", .int)],
            doc: "With a new axis of size 1 at `axis`.",
            example: "unsqueeze(zeros([2, 3]), 1).shape",
            samples: [[.tensor([2, 3]), .value(.int(1))], [.tensor([2]), .value(.int(-1))]]
        ) { arguments, r throws(TensorError) in
            try r.unsqueeze(try arguments.tensor(0), axis: try arguments.int(1))
        },
        transpose,
        one(
            "broadcastTo", [.init("x", .tensor), .init("shape", .shape)],
            doc: "Repeated along axes of size 1 and new leading ones.",
            example: "broadcastTo(arange(3), [2, 3])",
            samples: [
                [.tensor([3, 1]), .value(.ints([2, 3, 2]))], [.tensor([]), .value(.ints([2]))],
                [.tensor([2, 1, 2]), .value(.ints([2, 3, 2]))],
            ]
        ) { arguments, r throws(TensorError) in
            try r.broadcast(try arguments.tensor(0), to: try arguments.shape(1))
        },
        one(
            "concat", [.init("tensors", .tensors), axisOfParts],
            doc: "Tensors one after the other along an axis.",
            example: "concat([arange(2), arange(3)])",
            samples: [
                [.tensors([[2, 3], [1, 3], [0, 3]])],
                [.tensors([[2, 1], [2, 2]]), .value(.int(-1))],
            ]
        ) { arguments, r throws(TensorError) in
            try r.concat(try arguments.tensors(0), axis: try arguments.int(1))
        },
        one(
            "stack", [.init("tensors", .tensors), axisOfParts],
            doc: "Tensors of one shape along a new axis.",
            example: "stack([arange(2), arange(2)], axis: 1)",
            samples: [[.tensors([[2, 3], [2, 3]])], [.tensors([[2], [2]]), .value(.int(-1))]]
        ) { arguments, r throws(TensorError) in
            try r.stack(try arguments.tensors(0), axis: try arguments.int(1))
        },
        split, pad, tile, roll,
        one(
            "flip", [.init("x", .tensor), .init("axis", .axes, default: OperationArgument.none)],
            doc: "Elements in reverse order along `axis` (nil: all).", example: "flip(arange(3))",
            samples: [
                [.tensor([2, 3])], [.tensor([2, 3]), .value(.int(-1))], [.tensor([0, 2])],
            ]
        ) { arguments, r throws(TensorError) in
            try r.flip(try arguments.tensor(0), axes: try arguments.axes(1))
        },
    ]

    private static let transpose = one(
        "transpose",
        [.init("x", .tensor), .init("axes", .ints, default: OperationArgument.none)],
        doc:
            "Axes in another order: axis i of the result is axis `axes[i]` of `x` (nil: reversed).",
        example: "transpose(zeros([2, 3, 4]), [1, 0, 2]).shape",
        samples: [
            [.tensor([2, 3])], [.tensor([2, 3, 4]), .value(.ints([1, 2, 0]))],
            [.tensor([2, 1, 3]), .value(.ints([1, 0, -1]))],
        ]
    ) { arguments, r throws(TensorError) in
        let x = try arguments.tensor(0)
        guard let axes = try arguments.axes(1) else {
            return try r.transpose(x, order: Array((0..<x.shape.rank).reversed()))
        }
        var order: [Int] = []
        for axis in axes { order.append(try x.shape.axis(axis, for: "transpose")) }
        return try r.transpose(x, order: order)
    }

    private static let split = Operation(
        "split", [.init("x", .tensor), .init("sizes", .axes), axisOfParts],
        doc: """
            A list of consecutive parts along an axis.

            An Int is the size of each part (the last may be smaller), a list their sizes.
            """,
        example: "split(arange(5), 2)",
        samples: [
            [.tensor([5, 2]), .value(.int(2))],
            [.tensor([2, 5]), .value(.ints([1, 4])), .value(.int(1))],
        ]
    ) { arguments, r throws(TensorError) in
        let x = try arguments.tensor(0)
        let axis = try x.shape.axis(try arguments.int(2), for: "split")
        let size = x.shape[axis]
        var sizes = try arguments.ints(1)
        if case .int(let each) = arguments.values[1] {
            guard each > 0 else {
                throw .badArgument(operation: "split", rule: "parts of at least 1")
            }
            let part = Swift.min(each, Swift.max(size, 1))
            sizes = stride(from: 0, to: Swift.max(size, 1), by: part).map {
                Swift.min(part, size - $0)
            }
        }
        var left = size
        for part in sizes where part < 0 || part > left {
            throw .badShape(
                operation: "split", shape: x.shape, rule: "sizes \(sizes) to add up to \(size)")
        }
        left -= sizes.reduce(0) { $0 &+ $1 }
        guard left == 0 else {
            throw .badShape(
                operation: "split", shape: x.shape, rule: "sizes \(sizes) to add up to \(size)")
        }
        var parts: [Node] = []
        var start = 0
        for part in sizes {
            parts.append(try r.slice(x, axis: axis, start, count: part))
            start += part
        }
        return .list(parts)
    }

    private static let pad = one(
        "pad",
        [
            .init("x", .tensor), .init("widths", .ints), .init("value", .number, default: .int(0)),
            .init("mode", .string, default: .string("constant")),
        ],
        doc: """
            A border put around: `widths` are pairs (before, after), the last axis first.

            It holds `value` (0 is false in a mask), or what `mode` says: "reflect" mirrors at the outermost element, which
            is not repeated, "edge" repeats that. Negative widths cut off (with a constant border).
            """,
        example: "pad(ones([2, 2]), [1, 0])",
        samples: [
            [.tensor([2, 3]), .value(.ints([1, 2]))],
            [.tensor([2, 3]), .value(.ints([0, 1, 2, 0])), .value(.float(0.5))],
            [.tensor([2, 3]), .value(.ints([-1, 1]))],
            [
                .tensor([3, 4]), .value(.ints([3, 1, 0, 2])), .value(.int(0)),
                .value(.string("reflect")),
            ],
            [.tensor([2, 2]), .value(.ints([1, 2])), .value(.int(0)), .value(.string("edge"))],
        ]
    ) { arguments, r throws(TensorError) in
        var x = try arguments.tensor(0)
        let widths = try arguments.ints(1)
        guard widths.count % 2 == 0, widths.count <= 2 * x.shape.rank else {
            throw .badShape(
                operation: "pad", shape: x.shape, rule: "two widths for each of the last axes")
        }
        if let border = try border(try arguments.string(3)) {
            return try r.pad(x, widths, border)
        }
        var cuts = x.shape.dimensions.map { SliceRange(all: $0) }
        var places = cuts
        var sizes = x.shape.dimensions
        for pair in 0..<widths.count / 2 {
            let axis = x.shape.rank - 1 - pair
            let (before, after) = (widths[2 * pair], widths[2 * pair + 1])
            let limit = Int(Int32.max) * 1024
            guard before.magnitude < limit, after.magnitude < limit else { throw .tooLarge(widths) }
            let cut = Swift.max(-before, 0)
            let kept = sizes[axis] - cut - Swift.max(-after, 0)
            guard kept >= 0 else {
                throw .badShape(
                    operation: "pad", shape: x.shape, rule: "no more cut off than there is")
            }
            cuts[axis] = SliceRange(start: kept > 0 ? cut : 0, count: kept, step: 1)
            places[axis] = SliceRange(
                start: kept > 0 ? Swift.max(before, 0) : 0, count: kept, step: 1)
            sizes[axis] = kept + Swift.max(before, 0) + Swift.max(after, 0)
        }
        let shape = try Shape(sizes)
        var fill = ScalarValue.int(0)
        if let value = arguments.scalar(2), value != .int(0) || x.dtype != .bool {
            let meeting = try r.constant(value, beside: x.dtype).dtype
            x = try r.cast(x, to: meeting)
            fill = value
        }
        return try r.embed(try r.slice(x, cuts), at: places, in: shape, fill: fill)
    }

    /// The border that `mode` names; nil for a constant one.
    private static func border(_ mode: String) throws(TensorError) -> PaddingBorder? {
        switch mode {
        case "constant": return nil
        case "reflect": return .reflect
        case "edge": return .edge
        default:
            throw .badArgument(
                operation: "pad", rule: "the mode \"constant\", \"reflect\" or \"edge\"")
        }
    }

    private static let tile = one(
        "tile", [.init("x", .tensor), .init("repeats", .axes)],
        doc: "Copies side by side: `repeats` of each axis, aligned at the last.",
        example: "tile(Tensor([1, 2]), [2, 3])",
        samples: [
            [.tensor([2, 3]), .value(.ints([2, 1]))], [.tensor([2]), .value(.ints([2, 2]))],
            [.tensor([2, 2]), .value(.int(3))],
        ]
    ) { arguments, r throws(TensorError) in
        let x = try arguments.tensor(0)
        let repeats = try arguments.ints(1)
        let rank = Swift.max(x.shape.rank, repeats.count)
        let counts = [Int](repeating: 1, count: rank - repeats.count) + repeats
        let sizes = [Int](repeating: 1, count: rank - x.shape.rank) + x.shape.dimensions
        // [a, b] is read as [1, a, 1, b], broadcast to [i, a, j, b] and read as [i·a, j·b].
        let apart = try Shape(sizes.flatMap { [1, $0] })
        let repeated = try Shape(zip(counts, sizes).flatMap { [$0, $1] })
        let copies = try r.broadcast(try r.reshape(x, to: apart), to: repeated)
        return try r.reshape(copies, to: try Shape(zip(counts, sizes).map { $0 * $1 }))
    }

    private static let roll = one(
        "roll",
        [
            .init("x", .tensor), .init("shift", .axes),
            .init("axis", .axes, default: OperationArgument.none),
        ],
        doc: """
            Elements moved by `shift` along `axis` (nil: all in their order), round and round.

            For several axes a list of shifts, one for each.
            """,
        example: "roll(arange(5), 2)",
        samples: [
            [.tensor([5]), .value(.int(2))], [.tensor([2, 3]), .value(.int(-1)), .value(.int(1))],
            [.tensor([2, 3]), .value(.int(4))], [.tensor([0]), .value(.int(1))],
            [.tensor([2, 3]), .value(.ints([1, -1])), .value(.ints([0, 1]))],
        ]
    ) { arguments, r throws(TensorError) in
        var x = try arguments.tensor(0)
        let shifts = try arguments.ints(1)
        guard let axes = try arguments.axes(2) else {
            guard shifts.count == 1 else {
                throw .badArgument(operation: "roll", rule: "an axis for each shift")
            }
            let flat = try r.reshape(x, to: Shape(trusted: [x.shape.count]))
            return try r.reshape(try rolled(flat, shifts[0], 0, r), to: x.shape)
        }
        guard shifts.count == axes.count else {
            throw .badArgument(
                operation: "roll", rule: "a shift for each axis, not \(shifts.count) for \(axes.count)")
        }
        for (shift, axis) in zip(shifts, axes) {
            x = try rolled(x, shift, try x.shape.axis(axis, for: "roll"), r)
        }
        return x
    }

    private static func rolled(
        _ x: Node, _ shift: Int, _ axis: Int, _ r: Recorder
    ) throws(TensorError) -> Node {
        let size = x.shape[axis]
        guard size > 0 else { return x }
        let remainder = shift % size
        let moved = remainder < 0 ? remainder + size : remainder
        if moved == 0 { return x }
        let tail = try r.slice(x, axis: axis, size - moved, count: moved)
        let head = try r.slice(x, axis: axis, 0, count: size - moved)
        return try r.concat([tail, head], axis: axis)
    }
}
