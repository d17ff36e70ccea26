import Tensors

/// The arguments of a call, one per parameter, in the order of the declaration, already of the
/// declared kinds.
public struct OperationArguments {
    public var values: [OperationArgument]
    public init(_ values: [OperationArgument]) { self.values = values }
}

// Reading arguments by position. A value of another kind than declared is a mistake of the caller,
// reported as `TensorError.badArgument`.
extension OperationArguments {
    private func value(_ position: Int) -> OperationArgument {
        values.indices.contains(position) ? values[position] : .none
    }

    private func mismatch(_ position: Int, _ wanted: String) -> TensorError {
        .badArgument(operation: "argument \(position + 1)", rule: wanted)
    }

    func tensor(_ position: Int) throws(TensorError) -> Node {
        guard case .tensor(let node) = value(position) else {
            throw mismatch(position, "a tensor")
        }
        return node
    }

    func optionalTensor(_ position: Int) throws(TensorError) -> Node? {
        if case .none = value(position) { return nil }
        return try tensor(position)
    }

    func tensors(_ position: Int) throws(TensorError) -> [Node] {
        guard case .tensors(let nodes) = value(position) else {
            throw mismatch(position, "tensors")
        }
        return nodes
    }

    func int(_ position: Int) throws(TensorError) -> Int {
        guard case .int(let number) = value(position) else { throw mismatch(position, "an Int") }
        return number
    }

    func optionalInt(_ position: Int) throws(TensorError) -> Int? {
        if case .none = value(position) { return nil }
        return try int(position)
    }

    func float(_ position: Int) throws(TensorError) -> Double {
        switch value(position) {
        case .int(let number): return Double(number)
        case .float(let number): return number
        default: throw mismatch(position, "a number")
        }
    }

    func bool(_ position: Int) throws(TensorError) -> Bool {
        guard case .bool(let flag) = value(position) else { throw mismatch(position, "a Bool") }
        return flag
    }

    func string(_ position: Int) throws(TensorError) -> String {
        guard case .string(let text) = value(position) else {
            throw mismatch(position, "a String")
        }
        return text
    }

    func dtype(_ position: Int) throws(TensorError) -> DType {
        guard case .dtype(let dtype) = value(position) else { throw mismatch(position, "a dtype") }
        return dtype
    }

    func optionalDType(_ position: Int) throws(TensorError) -> DType? {
        if case .none = value(position) { return nil }
        return try dtype(position)
    }

    func ints(_ position: Int) throws(TensorError) -> [Int] {
        guard let numbers = try axes(position) else { throw mismatch(position, "a list of Ints") }
        return numbers
    }

    /// nil, an Int or a list of Ints.
    func axes(_ position: Int) throws(TensorError) -> [Int]? {
        switch value(position) {
        case .none: return nil
        case .int(let number): return [number]
        case .ints(let numbers): return numbers
        default: throw mismatch(position, "an Int or a list of Ints")
        }
    }

    func shape(_ position: Int) throws(TensorError) -> Shape { try Shape(try ints(position)) }

    func sizes(_ position: Int) throws(TensorError) -> [String: Int] {
        switch value(position) {
        case .none: return [:]
        case .sizes(let sizes): return sizes
        default: throw mismatch(position, "labelled Ints")
        }
    }

    /// An Int, Float or Bool that stands for itself; `nil` for a tensor or nothing.
    func scalar(_ position: Int) -> ScalarValue? {
        switch value(position) {
        case .int(let number): .int(number)
        case .float(let number): .float(number)
        case .bool(let flag): .bool(flag)
        default: nil
        }
    }

    /// Whether nothing (or nil) was given.
    func isAbsent(_ position: Int) -> Bool {
        if case .none = value(position) { return true }
        return false
    }

    /// Two operands as tensors: a scalar takes the dtype of the tensor beside it; two scalars are
    /// float32, or bool if both are.
    func operands(
        _ first: Int, _ second: Int, _ recorder: Recorder
    ) throws(TensorError) -> (Node, Node) {
        switch (scalar(first), scalar(second)) {
        case (nil, nil): return (try tensor(first), try tensor(second))
        case (nil, let b?):
            let a = try tensor(first)
            return (a, try recorder.constant(b, beside: a.dtype))
        case (let a?, nil):
            let b = try tensor(second)
            return (try recorder.constant(a, beside: b.dtype), b)
        case (.bool(let a), .bool(let b)):
            return (
                try recorder.full(.bool(a), .scalar, .bool),
                try recorder.full(.bool(b), .scalar, .bool)
            )
        case (let a?, let b?):
            return (
                try recorder.constant(a, beside: .float32),
                try recorder.constant(b, beside: .float32)
            )
        }
    }

    /// An operand beside a tensor; `nil` if absent.
    func operand(
        _ position: Int, beside dtype: DType, _ recorder: Recorder
    ) throws(TensorError) -> Node? {
        if isAbsent(position) { return nil }
        if let scalar = scalar(position) { return try recorder.constant(scalar, beside: dtype) }
        return try tensor(position)
    }
}
