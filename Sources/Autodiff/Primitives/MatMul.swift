import Kernels
import Tensors

extension Primitive {
    /// The product of (stacks of) matrices; attributes `matmul` say which sides are read
    /// transposed. Batch axes broadcast. Vectors and the merging of batches into rows are
    /// `Recorder.matmul`'s business.
    ///
    /// With A and B as read, C = A B, the gradients are dA = c Bᵀ and dB = Aᵀ c; for a side that is
    /// stored transposed the result is transposed too, which only moves flags.
    public static let matmul: Primitive = Primitive(
        "matmul",
        shape: { inputs, attributes throws(TensorError) in
            let sizes = try MatMulSizes(inputs[0].shape, inputs[1].shape, attributes)
            guard inputs[0].dtype == inputs[1].dtype else {
                throw .badDType(
                    operation: "@", dtype: inputs[1].dtype, rule: "\(inputs[0].dtype.name) here")
            }
            return (try Shape(sizes.batch.dimensions + [sizes.m, sizes.n]), inputs[0].dtype)
        },
        gradient: { node, c, wanted, recorder throws(TensorError) in
            guard case .matmul(let left, let right) = node.attributes else { return [nil, nil] }
            let (a, b) = (node.inputs[0], node.inputs[1])
            func product(
                _ x: Node, _ y: Node, _ transposesX: Bool, _ transposesY: Bool, like target: Node
            ) throws(TensorError) -> Node {
                let full = try recorder.record(
                    .matmul, [x, y],
                    .matmul(transposesLeft: transposesX, transposesRight: transposesY))
                return try recorder.sum(full, to: target.shape)
            }
            var parts: [Node?] = [nil, nil]
            if wanted.contains(0) {
                parts[0] =
                    left
                    ? try product(b, c, right, true, like: a)
                    : try product(c, b, false, !right, like: a)
            }
            if wanted.contains(1) {
                parts[1] =
                    right
                    ? try product(c, a, true, left, like: b)
                    : try product(a, c, !left, false, like: b)
            }
            return parts
        },
        evaluate: { inputs, attributes, output, isInterrupted throws(TensorError) in
            let sizes = try MatMulSizes(inputs[0].shape, inputs[1].shape, attributes)
            try sizes.run(inputs[0], inputs[1], output, isInterrupted)
        })
}

/// The sizes in a product of `[..., m, k]` and `[..., k, n]`, as read.
private struct MatMulSizes {
    var m: Int
    var n: Int
    var k: Int
    var left: Shape
    var right: Shape
    /// What the batch axes broadcast to.
    var batch: Shape
    var transposesLeft: Bool
    var transposesRight: Bool

    init(_ a: Shape, _ b: Shape, _ attributes: Attributes) throws(TensorError) {
        guard case .matmul(let transposesLeft, let transposesRight) = attributes, a.rank >= 2,
            b.rank >= 2
        else { throw .lacksAttributes("@") }
        self.transposesLeft = transposesLeft
        self.transposesRight = transposesRight
        m = a[a.rank - (transposesLeft ? 1 : 2)]
        k = a[a.rank - (transposesLeft ? 2 : 1)]
        n = b[b.rank - (transposesRight ? 2 : 1)]
        let inner = b[b.rank - (transposesRight ? 1 : 2)]
        guard k == inner else {
            throw .shapesDisagree(
                operation: "@", left: a, right: b, rule: "inner sizes to agree (\(k) and \(inner))")
        }
        left = Shape(trusted: Array(a.dimensions.dropLast(2)))
        right = Shape(trusted: Array(b.dimensions.dropLast(2)))
        batch = try Shape.broadcast(left, right, for: "@")
    }

    func run(
        _ a: Tensor, _ b: Tensor, _ output: Tensor, _ isInterrupted: @Sendable () -> Bool
    ) throws(TensorError) {
        guard k > 0 else {
            output.fill(with: .int(0))
            return
        }
        // OpenBLAS counts in 32 bits.
        guard max(m, n, k) <= Int(Int32.max) else { throw .tooLarge([m, n, k]) }
        var product = MatrixProduct(
            m: m, n: n, k: k, transposesA: transposesLeft, transposesB: transposesRight)
        let isUniform =
            (left.count == batch.count || left.count == 1)
            && (right.count == batch.count || right.count == 1)
        if isUniform {
            product.batch = batch.count
            product.batchStrideA = left.count == 1 ? 0 : m * k
            product.batchStrideB = right.count == 1 ? 0 : k * n
            product.batchStrideC = m * n
            try run(product, a.pointer, b.pointer, output, 0, isInterrupted)
        } else {
            let aOffsets = offsets(of: left)
            let bOffsets = offsets(of: right)
            for index in 0..<batch.count {
                try run(
                    product, a.pointer + aOffsets[index] * m * k * a.dtype.size,
                    b.pointer + bOffsets[index] * k * n * a.dtype.size, output, index, isInterrupted
                )
            }
        }
        withExtendedLifetime((a, b)) {}
    }

    private func run(
        _ product: MatrixProduct, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ output: Tensor,
        _ index: Int, _ isInterrupted: @Sendable () -> Bool
    ) throws(TensorError) {
        let target = output.pointer + index * m * n * output.dtype.size
        guard
            product.run(output.dtype.element, a, b, to: target, isInterrupted: isInterrupted)
        else { throw .interrupted }
    }

    /// Which matrix of `shape` each matrix of the batch reads.
    private func offsets(of shape: Shape) -> [Int] {
        let strides = shape.strides(broadcastTo: batch)
        var index = [Int](repeating: 0, count: batch.rank)
        var offset = 0
        return (0..<batch.count).map { _ in
            defer {
                var axis = batch.rank - 1
                while axis >= 0 {
                    index[axis] += 1
                    offset += strides[axis]
                    if index[axis] < batch[axis] { break }
                    offset -= strides[axis] * batch[axis]
                    index[axis] = 0
                    axis -= 1
                }
            }
            return offset
        }
    }
}
