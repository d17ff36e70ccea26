import Autodiff
import OrderedCollections
import Syntax
import Tensors

// Writing into a value: the last part of an assignment. Lists, dicts and records are written where they lie if nobody
// else refers to them; a tensor becomes another one; models and optimizers are changed.

extension Machine {
    func combined(_ old: Value, _ new: Value, _ place: Place) throws -> Value {
        guard let opcode = FunctionCompiler.opcode(of: place.operation) else { return new }
        return try binary(opcode, old, new)
    }

    func modify(
        _ value: inout Value, _ steps: ArraySlice<Place.Step>, _ new: Value, _ place: Place,
        _ prototype: Prototype, _ R: UnsafeMutablePointer<Value>
    ) throws {
        guard let step = steps.first else {
            if place.operation == .add, try appendInPlace(&value, new) { return }
            value = try combined(value, new, place)
            return
        }
        let rest = steps.dropFirst()
        switch step {
        case .member(let name):
            try modifyMember(&value, name, rest, new, place, prototype, R)
        case .index(let index):
            let layout = prototype.subscripts[index]
            if case .tensor(let node) = value {
                try modifyTensor(&value, node, layout, rest, new, place, prototype, R)
                return
            }
            guard let register = layout.only else {
                throw Failure("assign.slice", "only one element of a list is assigned at a time")
            }
            try modifyElement(&value, R[register], rest, new, place, prototype, R)
        }
    }

    private func modifyTensor(
        _ value: inout Value, _ node: Node, _ layout: SubscriptLayout,
        _ rest: ArraySlice<Place.Step>, _ new: Value, _ place: Place, _ prototype: Prototype,
        _ R: UnsafeMutablePointer<Value>
    ) throws {
        let items = try indices(layout, R)
        var part: Value = new
        if !rest.isEmpty || place.operation != .set {
            part = try tensorElement(node, items)
            try modify(&part, rest, new, place, prototype, R)
        }
        guard let assigned = try tensorNode(part, dtype: node.dtype) else {
            throw Failure(
                "assign.type", "\(described(part)) cannot be put into a tensor",
                help: { if case .list = part { return "write `Tensor(xs)`" } else { return nil } }())
        }
        value = .tensor(try recorder.assign(node, at: items, assigned))
    }

    private func modifyElement(
        _ value: inout Value, _ index: Value, _ rest: ArraySlice<Place.Step>, _ new: Value,
        _ place: Place, _ prototype: Prototype, _ R: UnsafeMutablePointer<Value>
    ) throws {
        if value.isList { return try modifyList(&value, index, rest, new, place, prototype, R) }
        if value.isDict { return try modifyDict(&value, index, rest, new, place, prototype, R) }
        switch value {
        case .model(let model):
            var part = try part(of: model, at: index)
            guard !rest.isEmpty else {
                throw Failure("assign.part", "a part of a model cannot be replaced")
            }
            try modify(&part, rest, new, place, prototype, R)
        case .tuple(let tuple) where !rest.isEmpty:
            var part = tuple.items[try position(index, tuple.items.count, "tuple")]
            guard Self.isObject(part) else { fallthrough }
            try modify(&part, rest, new, place, prototype, R)
        default:
            throw Failure(
                "assign.type", "the elements of \(described(value)) cannot be assigned", help: Self.immutableHelp(value))
        }
    }

    /// What to do instead of `t[0] = 3`.
    private static func immutableHelp(_ value: Value) -> String? {
        switch value {
        case .tuple: "make a new tuple, or use a list `[a, b]` or a record `(x: a, y: b)`"
        case .string: "make a new text: `s[:i] + c + s[i + 1:]`, or `replace(s, a, b)`"
        default: nil
        }
    }

    private func modifyList(
        _ value: inout Value, _ index: Value, _ rest: ArraySlice<Place.Step>, _ new: Value,
        _ place: Place, _ prototype: Prototype, _ R: UnsafeMutablePointer<Value>
    ) throws {
        guard var list = value.takeList() else { return }
        defer { value = .list(list) }
        let position = try position(index, list.items.count, "list")
        if !isKnownUniquelyReferenced(&list) { list = ListObject(list.items) }
        var element = list.items[position]
        list.items[position] = .none
        defer { list.items[position] = element }
        try modify(&element, rest, new, place, prototype, R)
    }

    private func modifyDict(
        _ value: inout Value, _ index: Value, _ rest: ArraySlice<Place.Step>, _ new: Value,
        _ place: Place, _ prototype: Prototype, _ R: UnsafeMutablePointer<Value>
    ) throws {
        let key = try self.key(index)
        guard var dict = value.takeDict() else { return }
        defer { value = .dict(dict) }
        if rest.isEmpty, place.operation == .set {
            if !isKnownUniquelyReferenced(&dict) { dict = DictObject(dict.items) }
            dict.items[key] = new
            return
        }
        guard var element = dict.items[key] else {
            throw Failure(
                "dict.missing", "no key \(Printer.excerpt(key.value)) in the dict",
                help: rest.isEmpty ? "begin with a default: `d[key] = get(d, key, 0) + 1`" : nil)
        }
        if !isKnownUniquelyReferenced(&dict) { dict = DictObject(dict.items) }
        // The dict lets go of the element, which may then be written in place; an error leaves it as it was.
        dict.items[key] = Value.none
        defer { dict.items[key] = element }
        try modify(&element, rest, new, place, prototype, R)
    }

    private func modifyRecord(
        _ value: inout Value, _ name: String, _ rest: ArraySlice<Place.Step>, _ new: Value,
        _ place: Place, _ prototype: Prototype, _ R: UnsafeMutablePointer<Value>
    ) throws {
        guard var record = value.takeRecord() else { return }
        defer { value = .record(record) }
        guard let index = record.layout.index[name] else {
            throw CallFailures.noMember(.record(record), name, names: record.layout.labels)
        }
        if !isKnownUniquelyReferenced(&record) {
            record = RecordObject(record.layout, record.values)
        }
        var element = record.values[index]
        record.values[index] = .none
        defer { record.values[index] = element }
        try modify(&element, rest, new, place, prototype, R)
    }

    private func modifyMember(
        _ value: inout Value, _ name: String, _ rest: ArraySlice<Place.Step>, _ new: Value,
        _ place: Place, _ prototype: Prototype, _ R: UnsafeMutablePointer<Value>
    ) throws {
        if value.isRecord { return try modifyRecord(&value, name, rest, new, place, prototype, R) }
        switch value {
        case .model(let model):
            guard var old = try member(of: model, name) else {
                throw CallFailures.noMember(value, name, names: model.memberNames)
            }
            let index = model.definition?.template.layout.fieldNames.firstIndex(of: name)
            let box = index.flatMap { model.boxes[$0] }
            if box == nil, name == "params" || rest.count == 1 && !Self.isObject(old) && !old.isOpen, !rest.isEmpty {
                throw Failure(
                    "assign.copy", "`.\(name)` of a model gives a copy: nothing can be put into it",
                    help: name == "params"
                        ? "write `net.W = …`, or `setParams(net, [\"W\": …])`"
                        : "only its params and states are assigned")
            }
            try modify(&old, rest, new, place, prototype, R)
            guard let box else {
                if !rest.isEmpty { return }
                throw Failure("assign.member", "`\(name)` of a model is made once and stays",
                    help: "only its params and states are assigned")
            }
            try assign(old, to: box, of: model)
        case .optimizer(let optimizer):
            guard var old = optimizer.option(name) else {
                throw CallFailures.noMember(value, name, names: optimizer.optionNames)
            }
            try modify(&old, rest, new, place, prototype, R)
            recording?.demands("an option of an optimizer is assigned")
            check?.willWrite(optimizer, option: name)
            try optimizer.setOption(name, old)
        case .dataset:
            throw Failure(
                "assign.dataset", "a data set does not change", help: "make another one: `Dataset(x, y)`")
        case .module(let module):
            throw Failure(
                "assign.module", "names of the module `\(module.name)` are assigned inside it only")
        default:
            throw CallFailures.noMember(value, name, names: memberNames(of: value))
        }
    }
}

extension Value {
    // A collection is written in place if the variable held the only reference to it, so it is moved out first.
    // Not inlined, and no case of a `switch` over the variable: that may keep a second reference to its end, and
    // each write would copy.

    @inline(never) fileprivate var isList: Bool { if case .list = self { true } else { false } }
    @inline(never) fileprivate var isDict: Bool { if case .dict = self { true } else { false } }
    @inline(never) fileprivate var isRecord: Bool { if case .record = self { true } else { false } }

    @inline(never) fileprivate mutating func takeList() -> ListObject? {
        guard case .list(let list) = self else { return nil }
        self = .none
        return list
    }

    @inline(never) fileprivate mutating func takeDict() -> DictObject? {
        guard case .dict(let dict) = self else { return nil }
        self = .none
        return dict
    }

    @inline(never) fileprivate mutating func takeRecord() -> RecordObject? {
        guard case .record(let record) = self else { return nil }
        self = .none
        return record
    }
}
