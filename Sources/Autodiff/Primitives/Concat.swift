import Tensors

extension Primitive {
    /// Its inputs one after the other along an axis; the gradient of each is its part.
    public static let concat: Primitive = Primitive(
        "concat",
        shape: { inputs, attributes throws(TensorError) in
            guard case .axis(let axis) = attributes, let first = inputs.first else {
                throw .lacksAttributes("concat")
            }
            var sizes = first.shape.dimensions
            for part in inputs.dropFirst() {
                var rest = part.shape.dimensions
                guard part.dtype == first.dtype, rest.count == sizes.count else {
                    throw disagreement(first, part, axis)
                }
                let (total, overflow) = sizes[axis].addingReportingOverflow(rest[axis])
                guard !overflow else { throw .tooLarge(sizes) }
                sizes[axis] = total
                rest[axis] = total
                guard rest == sizes else { throw disagreement(first, part, axis) }
            }
            return (try Shape(sizes), first.dtype)
        },
        gradient: { node, c, wanted, recorder throws(TensorError) in
            guard case .axis(let axis) = node.attributes else { return [] }
            var parts: [Node?] = []
            var start = 0
            for (index, input) in node.inputs.enumerated() {
                let size = input.shape[axis]
                let part =
                    wanted.contains(index)
                    ? try recorder.slice(c, axis: axis, start, count: size) : nil
                parts.append(part)
                start += size
            }
            return parts
        },
        evaluate: { inputs, attributes, output, _ throws(TensorError) in
            guard case .axis(let axis) = attributes else { throw .lacksAttributes("concat") }
            let outer = output.shape.dimensions[..<axis].reduce(1, *)
            let rowBytes = output.byteCount / outer
            var start = 0
            for part in inputs where part.count > 0 {
                let partBytes = part.byteCount / outer
                for row in 0..<outer {
                    (output.pointer + row * rowBytes + start).copyMemory(
                        from: part.pointer + row * partBytes, byteCount: partBytes)
                }
                start += partBytes
            }
        })

    private static func disagreement(_ first: Node, _ part: Node, _ axis: Int) -> TensorError {
        .shapesDisagree(
            operation: "concat", left: first.shape, right: part.shape,
            rule: "equal sizes on all axes but \(axis)")
    }
}
