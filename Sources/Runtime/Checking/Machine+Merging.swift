import Autodiff
import OrderedCollections
import Tensors

extension Machine {
    /// What is certain of a value that may be either of two.
    func merged(_ left: Value, _ right: Value) -> Value {
        switch (left, right) {
        case (.unset, _), (_, .unset), (.cell, _), (.iterator, _): return left
        case (_, .cell), (_, .iterator): return left
        case (.none, .none): return left
        case (.bool(let x), .bool(let y)): return x == y ? left : .sketch(.flag)
        case (.int(let x), .int(let y)): return x == y ? left : unknownNumber(isInt: true)
        case (.float(let x), .float(let y)):
            return x.bitPattern == y.bitPattern ? left : unknownNumber(isInt: false)
        case (.string(let x), .string(let y)): return x.text.hasCodePoints(of: y.text) ? left : .sketch(.text)
        case (.range(let x), .range(let y)):
            return x.start == y.start && x.count == y.count && x.step == y.step ? left : .sketch(.range)
        case (.tensor(let x), .tensor(let y)): return merged(x, y)
        case (.function(let x), .function(let y)):
            return x.prototype === y.prototype ? left : .unknown
        case (.batches(let x), .batches(let y)): return x === y ? left : .unknown
        case (.tokenizer(let x), .tokenizer(let y)): return x === y ? left : .unknown
        case (.symbol(let x), .symbol(let y)): return x.isInt == y.isInt ? left : .unknown
        case (.symbol(let x), .int): return x.isInt ? left : .unknown
        case (.int, .symbol(let x)): return x.isInt ? right : .unknown
        case (.symbol(let x), .float): return x.isInt ? .unknown : left
        case (.float, .symbol(let x)): return x.isInt ? .unknown : right
        default: return mergedContainers(left, right)
        }
    }

    private func mergedContainers(_ left: Value, _ right: Value) -> Value {
        func all(_ x: [Value], _ y: [Value]) -> [Value]? {
            x.count == y.count ? zip(x, y).map { merged($0, $1) } : nil
        }
        switch (left, right) {
        case (.list(let x), .list(let y)):
            if x === y { return left }
            return all(x.items, y.items).map { .list($0) } ?? mergedKinds(left, right)
        case (.tuple(let x), .tuple(let y)):
            return all(x.items, y.items).map { .tuple($0) } ?? .unknown
        case (.record(let x), .record(let y)):
            guard x.layout.labels == y.layout.labels, let values = all(x.values, y.values) else {
                return .unknown
            }
            return .record(RecordObject(x.layout, values))
        case (.dict(let x), .dict(let y)):
            if x === y { return left }
            guard Array(x.items.keys) == Array(y.items.keys),
                let values = all(Array(x.items.values), Array(y.items.values))
            else { return .unknown }
            return .dict(
                DictObject(OrderedDictionary(uniqueKeys: Array(x.items.keys), values: values)))
        default: return Self.identical(left, right) ? left : mergedKinds(left, right)
        }
    }

    /// Of two values that have only their kind in common.
    private func mergedKinds(_ left: Value, _ right: Value) -> Value {
        if isPassing(left) { return right }
        if isPassing(right) { return left }
        switch (left.kind, right.kind) {
        case (.text, .text): return .sketch(.text)
        case (.flag, .flag): return .sketch(.flag)
        case (.range, .range): return .sketch(.range)
        case (.tensor(let x), .tensor(let y)): return x == y ? .sketch(.tensor(x)) : .unknown
        case (.list, .list): return .sketch(.list(mergedElements([left, right])))
        default: return .unknown
        }
    }

    /// Whether it comes from a recursion without an end, of which the other ways tell what it gives.
    private func isPassing(_ value: Value) -> Bool {
        guard case .sketch(let sketch) = value, case .never(let prototype, let first) = sketch.kind else { return false }
        return first < frames.count && frames[first].closure.prototype === prototype
    }

    /// What is certain of every element of all these lists, tuples, ranges and texts; unset if they have none.
    func mergedElements(_ collections: [Value]) -> Value {
        var common = Value.unset
        func add(_ element: Value) -> Bool {
            common = common.isUnset ? element : merged(common, element)
            return !common.isUnknown
        }
        for collection in collections {
            switch collection {
            case .list(let list): guard list.items.allSatisfy(add) else { return .unknown }
            case .tuple(let tuple): guard tuple.items.allSatisfy(add) else { return .unknown }
            case .range: guard add(unknownNumber(isInt: true)) else { return .unknown }
            case .string: guard add(.sketch(.text)) else { return .unknown }
            case .sketch(let sketch):
                switch sketch.kind {
                case .list(let element): guard add(element) else { return .unknown }
                case .range: guard add(unknownNumber(isInt: true)) else { return .unknown }
                case .text, .tensor: guard add(.sketch(sketch)) else { return .unknown }
                case .flag, .never: return .unknown
                }
            default: return .unknown
            }
        }
        return common
    }

    /// Tensors of one shape are one tensor whose numbers are not known; it depends on both, so that
    /// gradients find their way.
    private func merged(_ left: Node, _ right: Node) -> Value {
        if left === right { return .tensor(left) }
        guard left.dtype == right.dtype else { return .unknown }
        guard left.shape == right.shape else { return .sketch(.tensor(left.dtype)) }
        if left.dtype.isFloat, let sum = try? recorder.add(left, right) { return .tensor(sum) }
        return .tensor(Node(placeholder: left.shape, dtype: left.dtype))
    }
}
