import Tensors

/// A value in a program that is being compiled.
struct ProgramValue {
    enum Source {
        /// The program's input of that number.
        case input(Int)
        /// A tensor that was there when the program was recorded.
        case constant(Tensor)
        case computed(Primitive)
    }

    var source: Source
    var attributes: Attributes
    /// Numbers of the values that it is computed from; all smaller than its own.
    var inputs: [Int]
    var shape: Shape
    var dtype: DType
    var origin: Origin

    var primitive: Primitive? {
        if case .computed(let primitive) = source { return primitive }
        return nil
    }

    /// The number that it holds everywhere, if it was recorded as such.
    var splat: ScalarValue? {
        if primitive === Primitive.full, case .full(let value, _, _) = attributes { return value }
        return nil
    }

    var byteCount: Int { shape.count * dtype.size }
}

/// The recorded graph as an array, every value after those that it reads: what the passes of the
/// compiler rewrite.
struct ProgramGraph {
    var values: [ProgramValue] = []
    /// The values that are wanted.
    var outputs: [Int] = []

    init() {}

    /// Reads the graph between nodes. A node with a primitive is computed anew even if it has a
    /// value.
    /// - Throws: `TensorError.unknownValue` if an output depends on a placeholder that is no input.
    init(inputs: [Node], outputs: [Node]) throws(EvaluationError) {
        var numbers: [ObjectIdentifier: Int] = [:]
        for (index, node) in inputs.enumerated() { numbers[ObjectIdentifier(node)] = index }
        let walk = GraphWalk(from: inputs + outputs) { _ in true }
        values.reserveCapacity(walk.nodes.count)
        for node in walk.nodes {
            let source: ProgramValue.Source
            if let index = numbers[ObjectIdentifier(node)] {
                source = .input(index)
            } else if let primitive = node.primitive {
                source = .computed(primitive)
            } else if let value = node.value {
                source = .constant(value)
            } else {
                throw EvaluationError(error: .unknownValue, origin: node.origin)
            }
            let isInput = if case .input = source { true } else { false }
            values.append(
                ProgramValue(
                    source: source, attributes: isInput ? .none : node.attributes,
                    inputs: isInput ? [] : node.inputs.map(\.position), shape: node.shape,
                    dtype: node.dtype, origin: node.origin))
        }
        self.outputs = outputs.map(\.position)
    }

    /// Which values the outputs depend on.
    var needed: [Bool] {
        var result = [Bool](repeating: false, count: values.count)
        for output in outputs { result[output] = true }
        for index in values.indices.reversed() where result[index] {
            for input in values[index].inputs { result[input] = true }
        }
        return result
    }

    /// Without the values that no output depends on.
    func compacted() -> ProgramGraph {
        let needed = needed
        var numbers = [Int](repeating: 0, count: values.count)
        var result = ProgramGraph()
        for (index, value) in values.enumerated() where needed[index] {
            numbers[index] = result.values.count
            var value = value
            value.inputs = value.inputs.map { numbers[$0] }
            result.values.append(value)
        }
        result.outputs = outputs.map { numbers[$0] }
        return result
    }
}
