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
    var sums = [Node?](repeating: nil, count: walk.nodes.count)
    if walk.contains(target) { sums[target.position] = seed }
    for position in walk.nodes.indices.reversed() where leads[position] {
        let node = walk.nodes[position]
        guard let cotangent = sums[position], let primitive = node.primitive else { continue }
        let parts = try primitive.gradient(
            node, cotangent, InputSet(bits: wantedInputs[position]), recorder)
        for case (let input, let part?) in zip(node.inputs, parts)
        where walk.contains(input) && leads[input.position] {
            let sum = sums[input.position]
            sums[input.position] =
                try sum.map { old throws(TensorError) in
                    try recorder.add(old, part)
                } ?? part
        }
    }
    return wanted.map { walk.contains($0) ? sums[$0.position] : nil }
}
