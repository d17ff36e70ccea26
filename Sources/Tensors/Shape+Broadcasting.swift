extension Shape {
    /// The shape that two tensors meet at, by NumPy's rule: axes are aligned at the last, and each
    /// pair is equal or one of them is 1 (or absent).
    /// - Returns: `nil` if they do not fit or the result would not fit an Int.
    public static func broadcast(_ left: Shape, _ right: Shape) -> Shape? {
        if left.dimensions == right.dimensions { return left }
        if right.rank == 0 { return left }
        if left.rank == 0 { return right }
        let rank = max(left.rank, right.rank)
        var result = [Int](repeating: 0, count: rank)
        for position in 1...rank {
            let a = position <= left.rank ? left[left.rank - position] : 1
            let b = position <= right.rank ? right[right.rank - position] : 1
            guard a == b || a == 1 || b == 1 else { return nil }
            result[rank - position] = a == 1 ? b : a
        }
        if result == left.dimensions { return left }
        if result == right.dimensions { return right }
        return try? Shape(result)
    }

    /// As `broadcast`, with an error that says which axes disagree.
    /// - Throws: `TensorError.shapesDisagree`, `.tooLarge`.
    public static func broadcast(
        _ left: Shape, _ right: Shape, for operation: String
    ) throws(TensorError) -> Shape {
        if let shape = broadcast(left, right) { return shape }
        let rule = disagreement(left, right)
        guard let rule else {
            throw TensorError.tooLarge(left.rank >= right.rank ? left.dimensions : right.dimensions)
        }
        throw TensorError.shapesDisagree(
            operation: operation, left: left, right: right, rule: rule)
    }

    /// What is wrong with the last pair of axes that do not fit, `nil` if all do.
    private static func disagreement(_ left: Shape, _ right: Shape) -> String? {
        for position in 1..<(min(left.rank, right.rank) + 1) {
            let a = left[left.rank - position]
            let b = right[right.rank - position]
            if a != b, a != 1, b != 1 {
                return
                    "axes, aligned at the last, to be equal or 1; axis \(-position) is \(a) on the "
                    + "left and \(b) on the right"
            }
        }
        return nil
    }

    /// Whether a tensor of this shape may be read as one of `target`.
    public func broadcasts(to target: Shape) -> Bool {
        guard rank <= target.rank else { return false }
        let offset = target.rank - rank
        return dimensions.indices.allSatisfy {
            dimensions[$0] == target[offset + $0] || dimensions[$0] == 1
        }
    }

    /// The strides, in elements, with which a contiguous tensor of this shape reads as one of
    /// `target`: 0 along repeated axes.
    /// - Precondition: `broadcasts(to: target)`; shape rules have checked.
    public func strides(broadcastTo target: Shape) -> [Int] {
        let own = strides
        let offset = target.rank - rank
        return target.dimensions.indices.map { axis in
            guard axis >= offset, dimensions[axis - offset] != 1 else { return 0 }
            return own[axis - offset]
        }
    }
}
