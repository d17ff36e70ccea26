import Autodiff
import OrderedCollections
import Tensors

extension Machine {
    /// `x.name`
    func member(_ value: Value, _ name: String) throws -> Value {
        if let member = try optionalMember(value, name) { return member }
        if let function = session.functionValue(name), function.isCallable {
            throw CallFailures.functionAsMember(value, name, names: memberNames(of: value))
        }
        throw noMember(value, name)
    }

    /// The member of that name; `nil` if there is none.
    func optionalMember(_ value: Value, _ name: String) throws -> Value? {
        switch value {
        case .unknown: throw UnknownValue()
        case .sketch(let sketch): return try openMember(sketch, name)
        case .record(let record): return record[name]
        case .module(let module):
            guard !name.hasPrefix("_"), let slot = module.index[name] else { return nil }
            recording?.reads(module, slot)
            return module.slots[slot].isUnset ? nil : module.slots[slot]
        case .tensor(let node): return try tensorMember(node, name)
        case .model(let model): return try member(of: model, name)
        case .optimizer(let optimizer):
            recording?.demands("it reads an option of an optimizer")
            return optimizer.option(name)
        case .dataset(let dataset): return try dataset.member(name, self)
        case .tokenizer(let tokenizer): return tokenizer.member(name)
        case .symbol where ["shape", "rank", "dtype"].contains(name):
            return try optionalMember(demanded(value), name)
        default: return nil
        }
    }

    private func tensorMember(_ node: Node, _ name: String) throws -> Value? {
        switch name {
        case "shape": return .list(node.shape.dimensions.map { .int($0) })
        case "rank": return .int(node.shape.rank)
        case "size": return .int(node.shape.count)
        case "dtype": return .dtype(node.dtype)
        case "T":
            guard node.shape.rank == 2 else {
                throw Failure(
                    "tensor.transpose", "`.T` needs a tensor of rank 2, got \(node.shape)",
                    help: "`.mT` swaps the last two axes, `transpose(x, [2, 0, 1])` orders all")
            }
            setOrigin()
            return .tensor(try recorder.swapAxes(node, 0, 1, for: "T"))
        case "mT":
            guard node.shape.rank >= 2 else {
                throw Failure("tensor.transpose", "`.mT` needs two axes, got \(node.shape)")
            }
            setOrigin()
            return .tensor(try recorder.swapAxes(node, -2, -1, for: "mT"))
        default: return nil
        }
    }

    /// Names after the dot, for completion and suggestions.
    func memberNames(of value: Value) -> [String] {
        switch value {
        case .record(let record): record.layout.labels
        case .module(let module): module.definedNames.filter { !$0.hasPrefix("_") }
        case .tensor: ["shape", "rank", "size", "dtype", "T", "mT"]
        case .model(let model): model.memberNames
        case .optimizer(let optimizer): optimizer.optionNames
        case .dataset: DatasetObject.memberNames
        case .tokenizer: TokenizerObject.memberNames
        default: []
        }
    }

    // MARK: Elements

    func element(
        of value: Value, _ layout: SubscriptLayout, _ R: UnsafeMutablePointer<Value>
    ) throws -> Value {
        if check != nil, let result = try openElement(of: value, layout, R) { return result }
        switch value {
        case .tensor(let node):
            do {
                return try tensorElement(node, indices(layout, R))
            } catch where check != nil && isUnknown(error) {
                // A mask whose numbers are not known.
                return .sketch(.tensor(node.dtype))
            }
        case .symbol: throw OperatorFailures.operand("[ ]", value, "a collection")
        default: break
        }
        guard layout.items.count == 1 else {
            throw Failure(
                "index.count", "\(described(value)) takes one index, got \(layout.items.count)")
        }
        switch layout.items[0] {
        case .ellipsis:
            throw Failure("index.ellipsis", "`...` indexes tensors only")
        case .slice(let start, let end, let step):
            return try slice(value, start.map { R[$0] }, end.map { R[$0] }, step.map { R[$0] })
        case .index(let register): return try element(of: value, at: R[register])
        }
    }

    /// A value as the key of a dict.
    func key(_ value: Value) throws -> DictKey {
        if let key = DictKey(try number(value)) { return key }
        if check != nil, Self.holdsSymbol(value) { throw UnknownValue() }
        throw OperatorFailures.badKey(value)
    }

    func element(of value: Value, at index: Value) throws -> Value {
        switch value {
        case .list(let list):
            if case .range(let range) = index { return try slice(value, by: range) }
            return list.items[try position(index, list.items.count, "list")]
        case .tuple(let tuple):
            if case .range(let range) = index { return try slice(value, by: range) }
            return tuple.items[try position(index, tuple.items.count, "tuple")]
        case .string(let text):
            if case .range(let range) = index { return try slice(value, by: range) }
            let position = try position(index, text.count, "text")
            return character(try characters(of: text)[position])
        case .dict(let dict):
            let key = try self.key(index)
            guard let element = dict.items[key] else { throw missing(key, dict) }
            return element
        case .range(let range):
            if case .range(let part) = index { return try slice(value, by: part) }
            return .int(range.element(try position(index, range.count, "range")))
        case .record(let record):
            var label = record.layout.labels.first
            if case .string(let text) = index, record.layout.index[text.text] != nil { label = text.text }
            throw Failure(
                "index.type", "a record is read by label", help: label.map { "write `.\($0)`" })
        case .model(let model): return try part(of: model, at: index)
        case .dataset(let dataset):
            if case .range(let range) = index { return try slice(value, by: range) }
            if case .tensor(let node) = index, node.shape.rank > 0 {
                return .dataset(try dataset.chosen(by: node, self))
            }
            if case .list(let list) = index {
                let positions = try list.items.map { try position($0, dataset.count, "data set") }
                return .dataset(try dataset.picked(positions))
            }
            return try dataset.element(index, self)
        default:
            throw Failure("index.type", "\(described(value)) has no elements to index")
        }
    }

    private func missing(_ key: DictKey, _ dict: DictObject) -> Failure {
        let names = dict.items.keys.compactMap { key -> String? in
            if case .string(let text) = key { return text }
            return nil
        }
        var help = "`get(d, key, default)` gives a default for missing keys"
        if case .string(let text) = key, let close = Suggestion.nearest(text, names) {
            help = "did you mean \"\(close)\"?"
        }
        if case .tuple(let parts) = key, let first = parts.first, dict.items[first] != nil {
            help = "a loop over a dict gives pairs: `for (key, value) in d { … }`"
        }
        return Failure("dict.missing", "no key \(Printer.excerpt(key.value)) in the dict", help: help)
    }

    /// An index of a collection of `count` elements, counted from the front.
    func position(_ index: Value, _ count: Int, _ what: String) throws -> Int {
        guard case .int(let number) = try number(index) else {
            var help: String?
            if case .float = index { help = "`//` divides Ints to an Int, `toInt(x)` truncates" }
            throw Failure("index.type", "an index is an Int, got \(described(index))", help: help)
        }
        guard number < count, number >= -count else {
            throw Failure(
                "index.range",
                "index \(number) is out of range for a \(what) of \(plural(count, "element"))",
                help: number == count && count > 0
                    ? "indices start at 0; the last one is \(count - 1), or -1" : nil)
        }
        return number < 0 ? number + count : number
    }

    /// `xs[0..<3]` is a slice, too.
    private func slice(_ value: Value, by range: RangeObject) throws -> Value {
        let (start, stop, step) = range.sliceBounds
        return try slice(value, start.map { .int($0) }, stop.map { .int($0) }, step.map { .int($0) })
    }

    private func slice(_ value: Value, _ start: Value?, _ end: Value?, _ step: Value?) throws -> Value
    {
        func bound(_ value: Value?) throws -> Int? {
            guard let value else { return nil }
            if case .none = value { return nil }
            guard let number = try int(value) else {
                throw Failure("index.type", "a slice takes Ints, got \(described(value))")
            }
            return number
        }
        func range(_ count: Int) throws -> SliceRange {
            try SliceRange(
                start: try bound(start), stop: try bound(end), step: try bound(step), size: count)
        }
        func elements<Element>(_ items: [Element]) throws -> [Element] {
            let range = try range(items.count)
            return try (0..<range.count).map {
                try poll()
                return items[range.start + $0 * range.step]
            }
        }
        switch value {
        case .list(let list): return .list(try elements(list.items))
        case .tuple(let tuple): return .tuple(try elements(tuple.items))
        case .string(let text):
            return .string(try self.text(of: try elements(characters(of: text))))
        case .range(let all):
            let range = try range(all.count)
            try requireMemory(range.count)
            return try list(of: 0..<range.count) { .int(all.element(range.start + $0 * range.step)) }
        case .dataset(let dataset): return .dataset(try dataset.slice(try range(dataset.count)))
        case .model(let model): return try parts(of: model, try range(model.partCount))
        default: throw Failure("index.type", "\(described(value)) cannot be sliced")
        }
    }

    // MARK: Places that are not known

    /// An element or a part of a value, where the value or its place is not known; `nil` if both are.
    func openElement(
        of value: Value, _ layout: SubscriptLayout, _ R: UnsafeMutablePointer<Value>
    ) throws -> Value? {
        if case .tensor(let node) = value { return try openElement(of: node, layout, R) }
        guard layout.items.count == 1 else { return value.kind.flatMap(Self.partOfTensor) }
        switch layout.items[0] {
        case .ellipsis: return value.kind.flatMap(Self.partOfTensor)
        case .slice(let start, let end, let step):
            let bounds = [start, end, step].compactMap { $0.map { R[$0] } }
            return value.isOpen || bounds.contains(where: isOpenNumber) ? openPart(of: value) : nil
        case .index(let register): return try openElement(of: value, at: R[register])
        }
    }

    /// A part of a tensor at places that are not known. Where they are single ones, the shape is certain.
    private func openElement(
        of node: Node, _ layout: SubscriptLayout, _ R: UnsafeMutablePointer<Value>
    ) throws -> Value? {
        var hasOpenIndex = false
        var hasOpenSlice = false
        let items = layout.items.map { item -> SubscriptLayout.Item in
            switch item {
            case .ellipsis: return item
            case .slice(let start, let end, let step):
                let bounds = [start, end, step].compactMap { $0.map { R[$0] } }
                guard bounds.contains(where: isOpenNumber) else { return item }
                hasOpenSlice = true
                return .slice(nil, nil, nil)
            case .index(let register):
                hasOpenIndex = hasOpenIndex || isOpenNumber(R[register])
                return item
            }
        }
        guard hasOpenIndex || hasOpenSlice else { return nil }
        let isCounted = !layout.items.contains { if case .index(let register) = $0 { R[register].isOpen } else { false } }
        guard isCounted, !node.shape.dimensions.contains(0) else { return .sketch(.tensor(node.dtype)) }
        let element = try tensorElement(node, indices(SubscriptLayout(items: items), R, unknownAs: 0))
        return hasOpenSlice ? .sketch(.tensor(node.dtype)) : try withoutNumbers(element)
    }
}
