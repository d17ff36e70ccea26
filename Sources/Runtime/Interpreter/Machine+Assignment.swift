import Autodiff
import OrderedCollections
import Syntax
import Tensors

extension Machine {
    /// What stands between the brackets, for a tensor.
    func indices(
        _ layout: SubscriptLayout, _ R: UnsafeMutablePointer<Value>
    ) throws -> [IndexItem] {
        func bound(_ register: Int?) throws -> Int? {
            guard let register else { return nil }
            if case .none = R[register] { return nil }
            guard let number = try int(R[register]) else {
                throw Failure("index.type", "a slice takes Ints, got \(described(R[register]))")
            }
            return number
        }
        return try layout.items.map { item in
            switch item {
            case .ellipsis: .ellipsis
            case .slice(let start, let end, let step):
                .slice(start: try bound(start), stop: try bound(end), step: try bound(step))
            case .index(let register): try indexItem(R[register])
            }
        }
    }

    private func indexItem(_ value: Value) throws -> IndexItem {
        switch value {
        case .int(let number): return .index(number)
        case .none: return .newAxis
        case .tensor(let node):
            if node.shape.rank == 0, node.dtype != .bool, let number = try int(value) {
                return .index(number)
            }
            return .tensor(node)
        case .symbol:
            guard let number = try int(value) else { break }
            return .index(number)
        case .range(let range):
            let (start, stop, step) = range.sliceBounds
            return .slice(start: start, stop: stop, step: step)
        case .list(let list):
            let numbers = try list.items.map { item -> Int in
                guard let number = try int(item) else {
                    throw Failure(
                        "index.type", "a list as index holds Ints, not \(described(item))",
                        help: { if case .bool = item { return "a mask is a tensor: `x[Tensor(mask)]`" } else { return nil } }())
                }
                return number
            }
            return .tensor(
                Node(try Tensor(numbers, shape: Shape([numbers.count]), dtype: .int64)))
        default: break
        }
        throw Failure("index.type", "an index is an Int, a slice or a tensor, got \(described(value))")
    }

    func tensorElement(_ node: Node, _ items: [IndexItem]) throws -> Value {
        .tensor(try recorder.index(node, items))
    }

    /// `place op= value`
    func assign(
        _ place: Place, _ prototype: Prototype, _ closure: Closure,
        _ R: UnsafeMutablePointer<Value>
    ) throws {
        let new = R[place.value]
        if case .field(let index) = place.root { return try assign(place, new, index, closure, R) }
        if place.steps.isEmpty, case .global(let slot) = place.root,
            try assignGlobal(slot, new, place, prototype.module)
        {
            return
        }
        if !place.isVariable, place.steps.count > 1,
            try assignBehind(place, new, prototype, closure, R)
        {
            return
        }
        var root = take(place.root, prototype, closure, R)
        defer { put(root, place.root, prototype, closure, R) }
        if root.isUnset {
            throw Failure("name.early", "`\(place.rootName)` is used before it is defined")
        }
        if !place.steps.isEmpty, !place.isVariable, !Self.isObject(root) {
            throw Failure(
                "name.assignLet", "`\(place.rootName)` is a `let` and cannot be changed",
                help: "define it with `var \(place.rootName) = …`")
        }
        try modify(&root, place.steps[...], new, place, prototype, R)
    }

    /// `r.optimizer.lr = 0.1`: an object that a value holds is changed, the value is not, and so needs no `var`.
    ///
    /// - Returns: false where no object stands on the way.
    private func assignBehind(
        _ place: Place, _ new: Value, _ prototype: Prototype, _ closure: Closure,
        _ R: UnsafeMutablePointer<Value>
    ) throws -> Bool {
        var value = try peek(place.root, prototype, closure, R)
        var steps = place.steps[...]
        while !Self.isObject(value) {
            guard steps.count > 1, let step = steps.popFirst() else { return false }
            switch (step, value) {
            case (.member(let name), .record): value = try member(value, name)
            case (.index(let index), .list), (.index(let index), .dict), (.index(let index), .tuple):
                value = try element(of: value, prototype.subscripts[index], R)
            default: return false
            }
        }
        recording?.demands("it assigns to what an outer value holds")
        try modify(&value, steps, new, place, prototype, R)
        return true
    }

    /// A whole variable of the module; false where a list grows in place, which must not be copied.
    private func assignGlobal(
        _ slot: Int, _ new: Value, _ place: Place, _ module: ModuleObject
    ) throws -> Bool {
        switch module.slots[slot] {
        case .unset, .list: return false
        default: break
        }
        recording?.writes(module, slot)
        check?.willWrite(module, slot)
        module.slots[slot] =
            place.operation == .set ? new : try combined(module.slots[slot], new, place)
        return true
    }

    /// A state of a model, or a slot of an optimizer, from inside its body.
    private func assign(
        _ place: Place, _ new: Value, _ index: Int, _ closure: Closure,
        _ R: UnsafeMutablePointer<Value>
    ) throws {
        var root = try field(index, of: closure, isRaw: true)
        if place.steps.isEmpty || !Self.isObject(root) {
            try modify(&root, place.steps[...], new, place, closure.prototype, R)
            try setField(index, of: closure, root, isInitial: false)
        } else {
            try modify(&root, place.steps[...], new, place, closure.prototype, R)
        }
    }

    private static func isObject(_ value: Value) -> Bool {
        switch value {
        case .model, .optimizer, .module, .unknown: true
        default: false
        }
    }

    private func take(
        _ root: Place.Root, _ prototype: Prototype, _ closure: Closure,
        _ R: UnsafeMutablePointer<Value>
    ) -> Value {
        func emptied(_ value: inout Value) -> Value {
            let taken = value
            value = .none
            return taken
        }
        switch root {
        case .register(let register): return emptied(&R[register])
        case .cell(let register):
            guard case .cell(let cell) = R[register] else { return .unset }
            recording?.writes(cell)
            check?.willWrite(cell)
            return emptied(&cell.value)
        case .capture(let index):
            let cell = closure.captures[index]
            recording?.writes(cell)
            check?.willWrite(cell)
            return emptied(&cell.value)
        case .global(let slot):
            recording?.writes(prototype.module, slot)
            check?.willWrite(prototype.module, slot)
            return emptied(&prototype.module.slots[slot])
        case .field: return .none
        }
    }

    /// The value of a variable, which keeps it.
    private func peek(
        _ root: Place.Root, _ prototype: Prototype, _ closure: Closure,
        _ R: UnsafeMutablePointer<Value>
    ) throws -> Value {
        func read(_ cell: Cell) -> Value {
            recording?.reads(cell)
            return cell.value
        }
        switch root {
        case .register(let register): return R[register]
        case .cell(let register):
            if case .cell(let cell) = R[register] { return read(cell) }
            return .unset
        case .capture(let index): return read(closure.captures[index])
        case .global(let slot):
            recording?.reads(prototype.module, slot)
            return prototype.module.slots[slot]
        case .field(let index): return try field(index, of: closure, isRaw: true)
        }
    }

    private func put(
        _ value: Value, _ root: Place.Root, _ prototype: Prototype, _ closure: Closure,
        _ R: UnsafeMutablePointer<Value>
    ) {
        switch root {
        case .register(let register): R[register] = value
        case .cell(let register):
            if case .cell(let cell) = R[register] { cell.value = value }
        case .capture(let index): closure.captures[index].value = value
        case .global(let slot): prototype.module.slots[slot] = value
        case .field: break
        }
    }

    private func combined(_ old: Value, _ new: Value, _ place: Place) throws -> Value {
        guard let opcode = FunctionCompiler.opcode(of: place.operation) else { return new }
        return try binary(opcode, old, new)
    }

    private func modify(
        _ value: inout Value, _ steps: ArraySlice<Place.Step>, _ new: Value, _ place: Place,
        _ prototype: Prototype, _ R: UnsafeMutablePointer<Value>
    ) throws {
        guard let step = steps.first else {
            if place.operation == .add, case .list = value {
                return try withUnsafeMutablePointer(to: &value) { try appendInPlace($0, new) }
            }
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
            guard layout.items.count == 1, case .index(let register) = layout.items[0] else {
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
        switch value {
        case .list: try modifyList(&value, index, rest, new, place, prototype, R)
        case .dict: try modifyDict(&value, index, rest, new, place, prototype, R)
        case .model(let model):
            var part = try part(of: model, at: index)
            guard !rest.isEmpty else {
                throw Failure("assign.part", "a part of a model cannot be replaced")
            }
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
        guard let key = DictKey(try number(index)) else { throw OperatorFailures.badKey(index) }
        guard var dict = value.takeDict() else { return }
        defer { value = .dict(dict) }
        if rest.isEmpty, place.operation == .set {
            if !isKnownUniquelyReferenced(&dict) { dict = DictObject(dict.items) }
            dict.items[key] = new
            return
        }
        guard var element = dict.items[key] else {
            throw Failure("dict.missing", "no key \(Printer.quoted(key.value)) in the dict")
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
        switch value {
        case .record: try modifyRecord(&value, name, rest, new, place, prototype, R)
        case .model(let model):
            guard var old = try member(of: model, name) else {
                throw CallFailures.noMember(value, name, names: model.memberNames)
            }
            try modify(&old, rest, new, place, prototype, R)
            guard let index = model.definition?.template.layout.fieldNames.firstIndex(of: name),
                let box = model.boxes[index]
            else {
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
    // Not inlined: a `switch` over the variable may keep a second reference to its end, and each write would copy.

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
