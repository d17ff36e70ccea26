import Autodiff
import Diagnostics
import Tensors

// Reading and writing of what outlives a register. A recording is told of everything from outside.

extension Machine {
    func newCell(_ value: Value) -> Cell {
        let cell = Cell(value)
        if let recording { cell.mark = recording.id }
        if let check { cell.birth = check.nextMoment() }
        return cell
    }

    @inline(__always)
    func read(_ cell: Cell, name: Int, _ prototype: Prototype) throws -> Value {
        if let recording { recording.reads(cell) }
        if case .unset = cell.value { throw early(self.name(name, prototype)) }
        return cell.value
    }

    @inline(__always)
    func write(_ value: Value, to cell: Cell) {
        if let recording { recording.writes(cell) }
        check?.willWrite(cell)
        cell.value = value
    }

    func name(_ constant: Int, _ prototype: Prototype) -> String {
        if case .string(let text) = prototype.constants[constant] { return text.text }
        return ""
    }

    private func early(_ name: String) -> Failure {
        Failure(
            "name.early", "`\(name)` is used before it is defined",
            help: "move its definition above this line")
    }

    @inline(__always)
    func global(_ prototype: Prototype, _ slot: Int, _ preludeSlot: Int) throws -> Value {
        let module = prototype.module
        let value = module.slots[slot]
        if !value.isUnset {
            if let recording { recording.reads(module, slot) }
            return value
        }
        guard preludeSlot >= 0 else { throw early(module.names[slot]) }
        let shared = session.prelude.slots[preludeSlot]
        if shared.isUnset { throw early(module.names[slot]) }
        return shared
    }

    /// The function of that name: the module's, else the prelude's; unset if there is none.
    func optionalGlobal(_ prototype: Prototype, _ slot: Int, _ preludeSlot: Int) -> Value {
        let module = prototype.module
        let value = module.slots[slot]
        if !value.isUnset, let recording { recording.reads(module, slot) }
        if value.isCallable { return value }
        return preludeSlot >= 0 ? session.prelude.slots[preludeSlot] : .unset
    }

    func define(_ module: ModuleObject, _ slot: Int, _ value: Value, isVariable: Bool) {
        check?.willWrite(module, slot)
        // Blocks that were recorded with the prelude's meaning of the name are out of date.
        if module.slots[slot].isUnset, session.prelude.index[module.names[slot]] != nil { modelVersion += 1 }
        module.slots[slot] = value
        if isVariable { module.variables.insert(slot) } else { module.variables.remove(slot) }
    }

    /// A closure of a nested function: the variables that it shares with the running one.
    func makeClosure(_ prototype: Prototype, _ closure: Closure, _ base: Int) -> Closure {
        let made = Closure(
            prototype, captures: captures(of: prototype, closure, base), receiver: closure.receiver)
        if let recording { made.mark = recording.id }
        return made
    }

    func captures(of prototype: Prototype, _ closure: Closure, _ base: Int) -> [Cell] {
        if let recording { recording.uses(closure) }
        return prototype.captures.map { source in
            switch source {
            case .capture(let index): return closure.captures[index]
            case .register(let register):
                if case .cell(let cell) = registers[base + register] { return cell }
                // The compiler boxes every captured variable; an unset one keeps the error clear.
                return Cell(.unset)
            }
        }
    }

    /// Takes a tuple, or a list, of exactly `count` parts apart.
    func unpack(
        _ value: Value, into target: UnsafeMutablePointer<Value>, count: Int
    ) throws {
        let items: [Value]
        switch value {
        case .unknown, .sketch: throw UnknownValue()
        case .tuple(let tuple): items = tuple.items
        case .list(let list): items = list.items
        case .record(let record): items = record.values
        case .tensor(let node) where node.shape.rank > 0 && node.shape[0] == count:
            items = try (0..<count).map { .tensor(try row(of: node, $0)) }
        default:
            throw Failure(
                "tuple.unpack", "expected \(count) parts to take apart, got \(described(value))",
                help: {
                    switch value {
                    case .dataset: "write `d.x` and `d.y`"
                    case .tensor(let node) where node.shape.rank > 0:
                        "it is one tensor: `let v = …`; where the greatest are tells `argmax`"
                    default: nil
                    }
                }())
        }
        guard items.count == count else {
            throw Failure(
                "tuple.unpack", "expected \(count) parts to take apart, got \(items.count)")
        }
        for (index, item) in items.enumerated() { target[index] = item }
    }
}
