import Kernels
import Tensors

// A recurrent layer as three primitives, since a primitive gives one tensor. Inputs are those of
// `RecurrentInputs`, attributes a `RecurrenceForm`.
//
// `recurrence` runs the chain and writes a trace: the results in front, then what the gradient
// needs. `recurrenceResults` reads the results; it is given the other inputs as well, and it is
// they that its gradient is for, with the trace as a note of what was computed before. So no
// gradient of a trace is ever needed.

extension Primitive {
    /// The trace, one axis; `Recurrence.Trace` says what lies where.
    public static let recurrence: Primitive = Primitive(
        "recurrence",
        shape: { inputs, attributes throws(TensorError) in
            let (form, named) = try read(inputs, attributes)
            return (Shape(trusted: [try named.checked(form).trace.count]), inputs[0].dtype)
        },
        evaluate: { inputs, attributes, output, isInterrupted throws(TensorError) in
            let (form, named) = try read(inputs, attributes)
            let sizes = form.sizes(x: named.x.shape, weights: named.weights.shape)
            try named.checkLengths(sizes.steps)
            let isFinished = sizes.run(
                output.dtype.element, named.operands, to: output.pointer,
                isInterrupted: isInterrupted)
            withExtendedLifetime(inputs) {}
            if !isFinished { throw .interrupted }
        })

    /// Inputs: those of the recurrence, then its trace. Gives the outputs `[N, T, H]` and after
    /// them the last states `[N, H]`, as one axis.
    public static let recurrenceResults: Primitive = Primitive(
        "recurrenceResults",
        shape: { inputs, attributes throws(TensorError) in
            let (form, named) = try read(inputs, attributes)
            let count = try named.checked(form).trace.resultCount
            return (Shape(trusted: [count]), inputs[0].dtype)
        },
        gradient: { node, c, _, recorder throws(TensorError) in
            let (form, named) = try read(node.inputs, node.attributes)
            let sizes = form.sizes(x: named.x.shape, weights: named.weights.shape)
            let flat = try recorder.record(
                .recurrenceGradient, node.inputs + [c], node.attributes)
            let layout = sizes.gradient
            func part(_ start: Int, like node: Node) throws(TensorError) -> Node {
                let range = SliceRange(start: start, count: node.shape.count, step: 1)
                return try recorder.reshape(try recorder.slice(flat, [range]), to: node.shape)
            }
            var parts: [Node?] = [
                try part(layout.x, like: named.x), try part(layout.weights, like: named.weights),
            ]
            if let bias = named.bias { parts.append(try part(layout.bias, like: bias)) }
            if let bias = named.innerBias { parts.append(try part(layout.innerBias, like: bias)) }
            for (number, state) in named.states.enumerated() {
                parts.append(
                    try part(layout.states + number * state.shape.count, like: state))
            }
            // None for lengths and the trace.
            return parts + [Node?](repeating: nil, count: node.inputs.count - parts.count)
        },
        view: { inputs, _, shape in inputs.last?.rows(0, count: shape.count) },
        evaluate: { inputs, _, output, _ throws(TensorError) in
            guard let trace = inputs.last else { throw .lacksAttributes("recurrenceResults") }
            output.pointer.copyMemory(from: trace.pointer, byteCount: output.byteCount)
        })

    /// Inputs: those of the recurrence, its trace, and the gradient of its results. Gives their
    /// gradients as one axis; `Recurrence.Gradient` says what lies where.
    ///
    /// Its own gradient is that of the same thing composed of simple operations.
    public static let recurrenceGradient: Primitive = Primitive(
        "recurrenceGradient",
        shape: { inputs, attributes throws(TensorError) in
            let (form, named) = try read(inputs, attributes)
            return (Shape(trusted: [try named.checked(form).gradient.count]), inputs[0].dtype)
        },
        gradient: { node, c, _, recorder throws(TensorError) in
            try recorder.gradientOfRecurrenceGradient(node, c)
        },
        evaluate: { inputs, attributes, output, isInterrupted throws(TensorError) in
            let (form, named) = try read(inputs, attributes)
            let sizes = form.sizes(x: named.x.shape, weights: named.weights.shape)
            guard inputs.count == form.inputCount + 2 else {
                throw .lacksAttributes("recurrenceGradient")
            }
            let isFinished = sizes.runGradient(
                output.dtype.element, named.operands, trace: inputs[form.inputCount].pointer,
                cotangent: inputs[form.inputCount + 1].pointer, to: output.pointer,
                isInterrupted: isInterrupted)
            withExtendedLifetime(inputs) {}
            if !isFinished { throw .interrupted }
        })

    private static func read<Item>(
        _ inputs: [Item], _ attributes: Attributes
    ) throws(TensorError) -> (RecurrenceForm, RecurrentInputs<Item>) {
        guard case .recurrence(let form) = attributes, let named = RecurrentInputs(inputs, form)
        else { throw .lacksAttributes("recurrence") }
        return (form, named)
    }
}
