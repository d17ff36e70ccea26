import Kernels
import Tensors

extension Primitive {
    /// (x - mean) · r · scale + shift along the last axis, r = 1 / √(variance + attribute `scalar`);
    /// inputs x `[..., D]`, scale `[D]`, shift `[D]`.
    public static let layerNorm: Primitive = Primitive(
        "layerNorm",
        shape: { inputs, _ throws(TensorError) in
            let x = inputs[0]
            guard let size = x.shape.dimensions.last,
                inputs[1].shape == Shape(trusted: [size]), inputs[1].shape == inputs[2].shape
            else { throw .lacksAttributes("layerNorm") }
            return (x.shape, x.dtype)
        },
        gradient: { node, c, wanted, r throws(TensorError) in
            let (x, scale) = (node.inputs[0], node.inputs[1])
            let all = try r.record(.layerNormGradient, [x, scale, c], node.attributes)
            let parts = try r.layerNormParts(of: all, x.shape)
            return (0..<3).map { wanted.contains($0) ? parts[$0] : nil }
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            let kernel = try LayerNormalization(inputs[0], attributes)
            kernel.run(
                inputs[0].pointer, scale: inputs[1].pointer, shift: inputs[2].pointer,
                to: output.pointer)
            withExtendedLifetime(inputs) {}
        })

    /// The gradients of x, scale and shift, flat and one after the other; inputs x, scale and c.
    ///
    /// With x̂ = (x - mean) r and the symmetric map L(g) = r (g - mean(g) - x̂ mean(g x̂)) they are
    /// L(c · scale), Σ c x̂ and Σ c. Given u, s, t of these, that of c is scale · L(u) + s x̂ + t and
    /// that of scale Σ c L(u). That of x has two parts, by x̂ and by r: with g = c · scale and n the
    /// length of a row, L(s c - r (mean(g x̂) u + mean(u x̂) g)), and - r² x̂ / n times
    /// Σ u g - n mean(u) mean(g) - n mean(u x̂) mean(g x̂).
    public static let layerNormGradient: Primitive = Primitive(
        "layerNormGradient",
        shape: { inputs, _ throws(TensorError) in
            let count = inputs[0].shape.count + 2 * inputs[1].shape.count
            return (try Shape([count]), inputs[0].dtype)
        },
        gradient: { node, u, wanted, r throws(TensorError) in
            guard case .scalar(let epsilon) = node.attributes else { return [nil, nil, nil] }
            let rows = try LayerNormRows(node.inputs[0], epsilon, r)
            return try rows.gradient(
                scale: node.inputs[1], c: node.inputs[2],
                try r.layerNormParts(of: u, node.inputs[0].shape), r)
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            let kernel = try LayerNormalization(inputs[0], attributes)
            let scratch = try Tensor(
                uninitialized: try Shape([kernel.scratchCount]), dtype: output.dtype)
            let dScale = output.pointer + inputs[0].byteCount
            kernel.gradient(
                inputs[0].pointer, inputs[2].pointer, scale: inputs[1].pointer, to: output.pointer,
                dScale: dScale, dShift: dScale + inputs[1].byteCount, scratch: scratch.pointer)
            withExtendedLifetime((inputs, scratch)) {}
        })
}

extension Recorder {
    /// The flat gradients of x, scale and shift in their shapes.
    fileprivate func layerNormParts(of all: Node, _ shape: Shape) throws(TensorError) -> [Node] {
        let size = shape[shape.rank - 1]
        let x = try slice(all, axis: 0, 0, count: shape.count)
        return [
            try reshape(x, to: shape), try slice(all, axis: 0, shape.count, count: size),
            try slice(all, axis: 0, shape.count + size, count: size),
        ]
    }
}

/// The normalised rows of x, recorded with plain operations for derivatives of higher order.
private struct LayerNormRows {
    let normal: Node
    /// 1 / √(variance + epsilon), `[..., 1]`.
    let inverse: Node

    init(_ x: Node, _ epsilon: Double, _ r: Recorder) throws(TensorError) {
        let centered = try r.subtract(x, try Self.mean(x, r))
        let variance = try Self.mean(try r.unary(.square, centered), r)
        let deviation = try r.unary(.sqrt, try r.add(variance, try r.scalar(epsilon, x.dtype)))
        inverse = try r.divide(try r.scalar(1, x.dtype), deviation)
        normal = try r.multiply(centered, inverse)
    }

    private static func mean(_ x: Node, _ r: Recorder) throws(TensorError) -> Node {
        try r.mean(x, axes: [-1], keepsDimensions: true)
    }

    /// L(g).
    private func project(_ g: Node, _ r: Recorder) throws(TensorError) -> Node {
        let along = try r.multiply(normal, try Self.mean(try r.multiply(g, normal), r))
        let rest = try r.subtract(try r.subtract(g, try Self.mean(g, r)), along)
        return try r.multiply(inverse, rest)
    }

    func gradient(
        scale: Node, c: Node, _ parts: [Node], _ r: Recorder
    ) throws(TensorError) -> [Node?] {
        let (u, s, t) = (parts[0], parts[1], parts[2])
        let projected = try project(u, r)
        let g = try r.multiply(c, scale)
        let ofC = try r.add(
            try r.add(try r.multiply(scale, projected), try r.multiply(s, normal)), t)
        let ofScale = try r.sum(try r.multiply(c, projected), to: scale.shape)
        let slopeOfU = try Self.mean(try r.multiply(u, normal), r)
        let slopeOfG = try Self.mean(try r.multiply(g, normal), r)
        let mixed = try r.add(try r.multiply(slopeOfG, u), try r.multiply(slopeOfU, g))
        let ofNormal = try r.subtract(try r.multiply(s, c), try r.multiply(inverse, mixed))
        // All of r's part but -r² x̂, as means: Σ / n.
        let product = try Self.mean(try r.multiply(u, g), r)
        let means = try r.multiply(try Self.mean(u, r), try Self.mean(g, r))
        let ofInverse = try r.subtract(
            try r.subtract(product, means), try r.multiply(slopeOfU, slopeOfG))
        let factor = try r.multiply(ofInverse, try r.unary(.square, inverse))
        let ofX = try r.subtract(try project(ofNormal, r), try r.multiply(factor, normal))
        return [ofX, ofScale, ofC]
    }
}

extension LayerNormalization {
    fileprivate init(_ x: Tensor, _ attributes: Attributes) throws(TensorError) {
        guard case .scalar(let epsilon) = attributes, let size = x.shape.dimensions.last, size > 0
        else { throw .lacksAttributes("layerNorm") }
        self.init(
            x.dtype.element, rows: x.shape.count / size, n: size, epsilon: epsilon)
    }
}
