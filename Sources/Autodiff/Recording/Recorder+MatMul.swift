public import Tensors

extension Recorder {
    /// The matrix product of NumPy's `@`: `[..., M, K] @ [..., K, N]` is `[..., M, N]`, batch axes
    /// broadcast; a vector on the left is a row, on the right a column, and its axis disappears
    /// from the result.
    ///
    /// Transposes of the last two axes become flags, and a stack of matrices times one matrix is
    /// one product of all rows.
    ///
    /// - Throws: `TensorError.shapesDisagree`, `.badShape` for scalars.
    public func matmul(_ a: Node, _ b: Node) throws(TensorError) -> Node {
        for side in [a, b] where side.shape.rank == 0 {
            throw .badShape(
                operation: "@", shape: side.shape, rule: "vectors or matrices, not scalars; use `*`"
            )
        }
        let inner = b.shape.rank == 1 ? b.shape[0] : b.shape[b.shape.rank - 2]
        let last = a.shape[a.shape.rank - 1]
        guard last == inner else {
            let which = b.shape.rank == 1 ? "only" : "second-last"
            throw .shapesDisagree(
                operation: "@", left: a.shape, right: b.shape,
                rule: "the last axis of the left (\(last)) to equal the \(which) of the right "
                    + "(\(inner))")
        }
        if let rows = try rowsOfProduct(a, b) { return rows }
        let dtype = DType.promoted(a.dtype, b.dtype)
        let left = try cast(a.shape.rank == 1 ? try unsqueeze(a, axis: 0) : a, to: dtype)
        let right = try cast(b.shape.rank == 1 ? try unsqueeze(b, axis: 1) : b, to: dtype)
        let product = try matrixProduct(left, right)
        var sizes = product.shape.dimensions
        if b.shape.rank == 1 { sizes.removeLast() }
        if a.shape.rank == 1 { sizes.remove(at: sizes.count - (b.shape.rank == 1 ? 1 : 2)) }
        return sizes.count == product.shape.rank
            ? product : try reshape(product, to: Shape(trusted: sizes))
    }

    /// `E[i] @ W` as `(E @ W)[i]`, where that is less work: many rows taken from a small table, as
    /// the characters of a text from their embedding. Nil where it is not.
    /// `docs/decisions/0019-products-of-embeddings.md`
    private func rowsOfProduct(_ a: Node, _ b: Node) throws(TensorError) -> Node? {
        guard a.primitive === Primitive.take, isTransparent(a), a.inputs.count == 2,
            [.axis(0), .ints([0])].contains(a.attributes), b.shape.rank == 2, b.dtype == a.dtype, a.dtype.isFloat
        else { return nil }
        let (table, index) = (a.inputs[0], a.inputs[1])
        guard table.shape.rank == 2, index.shape.count / 2 >= table.shape[0] else { return nil }
        let product = try matrixProduct(table, b)
        // An index that is out of range is told where it was used first.
        let here = origin
        origin = a.origin
        defer { origin = here }
        return try record(.take, [product, index], a.attributes)
    }

    /// The product of tensors of rank 2 and more, whose inner sizes agree.
    private func matrixProduct(_ a: Node, _ b: Node) throws(TensorError) -> Node {
        let (left, transposesLeft) = untransposed(a)
        let (right, transposesRight) = untransposed(b)
        let isStackTimesMatrix = a.shape.rank > 2 && b.shape.rank == 2 && !transposesLeft
        guard isStackTimesMatrix else {
            return try record(
                .matmul, [left, right],
                .matmul(transposesLeft: transposesLeft, transposesRight: transposesRight))
        }
        // [..., M, K] @ [K, N] = ([... · M, K] @ [K, N]) as [..., M, N]
        let rows = a.shape.dimensions.dropLast().reduce(1, *)
        let merged = try reshape(a, to: Shape(trusted: [rows, a.shape[a.shape.rank - 1]]))
        let product = try record(
            .matmul, [merged, right],
            .matmul(transposesLeft: false, transposesRight: transposesRight))
        return try reshape(
            product, to: try Shape(a.shape.dimensions.dropLast() + [product.shape[1]]))
    }

    /// What `x` is the transpose of, if it swaps just the last two axes.
    private func untransposed(_ x: Node) -> (Node, Bool) {
        guard x.primitive === Primitive.transpose, case .ints(var order) = x.attributes,
            isTransparent(x), let source = x.inputs.first
        else { return (x, false) }
        order.swapAt(order.count - 1, order.count - 2)
        return order == Array(0..<order.count) ? (source, true) : (x, false)
    }
}
