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
        case let error as FormatError: return file(error)
        case let error as FigureError: return Failure("figure", error.description, help: figureHelp(error))
        default: return Failure("internal", "\(error)")
        }
    }

    /// `plot(xs, "r--")`
    private static func figureHelp(_ error: FigureError) -> String? {
        switch error {
        case .wrongKind(_, "ys", _, "text"), .unknownChoice(_, "style", _, _): "write `style: \"--\", color: \"red\"`"
        default: nil
        }
    }

    private static func file(_ error: FormatError) -> Failure {
        // "file" and "data set" say nothing beside the name of the file.
        var text = error.message[...]
        for kind in ["file: ", "data set: ", "csv file: "] where text.hasPrefix(kind) {
            text = text.dropFirst(kind.count)
        }
        let message = error.file.map { "\($0): \(text)" } ?? String(text)
        if case .tensor(.outOfMemory(_, _)) = error.problem {
            return Failure(Failure.memoryBudget, message, help: error.help)
        }
        guard case .notFound = error.problem else {
            return Failure("file.format", message, help: error.help)
        }
        return Failure(
            "file.missing", message,
            help: "paths start at the notebook's folder: `listFiles(\".\", \"*\")` lists it")
    }

    private static func tensor(_ error: TensorError) -> Failure {
        switch error {
        case .tooLarge(let sizes):
            return Failure("memory.size", "a tensor of shape \(sizes) is too large")
        case .negativeSize(let sizes):
            return Failure("shape.negative", "a size in \(sizes) is negative")
        case .outOfMemory(let bytes, let budget):
            return Failure(
                Failure.memoryBudget,
                bytes == 0
                    ? "the memory budget of \(amount(budget)) is used up"
                    : "\(amount(bytes)) more would pass the memory budget of \(amount(budget))",
                help: "`--memory` sets the budget; smaller batches need less")
        case .shapesDisagree(let operation, let left, let right, let rule):
            return shapes(operation, left, right, rule)
        case .badShape(let operation, let shape, let rule):
            return Failure(
                "shape.\(operation)", "the shape \(shape) does not fit `\(operation)`",
                notes: ["`\(operation)` needs \(rule)"],
                help: operation == "reshape"
                    ? "`-1` stands for the one size that follows from the others"
                    : ImageHelp.axes(operation, shape))
        case .axisOutOfRange(let operation, let axis, let shape):
            return Failure(
                "shape.axis",
                "`\(operation)` has no axis \(axis): the tensor has shape \(shape)",
                help: shape.rank == 0 ? nil : "axes run from 0 to \(shape.rank - 1), or from -1 back")
        case .indexOutOfRange(_, let index, let axis, let size):
            return Failure(
                "index.range", "index \(index) is out of range for axis \(axis) of size \(size)",
                help: size == 0
                    ? "the axis is empty" : "indices and labels start at 0; the last one is \(size - 1)")
        case .badDType("assign", let dtype, let rule):
            return Failure(
                "dtype.assign", "\(dtype.name) cannot be put into this tensor", notes: ["it takes \(rule)"],
                help: "cast the value or, where it is made, the tensor: `.cast(\(dtype.name))`")
        case .badDType(let operation, let dtype, let rule):
            var failure = Failure(
                "dtype.\(operation)", "`\(operation)` does not take \(dtype.name)",
                notes: ["`\(operation)` needs \(rule)"],
                help: dtype == .bool && operation == "^"
                    ? "where one alone of two masks holds: `a != b`"
                    : dtype.isFloat && rule.contains("integer")
                    ? "labels and indices are integers: write `.cast(int64)`" : nil)
            failure.dtype = (dtype, rule)
            return failure
        case .badArgument(let operation, let rule):
            return Failure("call.argument", "`\(symbol(operation))` needs \(rule)")
        case .divisionByZero(let operation):
            return Failure("number.zero", "division by zero in `\(operation)`")
        case .notFinite(let value, let source):
            return Failure(
                "training.finite",
                "the loss is \(pythonFloat(value)): it comes from `\(symbol(source))`; training stops",
                help: "a smaller learning rate or `clip: 1.0` often helps")
        case .interrupted: return Failure("interrupted", "interrupted")
        case .unknownValue: return Failure("unknown", "a number is not known here")
        }
    }

    private static func shapes(
        _ operation: String, _ left: Shape, _ right: Shape, _ rule: String
    ) -> Failure {
        var failure = Failure(
            "shape.\(operation)",
            operation == "assign"
                ? "the place has shape \(left), the new value \(right)"
                : "shapes do not agree: \(left) and \(right)",
            notes: ["`\(symbol(operation))` needs \(rule)"],
            help: suggestion(operation, left, right))
        failure.operands = (left, right)
        return failure
    }

    private static func symbol(_ operation: String) -> String {
        ["matmul": "@", "index": "[ ]", "assign": "="][operation] ?? operation
    }

    /// The first cause that explains the shapes.
    private static func suggestion(_ operation: String, _ left: Shape, _ right: Shape) -> String? {
        let (x, y) = (left.dimensions, right.dimensions)
        if ImageHelp.isConvolution(operation) { return ImageHelp.order(x, y) }
        if operation == "index" {
            // A mask of the rows that stands in another place.
            return y.first == x.first ? "a mask of the rows stands first: `x[mask]`" : nil
        }
        if operation == "concat", x.count == y.count {
            let unequal = x.indices.filter { x[$0] != y[$0] }
            return unequal.count == 1 ? "to join along axis \(unequal[0]), write `axis: \(unequal[0])`" : nil
        }
        if operation == "@", x.count == 2, y.count == 2 {
            if x[1] == y[1] { return "transpose the right side: `.T`" }
            if x[0] == y[0] { return "transpose the left side: `.T`" }
        }
        if x.count == y.count + 1, x.last == 1 { return "write `.squeeze(-1)` on the left side" }
        if y.count == x.count + 1, y.last == 1 { return "write `.squeeze(-1)` on the right side" }
        if operation == "@", let columns = x.last, !y.isEmpty {
            return y.count == 1
                ? "the vector on the right needs \(columns) elements, as many as the left has columns"
                : "the right side needs \(columns) rows, as many as the left has columns"
        }
        if let help = aligned(x, y, "right") ?? aligned(y, x, "left") {
            return help
        }
        return nil
    }

    /// One size per row or channel beside a tensor whose last axis is another one.
    private static func aligned(_ x: [Int], _ y: [Int], _ side: String) -> String? {
        guard y.count == 1, y[0] > 1, x.last != y[0], x.filter({ $0 == y[0] }).count == 1,
            let axis = x.firstIndex(of: y[0]), axis > 0 || x.count == 2
        else { return nil }
        let sizes = [y[0]] + Array(repeating: 1, count: x.count - 1 - axis)
        return "to go along axis \(axis), write `.reshape(\(sizes))` on the \(side) side"
    }

    /// `512 bytes`, `3.6 TiB`.
    private static func amount(_ bytes: Int) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB"]
        var size = Double(bytes)
        var unit = "bytes"
        for larger in units where size >= 1024 {
            size /= 1024
            unit = larger
        }
        if unit == "bytes" { return "\(bytes) bytes" }
        return "\((size * 10).rounded() / 10) \(unit)"
    }
}

/// The nearest of some names.
enum Suggestion {
    static func nearest(_ name: String, _ names: [String]) -> String? {
        Diagnostics.nearest(name, in: names)
    }
}
