import Kernels
public import Tensors

extension Recorder {
    /// `x[items]`, with NumPy's meaning. A single index is taken before index tensors are, so that
    /// it never moves their axes.
    ///
    /// A bool mask decides the shape of the result, so it is evaluated here.
    ///
    /// - Throws: `TensorError.badArgument`, `.indexOutOfRange`, `.shapesDisagree`, `.badDType`; for
    ///   masks also what evaluation throws, `.unknownValue` where only shapes are known.
    public func index(_ x: Node, _ items: [IndexItem]) throws(TensorError) -> Node {
        let plan = try IndexPlan(items, for: x.shape)
        let basic = try reshape(try slice(x, plan.ranges), to: try Shape(plan.basic))
        guard !plan.tensors.isEmpty else { return basic }
        let indices = try indexTensors(plan.tensors)
        return try record(.take, [basic] + indices, .axis(plan.pickedAxes.lowerBound))
    }

    /// `x` with `value` at `items`: what `x[items] = value` makes of the variable.
    ///
    /// - Parameter value: a 0-d tensor or the exact shape of `x[items]`, of a dtype not later than
    ///   that of `x`.
    /// - Throws: as `index(_:_:)`, and `.badDType` for a value of a later dtype. A mask is
    ///   evaluated only if the value is not 0-d.
    public func assign(
        _ x: Node, at items: [IndexItem], _ value: Node
    ) throws(TensorError) -> Node {
        guard DType.promoted(x.dtype, value.dtype) == x.dtype else {
            throw .badDType(
                operation: "assign", dtype: value.dtype,
                rule: "values that \(x.dtype.name) holds; cast first")
        }
        let value = try cast(value, to: x.dtype)
        let plan = try IndexPlan(items, for: x.shape)
        let basic = try Shape(plan.basic)
        var part = value
        switch plan.picks {
        case .none:
            part = try exact(value, basic)
        case .mask(let mask) where value.shape.rank == 0:
            var sizes = [Int](repeating: 1, count: basic.rank)
            for (axis, size) in zip(plan.pickedAxes, mask.shape.dimensions) { sizes[axis] = size }
            let old = try reshape(try slice(x, plan.ranges), to: basic)
            part = try select(try reshape(mask, to: Shape(trusted: sizes)), value, old)
        case .mask, .tensors:
            let old = try reshape(try slice(x, plan.ranges), to: basic)
            let indices = try indexTensors(plan.tensors)
            let axes = plan.pickedAxes
            let selected = try Shape(
                plan.basic[..<axes.lowerBound] + indices[0].shape.dimensions
                    + plan.basic[axes.upperBound...])
            part = try record(
                .assignAt, [old, try exact(value, selected)] + indices, .axis(axes.lowerBound))
        }
        let counts = Shape(trusted: plan.ranges.map(\.count))
        part = try reshape(part, to: counts)
        let isWhole = zip(plan.ranges, x.shape.dimensions).allSatisfy { $0.isWhole(of: $1) }
        return isWhole ? part : try record(.assignSlice, [x, part], .slices(plan.ranges))
    }

    /// Rows of `table` along the first axis: `table[indices]`.
    /// - Throws: `TensorError.badShape` for a scalar table, `.badDType` for indices that are not
    ///   integers.
    public func rows(of table: Node, _ indices: Node) throws(TensorError) -> Node {
        guard table.shape.rank > 0 else {
            throw .badShape(operation: "embedding", shape: table.shape, rule: "at least one axis")
        }
        guard indices.dtype.isInteger else {
            throw .badDType(operation: "embedding", dtype: indices.dtype, rule: "integers")
        }
        return try record(.take, [table, try cast(indices, to: .int64)], .ints([0]))
    }

    /// A value of the wanted shape, or a scalar repeated.
    private func exact(_ value: Node, _ shape: Shape) throws(TensorError) -> Node {
        if value.shape.rank == 0 { return try broadcast(value, to: shape) }
        guard value.shape == shape else {
            throw .shapesDisagree(
                operation: "assign", left: shape, right: value.shape,
                rule: "the exact shape, or a scalar")
        }
        return value
    }

    /// Index tensors as int64 of one shape, masks as the coordinates of what they select.
    private func indexTensors(_ tensors: [Node]) throws(TensorError) -> [Node] {
        var indices: [Node] = []
        for node in tensors {
            if node.dtype == .bool {
                indices += try coordinates(of: node)
            } else {
                indices.append(try cast(node, to: .int64))
            }
        }
        var meeting = indices[0].shape
        for index in indices.dropFirst() {
            meeting = try Shape.broadcast(meeting, index.shape, for: "index")
        }
        var result: [Node] = []
        for index in indices { result.append(try broadcast(index, to: meeting)) }
        return result
    }

    /// For each axis of a mask the indices of its true elements, in row-major order.
    private func coordinates(of mask: Node) throws(TensorError) -> [Node] {
        let value: Tensor
        do throws(EvaluationError) { value = try self.value(of: mask) } catch { throw error.error }
        let chosen = (0..<value.count).filter { value.bool(at: $0) }
        var result: [Node] = []
        for (stride, size) in zip(mask.shape.strides, mask.shape.dimensions) {
            let indices = chosen.map { $0 / stride % size }
            let tensor = try Tensor(indices, shape: try Shape([chosen.count]))
            result.append(Node(tensor, origin: origin))
        }
        return result
    }
}
