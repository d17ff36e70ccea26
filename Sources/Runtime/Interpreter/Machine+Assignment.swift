import Autodiff
import Syntax
import Tensors

extension Machine {
    /// What stands between the brackets, for a tensor.
    ///
    /// - Parameter unknown: the index that stands for those that are not known.
    func indices(
        _ layout: SubscriptLayout, _ R: UnsafeMutablePointer<Value>, unknownAs unknown: Int? = nil
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
            case .index(let register):
                if let unknown, isOpenNumber(R[register]) { .index(unknown) } else { try indexItem(R[register]) }
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

    static func isObject(_ value: Value) -> Bool {
        switch value {
        case .model, .optimizer, .module, .unknown: true
        default: value.isNever
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
        case .capture(let index):
            recording?.uses(closure)
            return read(closure.captures[index])
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
}
