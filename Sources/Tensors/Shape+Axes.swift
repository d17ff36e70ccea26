extension Shape {
    /// `axis` counted from the front: -1 is the last.
    /// - Throws: `TensorError.axisOutOfRange` naming `operation`.
    public func axis(_ axis: Int, for operation: String) throws(TensorError) -> Int {
        guard axis >= -rank, axis < rank else {
            throw TensorError.axisOutOfRange(operation: operation, axis: axis, shape: self)
        }
        return axis < 0 ? axis + rank : axis
    }

    /// The axes counted from the front, ascending; `nil` means all.
    /// - Throws: `.axisOutOfRange`, or `.badArgument` if an axis is repeated.
    public func axes(_ axes: [Int]?, for operation: String) throws(TensorError) -> [Int] {
        guard let axes else { return Array(0..<rank) }
        var seen = [Bool](repeating: false, count: rank)
        for axis in axes {
            let position = try self.axis(axis, for: operation)
            guard !seen[position] else {
                throw TensorError.badArgument(
                    operation: operation, rule: "each axis once, not \(axis) again")
            }
            seen[position] = true
        }
        return seen.indices.filter { seen[$0] }
    }

    /// An index of `axis`, counted from the front: -1 is the last.
    /// - Throws: `TensorError.indexOutOfRange` naming `operation`.
    public func index(
        _ index: Int, axis: Int, for operation: String
    ) throws(TensorError) -> Int {
        let size = dimensions[axis]
        guard index >= -size, index < size else {
            throw TensorError.indexOutOfRange(
                operation: operation, index: index, axis: axis, size: size)
        }
        return index < 0 ? index + size : index
    }

    /// The shape less `axes` (ascending), or with 1 in their places.
    public func reduced(over axes: [Int], keepingDimensions keeps: Bool) -> Shape {
        var result: [Int] = []
        result.reserveCapacity(rank)
        var next = 0
        for (axis, size) in dimensions.enumerated() {
            if next < axes.count, axes[next] == axis {
                next += 1
                if keeps { result.append(1) }
            } else {
                result.append(size)
            }
        }
        return Shape(trusted: result)
    }

    /// The distance of neighbours along each axis, in elements, of a contiguous row-major tensor.
    public var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        var step = 1
        for axis in stride(from: rank - 1, through: 0, by: -1) {
            strides[axis] = step
            // An empty axis stops the growth: its strides are never used.
            step *= max(dimensions[axis], 1)
        }
        return strides
    }
}
