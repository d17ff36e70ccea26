import Autodiff
import Diagnostics
import OrderedCollections
import Tensors

extension Machine {
    /// `==` by value and depth; of unlike types only `1 == 1.0`. Tensors inside containers are compared as wholes, a
    /// 0-d one with a number as the number that it is.
    func equals(_ left: Value, _ right: Value, depth: Int = 0) throws -> Bool {
        guard depth < 200 else {
            throw Failure("limit.nesting", "values nested too deeply to compare")
        }
        try poll()
        switch (left, right) {
        case (.unknown, _), (_, .unknown), (.sketch, _), (_, .sketch): throw UnknownValue()
        case (.none, .none): return true
        case (.bool(let x), .bool(let y)): return x == y
        case (.int(let x), .int(let y)): return x == y
        case (.float(let x), .float(let y)): return x == y
        case (.int(let x), .float(let y)): return Double(x) == y
        case (.float(let x), .int(let y)): return x == Double(y)
        case (.string(let x), .string(let y)): return x === y || x.text.hasCodePoints(of: y.text)
        case (.list(let x), .list(let y)): return try equal(x.items, y.items, depth)
        case (.tuple(let x), .tuple(let y)): return try equal(x.items, y.items, depth)
        case (.record(let x), .record(let y)):
            return try x.layout.labels == y.layout.labels && equal(x.values, y.values, depth)
        case (.dict(let x), .dict(let y)): return try equal(x, y, depth)
        case (.range(let x), .range(let y)):
            return x.count == y.count
                && (x.count == 0 || (x.start == y.start && (x.count == 1 || x.step == y.step)))
        case (.tensor(let x), .tensor(let y)):
            if x === y { return true }
            guard x.shape == y.shape, x.dtype == y.dtype else { return false }
            let first = try value(of: x)
            let second = try value(of: y)
            return try (0..<first.count).allSatisfy {
                try poll()
                return first.element(at: $0) == second.element(at: $0)
            }
        case (.tensor(let node), .int), (.tensor(let node), .float), (.tensor(let node), .bool):
            return try node.shape.rank == 0 && equals(item(node), right, depth: depth)
        case (.int, .tensor), (.float, .tensor), (.bool, .tensor): return try equals(right, left, depth: depth)
        case (.symbol, _), (_, .symbol):
            return try equals(demanded(left), demanded(right), depth: depth)
        default: return Self.identical(left, right)
        }
    }

    /// Objects and functions are equal if they are the same.
    static func identical(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.dtype(let x), .dtype(let y)): x == y
        case (.function(let x), .function(let y)): x === y
        case (.builtin(let x), .builtin(let y)): x === y
        case (.model(let x), .model(let y)): x === y
        case (.modelType(let x), .modelType(let y)): x === y
        case (.optimizer(let x), .optimizer(let y)): x === y
        case (.optimizerType(let x), .optimizerType(let y)): x === y
        case (.dataset(let x), .dataset(let y)): x === y
        case (.tokenizer(let x), .tokenizer(let y)): x === y
        case (.figure(let x), .figure(let y)): x === y
        case (.module(let x), .module(let y)): x === y
        default: false
        }
    }

    private func equal(_ left: [Value], _ right: [Value], _ depth: Int) throws -> Bool {
        guard left.count == right.count else { return false }
        for (x, y) in zip(left, right) where try !equals(x, y, depth: depth + 1) { return false }
        return true
    }

    private func equal(_ left: DictObject, _ right: DictObject, _ depth: Int) throws -> Bool {
        guard left.items.count == right.items.count else { return false }
        for (key, value) in left.items {
            guard let other = right.items[key], try equals(value, other, depth: depth + 1)
            else { return false }
        }
        return true
    }

    /// -1, 0 or 1: numbers, strings and tuples have an order. Every comparison with a nan fails.
    func order(
        _ left: Value, _ right: Value, _ operation: String, depth: Int = 0
    ) throws -> Int {
        guard depth < 200 else {
            throw Failure("limit.nesting", "values nested too deeply to compare")
        }
        try poll()
        switch (left, right) {
        case (.string(let x), .string(let y)):
            return x.text.precedes(y.text) ? -1 : x.text.hasCodePoints(of: y.text) ? 0 : 1
        case (.tuple(let x), .tuple(let y)):
            for (first, second) in zip(x.items, y.items) {
                let result = try order(first, second, operation, depth: depth + 1)
                if result != 0 { return result }
            }
            return (x.items.count - y.items.count).signum()
        default:
            guard let x = try double(left), let y = try double(right) else {
                throw OperatorFailures.mismatch(operation, left, right)
            }
            if x.isNaN || y.isNaN { return operation.hasPrefix(">") ? -1 : 1 }
            if case .int(let a) = left, case .int(let b) = right { return a < b ? -1 : a > b ? 1 : 0 }
            return x < y ? -1 : x > y ? 1 : 0
        }
    }

    /// Warns, once for each place, of `x.dtype == "float32"` and `x.shape == (2, 3)`, which never hold.
    func warnOfUnlike(_ left: Value, _ right: Value) {
        let warning: (id: String, message: String, help: String)
        switch (left, right) {
        case (.dtype(let dtype), .string), (.string, .dtype(let dtype)):
            warning = (
                "dtype.text", "a dtype and a text are never equal",
                "compare with the dtype itself: `x.dtype == \(dtype.name)`"
            )
        case (.list, .tuple), (.tuple, .list):
            warning = (
                "list.tuple", "a list and a tuple are never equal", "a shape is a list: `x.shape == [2, 3]`"
            )
        case (.tensor, .list), (.list, .tensor), (.tensor, .tuple), (.tuple, .tensor):
            warning = (
                "tensor.list", "a tensor and a list are never equal",
                "element by element: `x == Tensor([1, 2])`; as lists: `x.toList() == [1, 2]`"
            )
        default: return
        }
        warn(warning.id, warning.message, help: warning.help)
    }

    /// A warning at the running instruction of the user's text, once for each.
    func warn(_ id: String, _ message: String, help: String) {
        let number = recorder.origin.number
        guard let place = place(of: number), !place.prototype.isLibrary, noticedPlaces.insert(number).inserted
        else { return }
        let diagnostic = Diagnostic(
            .warning, id: id, message, at: place.prototype.span(place.counter), help: help)
        if let check { check.report(diagnostic) } else { session.notices.append(diagnostic) }
    }
}
