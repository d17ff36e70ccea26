public import Tensors

extension Recorder {
    /// (x - mean) / √(variance + epsilon) · scale + shift along the last axis.
    ///
    /// - Parameters:
    ///   - scale: `[D]`; nil: 1. shift: `[D]`; nil: 0.
    /// - Throws: `TensorError.badShape` for a scalar x, `.shapesDisagree`.
    public func layerNorm(
        _ x: Node, scale: Node?, shift: Node?, epsilon: Double
    ) throws(TensorError) -> Node {
        guard let size = x.shape.dimensions.last else {
            throw .badShape(operation: "layerNorm", shape: x.shape, rule: "one axis or more")
        }
        var dtype = try floating(x).dtype
        for part in [scale, shift] {
            guard let part else { continue }
            guard part.shape == Shape(trusted: [size]) else {
                throw .shapesDisagree(
                    operation: "layerNorm", left: x.shape, right: part.shape,
                    rule: "scale and shift as long as the last axis (\(size))")
            }
            dtype = .promoted(dtype, part.dtype)
        }
        let row = Shape(trusted: [size])
        let one = try full(.float(1), row, dtype)
        let zero = try full(.float(0), row, dtype)
        let inputs = [
            try cast(x, to: dtype), try cast(scale ?? one, to: dtype),
            try cast(shift ?? zero, to: dtype),
        ]
        return try record(.layerNorm, inputs, .scalar(epsilon))
    }
}
