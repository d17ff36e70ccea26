import Autodiff
import Formats
import Tensors

/// What an optimizer knows besides its options, as named tensors: with it and the params training goes on as if it
/// had not stopped.
///
/// Entries: `steps` and `calls` (`[1]` int64, the updates done and the calls towards the next one), and of each param
/// `path.slot`, `path:ema` (the average), `path:sum` (gradients summed by `accumulate`) and, unless it is 0
/// and the slots say that there were updates, `path:skipped` (`[1]` int64, those that it had no part in). A slot that became a
/// plain number is `path.slot:number`; one that the options do without has no entry.
enum OptimizerState {
    private static let average = ":ema"
    private static let sum = ":sum"
    private static let skipped = ":skipped"
    private static let numberMark = ":number"

    static func tensors(
        of optimizer: OptimizerInstance, _ machine: Machine
    ) throws -> [NamedTensor] {
        let names = optimizer.definition.template.slots.map(\.name)
        var tensors = try [("steps", optimizer.steps), ("calls", optimizer.calls)].map {
            NamedTensor($0, try Tensor([$1], shape: Shape([1]), dtype: .int64))
        }
        for (parameter, _) in optimizer.parameters() {
            guard let slots = optimizer.slots[ObjectIdentifier(parameter.box)] else { continue }
            for (name, slot) in zip(names, slots.values) where !slot.isNone {
                tensors.append(try tensor(of: slot, "\(parameter.path).\(name)", machine))
            }
            let isCounted = optimizer.definition.template.updateArity > 2 && slots.values.allSatisfy(\.isNone)
            if slots.skipped > 0 || isCounted {
                let count = try Tensor([slots.skipped], shape: Shape([1]), dtype: .int64)
                tensors.append(NamedTensor(parameter.path + skipped, count))
            }
            for (name, node) in [(average, slots.average), (sum, slots.accumulated)] {
                guard let node else { continue }
                tensors.append(
                    NamedTensor(parameter.path + name, try machine.savedTensor(node)))
            }
        }
        return tensors
    }

    private static func tensor(
        of slot: Value, _ name: String, _ machine: Machine
    ) throws -> NamedTensor {
        switch slot {
        case .tensor(let node): return NamedTensor(name, try machine.savedTensor(node))
        case .symbol(let symbol):
            return NamedTensor(name + numberMark, try machine.savedTensor(symbol.node))
        case .int(let number):
            return NamedTensor(name + numberMark, try Tensor([number], shape: Shape([]), dtype: .int64))
        case .float(let number):
            return NamedTensor(
                name + numberMark, try Tensor([number], shape: Shape([]), dtype: .float64))
        default:
            throw Failure(
                "optimizer.state", "the slot `\(name)` holds \(described(slot)), which cannot be saved",
                help: "slots that are tensors or numbers can")
        }
    }

    /// An optimizer with the same options and state for another model with the same paths.
    static func copy(
        _ optimizer: OptimizerInstance, for model: ModelInstance
    ) throws -> OptimizerInstance {
        guard let group = optimizer.groups.first, optimizer.groups.count == 1 else {
            throw Failure("optimizer.copy", "an optimizer with several groups cannot be copied")
        }
        let own = OptimizerInstance.Group(
            target: .model(model), options: group.options, common: group.common)
        let result = OptimizerInstance(optimizer.definition, groups: [own])
        let old = optimizer.parameters().map(\.parameter)
        let new = result.parameters().map(\.parameter)
        guard old.isEmpty || old.map(\.path) == new.map(\.path) else {
            throw Failure(
                "optimizer.copy", "the model has other params than the one that the optimizer holds",
                help: "`copy(net)` makes one of the same structure")
        }
        for (from, to) in zip(old, new) {
            guard let slots = optimizer.slots[ObjectIdentifier(from.box)] else { continue }
            result.slots[ObjectIdentifier(to.box)] = slots.copy(for: to.box)
        }
        result.restoreCount(optimizer.steps)
        result.calls = optimizer.calls
        return result
    }

    /// Takes the state of a file; nothing is changed unless everything fits.
    static func load(
        _ named: [NamedTensor], into optimizer: OptimizerInstance, _ path: String,
        _ machine: Machine
    ) throws {
        var entries = Dictionary(
            named.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
        let steps = try count("steps", &entries, path)
        let calls = entries["calls"] == nil ? 0 : try count("calls", &entries, path)
        var slots: [ObjectIdentifier: OptimizerInstance.Slots] = [:]
        for (parameter, group) in optimizer.parameters() {
            let average = try tensor(parameter.path + Self.average, of: parameter, &entries, path)
            let sum = try tensor(parameter.path + Self.sum, of: parameter, &entries, path)
            let skippedName = parameter.path + Self.skipped
            let isCounted = entries[skippedName] != nil
            let skipped = isCounted ? min(steps, try count(skippedName, &entries, path)) : 0
            for (index, value) in optimizer.groups[group].options.enumerated() {
                optimizer.fields[index] = value
            }
            let (values, missing) = try self.slots(of: parameter, optimizer, &entries, path, machine)
            let wasUpdated = average != nil || !values.allSatisfy(\.isNone)
            if wasUpdated, let missing {
                throw Failure(
                    "optimizer.load",
                    "`\(path)` has only a part of the state of `\(parameter.path)`: `\(missing)` is missing",
                    help: "it was saved by another optimizer, or with other options")
            }
            if !wasUpdated, sum == nil, !isCounted { continue }
            slots[ObjectIdentifier(parameter.box)] = OptimizerInstance.Slots(
                box: parameter.box, values: wasUpdated ? values : [], average: average, accumulated: sum,
                skipped: skipped)
        }
        if let extra = named.first(where: { entries[$0.name] != nil }) {
            throw Failure(
                "optimizer.load",
                "`\(path)` has an entry `\(extra.name)` that the optimizer has not",
                help: "it was saved by another optimizer, with other options or with another model")
        }
        optimizer.slots = slots
        optimizer.restoreCount(steps)
        optimizer.calls = calls
    }

    private static func count(
        _ name: String, _ entries: inout [String: Tensor], _ path: String
    ) throws -> Int {
        guard let tensor = entries.removeValue(forKey: name), tensor.count == 1,
            tensor.dtype == .int64, tensor.int(at: 0) >= 0
        else {
            throw Failure(
                "optimizer.load", "`\(path)` is no state of an optimizer: `\(name)` is missing or damaged")
        }
        // What a file says may be anything; counting on must not overflow.
        return min(tensor.int(at: 0), Int.max >> 1)
    }

    private static func slot(_ name: String, _ entries: inout [String: Tensor]) -> Value? {
        if let number = entries.removeValue(forKey: name + numberMark), number.count == 1 {
            return number.dtype == .int64 ? .int(number.int(at: 0)) : .float(number.double(at: 0))
        }
        return entries.removeValue(forKey: name).map { .tensor(Node($0)) }
    }

    /// The slots of a param from the entries of a file, and the first that is missing of those that the
    /// options, which the fields of the optimizer hold, call for.
    private static func slots(
        of parameter: NamedParameter, _ optimizer: OptimizerInstance,
        _ entries: inout [String: Tensor], _ path: String, _ machine: Machine
    ) throws -> (values: [Value], missing: String?) {
        let names = optimizer.definition.template.slots.map { "\(parameter.path).\($0.name)" }
        var values: [Value] = []
        var missing: String?
        for (index, name) in names.enumerated() {
            let first = try firstSlot(index, of: parameter, optimizer, machine)
            guard first?.isNone != true, let value = slot(name, &entries) else {
                if first?.isNone != true { missing = missing ?? name }
                values.append(.none)
                continue
            }
            if parameter.box.node != nil, case .tensor(let found) = value,
                case .tensor(let wanted)? = first, found.shape != wanted.shape
            {
                throw unfitting(name, found.shape, wanted.shape, path)
            }
            values.append(value)
        }
        return (values, missing)
    }

    /// What a slot of a param starts as; `nil` if that is not known before the param is made.
    private static func firstSlot(
        _ index: Int, of parameter: NamedParameter, _ optimizer: OptimizerInstance,
        _ machine: Machine
    ) throws -> Value? {
        if let node = parameter.box.node {
            return try machine.firstSlot(index, optimizer, node)
        }
        guard let number = try? Tensor(.float(0), dtype: .float32) else { return nil }
        do {
            return try machine.firstSlot(index, optimizer, Node(number))
        } catch is Failure {
            return nil
        }
    }

    /// An entry of the shape of the param.
    private static func tensor(
        _ name: String, of parameter: NamedParameter, _ entries: inout [String: Tensor],
        _ path: String
    ) throws -> Node? {
        guard let tensor = entries.removeValue(forKey: name) else { return nil }
        if let node = parameter.box.node, tensor.shape != node.shape {
            throw unfitting(name, tensor.shape, node.shape, path)
        }
        return Node(tensor)
    }

    private static func unfitting(
        _ name: String, _ found: Shape, _ expected: Shape, _ path: String
    ) -> Failure {
        Failure("shape.load", "`\(name)` in `\(path)` has shape \(found), not \(expected)")
    }
}
