import Kernels
import Tensors

// The derivatives of the elementwise primitives. With c the gradient of the value y = f(a, b), the
// gradient of a is c · ∂f/∂a, summed over the axes along which a was broadcast. Conventions at
// kinks are PyTorch's: relu'(0) = 0, abs'(0) = 0, sqrt'(0) = inf, and two equal arguments of
// maximum or minimum get half each.

extension Primitive {
    static func elementwiseGradient(_ code: ElementwiseCode) -> GradientRule {
        switch code.arity {
        case 1:
            { node, c, wanted, recorder throws(TensorError) in
                guard wanted.contains(0) else { return [nil] }
                return [try unaryGradient(code, node.inputs[0], node, c, recorder)]
            }
        case 2:
            { node, c, wanted, recorder throws(TensorError) in
                let (a, b) = (node.inputs[0], node.inputs[1])
                let left =
                    wanted.contains(0)
                    ? try leftGradient(code, node, c, recorder) : nil
                let right =
                    wanted.contains(1)
                    ? try rightGradient(code, node, c, recorder) : nil
                return [
                    try left.map { part throws(TensorError) in try recorder.sum(part, to: a.shape)
                    },
                    try right.map { part throws(TensorError) in try recorder.sum(part, to: b.shape)
                    },
                ]
            }
        default: selectGradient
        }
    }

    /// y = a where the condition holds, else b: each gets c where it was taken and 0 elsewhere. A
    /// selection, not a product, so that an infinite c does not make 0 · inf = nan of the other
    /// branch.
    private static let selectGradient: GradientRule = {
        node, c, wanted, recorder throws(TensorError) in
        let condition = node.inputs[0]
        let zero = try recorder.scalar(0, node.dtype)
        var parts: [Node?] = [nil, nil, nil]
        if wanted.contains(1) {
            let part = try recorder.select(condition, c, zero)
            parts[1] = try recorder.sum(part, to: node.inputs[1].shape)
        }
        if wanted.contains(2) {
            let part = try recorder.select(condition, zero, c)
            parts[2] = try recorder.sum(part, to: node.inputs[2].shape)
        }
        return parts
    }

    /// The derivative of one-operand codes, given x, y = f(x) and c.
    private static func unaryGradient(
        _ code: ElementwiseCode, _ x: Node, _ y: Node, _ c: Node, _ r: Recorder
    ) throws(TensorError) -> Node? {
        func number(_ value: Double) throws(TensorError) -> Node { try r.scalar(value, c.dtype) }
        switch code {
        case .copy: return c
        case .negate: return try r.negate(c)
        case .abs: return try r.multiply(c, try r.unary(.sign, x))
        case .square: return try r.multiply(c, try r.multiply(try number(2), x))
        case .relu: return try r.select(try r.binary(.greater, x, try number(0)), c, try number(0))
        // (√x)' = 1 / (2√x)
        case .sqrt: return try r.divide(c, try r.multiply(try number(2), y))
        // (1/x)' = -1/x² = -y²
        case .reciprocal: return try r.negate(try r.multiply(c, try r.unary(.square, y)))
        case .exp: return try r.multiply(c, y)
        // (eˣ - 1)' = eˣ = y + 1
        case .expm1: return try r.multiply(c, try r.add(y, try number(1)))
        case .log: return try r.divide(c, x)
        case .log1p: return try r.divide(c, try r.add(x, try number(1)))
        case .sin: return try r.multiply(c, try r.unary(.cos, x))
        case .cos: return try r.negate(try r.multiply(c, try r.unary(.sin, x)))
        // tan' = 1 + tan²
        case .tan: return try r.multiply(c, try r.add(try r.unary(.square, y), try number(1)))
        // tanh' = 1 - tanh²
        case .tanh: return try r.multiply(c, try r.subtract(try number(1), try r.unary(.square, y)))
        // σ' = σ (1 - σ)
        case .sigmoid:
            return try r.multiply(c, try r.multiply(y, try r.subtract(try number(1), y)))
        // erf'(x) = 2/√π · exp(-x²)
        case .erf:
            let bell = try r.unary(.exp, try r.negate(try r.unary(.square, x)))
            return try r.multiply(c, try r.multiply(try number(1.1283791670955126), bell))
        // log(1 + eˣ)' = σ(x)
        case .softplus: return try r.multiply(c, try r.unary(.sigmoid, x))
        // Steps: the derivative is 0 wherever it exists.
        case .sign, .floor, .ceil, .round, .not, .add, .subtract, .multiply, .divide, .power,
            .maximum, .minimum, .floorDivide, .remainder, .equal, .notEqual, .less, .lessOrEqual,
            .greater, .greaterOrEqual, .and, .or, .select:
            return nil
        }
    }

    /// c · ∂f/∂a of two-operand codes, not yet summed to the shape of a.
    private static func leftGradient(
        _ code: ElementwiseCode, _ y: Node, _ c: Node, _ r: Recorder
    ) throws(TensorError) -> Node? {
        let (a, b) = (y.inputs[0], y.inputs[1])
        switch code {
        // a % b = a - b ⌊a/b⌋, and the floor is constant.
        case .add, .subtract, .remainder: return c
        case .multiply: return try r.multiply(c, b)
        case .divide: return try r.divide(c, b)
        // ∂(aᵇ)/∂a = b aᵇ⁻¹, and 0 for b = 0 even at a = 0, where aᵇ⁻¹ is infinite.
        case .power:
            if let exponent = r.constantValue(of: b)?.double {
                let lower = try r.binary(.power, a, try r.scalar(exponent - 1, c.dtype))
                let slope = try r.multiply(try r.scalar(exponent, c.dtype), lower)
                return exponent == 0 ? nil : try r.multiply(c, slope)
            }
            let zero = try r.scalar(0, c.dtype)
            let lower = try r.binary(.power, a, try r.subtract(b, try r.scalar(1, c.dtype)))
            let slope = try r.multiply(b, lower)
            let isFlat = try r.binary(.equal, b, zero)
            return try r.multiply(c, try r.select(isFlat, zero, slope))
        case .maximum: return try winnerGradient(c, loses: try r.binary(.less, a, b), y, r)
        case .minimum: return try winnerGradient(c, loses: try r.binary(.greater, a, b), y, r)
        default: return nil
        }
    }

    /// c · ∂f/∂b of two-operand codes, not yet summed to the shape of b.
    private static func rightGradient(
        _ code: ElementwiseCode, _ y: Node, _ c: Node, _ r: Recorder
    ) throws(TensorError) -> Node? {
        let (a, b) = (y.inputs[0], y.inputs[1])
        switch code {
        case .add: return c
        case .subtract: return try r.negate(c)
        case .multiply: return try r.multiply(c, a)
        // (a/b)' = -a/b² = -y/b
        case .divide: return try r.negate(try r.divide(try r.multiply(c, y), b))
        // ∂(aᵇ)/∂b = aᵇ log a, and 0 at a = 0 with b ≥ 0, where log a is infinite.
        case .power:
            let zero = try r.scalar(0, c.dtype)
            let isFlat = try r.binary(
                .and, try r.binary(.equal, a, zero), try r.binary(.greaterOrEqual, b, zero))
            let safe = try r.select(isFlat, try r.scalar(1, c.dtype), a)
            return try r.multiply(c, try r.multiply(y, try r.unary(.log, safe)))
        case .remainder:
            return try r.negate(try r.multiply(c, try r.binary(.floorDivide, a, b)))
        case .maximum: return try winnerGradient(c, loses: try r.binary(.less, b, a), y, r)
        case .minimum: return try winnerGradient(c, loses: try r.binary(.greater, b, a), y, r)
        default: return nil
        }
    }

    /// 0 where this argument loses, c/2 where both are equal, else c.
    private static func winnerGradient(
        _ c: Node, loses: Node, _ y: Node, _ r: Recorder
    ) throws(TensorError) -> Node {
        let ties = try r.binary(.equal, y.inputs[0], y.inputs[1])
        let half = try r.multiply(c, try r.scalar(0.5, c.dtype))
        return try r.select(
            loses, try r.scalar(0, c.dtype), try r.select(ties, half, c))
    }
}
