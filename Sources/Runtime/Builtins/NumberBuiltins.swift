import Autodiff
import Foundation
import Tensors

/// Functions of numbers whose results differ from what the tensor functions of that name would give, and those
/// that inner loops call often.
enum NumberBuiltins {
    static let all: [Builtin] = [
        rounding("floor", "The greatest Int that is not above the number.", .down),
        rounding("ceil", "The least Int that is not below the number.", .up),
        rounding("round", "The nearest Int; halves go to the even one.", .toNearestOrEven),
        function("sqrt", "The square root.") { $0.squareRoot() },
        function("exp", "e to the power of the number.", Foundation.exp),
        function("log", "The natural logarithm.", Foundation.log),
        function("sin", "The sine, in radians.", Foundation.sin),
        function("cos", "The cosine, in radians.", Foundation.cos),
        function("tan", "The tangent, in radians.", Foundation.tan),
        function("tanh", "The hyperbolic tangent.", Foundation.tanh),
        function("erf", "The error function.", Foundation.erf),
        function("sigmoid", "1 / (1 + exp(-x))") { x in
            x >= 0 ? 1 / (1 + Foundation.exp(-x)) : { $0 / (1 + $0) }(Foundation.exp(x))
        },
        Builtin("abs(x)", "The magnitude.") { m, a in
            switch try m.number(a[0]) {
            case .int(let number):
                guard number != Int.min else { throw OperatorFailures.overflow("abs") }
                return .int(Swift.abs(number))
            case .float(let number): return .float(Swift.abs(number))
            default: throw CallFailures.argument("abs", "x", wants: "a number", got: a[0])
            }
        },
        Builtin("gcd(a, b)", "The greatest common divisor.") { m, a in
            guard var x = try m.int(a[0]), var y = try m.int(a[1]), x != .min, y != .min else {
                throw CallFailures.argument("gcd", "a", wants: "Ints", got: a[0])
            }
            while y != 0 { (x, y) = (y, x % y) }
            return .int(Swift.abs(x))
        },
        Builtin("isNan(x)", "Whether the number is nan.") { m, a in
            .bool(try m.double(a[0])?.isNaN ?? false)
        },
        Builtin("isFinite(x)", "Whether the number is neither nan nor infinite.") { m, a in
            .bool(try m.double(a[0])?.isFinite ?? false)
        },
    ]

    private static func function(
        _ name: String, _ documentation: String,
        _ body: @escaping @Sendable (Double) -> Double
    ) -> Builtin {
        Builtin("\(name)(x)", documentation) { m, a in
            guard let number = try m.double(a[0]) else {
                throw CallFailures.argument(
                    name, "x", wants: "a number or a tensor", got: a[0],
                    help: { if case .list = a[0] { return "write `Tensor(xs)`" } else { return nil } }())
            }
            return .float(body(number))
        }
    }

    private static func rounding(
        _ name: String, _ documentation: String, _ rule: FloatingPointRoundingRule
    ) -> Builtin {
        Builtin("\(name)(x)", documentation, givesInt: true) { m, a in
            switch try m.number(a[0]) {
            case .int(let number): return .int(number)
            case .float(let number):
                guard let whole = Int(exactly: number.rounded(rule)) else {
                    throw Failure("number.toInt", "\(pythonFloat(number)) does not fit an Int")
                }
                return .int(whole)
            default: throw CallFailures.argument(name, "x", wants: "a number", got: a[0])
            }
        }
    }
}
