public import Kernels
public import Tensors

// Elementwise operations with the language's promotion (*dtypes and scalars*): casts are inserted
// so that primitives see one dtype.

extension Recorder {
    /// The scalar as a 0-d tensor to stand beside a tensor of `dtype`: an Int or Float takes that
    /// dtype, but a Float beside integers or bools is float32 and an Int beside bools int64.
    ///
    /// - Throws: `TensorError.badArgument` for an Int beyond the range of `dtype`, or a Bool beside
    ///   numbers.
    public func constant(
        _ scalar: ScalarValue, beside dtype: DType
    ) throws(TensorError) -> Node {
        switch scalar {
        case .bool:
            guard dtype == .bool else {
                throw .badDType(operation: "Bool", dtype: dtype, rule: "bool tensors beside it")
            }
            return try full(scalar, .scalar, .bool)
        case .float:
            return try full(scalar, .scalar, dtype.isFloat ? dtype : .float32)
        case .int(let value):
            let wanted = dtype == .bool ? .int64 : dtype
            if let range = wanted.intRange, !range.contains(value) {
                throw .badArgument(
                    operation: wanted.name,
                    rule: "a number from \(range.lowerBound) to \(range.upperBound), not \(value)")
            }
            return try full(scalar, .scalar, wanted)
        }
    }

    /// A 0-d constant of a float dtype, for formulas.
    func scalar(_ value: Double, _ dtype: DType) throws(TensorError) -> Node {
        try full(.float(value), .scalar, dtype)
    }

    /// An operation on one tensor. Integers and bools become float32 for those that are defined on
    /// floats only; `floor`, `ceil` and `round` leave integers as they are.
    public func unary(_ code: ElementwiseCode, _ x: Node) throws(TensorError) -> Node {
        switch code {
        case .floor, .ceil, .round:
            if x.dtype.isInteger { return x }
        case .sqrt, .reciprocal, .exp, .expm1, .log, .log1p, .sin, .cos, .tan, .tanh, .sigmoid,
            .erf, .softplus:
            return try record(.elementwise(code), [try floating(x)])
        default: break
        }
        return try record(.elementwise(code), [x])
    }

    /// An operation on two tensors, which meet at the later dtype; `/` of integers gives float32;
    /// `+ * maximum minimum` of two bool tensors are `or and or and`.
    ///
    /// - Throws: `TensorError.shapesDisagree`, `.badDType`.
    public func binary(
        _ code: ElementwiseCode, _ a: Node, _ b: Node
    ) throws(TensorError) -> Node {
        if code == .power { return try power(a, b) }
        return try promotedBinary(code, a, b)
    }

    private func promotedBinary(
        _ code: ElementwiseCode, _ a: Node, _ b: Node
    ) throws(TensorError) -> Node {
        var meeting = a.dtype
        if a.dtype != b.dtype, code != .and, code != .or { meeting = .promoted(a.dtype, b.dtype) }
        var code = code
        if code == .divide, !meeting.isFloat { meeting = .float32 }
        if meeting == .bool {
            switch code {
            case .add, .maximum: code = .or
            case .multiply, .minimum: code = .and
            default: break
            }
        }
        return try record(
            .elementwise(code), [try cast(a, to: meeting), try cast(b, to: meeting)])
    }

    /// `cond ? a : b` by element; `a` and `b` meet at the later dtype.
    /// - Throws: `TensorError.shapesDisagree`, `.badDType` if the condition is not bool.
    public func select(
        _ condition: Node, _ a: Node, _ b: Node
    ) throws(TensorError) -> Node {
        let meeting = DType.promoted(a.dtype, b.dtype)
        return try record(
            .elementwise(.select),
            [condition, try cast(a, to: meeting), try cast(b, to: meeting)])
    }

    /// Powers: constant exponents from 1 to 4 are products, as in PyTorch, so that the commonest
    /// formulas and gradients stay cheap; a negative constant exponent makes floats of integers.
    private func power(_ a: Node, _ b: Node) throws(TensorError) -> Node {
        if a.dtype == b.dtype, let exponent = constantValue(of: b), b.shape.rank == 0, a.dtype != .bool {
            if exponent.double == 2 { return try unary(.square, a) }
            if exponent.double == 1 { return a }
            if a.dtype.isFloat, [3, 4].contains(exponent.double) {
                let square = try unary(.square, a)
                return exponent.double == 3 ? try multiply(square, a) : try unary(.square, square)
            }
            if !a.dtype.isFloat, exponent.int < 0 {
                return try promotedBinary(
                    .power, try cast(a, to: .float32), try cast(b, to: .float32))
            }
        }
        return try promotedBinary(.power, a, b)
    }

    /// The node as floats: integers and bools become float32.
    public func floating(_ x: Node) throws(TensorError) -> Node {
        x.dtype.isFloat ? x : try cast(x, to: .float32)
    }

    /// The node in another dtype; itself if it has that already.
    @inline(__always)
    public func cast(_ x: Node, to dtype: DType) throws(TensorError) -> Node {
        if x.dtype == dtype { return x }
        if let value = constantValue(of: x), dtype.isFloat {
            return try full(value, x.shape, dtype)
        }
        return try record(.cast, [x], .dtype(dtype))
    }

    public func add(_ a: Node, _ b: Node) throws(TensorError) -> Node { try binary(.add, a, b) }

    public func subtract(_ a: Node, _ b: Node) throws(TensorError) -> Node {
        try binary(.subtract, a, b)
    }

    public func multiply(_ a: Node, _ b: Node) throws(TensorError) -> Node {
        try binary(.multiply, a, b)
    }

    public func divide(_ a: Node, _ b: Node) throws(TensorError) -> Node {
        try binary(.divide, a, b)
    }

    public func negate(_ x: Node) throws(TensorError) -> Node { try unary(.negate, x) }

    /// The number that a node recorded by `full` holds everywhere; `nil` for others, and for opaque
    /// ones, which are inputs of a program: the next call may bring another number.
    func constantValue(of x: Node) -> ScalarValue? {
        guard case .full(let value, _, _) = x.attributes, isTransparent(x) else { return nil }
        return value
    }
}
