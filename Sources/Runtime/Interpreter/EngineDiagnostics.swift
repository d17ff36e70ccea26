import Autodiff
import Diagnostics
import Figures
import Formats
import Tensors

/// The sentences for errors of the engine, the readers and the figures.
enum EngineDiagnostics {
    /// Any error of a lower module as a failure.
    static func failure(_ error: any Error) -> Failure {
        switch error {
        case let failure as Failure: return failure
        case let error as EvaluationError:
            var failure = tensor(error.error)
            failure.origin = error.origin
            return failure
        case let error as TensorError: return tensor(error)
        case let error as FormatError: return Failure("file.format", error.description)
        case let error as FigureError: return Failure("figure", error.description)
        default: return Failure("internal", "\(error)")
        }
    }

    private static func tensor(_ error: TensorError) -> Failure {
        switch error {
        case .tooLarge(let sizes):
            return Failure("memory.size", "a tensor of shape \(sizes) is too large")
        case .negativeSize(let sizes):
            return Failure("shape.negative", "a size in \(sizes) is negative")
        case .outOfMemory(let bytes, let budget):
            return Failure(
                "memory.budget",
                "\(megabytes(bytes)) more would pass the memory budget of \(megabytes(budget))",
                help: "`--memory` sets the budget; smaller batches need less")
        case .shapesDisagree(let operation, let left, let right, let rule):
            return shapes(operation, left, right, rule)
        case .badShape(let operation, let shape, let rule):
            return Failure(
                "shape.\(operation)", "the shape \(shape) does not fit `\(operation)`",
                notes: ["`\(operation)` needs \(rule)"])
        case .axisOutOfRange(let operation, let axis, let shape):
            return Failure(
                "shape.axis",
                "`\(operation)` has no axis \(axis): the tensor has shape \(shape)",
                help: shape.rank == 0 ? nil : "axes run from 0 to \(shape.rank - 1), or from -1 back")
        case .indexOutOfRange(_, let index, let axis, let size):
            return Failure(
                "index.range", "index \(index) is out of range for axis \(axis) of size \(size)")
        case .badDType(let operation, let dtype, let rule):
            return Failure(
                "dtype.\(operation)", "`\(operation)` does not take \(dtype.name)",
                notes: ["`\(operation)` needs \(rule)"])
        case .badArgument(let operation, let rule):
            return Failure("call.argument", "`\(operation)` needs \(rule)")
        case .divisionByZero(let operation):
            return Failure("number.zero", "division by zero in `\(operation)`")
        case .interrupted: return Failure("interrupted", "interrupted")
        case .unknownValue: return Failure("unknown", "a number is not known here")
        }
    }

    private static func shapes(
        _ operation: String, _ left: Shape, _ right: Shape, _ rule: String
    ) -> Failure {
        var failure = Failure(
            "shape.\(operation)", "shapes do not agree: \(left) and \(right)",
            notes: ["`\(symbol(operation))` needs \(rule)"],
            help: suggestion(operation, left, right))
        failure.operands = (left, right)
        return failure
    }

    private static func symbol(_ operation: String) -> String {
        operation == "matmul" ? "@" : operation
    }

    /// The first cause that explains the shapes.
    private static func suggestion(_ operation: String, _ left: Shape, _ right: Shape) -> String? {
        let (x, y) = (left.dimensions, right.dimensions)
        if operation == "matmul", x.count == 2, y.count == 2 {
            if x[1] == y[1] { return "transpose the right side: `.T`" }
            if x[0] == y[0] { return "transpose the left side: `.T`" }
        }
        if x.count == y.count + 1, x.last == 1 { return "write `.squeeze(-1)` on the left side" }
        if y.count == x.count + 1, y.last == 1 { return "write `.squeeze(-1)` on the right side" }
        return nil
    }

    private static func megabytes(_ bytes: Int) -> String {
        bytes < 1 << 20 ? "\(bytes) bytes" : "\(bytes >> 20) MiB"
    }
}

/// The nearest of some names.
enum Suggestion {
    static func nearest(_ name: String, _ names: [String]) -> String? {
        Diagnostics.nearest(name, in: names)
    }
}
