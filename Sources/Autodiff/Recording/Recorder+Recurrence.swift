public import Kernels
public import Tensors

extension Recorder {
    /// A recurrent layer over all steps, given the products of its inputs with their weights.
    ///
    /// - Parameters:
    ///   - x: `[N, T, G]`, G = gates · H.
    ///   - weights: `[H, G]`; `bias`: `[G]`; `innerBias`: `[H]`, of a GRU.
    ///   - states: those before the first step, `[N, H]` each, as many as the cell has, or none.
    ///   - lengths: integers `[N]`; steps from there on leave the states and give 0.
    /// - Returns: the outputs `[N, T, H]` and the states after the last step.
    /// - Throws: `TensorError.badShape`, `.shapesDisagree`, `.badDType`, `.badArgument`; lengths
    ///   out of range are found when numbers are computed.
    public func recurrence(
        _ cell: Recurrence.Cell, _ x: Node, weights: Node, bias: Node? = nil,
        innerBias: Node? = nil, states: [Node] = [], lengths: Node? = nil, isReversed: Bool = false
    ) throws(TensorError) -> (outputs: Node, states: [Node]) {
        guard states.isEmpty || states.count == cell.states else {
            throw .badArgument(
                operation: "recurrence",
                rule: cell.states == 2 ? "both of the states h and c, or none" : "one state")
        }
        if let lengths, !lengths.dtype.isInteger {
            throw .badDType(operation: "lengths", dtype: lengths.dtype, rule: "integers")
        }
        var inputs = RecurrentInputs(
            x: x, weights: weights, bias: bias, innerBias: cell == .gru ? innerBias : nil,
            states: states, lengths: nil)
        var dtype = DType.float32
        for input in inputs.differentiable { dtype = DType.promoted(dtype, input.dtype) }
        inputs = RecurrentInputs(
            x: try cast(x, to: dtype), weights: try cast(weights, to: dtype),
            bias: try bias.map { input throws(TensorError) in try cast(input, to: dtype) },
            innerBias: try inputs.innerBias.map { input throws(TensorError) in
                try cast(input, to: dtype)
            },
            states: try states.map { input throws(TensorError) in try cast(input, to: dtype) },
            lengths: try lengths.map { input throws(TensorError) in try cast(input, to: .int64) })
        let form = RecurrenceForm(cell, isReversed: isReversed, of: inputs)
        let sizes = try inputs.checked(form)
        let trace = try record(.recurrence, inputs.all, .recurrence(form))
        let flat = try record(.recurrenceResults, inputs.all + [trace], .recurrence(form))
        return try separated(flat, sizes)
    }

    /// The outputs and states in the results of a recurrence.
    private func separated(
        _ flat: Node, _ sizes: Recurrence
    ) throws(TensorError) -> (outputs: Node, states: [Node]) {
        func part(_ start: Int, _ dimensions: [Int]) throws(TensorError) -> Node {
            let shape = Shape(trusted: dimensions)
            let range = SliceRange(start: start, count: shape.count, step: 1)
            return try reshape(try slice(flat, [range]), to: shape)
        }
        let state = [sizes.samples, sizes.units]
        var states: [Node] = []
        for number in 0..<sizes.cell.states {
            states.append(
                try part(sizes.trace.last + number * sizes.samples * sizes.units, state))
        }
        return (try part(0, [sizes.samples, sizes.steps, sizes.units]), states)
    }
}

// MARK: By simple operations

extension Recorder {
    /// What `Primitive.recurrenceResults` gives, recorded step by step: for gradients of
    /// gradients, and as a reference in tests.
    func recurrenceByOperations(
        _ inputs: RecurrentInputs<Node>, _ form: RecurrenceForm
    ) throws(TensorError) -> Node {
        let sizes = form.sizes(x: inputs.x.shape, weights: inputs.weights.shape)
        var states = inputs.states
        let zeros = try full(
            .float(0), Shape(trusted: [sizes.samples, sizes.units]), inputs.x.dtype)
        if states.isEmpty { states = Array(repeating: zeros, count: form.cell.states) }
        var outputs: [Node] = []
        for index in 0..<sizes.steps {
            let time = form.isReversed ? sizes.steps - 1 - index : index
            let new = try cellByOperations(
                try reshape(
                    try slice(inputs.x, axis: 1, time, count: 1),
                    to: Shape(trusted: [sizes.samples, inputs.x.shape[2]])), states, inputs, form)
            guard let lengths = inputs.lengths else {
                states = new
                outputs.append(new[0])
                continue
            }
            let step = try full(.int(time), .scalar, .int64)
            let isValid = try unsqueeze(try binary(.greater, lengths, step), axis: 1)
            outputs.append(try select(isValid, new[0], zeros))
            for number in states.indices {
                states[number] = try select(isValid, new[number], states[number])
            }
        }
        // Outputs lie in the order of time, whichever step ran first.
        if form.isReversed { outputs.reverse() }
        var parts = [try stack(outputs, axis: 1)] + states
        for index in parts.indices {
            parts[index] = try reshape(
                parts[index], to: Shape(trusted: [parts[index].shape.count]))
        }
        return try concat(parts, axis: 0)
    }

    /// The states after one step from `x: [N, G]`.
    private func cellByOperations(
        _ x: Node, _ states: [Node], _ inputs: RecurrentInputs<Node>, _ form: RecurrenceForm
    ) throws(TensorError) -> [Node] {
        let h = states[0]
        let units = h.shape[1]
        let product = try matmul(h, inputs.weights)
        let input = if let bias = inputs.bias { try add(x, bias) } else { x }
        func gate(_ node: Node, _ number: Int) throws(TensorError) -> Node {
            try slice(node, axis: 1, number * units, count: units)
        }
        switch form.cell {
        case .plain: return [try unary(.tanh, try add(input, product))]
        case .lstm:
            let sums = try add(input, product)
            let kept = try multiply(try unary(.sigmoid, try gate(sums, 1)), states[1])
            let new = try multiply(
                try unary(.sigmoid, try gate(sums, 0)), try unary(.tanh, try gate(sums, 2)))
            let memory = try add(kept, new)
            let output = try unary(.sigmoid, try gate(sums, 3))
            return [try multiply(output, try unary(.tanh, memory)), memory]
        case .gru:
            let reset = try unary(.sigmoid, try add(try gate(input, 0), try gate(product, 0)))
            let update = try unary(.sigmoid, try add(try gate(input, 1), try gate(product, 1)))
            var inner = try gate(product, 2)
            if let bias = inputs.innerBias { inner = try add(inner, bias) }
            let candidate = try unary(
                .tanh, try add(try gate(input, 2), try multiply(reset, inner)))
            // (1 - z) n + z h = n + z (h - n)
            return [
                try add(candidate, try multiply(update, try subtract(h, candidate)))
            ]
        }
    }

    /// The gradients of a `recurrenceGradient` node's inputs, given that of its value.
    ///
    /// A rule may start no walk over the graph that is being differentiated, so the composed
    /// recurrence is recorded and differentiated twice on stand-ins, and then copied with the
    /// inputs in their place.
    func gradientOfRecurrenceGradient(
        _ node: Node, _ cotangent: Node
    ) throws(TensorError) -> [Node?] {
        guard case .recurrence(let form) = node.attributes else {
            throw .badArgument(operation: "recurrence", rule: "its attributes")
        }
        let count = form.inputCount
        let originals = node.inputs + [cotangent]
        let standIns = originals.map { Node(placeholder: $0.shape, dtype: $0.dtype) }
        guard let named = RecurrentInputs(standIns, form), standIns.count == count + 3 else {
            throw .badArgument(operation: "recurrence", rule: "its inputs")
        }
        let (upstream, outer) = (standIns[count + 1], standIns[count + 2])
        let results = try recurrenceByOperations(named, form)
        let variables = named.differentiable
        let first = try gradient(
            of: results, seed: upstream, withRespectTo: variables, recorder: self)
        let layout = form.sizes(x: named.x.shape, weights: named.weights.shape).gradient
        var starts = [layout.x, layout.weights]
        if form.hasBias { starts.append(layout.bias) }
        if form.hasInnerBias { starts.append(layout.innerBias) }
        for (number, state) in named.states.enumerated() {
            starts.append(layout.states + number * state.shape.count)
        }
        var (parts, seeds): ([Node], [Node]) = ([], [])
        for case (let part?, let start) in zip(first, starts) {
            let size = Shape(trusted: [part.shape.count])
            parts.append(try reshape(part, to: size))
            seeds.append(
                try slice(outer, [SliceRange(start: start, count: size.count, step: 1)]))
        }
        let second = try gradient(
            of: try concat(parts, axis: 0), seed: try concat(seeds, axis: 0),
            withRespectTo: variables + [upstream], recorder: self)
        let copies = copied(second, replacing: standIns, with: originals)
        var gradients = [Node?](repeating: nil, count: node.inputs.count)
        for index in variables.indices { gradients[index] = copies[index] }
        gradients[count + 1] = copies[variables.count]
        return gradients
    }

    /// The graphs behind `roots` once more, with other nodes in the place of leaves.
    private func copied(
        _ roots: [Node?], replacing leaves: [Node], with others: [Node]
    ) -> [Node?] {
        let walk = GraphWalk(from: roots.compactMap(\.self)) { _ in true }
        var copies: [Node] = walk.nodes
        for (leaf, other) in zip(leaves, others) where walk.contains(leaf) {
            copies[leaf.position] = other
        }
        for (position, node) in walk.nodes.enumerated() {
            guard let primitive = node.primitive else { continue }
            copies[position] = Node(
                primitive: primitive, attributes: node.attributes,
                inputs: node.inputs.map { copies[$0.position] }, shape: node.shape,
                dtype: node.dtype, origin: node.origin, serial: node.serial)
        }
        return roots.map { root in root.map { copies[$0.position] } }
    }
}
