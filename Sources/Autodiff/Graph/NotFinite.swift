import Tensors

extension Recorder {
    /// The node that made a number that is not finite: going back from `node` to inputs that are not finite, nan
    /// before infinities, the last one met. A mask of `-inf` that something turned into a finite number is not on
    /// that way.
    ///
    /// - Returns: a node all of whose inputs are finite, or a leaf; `nil` if `node` is finite.
    /// - Throws: as `evaluate(_:)`.
    public func source(ofNotFinite node: Node) throws(EvaluationError) -> Node? {
        gradientDepth += 1
        defer { gradientDepth -= 1 }
        guard try kind(of: node) != .finite else { return nil }
        var node = node
        while true {
            var next: Node?
            for input in node.inputs {
                switch try kind(of: input) {
                case .finite: continue
                case .infinite: next = next ?? input
                case .nan: next = input
                }
                if let next, try kind(of: next) == .nan { break }
            }
            guard let next else { return node }
            node = next
        }
    }

    private enum Kind { case finite, infinite, nan }

    private func kind(of node: Node) throws(EvaluationError) -> Kind {
        guard node.dtype.isFloat else { return .finite }
        let tensor = try value(of: node)
        var kind = Kind.finite
        for index in 0..<tensor.count {
            let number = tensor.double(at: index)
            if number.isNaN { return .nan }
            if number.isInfinite { kind = .infinite }
        }
        return kind
    }
}
