import Kernels
import Tensors

extension Primitive {
    /// For int64 labels: [...] float32 [..., classes] with 1 at the label, else 0; attribute
    /// `ints([classes])`.
    public static let oneHot: Primitive = Primitive(
        "oneHot",
        shape: { inputs, attributes throws(TensorError) in
            guard case .ints(let numbers) = attributes, let classes = numbers.first else {
                throw .lacksAttributes("oneHot")
            }
            guard inputs[0].dtype == .int64 else {
                throw .badDType(operation: "oneHot", dtype: inputs[0].dtype, rule: "integers")
            }
            return (try Shape(inputs[0].shape.dimensions + [classes]), .float32)
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            guard case .ints(let numbers) = attributes, let classes = numbers.first else {
                throw .lacksAttributes("oneHot")
            }
            let labels = inputs[0]
            for position in 0..<labels.count {
                let label = labels.int(at: position)
                guard label >= 0, label < classes else {
                    throw .indexOutOfRange(
                        operation: "oneHot", index: label, axis: labels.rank, size: classes)
                }
            }
            Indexing.oneHot(
                labels.int64Pointer, rows: labels.count, classes: classes, .float32,
                to: output.pointer)
            withExtendedLifetime(labels) {}
        })
}
