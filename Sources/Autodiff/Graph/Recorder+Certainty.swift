public import Tensors

// What is certain of numbers where only shapes are known (`dlrepl check`).
//
// Certain are the numbers of data and of literals, and what is chosen, compared and counted from them. Floats that are
// computed are left out, as programs that fuse them may change their last bits; so are draws, and what
// takes more than a million elements.

extension Recorder {
    /// The most elements that are computed for one answer.
    private static let certainCount = 1 << 20

    /// What computes floats exactly: it moves them, or makes them from nothing.
    private static let exact: [Primitive] = [
        .full, .arange, .cast, .stopGradient, .reshape, .transpose, .broadcastTo, .slice, .embed,
        .assignSlice, .concat, .take, .takeAlong, .assignAt, .oneHot, .max, .min,
    ]

    private static let draws: [Primitive] = [.randn, .rand, .bernoulli, .randint, .permutation]

    private static func isExact(_ node: Node) -> Bool {
        guard let primitive = node.primitive else { return false }
        return node.dtype.isFloat
            ? exact.contains { $0 === primitive } : !draws.contains { $0 === primitive }
    }

    /// The numbers of a node, if they are certain; they stay with it.
    ///
    /// - Throws: what kernels find, with the origin of the node that failed.
    public func certainValue(of node: Node) throws(EvaluationError) -> Tensor? {
        if let value = node.value { return value }
        var isCertain = true
        var count = 0
        let walk = GraphWalk(from: [node]) { node in
            guard isCertain, node.value == nil else { return false }
            isCertain = Self.isExact(node) && node.shape.count <= Self.certainCount - count
            if isCertain { count += node.shape.count }
            return isCertain
        }
        guard isCertain else { return nil }
        for node in walk.nodes {
            do throws(TensorError) {
                node.resolve(to: try compute(node), keepsInputs: true)
            } catch {
                throw EvaluationError(error: error, origin: node.origin)
            }
        }
        return node.value
    }

    /// Two integers that are certain to be among the numbers of a node, with none outside of them; `nil` if that
    /// is not known.
    public func extremes(of node: Node) -> ClosedRange<Int>? {
        var node = node
        while true {
            if !node.dtype.isFloat, let value = try? certainValue(of: node) { return value.extremes }
            if case .extremes(let range) = node.attributes { return range }
            guard let primitive = node.primitive else { return nil }
            if primitive === Primitive.permutation {
                return node.shape.count > 0 ? 0...(node.shape.count - 1) : nil
            }
            // These keep every number, and change none.
            let moves = [Primitive.reshape, .transpose, .broadcastTo].contains { $0 === primitive }
            let widens =
                primitive === Primitive.cast && node.dtype == .int64 && node.inputs[0].dtype.isInteger
            guard moves || widens || isShuffle(node), node.shape.count > 0 else { return nil }
            node = node.inputs[0]
        }
    }

    /// `x[permutation(len(x))]`
    private func isShuffle(_ node: Node) -> Bool {
        node.primitive === Primitive.take && node.inputs.count == 2
            && node.attributes == .axis(0)
            && node.inputs[1].primitive === Primitive.permutation
            && node.inputs[1].shape.dimensions == [node.inputs[0].shape[0]]
    }

    /// Refuses indices that are certain to be out of range, before any number is computed.
    func requireIndices(
        _ primitive: Primitive, _ inputs: [Node], _ attributes: Attributes
    ) throws(TensorError) {
        if primitive === Primitive.oneHot, case .ints(let numbers) = attributes, let classes = numbers.first {
            let axis = inputs[0].shape.rank
            return try require(inputs[0], in: 0..<classes, "oneHot", axis: axis, size: classes)
        }
        let isTable = attributes == .ints([0])
        var first = 0
        if case .axis(let axis) = attributes { first = axis } else if !isTable { return }
        let indices: ArraySlice<Node>
        if primitive === Primitive.take || primitive === Primitive.takeAlong {
            indices = inputs.dropFirst()
        } else if primitive === Primitive.assignAt || primitive === Primitive.addAt {
            indices = inputs.dropFirst(2)
        } else {
            return
        }
        let name = primitive === Primitive.takeAlong ? "gather" : isTable ? "embedding" : "index"
        for (offset, index) in indices.enumerated() {
            let size = inputs[0].shape[first + offset]
            try require(index, in: (name == "index" ? -size : 0)..<size, name, axis: first + offset, size: size)
        }
    }

    private func require(
        _ indices: Node, in range: Range<Int>, _ operation: String, axis: Int, size: Int
    ) throws(TensorError) {
        var wrong: Int?
        if let value = try? certainValue(of: indices) {
            wrong = (0..<value.count).lazy.map { value.int(at: $0) }.first { !range.contains($0) }
        } else if let extremes = self.extremes(of: indices) {
            wrong = [extremes.upperBound, extremes.lowerBound].first { !range.contains($0) }
        }
        guard let wrong else { return }
        throw .indexOutOfRange(operation: operation, index: wrong, axis: axis, size: size)
    }
}

extension Tensor {
    /// The least and the greatest number; `nil` if there is none, or they are no integers.
    public var extremes: ClosedRange<Int>? {
        guard dtype.isInteger, count > 0 else { return nil }
        var (least, greatest) = (int(at: 0), int(at: 0))
        for index in 1..<count {
            let number = int(at: index)
            least = Swift.min(least, number)
            greatest = Swift.max(greatest, number)
        }
        return least...greatest
    }
}
