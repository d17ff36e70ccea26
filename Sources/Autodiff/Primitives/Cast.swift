import Kernels
import Tensors

extension Primitive {
    /// Conversion to another dtype. Floats to integers truncate and saturate, nan gives 0. The
    /// gradient goes back through casts between floats only.
    public static let cast: Primitive = Primitive(
        "cast",
        shape: { inputs, attributes throws(TensorError) in
            guard case .dtype(let dtype) = attributes else { throw .lacksAttributes("cast") }
            return (inputs[0].shape, dtype)
        },
        gradient: { node, c, _, recorder throws(TensorError) in
            let x = node.inputs[0]
            return [x.dtype.isFloat ? try recorder.cast(c, to: x.dtype) : nil]
        },
        evaluate: { inputs, _, output, _ throws(TensorError) in
            let x = inputs[0]
            if x.dtype.isInteger, output.dtype.isInteger, output.dtype < x.dtype {
                // The kernel wraps; the language saturates.
                for index in 0..<x.count { output.store(x.element(at: index), at: index) }
                return
            }
            Casting.cast(
                x.pointer, x.dtype.element, to: output.pointer, output.dtype.element, count: x.count
            )
        })

    /// The value, as a constant for gradients.
    public static let stopGradient: Primitive = Primitive(
        "stopGradient",
        shape: { inputs, _ throws(TensorError) in (inputs[0].shape, inputs[0].dtype) },
        view: { inputs, _, _ in inputs[0] },
        evaluate: { _, _, _, _ throws(TensorError) in })
}
