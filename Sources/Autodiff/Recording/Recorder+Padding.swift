import Tensors

/// What is put around a tensor that is not one value.
enum PaddingBorder {
    /// Mirrored at the outermost element, which is not repeated.
    case reflect
    /// The outermost element again and again.
    case edge
}

extension Recorder {
    /// `x` with a border of its own elements; `widths` are pairs (before, after), the last axis first.
    /// - Precondition: at most one pair for each axis.
    /// - Throws: `TensorError.badShape` if there are too few elements to mirror, `.badArgument` for
    ///   negative widths.
    func pad(_ x: Node, _ widths: [Int], _ border: PaddingBorder) throws(TensorError) -> Node {
        var result = x
        for pair in 0..<widths.count / 2 {
            let axis = x.shape.rank - 1 - pair
            let (before, after) = (widths[2 * pair], widths[2 * pair + 1])
            guard before >= 0, after >= 0 else {
                throw .badArgument(
                    operation: "pad", rule: "widths of 0 or more for a border of its own elements")
            }
            let size = x.shape[axis]
            let most = border == .reflect ? size - 1 : size == 0 ? 0 : Int(Int32.max)
            guard Swift.max(before, after) <= Swift.max(0, most) else {
                throw .badShape(
                    operation: "pad", shape: x.shape,
                    rule: "widths of at most \(Swift.max(0, most)) on axis \(axis) of size \(size)")
            }
            let parts = [
                try self.border(result, axis, before, atEnd: false, border), result,
                try self.border(result, axis, after, atEnd: true, border),
            ]
            result = try concat(parts.compactMap { $0 }, axis: axis)
        }
        return result
    }

    /// `width` elements that go before the first or after the last; nil for none.
    private func border(
        _ x: Node, _ axis: Int, _ width: Int, atEnd: Bool, _ border: PaddingBorder
    ) throws(TensorError) -> Node? {
        guard width > 0 else { return nil }
        let last = x.shape[axis] - 1
        switch border {
        case .reflect:
            var ranges = x.shape.dimensions.map { SliceRange(all: $0) }
            ranges[axis] = SliceRange(start: atEnd ? last - 1 : width, count: width, step: -1)
            return try slice(x, ranges)
        case .edge:
            var sizes = x.shape.dimensions
            sizes[axis] = width
            return try broadcast(
                try slice(x, axis: axis, atEnd ? last : 0, count: 1), to: try Shape(sizes))
        }
    }
}
