import Autodiff
import Tensors

/// Making tensors from values and values from tensors.
enum TensorBuiltins {
    static let all: [Builtin] = [
        Builtin(
            "Tensor(values, dtype = nil)",
            "A tensor of nested lists of numbers (float32) or Bools (bool), or of the given dtype.")
        { m, a in .tensor(try m.tensor(a[0], dtype: m.dtype(a[1], "Tensor"))) },
        Builtin("item(a)", "The number in a tensor of one element.") { m, a in
            switch a[0] {
            case .tensor(let node): try m.plainNumber(node)
            case .int, .float, .bool: a[0]
            case .symbol: try m.check == nil ? m.demanded(a[0]) : a[0]
            default: throw CallFailures.argument("item", "a", wants: "a tensor", got: a[0])
            }
        },
        Builtin("toList(a)", "The numbers as nested lists.") { m, a in
            guard case .tensor(let node) = a[0] else { return .list(try m.elements(a[0], "toList")) }
            // A list of each row beside the numbers.
            try m.requireMemory(
                node.shape.count + listCount(node.shape), elementsOf: 2 * MemoryLayout<Value>.stride)
            if m.check != nil, node.dtype != .bool, node.shape.count < 10_000,
                try m.recorder.certainValue(of: node) == nil
            {
                let number = m.unknownNumber(isInt: node.dtype.isInteger)
                return try m.nested(node.shape) { _ in number }
            }
            let tensor = try m.value(of: node)
            return try m.nested(node.shape) { index in
                switch tensor.element(at: index) {
                case .int(let number): .int(number)
                case .float(let number): .float(number)
                case .bool(let flag): .bool(flag)
                }
            }
        },
        Builtin(
            "zeros(shape = nil, dtype = nil)",
            "Zeros of a shape; without one the initializer that makes zeros.") { m, a in
            try m.filled("zeros", .int(0), a[0], a[1])
        },
        Builtin(
            "ones(shape = nil, dtype = nil)",
            "Ones of a shape; without one the initializer that makes ones.") { m, a in
            try m.filled("ones", .int(1), a[0], a[1])
        },
        Builtin(
            "eye(n = nil, columns = nil, dtype = nil)",
            "Ones on the diagonal of `[n, columns]` (nil: n), else zeros; without `n` the initializer of such matrices."
        ) { m, a in try m.diagonal(a[0], a[1], a[2]) },
        Builtin("zerosLike(x)", "Zeros of the shape and dtype of a tensor.") { m, a in
            guard case .tensor(let node) = a[0] else { return .int(0) }
            return .tensor(try m.recorder.full(.int(0), node.shape, node.dtype))
        },
        Builtin("onesLike(x)", "Ones of the shape and dtype of a tensor.") { m, a in
            guard case .tensor(let node) = a[0] else { return .int(1) }
            return .tensor(try m.recorder.full(.int(1), node.shape, node.dtype))
        },
    ]

    /// How many lists `toList` makes: `[3, 1000, 0]` holds no numbers but 3,001 lists.
    private static func listCount(_ shape: Shape) -> Int {
        var total = 1
        var rows = 1
        for size in shape.dimensions.dropLast() {
            let (product, overflow) = rows.multipliedReportingOverflow(by: size)
            guard !overflow, product < 1 << 48 else { return 1 << 48 }
            rows = product
            total += rows
        }
        return total
    }
}

extension Machine {
    func dtype(_ value: Value, _ function: String) throws -> DType? {
        switch value {
        case .dtype(let dtype): dtype
        case .none: nil
        default:
            throw CallFailures.argument(
                function, "dtype", wants: "a dtype such as float32", got: value,
                help: Self.dtypeHelp(value))
        }
    }

    /// What is meant by a dtype in quotation marks, or by a Python type.
    static func dtypeHelp(_ value: Value) -> String? {
        if case .int = value { return "sizes stand in one list: `zeros([2, 3])`" }
        guard case .string(let text) = value else { return nil }
        let names = DType.allCases.map(\.name)
        let meant = ["int": "int64", "float": "float32", "double": "float64", "long": "int64"]
        let close = names.contains(text.text) ? text.text : meant[text.text] ?? Suggestion.nearest(text.text, names)
        return close.map { "a dtype has no quotation marks: write `\($0)`" }
            ?? "dtypes are " + names.joined(separator: ", ")
    }

    fileprivate func filled(
        _ name: String, _ value: ScalarValue, _ shape: Value, _ dtype: Value
    ) throws -> Value {
        let type = try self.dtype(dtype, name) ?? .float32
        if shape.isNone {
            return .builtin(
                BuiltinObject(name, ["shape"]) { machine, arguments in
                    .tensor(
                        try machine.recorder.full(
                            value, machine.shape(arguments[0], name), type))
                })
        }
        return .tensor(try recorder.full(value, try self.shape(shape, name), type))
    }

    fileprivate func diagonal(_ rows: Value, _ columns: Value, _ dtype: Value) throws -> Value {
        guard let operation = session.operation("eye") else { return .none }
        let type = dtype.isNone ? Value.dtype(.float32) : dtype
        guard rows.isNone else {
            let sizes = columns.isNone ? [rows] : [rows, columns]
            return try OperationCalls(machine: self).call(
                operation, sizes + [type], sizes.map { _ in nil as String? } + ["dtype"])
        }
        return .builtin(
            BuiltinObject("eye", ["shape"]) { machine, arguments in
                let shape = try machine.shape(arguments[0], "eye")
                guard shape.rank == 2 else {
                    throw Failure(
                        "shape.rank", "`eye()` fills matrices, not a tensor of shape \(shape)")
                }
                return try OperationCalls(machine: machine).call(
                    operation, [.int(shape[0]), .int(shape[1]), type], [])
            })
    }

    /// A shape from a list of Ints, or one Int.
    func shape(_ value: Value, _ function: String) throws -> Shape {
        if let size = try int(value) { return try Shape([size]) }
        if case .tensor(let node) = value, node.dtype.isFloat {
            let like = ["zeros", "ones"].contains(function) ? "`\(function)Like(x)`, or " : ""
            throw CallFailures.argument(
                function, "shape", wants: "a list of Ints", got: value,
                help: "write \(like)`\(function)(x.shape)`")
        }
        let sizes = try elements(value, function).map { item -> Int in
            guard let size = try int(item) else {
                throw CallFailures.argument(function, "shape", wants: "Ints as sizes", got: item)
            }
            return size
        }
        return try Shape(sizes)
    }

    /// A tensor from nested lists, a number, a range or tensors.
    func tensor(_ value: Value, dtype: DType?) throws -> Node {
        switch value {
        case .tensor(let node): return try dtype.map { try recorder.cast(node, to: $0) } ?? node
        case .int(let number): return try recorder.full(.int(number), .scalar, dtype ?? .float32)
        case .float(let number):
            let node = try recorder.full(
                .float(number), .scalar, dtype?.isFloat == true ? dtype ?? .float32 : .float32)
            return try dtype.map { try recorder.cast(node, to: $0) } ?? node
        case .bool(let flag): return try recorder.full(.bool(flag), .scalar, dtype ?? .bool)
        case .symbol(let symbol): return try recorder.cast(symbol.node, to: dtype ?? .float32)
        case .list(let list) where list.items.contains(where: { Self.holdsTensor($0) }):
            let parts = try list.items.map { try tensor($0, dtype: dtype) }
            return try recorder.stack(parts, axis: 0)
        case .list, .tuple, .range: return try literal(value, dtype: dtype)
        default:
            throw CallFailures.argument(
                "Tensor", "values", wants: "numbers or nested lists of them", got: value)
        }
    }

    private static func holdsTensor(_ value: Value, depth: Int = 0) -> Bool {
        switch value {
        case .tensor(let node): node.shape.rank >= 0
        case .list(let list) where depth < 64:
            list.items.first.map { holdsTensor($0, depth: depth + 1) } ?? false
        default: false
        }
    }

    private func literal(_ value: Value, dtype: DType?) throws -> Node {
        var sizes: [Int] = []
        var scalars: [ScalarValue] = []
        try measure(value, &sizes)
        try flatten(value, sizes[...], &scalars)
        var areBools = !scalars.isEmpty
        for scalar in scalars {
            if case .bool = scalar { continue }
            areBools = false
        }
        let type = dtype ?? (areBools ? .bool : .float32)
        if let range = type.intRange {
            for case .int(let number) in scalars where !range.contains(number) {
                throw Failure("tensor.range", "\(number) does not fit \(type.name)")
            }
        }
        if check != nil, Self.holdsSymbol(value) {
            return Node(placeholder: try Shape(sizes), dtype: type, origin: recorder.origin)
        }
        return Node(
            try Tensor(scalars, shape: Shape(sizes), dtype: type), origin: recorder.origin)
    }

    /// Whether there is a number in nested lists or tuples of which only the kind is known.
    static func holdsSymbol(_ value: Value, depth: Int = 0) -> Bool {
        func any(_ items: [Value]) -> Bool {
            depth < 64 && items.contains { holdsSymbol($0, depth: depth + 1) }
        }
        switch value {
        case .symbol: return true
        case .list(let list): return any(list.items)
        case .tuple(let tuple): return any(tuple.items)
        default: return false
        }
    }

    private func measure(_ value: Value, _ sizes: inout [Int]) throws {
        guard sizes.count < 64 else { throw Failure("tensor.nesting", "lists nested too deeply") }
        switch value {
        case .list(let list):
            sizes.append(list.items.count)
            if let first = list.items.first { try measure(first, &sizes) }
        case .tuple(let tuple):
            sizes.append(tuple.items.count)
            if let first = tuple.items.first { try measure(first, &sizes) }
        case .range(let range): sizes.append(range.count)
        default: break
        }
    }

    private func flatten(
        _ value: Value, _ sizes: ArraySlice<Int>, _ scalars: inout [ScalarValue]
    ) throws {
        func items(_ values: [Value]) throws {
            guard let size = sizes.first, values.count == size else {
                throw Failure(
                    "tensor.ragged",
                    "the lists have unequal lengths: \(values.count) beside"
                        + " \(sizes.first.map(String.init) ?? "a number")")
            }
            for value in values { try flatten(value, sizes.dropFirst(), &scalars) }
        }
        try poll()
        switch value {
        case .list(let list): try items(list.items)
        case .tuple(let tuple): try items(tuple.items)
        case .range(let range): try items(try ints(of: range).map { .int($0) })
        default:
            guard sizes.isEmpty else {
                throw Failure("tensor.ragged", "a list is missing: got \(described(value))")
            }
            if check != nil, case .symbol(let symbol) = value {
                return scalars.append(symbol.isInt ? .int(0) : .float(0))
            }
            switch try number(value) {
            case .int(let number): scalars.append(.int(number))
            case .float(let number): scalars.append(.float(number))
            case .bool(let flag): scalars.append(.bool(flag))
            default:
                throw CallFailures.argument("Tensor", "values", wants: "numbers", got: value)
            }
        }
    }

    /// Nested lists of a shape, given their elements in row-major order.
    func nested(_ shape: Shape, _ element: (Int) -> Value) throws -> Value {
        func block(_ axis: Int, _ start: Int, _ length: Int) throws -> Value {
            try poll()
            if axis == shape.rank { return element(start) }
            let size = shape[axis]
            let part = size == 0 ? 0 : length / size
            return .list(try (0..<size).map { try block(axis + 1, start + $0 * part, part) })
        }
        return try block(0, 0, shape.count)
    }
}

/// A loop over the first axis of a tensor.
final class RowIterator: IteratorObject {
    private let node: Node
    private var index = 0

    init(_ node: Node) { self.node = node }

    override func next(_ machine: Machine) throws -> Value? {
        guard index < node.shape[0] else { return nil }
        defer { index += 1 }
        machine.setOrigin()
        return .tensor(try machine.row(of: node, index))
    }
}
