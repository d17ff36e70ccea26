import Tensors

/// Which bytes a value lies in: those of its root, from an offset. Reshapes and slices along the
/// first axis are views; all other values are their own roots.
struct ProgramAliases {
    private(set) var roots: [Int] = []
    private(set) var offsets: [Int] = []

    init(_ graph: ProgramGraph) throws(TensorError) {
        for (index, value) in graph.values.enumerated() {
            roots.append(index)
            offsets.append(0)
            guard let view = value.primitive?.view else { continue }
            // Asked over empty storages, one for each input: views only move offsets.
            var inputs: [Tensor] = []
            for input in value.inputs {
                inputs.append(
                    Tensor(
                        storage: try Storage(byteCount: 0), shape: graph.values[input].shape,
                        dtype: graph.values[input].dtype))
            }
            guard let result = view(inputs, value.attributes, value.shape),
                let source = inputs.firstIndex(where: { $0.storage === result.storage })
            else { continue }
            let input = value.inputs[source]
            roots[index] = roots[input]
            offsets[index] = offsets[input] + result.byteOffset
        }
    }

    func isView(_ value: Int) -> Bool { roots[value] != value }
}
