import Autodiff
import OrderedCollections
import Tensors

/// Functions of lists, tuples, ranges and dicts.
enum CollectionBuiltins {
    static let all: [Builtin] = [
        Builtin("len(x)", "The number of elements; of a tensor the size of the first axis.") { m, a in
            .int(try m.length(a[0]))
        },
        Builtin("map(xs, f)", "`f` of every element, as a list.") { m, a in
            if case .dataset(let dataset) = a[0] { return .dataset(dataset.mapped(a[1])) }
            try CallFailures.requireFunction(a[1], "map", "f", after: a[0])
            if m.check != nil { return try m.checkedMap(m.elements(a[0], "map"), a[1]) }
            return try m.list(of: m.elements(a[0], "map")) { try m.call(a[1], CollectionOfOne($0)) }
        },
        Builtin("filter(xs, f)", "The elements for which `f` is true.") { m, a in
            if case .dataset(let dataset) = a[0] {
                return .dataset(try dataset.filtered(a[1], m))
            }
            try CallFailures.requireFunction(a[1], "filter", "f", after: a[0])
            if m.check != nil { return try m.checkedFilter(m.elements(a[0], "filter"), a[1]) }
            return .list(
                try m.elements(a[0], "filter").filter {
                    try m.poll()
                    return try m.truth(m.call(a[1], CollectionOfOne($0)))
                })
        },
        Builtin("fold(xs, start, f)", "Goes through the elements with `f(state, x)`.") { m, a in
            try CallFailures.requireFunction(a[2], "fold", "f", after: a[0])
            return try m.folded(m.elements(a[0], "fold"), a[1]) { try m.call(a[2], [$0, $1]) }
        },
        Builtin(
            "zip(xs, ys, zs = nil)",
            "Pairs of corresponding elements, or triples, as many as the shortest has."
        ) { m, a in
            let given = a[2].isNone ? a.dropLast() : a
            let columns = try given.map { try m.elements($0, "zip") }
            let count = columns.map(\.count).min() ?? 0
            return try m.list(of: 0..<count) { index in .tuple(columns.map { $0[index] }) }
        },
        Builtin("enumerate(xs)", "Pairs of index and element.") { m, a in
            try m.list(of: m.elements(a[0], "enumerate").enumerated()) { .tuple([.int($0), $1]) }
        },
        Builtin(
            "sorted(xs, by = nil, reverse = false)",
            "The elements in order: of the keys that `by` gives, or their own. Equal ones stay in place."
        ) { m, a in .list(try m.sorted(a[0], by: a[1], reverse: a[2])) },
        Builtin("reversed(xs)", "The elements from the last to the first.") { m, a in
            if case .string(let text) = a[0] {
                return .string(try m.text(of: m.characters(of: text).reversed()))
            }
            return .list(try m.elements(a[0], "reversed").reversed())
        },
        Builtin("sum(xs)", "The sum of numbers; 0 of none.") { m, a in
            try m.folded(m.elements(a[0], "sum"), .int(0)) { try m.binary(.add, $0, $1) }
        },
        Builtin("mean(xs)", "The mean of numbers.") { m, a in
            let items = try m.elements(a[0], "mean")
            guard !items.isEmpty else { throw Failure("list.empty", "`mean` of no elements") }
            let sum = try m.folded(items, .int(0)) { try m.binary(.add, $0, $1) }
            return try m.binary(.divide, sum, .int(items.count))
        },
        Builtin("min(values...)", "The least of a collection or of several values.") { m, a in
            try m.extreme(a, "min", .less)
        },
        Builtin("max(values...)", "The greatest of a collection or of several values.") { m, a in
            try m.extreme(a, "max", .greater)
        },
        Builtin("any(xs)", "Whether one of the Bools is true.") { m, a in
            .bool(
                try m.elements(a[0], "any").contains {
                    try m.poll()
                    return try m.truth($0)
                })
        },
        Builtin("all(xs)", "Whether all of the Bools are true.") { m, a in
            .bool(
                try m.elements(a[0], "all").allSatisfy {
                    try m.poll()
                    return try m.truth($0)
                })
        },
        Builtin("keys(d)", "The keys of a dict, in the order of insertion.") { m, a in
            switch a[0] {
            case .dict(let dict): try m.list(of: dict.items.keys) { $0.value }
            case .record(let record): .list(record.layout.labels.map { .string($0) })
            default: throw CallFailures.argument("keys", "d", wants: "a dict", got: a[0])
            }
        },
        Builtin("values(d)", "The values of a dict, in the order of insertion.") { _, a in
            switch a[0] {
            case .dict(let dict): .list(Array(dict.items.values))
            case .record(let record): .list(record.values)
            default: throw CallFailures.argument("values", "d", wants: "a dict", got: a[0])
            }
        },
        Builtin("get(d, key, default = nil)", "The value of a key, or the default.") { m, a in
            guard case .dict(let dict) = a[0] else {
                if case .record(let record) = a[0], case .string(let label) = a[1] {
                    return record[label.text] ?? a[2]
                }
                throw CallFailures.argument("get", "d", wants: "a dict", got: a[0])
            }
            let key = try m.key(a[1])
            return dict.items[key] ?? a[2]
        },
        Builtin("record(d)", "A record with the entries of a dict whose keys are Strings.") { _, a in
            guard case .dict(let dict) = a[0] else {
                throw CallFailures.argument("record", "d", wants: "a dict", got: a[0])
            }
            var labels: [String] = []
            for key in dict.items.keys {
                guard case .string(let label) = key else {
                    throw CallFailures.argument(
                        "record", "d", wants: "String keys", got: key.value)
                }
                labels.append(label)
            }
            return .record(RecordObject(RecordLayout(labels), Array(dict.items.values)))
        },
        Builtin("list(xs)", "The elements of a range, tuple, text, dict or tensor as a list.") { m, a in
            .list(try m.elements(a[0], "list"))
        },
    ]
}

extension Machine {
    func length(_ value: Value) throws -> Int {
        switch value {
        case .list(let list): return list.items.count
        case .tuple(let tuple): return tuple.items.count
        case .string(let text): return text.count
        case .dict(let dict): return dict.items.count
        case .record(let record): return record.values.count
        case .range(let range): return range.count
        case .dataset(let dataset): return dataset.count
        case .batches(let batches): return batches.count
        case .model(let model): return model.partCount
        case .tensor(let node):
            guard let first = node.shape.dimensions.first else {
                throw Failure("tensor.length", "a 0-d tensor has no length")
            }
            return first
        default: throw CallFailures.argument("len", "x", wants: "a collection", got: value)
        }
    }

    /// The elements of anything that `for` runs over.
    func elements(_ value: Value, _ function: String) throws -> [Value] {
        switch value {
        case .list(let list): return list.items
        case .tuple(let tuple): return tuple.items
        case .range(let range):
            return try ints(of: range).map { .int($0) }
        case .string, .dict, .tensor, .batches, .dataset:
            let iterator = try iterator(over: value)
            var result: [Value] = []
            while let element = try iterator.next(self) {
                result.append(element)
                try poll()
            }
            return result
        default:
            throw CallFailures.argument(function, "xs", wants: "a collection", got: value)
        }
    }

    /// Goes through elements with a state; ^C ends it.
    func folded(
        _ items: [Value], _ start: Value, _ next: (Value, Value) throws -> Value
    ) throws -> Value {
        try items.reduce(start) {
            try poll()
            return try next($0, $1)
        }
    }

    /// A stable sort by the language's `<`.
    func sorted(_ value: Value, by key: Value, reverse: Value) throws -> [Value] {
        let items = try elements(value, "sorted")
        if !key.isNone { try CallFailures.requireFunction(key, "sorted", "by") }
        let keys = key.isNone ? items : try items.map { try call(key, CollectionOfOne($0)) }
        let isReversed = try truth(reverse)
        if let order = Self.simpleOrder(keys, isReversed) { return order.map { items[$0] } }
        var positions = Array(items.indices)
        // An error, or ^C, ends the sorting at once.
        try positions.sort { first, second in
            var result = try sortingOrder(keys[first], keys[second])
            if isReversed { result = -result }
            return result == 0 ? first < second : result < 0
        }
        return positions.map { items[$0] }
    }

    /// A text with its first bytes as a number, by which most texts are told apart.
    private struct SortedText: Comparable {
        let start: UInt64
        let text: String

        init(_ text: String) {
            self.text = text
            var start: UInt64 = 0
            var shift = 56
            for byte in text.utf8.prefix(8) {
                start |= UInt64(byte) << UInt64(shift)
                shift -= 8
            }
            self.start = start
        }

        static func == (left: SortedText, right: SortedText) -> Bool {
            left.start == right.start && left.text.hasCodePoints(of: right.text)
        }

        static func < (left: SortedText, right: SortedText) -> Bool {
            left.start == right.start ? left.text.precedes(right.text) : left.start < right.start
        }
    }

    /// The positions in the order of keys that are all Ints, or all texts; `nil` for others.
    private static func simpleOrder(_ keys: [Value], _ isReversed: Bool) -> [Int]? {
        func sorted<Key: Comparable>(_ keys: [Key]) -> [Int] {
            keys.indices.sorted { first, second in
                let (x, y) = (keys[first], keys[second])
                if x == y { return first < second }
                return isReversed ? y < x : x < y
            }
        }
        switch keys.first {
        case .int:
            var numbers: [Int] = []
            numbers.reserveCapacity(keys.count)
            for case .int(let number) in keys { numbers.append(number) }
            return numbers.count == keys.count ? sorted(numbers) : nil
        case .string:
            var texts: [SortedText] = []
            texts.reserveCapacity(keys.count)
            for case .string(let text) in keys { texts.append(SortedText(text.text)) }
            return texts.count == keys.count ? sorted(texts) : nil
        default: return nil
        }
    }

    /// The order for sorting: every nan after the other numbers.
    private func sortingOrder(_ left: Value, _ right: Value) throws -> Int {
        try poll()
        return switch (try number(left), try number(right)) {
        case (.float(let x), .float(let y)) where x.isNaN || y.isNaN:
            x.isNaN == y.isNaN ? 0 : x.isNaN ? 1 : -1
        case (.float(let x), .int) where x.isNaN: 1
        case (.int, .float(let y)) where y.isNaN: -1
        case (let first, let second): try order(first, second, "<")
        }
    }

    /// The least or greatest of one collection or of several values.
    func extreme(_ arguments: [Value], _ name: String, _ better: Opcode) throws -> Value {
        let items = arguments.count == 1 ? try elements(arguments[0], name) : arguments
        guard var best = items.first else {
            throw Failure("list.empty", "`\(name)` of no elements")
        }
        for item in items.dropFirst() {
            try poll()
            if try truth(binary(better, item, best)) { best = item }
        }
        return best
    }
}
