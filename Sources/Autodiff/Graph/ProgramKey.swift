import Tensors

/// The structure of a recorded graph: graphs with equal keys compile to programs that do the same,
/// so programs can be cached by it.
///
/// Constants count by the identity of their storage, which the key keeps alive; draws count from
/// `random`.
public struct ProgramKey: Hashable {
    private struct Entry: Hashable {
        var primitive: ObjectIdentifier?
        var attributes: Attributes
        var inputs: [Int]
        var input: Int?
        var constant: ObjectIdentifier?
        var byteOffset = 0
        /// A draw that is counted from the stream's position.
        var isRelative = false
        var shape: Shape
        var dtype: DType
    }

    private var entries: [Entry] = []
    private var outputs: [Int] = []
    private var storages: [Storage] = []

    /// - Throws: `.unknownValue` as `Program.init`.
    /// - Complexity: O(nodes).
    public init(
        inputs: [Node], outputs: [Node], random: RandomStream = RandomStream(key: 0)
    ) throws(EvaluationError) {
        let graph = try ProgramGraph(inputs: inputs, outputs: outputs)
        self.outputs = graph.outputs
        for value in graph.values {
            let relative = Self.relative(value.attributes, random)
            var entry = Entry(
                attributes: relative ?? value.attributes, inputs: value.inputs,
                isRelative: relative != nil, shape: value.shape, dtype: value.dtype)
            switch value.source {
            case .input(let index): entry.input = index
            case .computed(let primitive): entry.primitive = ObjectIdentifier(primitive)
            case .constant(let tensor):
                entry.constant = ObjectIdentifier(tensor.storage)
                entry.byteOffset = tensor.byteOffset
                storages.append(tensor.storage)
            }
            entries.append(entry)
        }
    }

    private static func relative(_ attributes: Attributes, _ random: RandomStream) -> Attributes? {
        guard case .random(let key, let draw, let parameters, let shape) = attributes,
            key == random.key
        else { return nil }
        return .random(
            key: 0, draw: draw &- random.draw, parameters: parameters, shape: shape)
    }

    public static func == (left: ProgramKey, right: ProgramKey) -> Bool {
        left.entries == right.entries && left.outputs == right.outputs
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(entries)
        hasher.combine(outputs)
    }
}
