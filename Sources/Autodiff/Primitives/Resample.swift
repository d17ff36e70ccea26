import Kernels
import Tensors

// Images [N, C, H, W] in another size. Linear, R x; its gradient is Rᵀ c, whose gradient is R u.

extension Primitive {
    /// Attributes `resampling`.
    public static let resample: Primitive = resamplePrimitive("resample", isGradient: false)

    /// Rᵀ c: from the new size back to the old.
    public static let resampleGradient: Primitive = resamplePrimitive(
        "resampleGradient", isGradient: true)

    private static func resamplePrimitive(_ name: String, isGradient: Bool) -> Primitive {
        Primitive(
            name,
            shape: { inputs, attributes throws(TensorError) in
                guard case .resampling(_, let old, let new) = attributes else {
                    throw .lacksAttributes(name)
                }
                let (x, from, to) = (inputs[0], isGradient ? new : old, isGradient ? old : new)
                guard x.shape.rank == 4, from == [x.shape[2], x.shape[3]], to.count == 2,
                    (old + new).allSatisfy({ $0 > 0 })
                else {
                    throw .badShape(
                        operation: "resize", shape: x.shape, rule: "images [N, C, H, W]")
                }
                guard x.dtype.isFloat else {
                    throw .badDType(operation: "resize", dtype: x.dtype, rule: "floats; cast first")
                }
                return (try Shape([x.shape[0], x.shape[1]] + to), x.dtype)
            },
            gradient: { node, c, _, recorder throws(TensorError) in
                let other: Primitive = isGradient ? .resample : .resampleGradient
                return [try recorder.record(other, [c], node.attributes)]
            },
            evaluate: { inputs, attributes, output, _ throws(TensorError) in
                guard case .resampling(let method, let old, let new) = attributes else {
                    throw .lacksAttributes(name)
                }
                let resampling = Resampling(
                    planes: output.shape[0] * output.shape[1], height: old[0], width: old[1],
                    newHeight: new[0], newWidth: new[1], method: method)
                let (x, type) = (inputs[0], output.dtype.element)
                if isGradient {
                    resampling.gradient(type, x.pointer, to: output.pointer)
                } else {
                    resampling.run(type, x.pointer, to: output.pointer)
                }
                withExtendedLifetime(x) {}
            })
    }
}
