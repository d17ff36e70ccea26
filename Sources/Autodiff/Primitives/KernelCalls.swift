import Kernels
import Tensors

// From tensors to the kernels' buffers: the only place that knows both vocabularies.

extension DType {
    /// The kernels' name of this type.
    var element: ElementType {
        switch self {
        case .bool: .bool
        case .uint8: .uint8
        case .int32: .int32
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        }
    }
}

extension Tensor {
    /// The elements as int64.
    /// - Precondition: the dtype is int64; shape rules have checked.
    var int64Pointer: UnsafePointer<Int64> {
        precondition(dtype == .int64, "index primitives take int64 only")
        return UnsafePointer(pointer.assumingMemoryBound(to: Int64.self))
    }
}

extension Shape {
    /// This shape seen as [outer, length, inner] around `axes`, which are adjacent.
    func layout(around axes: Range<Int>) -> AxisLayout {
        AxisLayout(
            outer: dimensions[..<axes.lowerBound].reduce(1, *),
            length: dimensions[axes].reduce(1, *),
            inner: dimensions[axes.upperBound...].reduce(1, *))
    }

    func layout(around axis: Int) -> AxisLayout { layout(around: axis..<axis + 1) }
}

extension RecurrentInputs where Item == Tensor {
    /// The buffers, valid while the tensors are.
    var operands: RecurrentOperands {
        RecurrentOperands(
            x: x.pointer, weights: weights.pointer,
            bias: bias.map { UnsafeRawPointer($0.pointer) },
            innerBias: innerBias.map { UnsafeRawPointer($0.pointer) },
            states: states.map { UnsafeRawPointer($0.pointer) },
            lengths: lengths.map(\.int64Pointer))
    }

    /// - Throws: `TensorError.badArgument` unless all lengths are from 1 to `steps`.
    func checkLengths(_ steps: Int) throws(TensorError) {
        guard let lengths else { return }
        let numbers = UnsafeBufferPointer(start: lengths.int64Pointer, count: lengths.count)
        defer { withExtendedLifetime(lengths) {} }
        for (sample, length) in numbers.enumerated() where length < 1 || length > steps {
            throw .badArgument(
                operation: "lengths",
                rule: "numbers from 1 to \(steps), the steps that there are; that of sample "
                    + "\(sample) is \(length)")
        }
    }
}

/// Fills `target` (from element `offset`, with `targetStrides`) with the elements of `source` that
/// a contiguous walk of `shape` meets with `strides`.
func copyStrided(
    from source: Tensor, offset: Int = 0, strides: [Int], shape: Shape, to target: Tensor
) {
    guard shape.count > 0 else { return }
    let size = target.dtype.size
    StridedCopy(dimensions: shape.dimensions, sourceStrides: strides).run(
        source.pointer + offset * size, to: target.pointer, elementSize: size)
}

/// Writes the elements of the contiguous `source` into `target` from element `offset` with
/// `strides`.
func copyStrided(
    from source: Tensor, shape: Shape, to target: Tensor, offset: Int, strides: [Int]
) {
    guard shape.count > 0 else { return }
    let size = target.dtype.size
    StridedCopy(
        dimensions: shape.dimensions, sourceStrides: shape.strides, targetStrides: strides
    ).run(source.pointer, to: target.pointer + offset * size, elementSize: size)
}

/// Applies an elementwise code to broadcast inputs.
func evaluateElementwise(
    _ code: ElementwiseCode, _ inputs: [Tensor], _ output: Tensor
) throws(TensorError) {
    // Copies of inputs that repeat in a pattern that kernels do not know; alive until the call
    // returns.
    var copies: [Tensor] = []
    var operands: [TileOperand] = []
    operands.reserveCapacity(inputs.count)
    for input in inputs {
        if let pattern = RepetitionPattern(of: input.shape, in: output.shape) {
            operands.append(
                TileOperand(
                    input.pointer, input.dtype.element, inner: pattern.inner,
                    period: pattern.period))
        } else {
            let copy = try Tensor(uninitialized: output.shape, dtype: input.dtype)
            copyStrided(
                from: input, strides: input.shape.strides(broadcastTo: output.shape),
                shape: output.shape, to: copy)
            copies.append(copy)
            operands.append(TileOperand(copy.pointer, input.dtype.element, period: copy.count))
        }
    }
    let type = (inputs.last ?? output).dtype.element
    let fault = Elementwise.apply(
        code, type: type, operands, to: output.pointer, count: output.count)
    withExtendedLifetime((inputs, copies)) {}
    switch fault {
    case .none: return
    case .divisionByZero: throw .divisionByZero(operation: code.symbol)
    case .negativePower:
        throw .badArgument(
            operation: code.symbol, rule: "exponents of 0 or more for integers; cast to float32")
    }
}

/// How a broadcast tensor repeats: element i of the result reads element `(i / inner) % period`.
struct RepetitionPattern: Equatable {
    var inner = 1
    var period = 1

    /// `nil` if the repeated axes of `shape` are not all at the ends: then no such pattern exists.
    init?(of shape: Shape, in target: Shape) {
        if shape.count == target.count {
            period = max(shape.count, 1)
            return
        }
        let offset = target.rank - shape.rank
        var axis = target.rank - 1
        func repeats(_ axis: Int) -> Bool {
            axis < offset || (shape[axis - offset] == 1 && target[axis] != 1)
        }
        while axis >= 0, repeats(axis) {
            inner *= target[axis]
            axis -= 1
        }
        while axis >= 0, !repeats(axis) {
            period *= target[axis]
            axis -= 1
        }
        while axis >= 0 {
            guard repeats(axis) || target[axis] == 1 else { return nil }
            axis -= 1
        }
        inner = max(inner, 1)
        period = max(period, 1)
    }
}
