import Autodiff
import OrderedCollections
import Tensors

/// Gradients beside central differences.
extension Machine {
    /// A tensor of the argument of a function, and where it is found: `.a`, `[0]`, `0.W`; "" for the argument itself.
    private struct Leaf {
        var name: String
        var value: Tensor
    }

    /// Central differences in float64, element by element of everything that the argument holds.
    ///
    /// - Returns: true.
    /// - Throws: `grad.check` with the first element where the gradient is another, and what `function` throws.
    func checkGradient(of function: Value, _ x: Value, tolerance: Double) throws -> Value {
        try Nesting.check(x)
        return try keepingStates {
            var leaves: [Leaf] = []
            try collect(x, "", &leaves)
            let kept = models(in: x).flatMap { $0.namedParameters() }.map { ($0.box, $0.box.node) }
            defer { for (box, node) in kept { box.node = node } }
            // States too: float32 ones take no float64.
            for case (let box, let node?) in kept where node.dtype.isFloat {
                box.node = Node(try value(of: recorder.cast(node, to: .float64)))
            }
            let (_, gradient) = try valueAndGradient(
                of: function, [(nil, argument(x, leaves.map(\.value)))])
            var gradients: [Leaf] = []
            try collect(gradient, "", &gradients)
            for (position, gradient) in zip(leaves.indices, gradients) {
                try compare(function, x, leaves, position, with: gradient.value, tolerance)
            }
            return .bool(true)
        }
    }

    private func compare(
        _ function: Value, _ x: Value, _ leaves: [Leaf], _ position: Int, with exact: Tensor,
        _ tolerance: Double
    ) throws {
        var values = leaves.map(\.value)
        let point = leaves[position].value
        var numbers = point.doubles
        func moved(_ index: Int, _ delta: Double) throws -> Double {
            numbers[index] = point.double(at: index) + delta
            values[position] = try Tensor(numbers, shape: point.shape, dtype: .float64)
            let result = try minimised(call(function, [argument(x, values)]), in: "checkGradient")
            return try value(of: result).double(at: 0)
        }
        for index in 0..<point.count {
            try pollNow()
            let found = exact.double(at: index)
            func difference(_ step: Double) throws -> Double {
                defer { numbers[index] = point.double(at: index) }
                return (try moved(index, step) - moved(index, -step)) / (2 * step)
            }
            func agrees(_ difference: Double) -> Bool {
                abs(difference - found) <= tolerance * max(1, abs(difference), abs(found))
            }
            let fine = try difference(1e-5)
            // Where the function computes in float32 inside, its noise drowns small steps.
            let isRight = try agrees(fine) || agrees(difference(1e-3)) || agrees(difference(1e-2))
            guard isRight else {
                let name = leaves[position].name
                throw Failure(
                    "grad.check",
                    "the gradient \(name.isEmpty ? "" : "of `\(name)` ")at element \(index) is "
                        + "\(pythonFloat(found)), central differences give \(pythonFloat(fine))")
            }
        }
    }

    /// The tensors of a value in float64, in the order in which `argument` takes them.
    private func collect(_ value: Value, _ name: String, _ leaves: inout [Leaf]) throws {
        func add(_ node: Node, _ name: String) throws {
            guard node.dtype.isFloat else {
                throw Failure(
                    "grad.float", "a gradient is taken of floats, got \(node.dtype.name)",
                    help: "write `.cast(float32)`")
            }
            leaves.append(Leaf(name: name, value: try self.value(of: recorder.cast(node, to: .float64))))
        }
        switch value {
        case .tensor(let node): try add(node, name)
        case .float, .int, .symbol:
            try add(recorder.full(.float(try double(value) ?? 0), .scalar, .float64), name)
        case .list, .tuple:
            for (index, item) in try elements(value, "checkGradient").enumerated() {
                try collect(item, "\(name)[\(index)]", &leaves)
            }
        case .record(let record):
            for (label, item) in zip(record.layout.labels, record.values) {
                try collect(item, "\(name).\(label)", &leaves)
            }
        case .dict(let dict):
            for (key, item) in dict.items { try collect(item, "\(name)[\(Printer.quoted(key.value))]", &leaves) }
        case .model(let model):
            for parameter in model.namedParameters() where parameter.isTrainable {
                try add(try node(of: parameter.box, parameter.owner), name + (name.isEmpty ? "" : ".") + parameter.path)
            }
        default:
            throw CallFailures.argument(
                "checkGradient", "x", wants: "a tensor, number, list, record or model", got: value)
        }
    }

    /// The value with other tensors in it. A model is the same one with other params.
    private func argument(_ value: Value, _ tensors: [Tensor]) -> Value {
        var rest = tensors[...]
        func next() -> Node { rest.popFirst().map { Node($0) } ?? Node(placeholder: .scalar, dtype: .float64) }
        func made(_ value: Value) -> Value {
            switch value {
            case .tensor, .float, .int, .symbol: return .tensor(next())
            case .list(let list): return .list(list.items.map(made))
            case .tuple(let tuple): return .tuple(tuple.items.map(made))
            case .record(let record): return .record(RecordObject(record.layout, record.values.map(made)))
            case .dict(let dict): return .dict(DictObject(dict.items.mapValues(made)))
            case .model(let model):
                for parameter in model.namedParameters() where parameter.isTrainable {
                    parameter.box.node = next()
                }
                return value
            default: return value
            }
        }
        return made(value)
    }

    private func models(in value: Value) -> [ModelInstance] {
        switch value {
        case .model(let model): [model]
        case .list(let list): list.items.flatMap(models)
        case .tuple(let tuple): tuple.items.flatMap(models)
        case .record(let record): record.values.flatMap(models)
        case .dict(let dict): dict.items.values.flatMap(models)
        default: []
        }
    }
}
