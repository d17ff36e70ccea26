import Autodiff
import Figures
import Tensors

/// Calls of marks: `plot(xs, ys, label: "train")`, with values of the language.
struct FigureCalls {
    let machine: Machine
    private let standIns = StandIns()

    init(machine: Machine) { self.machine = machine }

    static func builtin(_ mark: Mark) -> BuiltinObject {
        BuiltinObject(labelled: mark.name, mark.documentation) { machine, arguments in
            try FigureCalls(machine: machine).call(mark, arguments)
        }
    }

    static func signature(_ mark: Mark) -> Signature {
        Signature(
            name: mark.name,
            parameters: mark.parameters.map {
                ParameterInfo(
                    name: $0.name, isOptional: !$0.isRequired,
                    defaultText: $0.defaultValue.map(text))
            })
    }

    /// A default as a signature writes it.
    private static func text(_ value: FigureValue) -> String {
        switch value {
        case .none, .arrays, .record: return "nil"
        case .boolean(let flag): return flag ? "true" : "false"
        case .text(let text): return Printer.quoted(text)
        case .texts(let texts):
            return "[\(texts.map { Printer.quoted($0) }.joined(separator: ", "))]"
        case .array(let array):
            let numbers = array.values.map { number in
                Int(exactly: number).map(String.init) ?? pythonFloat(number)
            }
            return array.rank == 0
                ? numbers.joined() : "[\(numbers.joined(separator: ", "))]"
        }
    }

    private func call(
        _ mark: Mark, _ arguments: [(label: String?, value: Value)]
    ) throws -> Value {
        var values: [String: FigureValue] = [:]
        var function: Value?
        var position = 0
        var given: [(parameter: MarkParameter, value: Value)] = []
        for (label, value) in arguments {
            let parameter: MarkParameter
            if let label {
                guard let named = mark.parameters.first(where: { $0.name == label }) else {
                    throw CallFailures.unknownLabel(label, Self.signature(mark))
                }
                parameter = named
            } else {
                guard position < mark.parameters.count else {
                    throw CallFailures.extra(arguments.count, Self.signature(mark))
                }
                parameter = mark.parameters[position]
                position += 1
            }
            let key = parameter.name
            if given.contains(where: { $0.parameter.name == key }) {
                throw CallFailures.repeatedLabel(key, Self.signature(mark))
            }
            given.append((parameter, value))
        }
        for (parameter, value) in given {
            let key = parameter.name
            if parameter.kind == .function, value.isCallable {
                function = value
                values[key] = FigureValue.none
                continue
            }
            do {
                values[key] = try figureValue(value, parameter, mark)
            } catch let error
                where machine.check != nil && (Machine.holdsUnknown(value) || machine.isUnknown(error))
            {
                return try unknownFigure(mark, given)
            }
        }
        if let function { try evaluate(function, mark, &values) }
        do {
            return .figure(FigureObject(try mark.figure(values)))
        } catch {
            // A number that stands for another is out of no range.
            if case .outOfRange = error, standIns.areUsed { throw UnknownValue() }
            throw error
        }
    }

    /// `decisionBoundary(f, X, y)`: `f` is asked on a grid around `X`.
    private func evaluate(
        _ function: Value, _ mark: Mark, _ values: inout [String: FigureValue]
    ) throws {
        guard let parameter = mark.parameters.first(where: { $0.kind == .function }),
            let points = mark.parameters.first(where: { $0.name != parameter.name }),
            case .array(let array)? = values[points.name]
        else { return }
        let grid = try DecisionGrid.points(around: array)
        let shape = try Shape(grid.shape)
        let input = try Tensor(grid.values, shape: shape, dtype: .float32)
        let result = try machine.inMode(false) {
            try machine.call(function, [.tensor(machine.node(input))])
        }
        values[parameter.name] = try figureValue(result, parameter, mark)
    }

    func figureValue(
        _ value: Value, _ parameter: MarkParameter, _ mark: Mark
    ) throws -> FigureValue {
        switch value {
        case .none: return .none
        case .bool(let flag): return .boolean(flag)
        case .string(let text): return .text(text.text)
        case .int, .float, .symbol, .tensor, .range:
            if let array = try array(value) { return .array(array) }
        case .list(let list): return try self.list(list.items, mark, parameter)
        case .tuple(let tuple): return try self.list(tuple.items, mark, parameter)
        case .record(let record):
            return try series(zip(record.layout.labels, record.values))
        case .dict(let dict):
            return try series(dict.items.map { (try machine.text(of: $0.value), $1) })
        default: break
        }
        throw CallFailures.argument(
            mark.name, parameter.name, wants: "numbers or text", got: value)
    }

    private func series(_ entries: some Sequence<(String, Value)>) throws -> FigureValue {
        var result: [FigureValue.Series] = []
        for (name, value) in entries {
            switch value {
            case .list, .tensor, .range, .tuple:
                if let array = try array(value) { result.append(.init(name, array)) }
            default: continue
            }
        }
        return .record(result)
    }

    private func list(
        _ items: [Value], _ mark: Mark, _ parameter: MarkParameter
    ) throws -> FigureValue {
        if case .string = items.first {
            return .texts(try items.map { try machine.text(of: $0) })
        }
        if let array = try array(.list(items)) { return .array(array) }
        let arrays = try items.map { item -> NumberArray in
            guard let array = try array(item) else {
                throw CallFailures.argument(
                    mark.name, parameter.name, wants: "numbers", got: item)
            }
            return array
        }
        return .arrays(arrays)
    }

    /// Numbers of any shape; `nil` for ragged lists and for what is no number.
    private func array(_ value: Value, depth: Int = 0) throws -> NumberArray? {
        // As for tensors; no plot takes more than three or four axes.
        guard depth < 64 else { throw Failure("limit.nesting", "lists nested too deeply to plot") }
        try machine.poll()
        switch value {
        case .tensor(let node):
            if machine.check != nil, node.value == nil { return try standIn(for: node) }
            // Numbers, and what is drawn of them; a figure keeps both.
            try machine.requireMemory(
                node.shape.count, elementsOf: 4 * MemoryLayout<Double>.stride)
            let tensor = try machine.value(of: node)
            var values: [Double] = []
            values.reserveCapacity(tensor.count)
            for index in 0..<tensor.count {
                if index & 0xF_FFFF == 0 { try machine.pollNow() }
                values.append(tensor.double(at: index))
            }
            return NumberArray(
                shape: tensor.shape.dimensions, values: values,
                isInteger: !tensor.dtype.isFloat)
        case .symbol(let symbol) where machine.check != nil: return try standIn(for: symbol.node)
        case .range(let range):
            return NumberArray(
                try machine.ints(of: range).map { Double($0) }, isInteger: true)
        case .list(let list): return try rows(list.items, depth)
        case .tuple(let tuple): return try rows(tuple.items, depth)
        case .bool(let flag): return NumberArray(flag ? 1 : 0, isInteger: true)
        default:
            switch try machine.number(value) {
            case .int(let number): return NumberArray(Double(number), isInteger: true)
            case .float(let number): return NumberArray(number)
            default: return nil
            }
        }
    }

    private func rows(_ items: [Value], _ depth: Int) throws -> NumberArray? {
        var values: [Double] = []
        var inner: [Int]?
        var isInteger = true
        for item in items {
            guard let part = try array(item, depth: depth + 1) else { return nil }
            if let inner, inner != part.shape { return nil }
            inner = part.shape
            isInteger = isInteger && part.isInteger
            values += part.values
        }
        return NumberArray(
            shape: [items.count] + (inner ?? []), values: values, isInteger: isInteger)
    }

    // MARK: On shapes alone

    /// Whether numbers that are not known were replaced by others.
    private final class StandIns {
        var areUsed = false
    }

    /// Numbers of the right shape for a tensor that has none: a figure checks lengths and shapes.
    private func standIn(for node: Node) throws -> NumberArray {
        let isInteger = !node.dtype.isFloat
        guard node.shape.count <= 200_000,
            let array = NumberArray(
                shape: node.shape.dimensions,
                values: Array(repeating: isInteger ? 0 : 0.5, count: node.shape.count),
                isInteger: isInteger)
        else { throw UnknownValue() }
        standIns.areUsed = true
        return array
    }

    /// A figure of values that are not known: words are checked all the same.
    private func unknownFigure(
        _ mark: Mark, _ given: [(parameter: MarkParameter, value: Value)]
    ) throws -> Value {
        for (parameter, value) in given {
            guard case .choice(let words) = parameter.kind, case .string(let text) = value,
                !words.contains(text.text)
            else { continue }
            throw FigureError.unknownChoice(
                mark: mark.name, parameter: parameter.name, given: text.text, choices: words)
        }
        let names = given.map(\.parameter.name)
        for parameter in mark.parameters where parameter.isRequired && !names.contains(parameter.name) {
            throw FigureError.missing(mark: mark.name, parameter: parameter.name)
        }
        throw UnknownValue()
    }
}
