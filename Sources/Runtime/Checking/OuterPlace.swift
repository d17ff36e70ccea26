import Autodiff

/// A variable outside of registers, or a part of an object that a program may change.
enum OuterPlace {
    case cell(Cell)
    case global(ModuleObject, Int)
    /// A field of a model or optimizer: a part, a size, an option.
    case field(Receiver, Int)
    /// A param or state, unset until it is built.
    case box(ParameterBox, of: ModelInstance)
    case frozen(ModelInstance)
    /// An option of a group of an optimizer.
    case option(OptimizerInstance, group: Int, Int)
    case commonOption(OptimizerInstance, group: Int, String)

    struct Key: Hashable {
        var object: ObjectIdentifier
        var slot: Int
        var name = ""
    }

    var key: Key {
        switch self {
        case .cell(let cell): Key(object: ObjectIdentifier(cell), slot: -1)
        case .global(let module, let slot): Key(object: ObjectIdentifier(module), slot: slot)
        case .field(let receiver, let field): Key(object: ObjectIdentifier(receiver), slot: field)
        case .box(let box, _): Key(object: ObjectIdentifier(box), slot: -1)
        case .frozen(let model): Key(object: ObjectIdentifier(model), slot: -1)
        case .option(let optimizer, let group, let index):
            Key(object: ObjectIdentifier(optimizer), slot: index, name: "\(group)")
        case .commonOption(let optimizer, let group, let name):
            Key(object: ObjectIdentifier(optimizer), slot: group, name: name)
        }
    }

    /// When the object that holds it was made.
    var birth: Int {
        switch self {
        case .cell(let cell): cell.birth
        case .global: 0
        case .field(let receiver, _): receiver.birth
        case .box(_, let model), .frozen(let model): model.birth
        case .option(let optimizer, _, _), .commonOption(let optimizer, _, _): optimizer.birth
        }
    }

    var value: Value {
        get {
            switch self {
            case .cell(let cell): cell.value
            case .global(let module, let slot): module.slots[slot]
            case .field(let receiver, let field): receiver.fields[field]
            case .box(let box, _): box.node.map { .tensor($0) } ?? .unset
            case .frozen(let model): .bool(model.isFrozen)
            case .option(let optimizer, let group, let index): optimizer.groups[group].options[index]
            case .commonOption(let optimizer, let group, let name):
                optimizer.groups[group].common[name] ?? .unset
            }
        }
        nonmutating set {
            switch self {
            case .cell(let cell): cell.value = newValue
            case .global(let module, let slot): module.slots[slot] = newValue
            case .field(let receiver, let field): receiver.fields[field] = newValue
            case .box(let box, let model):
                if case .tensor(let node) = newValue { box.node = node } else { box.node = nil }
                if box.node == nil { model.isBuilt = false }
            case .frozen(let model):
                // Of a mark that is not known no error may follow: what is not frozen trains.
                if case .bool(let flag) = newValue { model.isFrozen = flag } else { model.isFrozen = false }
            case .option(let optimizer, let group, let index):
                optimizer.groups[group].options[index] = newValue
            case .commonOption(let optimizer, let group, let name):
                optimizer.groups[group].common[name] = newValue.isUnset ? nil : newValue
            }
        }
    }

    /// Whether nothing in it yet means that it is not made, and not that it is empty.
    var isPartOfModel: Bool {
        switch self {
        case .box, .field: true
        case .cell, .global, .frozen, .option, .commonOption: false
        }
    }
}
