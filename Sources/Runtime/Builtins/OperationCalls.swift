import Autodiff
import Tensors

/// Calls operations of the engine with values of the language.
struct OperationCalls {
    let machine: Machine

    static func signature(_ operation: Operation) -> Signature {
        Signature(
            name: operation.name,
            parameters: operation.parameters.map {
                ParameterInfo(
                    name: $0.name, isOptional: $0.defaultValue != nil,
                    defaultText: $0.defaultValue.map(text))
            })
    }

    private static func text(_ value: OperationArgument) -> String {
        switch value {
        case .none: "nil"
        case .tensor: "…"
        case .tensors: "[…]"
        case .int(let number): String(number)
        case .ints(let numbers): "[\(numbers.map(String.init).joined(separator: ", "))]"
        case .float(let number): pythonFloat(number)
        case .bool(let flag): flag ? "true" : "false"
        case .string(let text): "\"\(text)\""
        case .dtype(let dtype): dtype.name
        case .sizes: "…"
        }
    }

    /// How a call's tensors were given: plain numbers give a plain number back.
    private struct Inputs {
        var hasTensor = false
        /// Where the tensors meet: numbers take their dtype from it.
        var dtype: DType?
        var hasSymbol = false
        var hasNumber = false
        /// Whether one of the arguments is a Float, so that Ints beside it become Floats.
        var hasFloat = false
    }

    func call(_ operation: Operation, _ arguments: [Value], _ labels: [String?]) throws -> Value {
        var collected = Collected(arguments: arguments, labels: labels)
        try collected.collect(for: operation, machine)
        let arguments = collected.arguments
        let order = try Self.signature(operation).order(of: arguments.count, collected.labels)
        var inputs = Inputs()
        for case .tensor(let node) in arguments {
            inputs.hasTensor = true
            inputs.dtype = inputs.dtype.map { .promoted($0, node.dtype) } ?? node.dtype
        }
        for argument in arguments {
            switch argument {
            case .float: inputs.hasFloat = true
            case .symbol(let symbol) where !symbol.isInt: inputs.hasFloat = true
            default: break
            }
        }
        var converted: [OperationArgument] = []
        for (index, parameter) in operation.parameters.enumerated() {
            if parameter.kind == .sizes {
                converted.append(.sizes(collected.sizes))
            } else if order[index] < 0 {
                converted.append(parameter.defaultValue ?? .none)
            } else {
                converted.append(
                    try convert(arguments[order[index]], parameter, operation, &inputs))
            }
        }
        let result = try operation.record(OperationArguments(converted), machine.recorder)
        switch result {
        case .one(let node): return try single(node, inputs)
        case .several(let nodes): return .tuple(nodes.map { .tensor($0) })
        case .list(let nodes): return .list(nodes.map { .tensor($0) })
        }
    }

    private func single(_ node: Node, _ inputs: Inputs) throws -> Value {
        guard !inputs.hasTensor, node.shape.rank == 0 else { return .tensor(node) }
        if inputs.hasSymbol, node.dtype != .bool || machine.check != nil {
            return .symbol(Symbol(node: node, isInt: node.dtype.isInteger))
        }
        return inputs.hasNumber || inputs.hasSymbol ? try machine.plainNumber(node) : .tensor(node)
    }

    private func convert(
        _ value: Value, _ parameter: OperationParameter, _ operation: Operation,
        _ inputs: inout Inputs
    ) throws -> OperationArgument {
        func wrong(_ wants: String) -> Failure {
            var help: String?
            if case .list = value, parameter.kind == .tensor {
                help =
                    operation.name == "sort"
                    ? "a list is ordered by `sorted`: write `xs = xs.sorted()` for a `var xs`"
                    : "lists do not mix with tensors: write `Tensor(xs)`"
            }
            if parameter.kind == .dtype { help = Machine.dtypeHelp(value) }
            if case .string = value, [.axis, .axes].contains(parameter.kind) {
                help = "axes are counted: 0 is the first, -1 the last"
            }
            if case .int(let size) = value, parameter.name == "shape" { help = "a shape is a list: `[\(size)]`" }
            if case .string = value, parameter.kind == .shape { help = "a shape is a list: `[4, 3]`" }
            if case .model = value, parameter.kind == .tensor {
                help = "compose with `>>`: `net >> \(operation.name)`, or give it what the model gives: `net(x)`"
            }
            if case .tensor = value, [.tensors, .variadicTensors].contains(parameter.kind) {
                help = CallFailures.listHelp(operation.name)
            }
            if case .tensor = value, operation.name == "bernoulli" {
                help = "for a probability of each element write `(rand(p.shape) < p).cast(float32)`"
            }
            if ["max", "min"].contains(operation.name), parameter.kind == .axes {
                help = "of each element and a number: `\(operation.name)imum(x, 0)`"
            }
            if operation.name == "repeat", parameter.name == "pattern" { help = "write `tile(x, [3, 1])`" }
            if operation.name == "pad", parameter.name == "widths" {
                help = "before and after, the last axis first, in one list: `[1, 1]`, `[1, 1, 2, 2]`"
            }
            return CallFailures.argument(
                operation.name, parameter.name, wants: wants, got: value, help: help)
        }
        switch parameter.kind {
        case .tensor: return .tensor(try node(value, operation, &inputs, wrong("a tensor")))
        case .optionalTensor:
            if value.isNone { return .none }
            return .tensor(try node(value, operation, &inputs, wrong("a tensor")))
        case .tensors, .variadicTensors: return try tensors(value, operation, &inputs, wrong("a list of tensors"))
        case .operand:
            if value.isNone, case .some(.none) = parameter.defaultValue { return .none }
            return try operand(value, operation, &inputs, wrong("a tensor or a number"))
        case .operation:
            switch value {
            case .string(let text): return .string(text.text)
            case .builtin(let builtin): return .string(builtin.signature.name)
            default: throw wrong("a reduction such as `mean`")
            }
        case .sizes: return .sizes([:])
        case .axes, .shape, .ints: return try sizes(value, parameter.kind, wrong)
        case .extent, .padding: return try extents(value, parameter, wrong)
        default: return try single(value, parameter.kind, wrong)
        }
    }

    private func tensors(
        _ value: Value, _ operation: Operation, _ inputs: inout Inputs, _ failure: @autoclosure () -> Failure
    ) throws -> OperationArgument {
        guard case .list(let list) = value else { throw failure() }
        inputs.hasTensor = true
        // Numbers take the dtype of the tensors beside them, else that of `Tensor(xs)`.
        for case .tensor(let node) in list.items {
            inputs.dtype = inputs.dtype.map { .promoted($0, node.dtype) } ?? node.dtype
        }
        inputs.dtype = inputs.dtype ?? .float32
        return .tensors(try list.items.map { try node($0, operation, &inputs, failure()) })
    }

    /// A tensor or a number, which beside a tensor the operation takes as it is.
    private func operand(
        _ value: Value, _ operation: Operation, _ inputs: inout Inputs, _ failure: @autoclosure () -> Failure
    ) throws -> OperationArgument {
        var value = value
        if case .symbol(let symbol) = value, symbol.isInt, inputs.dtype == .bool, machine.check == nil {
            // Beside a condition alone the operation says which dtype a number takes.
            value = try machine.demanded(value)
        }
        if inputs.hasTensor || operation.name == "full", let scalar = Self.scalar(value) { return scalar }
        return .tensor(try node(value, operation, &inputs, failure()))
    }

    /// A number or Bool as it is.
    private static func scalar(_ value: Value) -> OperationArgument? {
        switch value {
        case .int(let number): .int(number)
        case .float(let number): .float(number)
        case .bool(let flag): .bool(flag)
        default: nil
        }
    }

    /// An argument that is one plain value.
    private func single(
        _ value: Value, _ kind: OperationParameter.Kind, _ wrong: (String) -> Failure
    ) throws -> OperationArgument {
        switch kind {
        case .optionalInt where value.isNone, .axis where value.isNone: return .none
        case .int, .optionalInt, .axis:
            guard let number = try machine.int(value) else { throw wrong("an Int") }
            return .int(number)
        case .float:
            guard let number = try machine.double(value) else { throw wrong("a number") }
            return .float(number)
        case .number:
            guard let number = Self.scalar(try machine.number(value)) else {
                throw wrong("a number")
            }
            return number
        case .bool:
            guard case .bool(let flag) = try machine.number(value) else { throw wrong("a Bool") }
            return .bool(flag)
        case .dtype:
            guard case .dtype(let dtype) = value else { throw wrong("a dtype such as float32") }
            return .dtype(dtype)
        default:
            guard case .string(let text) = value else { throw wrong("a String") }
            return .string(text.text)
        }
    }

    /// An argument of Ints: axes, a shape, a list.
    private func sizes(
        _ value: Value, _ kind: OperationParameter.Kind, _ wrong: (String) -> Failure
    ) throws -> OperationArgument {
        if kind == .axes, value.isNone { return .none }
        if kind != .ints, let number = try machine.int(value) {
            return kind == .axes ? .int(number) : .ints([number])
        }
        guard let numbers = try ints(value) else {
            throw wrong(kind == .axes ? "an axis or a list of axes" : "a list of Ints")
        }
        return .ints(numbers)
    }

    /// An Int, or one for each axis of an image; for a padding also a text.
    private func extents(
        _ value: Value, _ parameter: OperationParameter, _ wrong: (String) -> Failure
    ) throws -> OperationArgument {
        if value.isNone, case .some(.none) = parameter.defaultValue { return .none }
        if let number = try machine.int(value) { return .int(number) }
        if parameter.kind == .padding, case .string(let text) = value { return .string(text.text) }
        guard let numbers = try ints(value) else {
            throw wrong(
                parameter.kind == .padding
                    ? "an Int, a pair of Ints, \"same\" or \"valid\"" : "an Int or a pair of Ints")
        }
        return .ints(numbers)
    }

    /// A list, tuple, range or tensor of Ints.
    private func ints(_ value: Value) throws -> [Int]? {
        switch value {
        case .list(let list): return try allInts(list.items)
        case .tuple(let tuple): return try allInts(tuple.items)
        case .range(let range): return try machine.ints(of: range)
        case .tensor(let node) where node.dtype.isInteger && node.shape.rank == 1:
            let tensor = try machine.value(of: node)
            return (0..<tensor.count).map { tensor.int(at: $0) }
        default: return nil
        }
    }

    private func allInts(_ values: [Value]) throws -> [Int]? {
        var result: [Int] = []
        for value in values {
            guard let number = try machine.int(value) else { return nil }
            result.append(number)
        }
        return result
    }

    /// Functions of floats: an Int becomes a Float for them.
    private static let floatFunctions: Set<String> = [
        "exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sigmoid", "erf", "softplus", "mean",
        "logSoftmax", "softmax", "logSumExp", "std", "variance", "norm", "log1p", "expm1",
    ]

    /// A tensor, or a number as one: float64 or int64, so that plain numbers lose nothing.
    private func node(
        _ value: Value, _ operation: Operation, _ inputs: inout Inputs,
        _ failure: @autoclosure () -> Failure
    ) throws -> Node {
        switch value {
        case .tensor(let node): return node
        case .symbol(let symbol):
            let dtype: DType
            if let other = inputs.dtype {
                dtype = Machine.dtype(of: symbol, beside: other)
            } else if operation.name == "full" {
                dtype = .float32
            } else {
                dtype = inputs.hasFloat || Self.floatFunctions.contains(operation.name) ? .float64 : symbol.node.dtype
            }
            if machine.check == nil, dtype.isInteger, dtype != .int64 || inputs.dtype == nil {
                // Whether it fits is seen of the number alone.
                return try node(machine.demanded(value), operation, &inputs, failure())
            }
            inputs.hasSymbol = true
            return try machine.recorder.cast(symbol.node, to: dtype)
        case .int(let number):
            inputs.hasNumber = true
            if let dtype = inputs.dtype {
                return try machine.recorder.constant(.int(number), beside: dtype)
            }
            let isFloat = inputs.hasFloat || Self.floatFunctions.contains(operation.name)
            let dtype: DType = isFloat ? .float64 : .int64
            return try machine.recorder.full(.int(number), .scalar, dtype)
        case .float(let number):
            inputs.hasNumber = true
            if let dtype = inputs.dtype {
                return try machine.recorder.constant(.float(number), beside: dtype)
            }
            return try machine.recorder.full(.float(number), .scalar, .float64)
        case .bool(let flag):
            inputs.hasNumber = true
            return try machine.recorder.full(.bool(flag), .scalar, .bool)
        case .unknown, .sketch: throw UnknownValue()
        default: throw failure()
        }
    }
}

/// The arguments of a call whose operation takes any number of tensors (`einsum`) or of named sizes
/// (`rearrange`), gathered into one each.
private struct Collected {
    var arguments: [Value]
    var labels: [String?]
    var sizes: [String: Int] = [:]

    init(arguments: [Value], labels: [String?]) {
        self.arguments = arguments
        self.labels = labels
    }

    mutating func collect(for operation: Operation, _ machine: Machine) throws {
        if operation.parameters.contains(where: { $0.kind == .sizes }) {
            try collectSizes(operation, machine)
        }
        guard let first = operation.parameters.firstIndex(where: { $0.kind == .variadicTensors })
        else { return }
        let positional = arguments.indices.filter {
            $0 >= first && !(labels.indices.contains($0) && labels[$0] != nil)
        }
        guard !positional.isEmpty else { return }
        if positional.count == 1, case .list = arguments[positional[0]] { return }
        let tensors = Value.list(positional.map { arguments[$0] })
        arguments = Array(arguments[..<first]) + [tensors]
            + arguments.indices.filter { $0 > first && !positional.contains($0) }
            .map { arguments[$0] }
        if !labels.isEmpty {
            labels = Array(labels[..<first]) + [nil]
                + labels.indices.filter { $0 > first && !positional.contains($0) }
                .map { labels[$0] }
        }
    }

    private mutating func collectSizes(_ operation: Operation, _ machine: Machine) throws {
        let names = operation.parameters.map(\.name)
        var kept: [Int] = []
        for index in arguments.indices {
            guard labels.indices.contains(index), let label = labels[index], !names.contains(label)
            else {
                kept.append(index)
                continue
            }
            guard let size = try machine.int(arguments[index]) else {
                throw CallFailures.argument(
                    operation.name, label, wants: "an Int", got: arguments[index])
            }
            sizes[label] = size
        }
        let before = labels
        arguments = kept.map { arguments[$0] }
        labels = kept.map { before.indices.contains($0) ? before[$0] : nil }
    }
}
