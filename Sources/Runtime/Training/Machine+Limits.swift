import Autodiff
import Kernels
import Tensors

/// What an optimizer may be told to keep within bounds, and the average that it may keep: the options that
/// every optimizer has. All of it is recorded, not computed.
extension Machine {
    /// Gradients scaled so that the norm of all of them together is at most `limit`.
    ///
    /// - Source: Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks*, 2013.
    func clipped(_ gradients: [Node], _ limit: Double?) throws -> [Node] {
        guard let limit, let first = gradients.first else { return gradients }
        var total: Node?
        for gradient in gradients {
            let square = try recorder.sum(recorder.unary(.square, gradient))
            total = try total.map { try recorder.add($0, square) } ?? square
        }
        guard let total else { return gradients }
        let norm = try recorder.unary(.sqrt, total)
        let small = try recorder.constant(.float(1e-6), beside: first.dtype)
        let bound = try recorder.constant(.float(limit), beside: first.dtype)
        let one = try recorder.constant(.float(1), beside: first.dtype)
        let scale = try recorder.binary(
            .minimum, recorder.divide(bound, recorder.add(norm, small)), one)
        return try gradients.map { try recorder.multiply($0, scale) }
    }

    /// A gradient whose elements lie between `-limit` and `limit`.
    func bounded(_ g: Node, _ limit: Double) throws -> Node {
        let high = try recorder.constant(.float(limit), beside: g.dtype)
        let low = try recorder.constant(.float(-limit), beside: g.dtype)
        return try recorder.binary(.maximum, recorder.binary(.minimum, g, high), low)
    }

    /// Weights scaled so that those of each unit have a norm of at most `limit`: the columns of a matrix
    /// `[D, units]`, the kernels of `[filters, …]`. Vectors and numbers, such as biases, stay.
    ///
    /// - Source: Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting*, 2014, section 5.1.
    func withBoundedUnits(_ weights: Node, _ limit: Double) throws -> Node {
        let rank = weights.shape.rank
        guard rank >= 2 else { return weights }
        let axes = rank == 2 ? [0] : Array(1..<rank)
        let norm = try recorder.unary(
            .sqrt, recorder.sum(recorder.unary(.square, weights), axes: axes, keepsDimensions: true))
        let bound = try recorder.constant(.float(limit), beside: weights.dtype)
        let scale = try recorder.divide(bound, recorder.binary(.maximum, norm, bound))
        return try recorder.multiply(weights, scale)
    }

    /// The running average of a param: `rate` of the old one, the rest of the new value.
    func average(_ old: Node, _ new: Node, _ rate: Double) throws -> Node {
        let kept = try recorder.multiply(old, recorder.constant(.float(rate), beside: old.dtype))
        let added = try recorder.multiply(
            new, recorder.constant(.float(1 - rate), beside: new.dtype))
        return try recorder.add(kept, added)
    }
}
