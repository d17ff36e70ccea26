public import Tensors

extension Recorder {
    /// A draw of `shape` from the recorder's stream by one of the random primitives.
    public func draw(
        _ primitive: Primitive, _ shape: Shape, parameters: [Double] = []
    ) throws(TensorError) -> Node {
        let number = random.next()
        return try record(
            primitive, [],
            .random(key: random.key, draw: number, parameters: parameters, shape: shape))
    }

    /// `start`, `start + step`, … before `stop`, as int64.
    /// - Throws: `TensorError.badArgument` for a step of 0, `.tooLarge`.
    public func arange(_ start: Int, _ stop: Int, by step: Int) throws(TensorError) -> Node {
        guard step != 0 else {
            throw .badArgument(operation: "arange", rule: "a step that is not 0")
        }
        let (distance, overflow) = stop.subtractingReportingOverflow(start)
        guard !overflow else { throw .tooLarge([Int.max]) }
        let runsAway = step > 0 ? distance <= 0 : distance >= 0
        // The magnitude of Int.min divided by that of a step of -1 is the only count that does not
        // fit.
        let count =
            runsAway
            ? 0 : Int(clamping: (distance.magnitude - 1) / step.magnitude + 1)
        return try record(.arange, [], .ints([start, step, count]))
    }

    /// `start`, `start + step`, … before `stop`, as float32; computed in float64 before rounding.
    /// - Throws: `TensorError.badArgument` for a step of 0 or numbers that are not finite,
    ///   `.tooLarge`.
    public func arange(
        _ start: Double, _ stop: Double, by step: Double
    ) throws(TensorError) -> Node {
        guard step != 0, start.isFinite, stop.isFinite, step.isFinite else {
            throw .badArgument(operation: "arange", rule: "finite numbers and a step that is not 0")
        }
        let count = max(((stop - start) / step).rounded(.up), 0)
        guard count < 0x1p53 else { throw .tooLarge([saturatedInt(count)]) }
        return try record(.arange, [], .scalars([start, step, count]))
    }

    /// `count` float32 numbers in equal steps from `start` to `stop`, both included.
    /// - Throws: `TensorError.badArgument` for numbers that are not finite, `.negativeSize`.
    public func linspace(
        _ start: Double, _ stop: Double, count: Int
    ) throws(TensorError) -> Node {
        guard start.isFinite, stop.isFinite else {
            throw .badArgument(operation: "linspace", rule: "finite numbers")
        }
        _ = try Shape([count])
        let step = count > 1 ? (stop - start) / Double(count - 1) : 0
        return try record(.arange, [], .scalars([start, step, Double(count)]))
    }

    /// True where column - row relates to `diagonal` as wanted: the mask of `eye`, `tril` and
    /// `triu`.
    func diagonalMask(
        rows: Int, columns: Int, diagonal: Int,
        _ relation: (Node, Node) throws(TensorError) -> Node
    ) throws(TensorError) -> Node {
        // The diagonal is clamped to just outside of the matrix, so that the sum below cannot wrap.
        let offset = max(-rows - 1, min(columns + 1, diagonal))
        let row = try unsqueeze(try arange(offset, offset + rows, by: 1), axis: 1)
        let column = try arange(0, columns, by: 1)
        return try relation(column, row)
    }
}
