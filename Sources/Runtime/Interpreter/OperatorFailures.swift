import Autodiff
import Tensors

/// What can be wrong with operands.
enum OperatorFailures {
    static func overflow(_ operation: String) -> Failure {
        Failure(
            "number.overflow", "the result of `\(operation)` does not fit an Int (64 bits)",
            help: "calculate with Floats: write `2.0` for `2`")
    }

    static func divisionByZero(_ operation: String) -> Failure {
        Failure("number.zero", "division by zero in `\(operation)`")
    }

    static func mismatch(
        _ operation: String, _ left: Value, _ right: Value, help: String? = nil
    ) -> Failure {
        var help = help ?? besideHelp(operation, left, right)
        if help == nil, case .none = left { help = "the left side is nil" }
        if help == nil, case .none = right { help = "the right side is nil" }
        let isOrder = ["<", "<=", ">", ">="].contains(operation)
        if help == nil {
            switch (left, right) {
            case (.list, .tensor), (.tensor, .list):
                help = "lists do not mix with tensors: write `Tensor(xs)`"
            case (.list, .int) where operation == "*", (.list, .float) where operation == "*":
                help = "for each element: `xs.map(x => 2 * x)`; a list of ten: `(0..<10).map(i => 0.0)`"
            case (.list, .list) where operation != "+", (.list, .int) where isOrder, (.list, .float) where isOrder:
                help = "of each element: `Tensor(xs) \(operation) …`"
            case (.list, _) where operation == "+": help = "append one element with `xs + [x]`"
            case (.string, .int) where operation == "*": help = "write `(0..<3).map(i => s).join(\"\")`"
            case (.string, _) where operation == "%":
                help = "write the value into the text: \"loss {loss:.4f}\""
            case (.bool, _), (_, .bool): help = "a Bool is no number: write `if b { 1 } else { 0 }`"
            case (.figure, _), (_, .figure):
                help = "figures combine with figures: `|` beside, `/` above, `+` overlaid"
            default: break
            }
        }
        return Failure(
            "operator.types",
            "`\(operation)` does not take \(described(left)) and \(described(right))", help: help)
    }

    static func operand(_ operation: String, _ value: Value, _ wanted: String) -> Failure {
        Failure(
            "operator.type", "`\(operation)` takes \(wanted), got \(described(value))",
            help: operandHelp(operation, value))
    }

    private static func operandHelp(_ operation: String, _ value: Value) -> String? {
        switch (operation, value) {
        case ("not", _): "compare: `n == 0`, `len(xs) == 0`, `x == nil`"
        case ("or", .none): "for a default write `if x == nil { 3 } else { x }`"
        case (">>", .tensor): "a value goes into a model by `|>`: `x |> Dense(3)`"
        default: nil
        }
    }

    static func condition(_ value: Value, help: String?) -> Failure {
        var help = help
        if case .tuple = value { help = "write `assert condition, \"message\"`, without parentheses" }
        return Failure(
            "condition.type",
            "a condition is a Bool or a 0-d bool tensor, got \(described(value))",
            help: help ?? "compare: `… != 0`, `len(xs) > 0`, `x != nil`")
    }

    /// `a | b` of Bools, masks and dicts, as NumPy has it.
    private static func besideHelp(_ operation: String, _ left: Value, _ right: Value) -> String? {
        guard operation == "|" else { return nil }
        switch (left, right) {
        case (.bool, _), (_, .bool): return "of Bools write `a or b`"
        case (.tensor(let node), .tensor) where node.dtype == .bool:
            return "of bool tensors write `a or b`, element by element"
        case (.dict, .dict):
            return "copy one, `var d = a`, and set the keys of the other: `for (k, v) in b { d[k] = v }`"
        default: return nil
        }
    }

    static func badKey(_ value: Value) -> Failure {
        Failure(
            "dict.key", "a key is a String, Int, Bool or a tuple of them, got \(described(value))")
    }
}

/// A value in a message: its kind, and its shape or its text where that is short.
func described(_ value: Value) -> String {
    switch value {
    case .unset, .none: "nil"
    case .unknown, .sketch: unknownDescription
    case .bool(let flag): "Bool \(flag)"
    case .int(let number): "Int \(number)"
    case .float(let number): "Float \(pythonFloat(number))"
    case .string(let text) where text.text.utf8.count <= 24: "String \(Printer.quoted(text.text))"
    case .string, .list, .dict, .record, .range, .dtype, .figure, .module, .dataset, .tokenizer,
        .optimizer, .batches:
        "AEIOU".contains(value.typeName.prefix(1)) ? "an \(value.typeName)" : "a \(value.typeName)"
    case .tuple(let tuple): "a tuple of \(tuple.items.count)"
    case .tensor(let node):
        "\(node.dtype.name.hasPrefix("i") ? "an" : "a") \(node.dtype.name) tensor \(node.shape)"
    case .symbol(let symbol): symbol.isInt ? "an Int" : "a Float"
    case .function, .builtin, .modelType, .optimizerType: "a function"
    case .model(let model): "a model (\(model.definitionName))"
    case .cell, .iterator: "an internal value"
    }
}
