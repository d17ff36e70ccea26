public import Tensors

/// The gradients of a sum over all elements of `target` with respect to `wanted`, as recorded
/// nodes: reverse-mode differentiation (Griewank and Walther, *Evaluating Derivatives*, 2008,
/// section 3.2).
///
/// Only what leads from `wanted` to `target` is differentiated. The result is an ordinary graph, so
/// it can be differentiated again. Nodes whose inputs were dropped after evaluation are constants;
/// keep `recorder.gradientDepth` above 0 while recording what is to be differentiated.
///
/// - Returns: for each wanted node a node of its shape and dtype; `nil` where `target` does not
///   depend on it.
/// - Throws: `TensorError.badDType` if `target` or a wanted node is not float, and what recording
///   throws.
public func gradient(
    of target: Node, withRespectTo wanted: [Node], recorder: Recorder
) throws(TensorError) -> [Node?] {
    for node in wanted + [target] where !node.dtype.isFloat {
        throw TensorError.badDType(
            operation: "grad", dtype: node.dtype, rule: "floats; cast first")
    }
    let seed = try recorder.full(.float(1), target.shape, target.dtype)
    return try gradient(of: target, seed: seed, withRespectTo: wanted, recorder: recorder)
}

/// As above, of the sum over `target * seed`: a vector-Jacobian product.
/// - Parameter seed: of the shape and dtype of `target`.
public func gradient(
    of target: Node, seed: Node, withRespectTo wanted: [Node], recorder: Recorder
) throws(TensorError) -> [Node?] {
    guard seed.shape == target.shape, seed.dtype == target.dtype else {
        throw TensorError.shapesDisagree(
            operation: "grad", left: target.shape, right: seed.shape,
            rule: "a seed of the shape and dtype of the target")
    }
    // Integers carry no gradient, so nothing behind them matters; neither does what opaque nodes were made of.
    let ends = Set(wanted.filter { !recorder.isTransparent($0) }.map { ObjectIdentifier($0) })
    let walk = GraphWalk(from: [target]) {
        $0.dtype.isFloat && (recorder.isTransparent($0) || ends.contains(ObjectIdentifier($0)))
    }
    var leads = [Bool](repeating: false, count: walk.nodes.count)
    for node in wanted where walk.contains(node) { leads[node.position] = true }
    // Gradient rules record new nodes but start no walk, so positions stay valid below.
    var wantedInputs = [UInt64](repeating: 0, count: walk.nodes.count)
    for (position, node) in walk.nodes.enumerated() {
        for (index, input) in node.inputs.enumerated()
        where walk.contains(input) && leads[input.position] {
            leads[position] = true
            wantedInputs[position] |= index < 64 ? 1 << UInt64(index) : 0
        }
    }
    // What reaches each node from the nodes that read it.
    var arrived = [[Node]](repeating: [], count: walk.nodes.count)
    if walk.contains(target) { arrived[target.position] = [seed] }
    for position in walk.nodes.indices.reversed() where leads[position] {
        let node = walk.nodes[position]
        guard let cotangent = try recorder.total(of: arrived[position]) else { continue }
        arrived[position] = [cotangent]
        guard let primitive = node.primitive else { continue }
        let parts = try primitive.gradient(
            node, cotangent, InputSet(bits: wantedInputs[position]), recorder)
        for case (let input, let part?) in zip(node.inputs, parts)
        where walk.contains(input) && leads[input.position] {
            arrived[input.position].append(part)
        }
    }
    return wanted.map { walk.contains($0) ? arrived[$0.position].first : nil }
}

extension Recorder {
    /// The sum of the gradients that reach a node; `nil` for none.
    ///
    /// What comes from slices of the node, each put into zeros, is joined along the axis that was
    /// cut rather than added: the gradient of a series that is read step by step costs one pass
    /// over it, not one for each step.
    fileprivate func total(of parts: [Node]) throws(TensorError) -> Node? {
        guard parts.count > 1 else { return parts.first }
        let found = parts.map { isTransparent($0) ? EmbeddedSlice($0) : nil }
        let slices = found.compactMap(\.self)
        var rest = parts
        if slices.count > 1, let joined = try joined(slices) {
            rest = [joined] + zip(parts, found).compactMap { $1 == nil ? $0 : nil }
        }
        var sum = rest[0]
        for part in rest.dropFirst() { sum = try add(sum, part) }
        return sum
    }

    /// Slices of one axis that do not overlap, side by side with zeros between; `nil` for others.
    private func joined(_ slices: [EmbeddedSlice]) throws(TensorError) -> Node? {
        let axis = slices[0].axis
        let sorted = slices.sorted { $0.range.start < $1.range.start }
        guard sorted.allSatisfy({ $0.axis == axis }) else { return nil }
        var parts: [Node] = []
        var end = 0
        func fill(to start: Int) throws(TensorError) {
            guard start > end else { return }
            var sizes = slices[0].shape.dimensions
            sizes[axis] = start - end
            parts.append(try full(.float(0), Shape(trusted: sizes), slices[0].value.dtype))
        }
        for slice in sorted {
            guard slice.range.start >= end else { return nil }
            try fill(to: slice.range.start)
            parts.append(slice.value)
            end = slice.range.start + slice.range.count
        }
        try fill(to: slices[0].shape[axis])
        return try concat(parts, axis: axis)
    }
}

/// A value put into zeros at a range of one axis.
private struct EmbeddedSlice {
    var value: Node
    var axis: Int
    var range: SliceRange
    var shape: Shape

    init?(_ node: Node) {
        guard node.primitive === Primitive.embed,
            case .placement(let ranges, let shape, let fill) = node.attributes, fill.double == 0,
            let value = node.inputs.first
        else { return nil }
        let cut = ranges.indices.filter { !ranges[$0].isWhole(of: shape[$0]) }
        guard cut.count == 1, ranges[cut[0]].step == 1, ranges[cut[0]].count > 0 else { return nil }
        (self.value, axis, range, self.shape) = (value, cut[0], ranges[cut[0]], shape)
    }
}
