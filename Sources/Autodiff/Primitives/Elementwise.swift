public import Kernels
import Tensors

// One primitive per elementwise code of the kernels: shape rule and evaluation. The derivatives are
// in `ElementwiseGradients.swift`.

extension Primitive {
    /// The primitive of an elementwise code.
    public static func elementwise(_ code: ElementwiseCode) -> Primitive {
        elementwiseTable[Int(code.rawValue)]
    }

    /// In the order of the codes.
    public static let elementwiseTable: [Primitive] = ElementwiseCode.allCases.map { code in
        Primitive(
            "\(code)", elementwise: code,
            shape: elementwiseShape(code),
            gradient: elementwiseGradient(code)
        ) { inputs, _, output, _ throws(TensorError) in
            try evaluateElementwise(code, inputs, output)
        }
    }

    private static func elementwiseShape(_ code: ElementwiseCode) -> ShapeRule {
        switch code.arity {
        case 1:
            { inputs, _ throws(TensorError) in
                let x = inputs[0]
                try checkDType(code, x.dtype)
                return (x.shape, code.isPredicate ? .bool : x.dtype)
            }
        case 2:
            { inputs, _ throws(TensorError) in
                let (a, b) = (inputs[0], inputs[1])
                try checkDType(code, a.dtype)
                guard a.dtype == b.dtype else { throw mixed(code, b.dtype, wanted: a.dtype) }
                let shape = try Shape.broadcast(a.shape, b.shape, for: code.symbol)
                return (shape, code.isPredicate ? .bool : a.dtype)
            }
        default:
            { inputs, _ throws(TensorError) in
                let (condition, a, b) = (inputs[0], inputs[1], inputs[2])
                guard condition.dtype == .bool else {
                    throw mixed(code, condition.dtype, wanted: .bool)
                }
                guard a.dtype == b.dtype else { throw mixed(code, b.dtype, wanted: a.dtype) }
                let shape = try Shape.broadcast(a.shape, b.shape, for: code.symbol)
                return (
                    try Shape.broadcast(condition.shape, shape, for: code.symbol), a.dtype
                )
            }
        }
    }

    /// Which dtypes a code takes. `Recorder` has promoted before, so that users meet these errors
    /// only where no promotion makes sense.
    private static func checkDType(
        _ code: ElementwiseCode, _ dtype: DType
    ) throws(TensorError) {
        switch code.domain {
        case .any: return
        case .numbers where dtype != .bool: return
        case .floats where dtype.isFloat: return
        case .bools where dtype == .bool: return
        case .numbers:
            throw .badDType(operation: code.symbol, dtype: dtype, rule: "numbers; cast first")
        case .floats:
            throw .badDType(operation: code.symbol, dtype: dtype, rule: "floats; cast first")
        case .bools:
            throw .badDType(
                operation: code.symbol, dtype: dtype, rule: "Bools; compare with 0 first")
        }
    }

    private static func mixed(
        _ code: ElementwiseCode, _ dtype: DType, wanted: DType
    ) -> TensorError {
        .badDType(operation: code.symbol, dtype: dtype, rule: "\(wanted.name) here")
    }
}

/// The dtypes that an elementwise code takes.
enum ElementwiseDomain { case any, numbers, floats, bools }

extension ElementwiseCode {
    var domain: ElementwiseDomain {
        switch self {
        case .copy, .maximum, .minimum, .equal, .notEqual, .less, .lessOrEqual, .greater,
            .greaterOrEqual, .select:
            .any
        case .negate, .abs, .sign, .square, .relu, .add, .subtract, .multiply, .divide, .power,
            .floorDivide, .remainder:
            .numbers
        case .floor, .ceil, .round, .sqrt, .reciprocal, .exp, .expm1, .log, .log1p, .sin, .cos,
            .tan, .tanh, .sigmoid, .erf, .softplus:
            .floats
        case .not, .and, .or: .bools
        }
    }

    /// How the operation is written in the language, for error messages.
    var symbol: String {
        switch self {
        case .negate, .subtract: "-"
        case .add: "+"
        case .multiply: "*"
        case .divide: "/"
        case .power: "^"
        case .floorDivide: "//"
        case .remainder: "%"
        case .equal: "=="
        case .notEqual: "!="
        case .less: "<"
        case .lessOrEqual: "<="
        case .greater: ">"
        case .greaterOrEqual: ">="
        case .select: "where"
        case .copy, .abs, .sign, .square, .relu, .floor, .ceil, .round, .not, .sqrt, .reciprocal,
            .exp, .expm1, .log, .log1p, .sin, .cos, .tan, .tanh, .sigmoid, .erf, .softplus,
            .maximum, .minimum, .and, .or:
            "\(self)"
        }
    }
}
