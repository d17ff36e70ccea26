import Autodiff
import OrderedCollections
import Tensors

// The one place where a 0-d tensor, or an input of a program, is read as a number.

extension Machine {
    /// The numbers in a node, computed if they are not yet.
    func value(of node: Node) throws -> Tensor {
        if let value = node.value, recording == nil { return value }
        recording?.demands("the numbers in a tensor are read")
        return try recorder.value(of: node)
    }

    /// Computes the tensor that a value is, or those that it holds, not deeper; in a recording, and where only shapes are
    /// known, nothing.
    func computeTensors(in value: Value) throws {
        guard recording == nil, check == nil, !recorder.isAbstract else { return }
        let parts: [Value]
        switch value {
        case .tensor: parts = [value]
        case .list(let list): parts = list.items
        case .tuple(let tuple): parts = tuple.items
        case .record(let record): parts = record.values
        case .dict(let dict): parts = Array(dict.items.values)
        default: return
        }
        let nodes = parts.compactMap { if case .tensor(let node) = $0 { node } else { nil } }
        if nodes.contains(where: { $0.value == nil }) { try recorder.evaluate(nodes) }
    }

    /// The row at `index` of the first axis, recorded.
    func row(of node: Node, _ index: Int) throws -> Node {
        var ranges = node.shape.dimensions.map { SliceRange(all: $0) }
        ranges[0] = SliceRange(start: index, count: 1, step: 1)
        let slice = try recorder.slice(node, ranges)
        return try recorder.reshape(
            slice, to: Shape(trusted: Array(node.shape.dimensions.dropFirst())))
    }

    /// `item()` of a 0-d tensor.
    func item(_ node: Node) throws -> Value {
        guard node.shape.count == 1 else {
            throw Failure(
                "tensor.item", "one number is needed here, got a tensor \(node.shape)",
                help: "reduce it first, for example with `.mean()`")
        }
        switch try value(of: node).element(at: 0) {
        case .int(let number): return .int(number)
        case .float(let number): return .float(number)
        case .bool(let flag): return .bool(flag)
        }
    }

    /// What `item()` gives: for `check` a number that is not known is still an Int or a Float.
    func plainNumber(_ node: Node) throws -> Value {
        guard check != nil, node.shape.count == 1, node.dtype != .bool,
            try recorder.certainValue(of: node) == nil
        else { return try item(node) }
        return unknownNumber(isInt: node.dtype.isInteger)
    }

    /// For `check`: a number of which only the kind is known.
    func unknownNumber(isInt: Bool) -> Value {
        .symbol(Symbol(node: Node(placeholder: .scalar, dtype: isInt ? .int64 : .float64), isInt: isInt))
    }

    /// The number behind an input of a program; the recording then holds for this number only.
    func demanded(_ value: Value) throws -> Value {
        guard case .symbol(let symbol) = value else { return value }
        recording?.demands("the value of a changing number is read")
        return try number(of: symbol)
    }

    private func number(of symbol: Symbol) throws -> Value {
        let number = try recorder.value(of: symbol.node).element(at: 0)
        return symbol.isInt ? .int(number.int) : .float(number.double)
    }

    /// What a block gives, with the numbers that were inputs of its program, or came of them, as plain ones.
    func settled(_ value: Value) throws -> Value {
        guard check == nil else { return value }
        return try Self.mapped(value) { part in
            if case .symbol(let symbol) = part { try number(of: symbol) } else { part }
        }
    }

    /// An Int, Float or Bool where the value is one, or a 0-d tensor; the value itself otherwise.
    func number(_ value: Value) throws -> Value {
        switch value {
        case .tensor(let node) where node.shape.rank == 0: try item(node)
        case .symbol: try demanded(value)
        case .unknown, .sketch: throw UnknownValue()
        default: value
        }
    }

    /// The value as a Double, if it is a number.
    func double(_ value: Value) throws -> Double? {
        switch try number(value) {
        case .int(let number): Double(number)
        case .float(let number): number
        default: nil
        }
    }

    /// The value as an Int, if it is one.
    func int(_ value: Value) throws -> Int? {
        if case .int(let number) = try number(value) { return number }
        return nil
    }
}
