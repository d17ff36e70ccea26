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

    /// Weights scaled so that those of each unit have a norm of at most `limit`. Vectors and numbers, such as
    /// biases, stay.
    ///
    /// - Source: Srivastava et al., *Dropout: a simple way to prevent neural networks from overfitting*, 2014, section 5.1.
    func withBoundedUnits(
        _ weights: Node, _ limit: Double, of parameter: NamedParameter
    ) throws -> Node {
        guard weights.shape.rank >= 2 else { return weights }
        let norms = try unitNorms(weights, of: parameter)
        let bound = try recorder.constant(.float(limit), beside: weights.dtype)
        let scale = try recorder.divide(bound, recorder.binary(.maximum, norms, bound))
        return try recorder.multiply(weights, scale)
    }

    /// The norm of the weights of each unit, in a shape that broadcasts with them: what the method `unitNorms`
    /// of the layer says, else of the columns of a matrix `[D, units]` and the kernels of `[filters, …]`.
    private func unitNorms(_ weights: Node, of parameter: NamedParameter) throws -> Node {
        guard let method = parameter.owner.method(named: "unitNorms") else {
            let rank = weights.shape.rank
            let squares = try recorder.unary(.square, weights)
            return try recorder.unary(
                .sqrt,
                recorder.sum(
                    squares, axes: rank == 2 ? [0] : Array(1..<rank), keepsDimensions: true))
        }
        let value = try run(method, [.tensor(weights)])
        guard case .tensor(let norms) = value, norms.shape.rank == weights.shape.rank,
            (0..<norms.shape.rank).allSatisfy({ [1, weights.shape[$0]].contains(norms.shape[$0]) })
        else {
            throw Failure(
                "optimizer.units",
                "`unitNorms` of \(parameter.owner.definitionName) gives \(described(value)) for the param"
                    + " `\(parameter.path)` of shape \(weights.shape)",
                help: "give one norm for each unit, such as `w.norm(axis: 1, keepDims: true)`")
        }
        return norms.dtype == weights.dtype ? norms : try recorder.cast(norms, to: weights.dtype)
    }

    /// The running average of a param: `rate` of the old one, the rest of the new value.
    func average(_ old: Node, _ new: Node, _ rate: Double) throws -> Node {
        let kept = try recorder.multiply(old, recorder.constant(.float(rate), beside: old.dtype))
        let added = try recorder.multiply(
            new, recorder.constant(.float(1 - rate), beside: new.dtype))
        return try recorder.add(kept, added)
    }
}
