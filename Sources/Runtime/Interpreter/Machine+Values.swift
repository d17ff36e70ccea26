import Autodiff
import OrderedCollections
import Syntax
import Tensors

extension Machine {
    func text(of value: Value) throws -> String { try Printer(machine: self).text(value) }

    /// One interpolated value.
    func formatted(_ value: Value, _ format: FormatSpecification?) throws -> String {
        guard let format else { return try text(of: value) }
        let read = try number(value)
        let plain: String
        switch read {
        case .int, .float: plain = ""
        default: plain = try text(of: read)
        }
        return try Formatting.format(read, format, plain: plain)
    }

    func joined(_ first: UnsafeMutablePointer<Value>, count: Int) throws -> Value {
        var size = 0
        for index in 0..<count {
            if case .string(let text) = first[index] { size += text.text.utf8.count }
        }
        try requireMemory(size, elementsOf: 2)
        var result = ""
        for index in 0..<count {
            if case .string(let text) = first[index] { result += text.text }
            if first[index].isOpen { return .sketch(.text) }
        }
        return .string(result)
    }

    func dictionary(_ first: UnsafeMutablePointer<Value>, count: Int) throws -> Value {
        var items: OrderedDictionary<DictKey, Value> = [:]
        for index in 0..<count {
            let written = first[index * 2]
            let key = try self.key(written)
            items[key] = first[index * 2 + 1]
        }
        return .dict(DictObject(items))
    }

    /// `R[0]..<R[1] by R[2]`
    func range(_ first: UnsafeMutablePointer<Value>, flags: Int) throws -> Value {
        func bound(_ index: Int) throws -> Int {
            guard let number = try int(first[index]) else {
                throw Failure(
                    "range.type", "a range runs over Ints, got \(described(first[index]))",
                    help: "`linspace(0, 1, 5)` gives evenly spaced numbers")
            }
            return number
        }
        let start: Int
        let end: Int
        let step: Int
        do {
            start = try bound(0)
            end = try bound(1)
            step = flags & 2 == 0 ? 1 : try bound(2)
        } catch where check != nil && isUnknown(error) {
            return .sketch(.range)
        }
        guard
            let range = RangeObject(
                start: start, end: end, isClosed: flags & 1 == 1, step: step)
        else {
            throw Failure(
                "range.bounds",
                step == 0 ? "a range cannot have a step of 0" : "the range has too many elements")
        }
        return .range(range)
    }

    // MARK: Loops

    func iterator(over value: Value) throws -> IteratorObject {
        switch value {
        case .range(let range): return RangeIterator(range)
        case .list(let list): return ListIterator(list.items)
        case .tuple(let tuple): return ListIterator(tuple.items)
        case .string(let text):
            return CharacterIterator(text.text)
        case .dict(let dict): return PairIterator(dict.items)
        case .tensor(let node) where node.shape.rank > 0: return RowIterator(node)
        case .batches(let batches): return try batches.makeIterator(self)
        case .dataset(let dataset):
            return SampleIterator(dataset)
        default:
            var help: String?
            if case .int(let number) = value { help = "write a range: `0..<\(number)`" }
            throw Failure(
                "loop.type", "`for` does not run over \(described(value))", help: help)
        }
    }
}

/// A running `for`.
class IteratorObject {
    /// The next element, `nil` at the end.
    func next(_ machine: Machine) throws -> Value? { nil }
}

final class RangeIterator: IteratorObject {
    private let range: RangeObject
    private var index = 0

    init(_ range: RangeObject) { self.range = range }

    override func next(_ machine: Machine) throws -> Value? {
        guard index < range.count else { return nil }
        defer { index += 1 }
        return .int(range.element(index))
    }
}

final class CharacterIterator: IteratorObject {
    private var scalars: String.UnicodeScalarView.Iterator

    init(_ text: String) { scalars = text.unicodeScalars.makeIterator() }

    override func next(_ machine: Machine) throws -> Value? {
        scalars.next().map(machine.character)
    }
}

final class PairIterator: IteratorObject {
    private let items: OrderedDictionary<DictKey, Value>
    private var index = 0

    init(_ items: OrderedDictionary<DictKey, Value>) { self.items = items }

    override func next(_ machine: Machine) throws -> Value? {
        guard index < items.count else { return nil }
        defer { index += 1 }
        let (key, value) = items.elements[index]
        return .tuple([key.value, value])
    }
}

final class ListIterator: IteratorObject {
    private let items: [Value]
    private var index = 0

    init(_ items: [Value]) { self.items = items }

    override func next(_ machine: Machine) throws -> Value? {
        guard index < items.count else { return nil }
        defer { index += 1 }
        return items[index]
    }
}
