import Kernels
import Tensors

extension Primitive {
    /// softmax(scale · q kᵀ + mask) v for each head, inputs q `[B, T, H*D]`, k `[B, S, H*D]`,
    /// v `[B, S, H*V]` and perhaps a mask (see `AttentionOperands`), attributes `attention`.
    ///
    /// The gradient computes the weights again, strip by strip, rather than keep `[B, H, T, S]`.
    public static let attention: Primitive = Primitive(
        "attention",
        shape: { inputs, attributes throws(TensorError) in
            let call = try AttentionOperands(inputs, attributes)
            let (q, v) = (call.q.shape, call.v.shape)
            return (try Shape([q[0], q[1], v[2]]), call.q.dtype)
        },
        gradient: { node, c, wanted, r throws(TensorError) in
            let call = try AttentionOperands(node.inputs, node.attributes)
            var parts = [Node?](repeating: nil, count: node.inputs.count)
            if wanted.contains(0) || wanted.contains(1) || wanted.contains(2) {
                let all = try r.record(.attentionGradient, node.inputs + [c], node.attributes)
                parts.replaceSubrange(0..<3, with: try call.parts(of: all, r).map { $0 })
            }
            if let mask = call.mask, mask.dtype.isFloat, wanted.contains(3) {
                let slopes = try r.record(
                    .softmaxGradient, [try call.weights(r), try call.scores(c, call.v, r)],
                    .axis(3))
                parts[3] = try r.sum(slopes, to: mask.shape)
            }
            return parts
        },
        evaluate: { inputs, attributes, output, isInterrupted throws(TensorError) in
            let kernel = try Attention(inputs, attributes)
            let isFinished = kernel.run(
                AttentionBuffers(inputs), to: output.pointer, isInterrupted: isInterrupted)
            withExtendedLifetime(inputs) {}
            if !isFinished { throw .interrupted }
        })

    /// The gradients of q, k and v, flat and one after the other, given the inputs of `attention`
    /// and the gradient c of its value.
    ///
    /// With P the weights, G = c vᵀ and s(G) = P ∘ (G - Σ P ∘ G) the values are scale · s(G) k,
    /// scale · s(G)ᵀ q and Pᵀ c. The gradient, given u = (uq, uk, uv) of these, follows with
    /// A = scale · (uq kᵀ + q ukᵀ): s is symmetric, so that of G is s(A), and that of P is that of
    /// s(G) times A plus c uvᵀ; from there on it is recorded with plain products.
    public static let attentionGradient: Primitive = Primitive(
        "attentionGradient",
        shape: { inputs, attributes throws(TensorError) in
            let call = try AttentionOperands(Array(inputs.dropLast()), attributes)
            let count = call.q.shape.count + call.k.shape.count + call.v.shape.count
            return (try Shape([count]), call.q.dtype)
        },
        gradient: { node, u, wanted, r throws(TensorError) in
            guard let c = node.inputs.last else { return [] }
            let call = try AttentionOperands(Array(node.inputs.dropLast()), node.attributes)
            return try call.secondOrder(c, try call.parts(of: u, r), wanted, r)
        },
        evaluate: { inputs, attributes, output, isInterrupted throws(TensorError) in
            let kernel = try Attention(Array(inputs.dropLast()), attributes)
            guard let c = inputs.last else { return }
            let k = output.pointer + inputs[0].byteCount
            let isFinished = kernel.gradient(
                AttentionBuffers(inputs.dropLast()), c.pointer,
                to: AttentionGradients(q: output.pointer, k: k, v: k + inputs[1].byteCount),
                isInterrupted: isInterrupted)
            withExtendedLifetime(inputs) {}
            if !isFinished { throw .interrupted }
        })
}

extension AttentionOperands {
    /// The inputs of a recorded attention.
    init(_ inputs: [Node], _ attributes: Attributes) throws(TensorError) {
        guard case .attention(let options, let scale) = attributes, inputs.count >= 3 else {
            throw .lacksAttributes("attention")
        }
        self.init(
            q: inputs[0], k: inputs[1], v: inputs[2], mask: inputs.count > 3 ? inputs[3] : nil,
            scale: scale, options)
    }

    /// The flat gradients of q, k and v in their shapes.
    func parts(of all: Node, _ r: Recorder) throws(TensorError) -> [Node] {
        var start = 0
        var parts: [Node] = []
        for x in [q, k, v] {
            let flat = try r.slice(all, axis: 0, start, count: x.shape.count)
            parts.append(try r.reshape(flat, to: x.shape))
            start += x.shape.count
        }
        return parts
    }

    /// `a bᵀ` for each head: `[B, T, H*E]` and `[B, S, H*E]` to `[B, H, T, S]`.
    func scores(_ a: Node, _ b: Node, _ r: Recorder) throws(TensorError) -> Node {
        try r.record(
            .matmul, [try split(a, r), try split(b, r)],
            .matmul(transposesLeft: false, transposesRight: true))
    }

    /// `w x`, or `wᵀ x`, for each head, heads side by side again.
    private func mixed(
        _ w: Node, _ x: Node, isTransposed: Bool = false, _ r: Recorder
    ) throws(TensorError) -> Node {
        try merged(
            try r.record(
                .matmul, [w, try split(x, r)],
                .matmul(transposesLeft: isTransposed, transposesRight: false)), r)
    }

    /// The gradients of the inputs of `attentionGradient`, c last.
    fileprivate func secondOrder(
        _ c: Node, _ u: [Node], _ wanted: InputSet, _ r: Recorder
    ) throws(TensorError) -> [Node?] {
        let factor = try r.scalar(scale, q.dtype)
        let weights = try weights(r)
        let inner = try scores(c, v, r)  // G
        let both = try r.add(try scores(u[0], k, r), try scores(q, u[1], r))
        let outer = try r.multiply(both, factor)  // A
        let slope = try r.record(.softmaxGradient, [weights, inner], .axis(3))
        let ofInner = try r.record(.softmaxGradient, [weights, outer], .axis(3))
        func total(_ x: Node) throws(TensorError) -> Node {
            try r.sum(try r.multiply(weights, x), axes: [3], keepsDimensions: true)
        }
        let ofSlope = try r.subtract(
            try r.multiply(try r.subtract(inner, try total(inner)), outer),
            try r.multiply(inner, try total(outer)))
        let ofWeights = try r.add(ofSlope, try scores(c, u[2], r))
        let ofScores = try r.record(.softmaxGradient, [weights, ofWeights], .axis(3))
        let ofQ = try r.add(try mixed(ofScores, k, r), try mixed(slope, u[1], r))
        let ofK = try r.add(
            try mixed(ofScores, q, isTransposed: true, r),
            try mixed(slope, u[0], isTransposed: true, r))
        var parts: [Node?] = [
            try r.multiply(ofQ, factor), try r.multiply(ofK, factor),
            try mixed(ofInner, c, isTransposed: true, r),
        ]
        if let mask {
            parts.append(mask.dtype.isFloat ? try r.sum(ofScores, to: mask.shape) : nil)
        }
        return parts + [try r.add(try mixed(ofInner, v, r), try mixed(weights, u[2], r))]
    }
}

extension Attention {
    fileprivate init(_ inputs: [Tensor], _ attributes: Attributes) throws(TensorError) {
        guard case .attention(let options, let scale) = attributes, inputs.count >= 3 else {
            throw .lacksAttributes("attention")
        }
        let (q, k, v) = (inputs[0].shape, inputs[1].shape, inputs[2].shape)
        self.init(
            inputs[0].dtype.element, batch: q[0], heads: options.heads, queries: q[1], keys: k[1],
            depth: q[2] / options.heads, width: v[2] / options.heads, scale: scale,
            isCausal: options.isCausal)
        guard inputs.count > 3 else { return }
        let full = Shape(trusted: [q[0], options.heads, q[1], k[1]])
        let strides = inputs[3].shape.strides(broadcastTo: full)
        mask = AttentionMask(
            isBool: inputs[3].dtype == .bool, batchStride: strides[0], headStride: strides[1],
            queryStride: strides[2], keyStride: strides[3])
    }
}

extension AttentionBuffers {
    fileprivate init(_ inputs: some RandomAccessCollection<Tensor>) {
        let all = inputs.map(\.pointer)
        self.init(q: all[0], k: all[1], v: all[2], mask: all.count > 3 ? all[3] : nil)
    }
}
