import Autodiff
import OrderedCollections

/// A param or state with its path from the model: `1.W`, `blocks.0.W`.
struct NamedParameter {
    var path: String
    var box: ParameterBox
    var owner: ModelInstance
    /// Whether it, or a model around it, is frozen.
    var isFrozen: Bool

    /// Whether training may change it.
    var isTrainable: Bool { !box.isState && !isFrozen }
}

extension ModelInstance {
    /// All params and states in the order of definition, each once, however often a part is shared.
    func namedParameters() -> [NamedParameter] {
        var walk = ParameterWalk()
        walk.visit(.model(self), path: "", isFrozen: false)
        return walk.found
    }

    /// The parts that are models, with their names, not deeper.
    var modelParts: [(name: String, value: Value)] {
        switch kind {
        case .chain(let parts): return parts.enumerated().map { (String($0), $1) }
        case .defined(let definition):
            let names = definition.template.layout.fieldNames
            let renamed = renamedArguments(definition.template)
            let named = names.indices.filter { !renamed.contains($0) }.flatMap { index in
                names[index] == Self.namelessPart
                    ? ParameterWalk.items(fields[index]) : [(names[index], fields[index])]
            }
            return named.filter { ParameterWalk.mayHoldModels($0.value) }
        }
    }

    /// The models that the parts are or hold, with their paths, not deeper: `blocks.0`.
    var partRows: [(name: String, value: Value)] {
        var rows: [(String, Value)] = []
        var seen: Set<ObjectIdentifier> = []
        func visit(_ value: Value, _ path: String) {
            if case .model = value {
                rows.append((path, value))
            } else if let container = value.compound, seen.insert(ObjectIdentifier(container)).inserted {
                for (name, item) in ParameterWalk.items(value) { visit(item, "\(path).\(name)") }
            }
        }
        for part in modelParts { visit(part.value, part.name) }
        return rows
    }

    /// A list, tuple, record or dict of this name, made by a `let` of the body, lends its name to no
    /// path: what is in it goes by number or label alone, `0.W` or `forward.W`.
    fileprivate static let namelessPart = "_parts"

    /// The fields of constructor arguments that are in `_parts` too and go by their names there, or whose name a
    /// part took over (`let inner = inner >> relu`).
    fileprivate func renamedArguments(_ template: ModelTemplate) -> Set<Int> {
        let hidden = template.hiddenArguments
        guard let part = template.parts.first(where: { $0.name == Self.namelessPart }) else {
            return hidden
        }
        let values = [fields[part.field]] + ParameterWalk.items(fields[part.field]).map(\.value)
        let known = Set(values.compactMap(ParameterWalk.identity))
        return hidden.union(
            template.argumentFields.filter { index in
                ParameterWalk.identity(fields[index]).map(known.contains) ?? false
            })
    }
}

extension ModelTemplate {
    /// The fields that the constructor's parameters fill.
    fileprivate var argumentFields: [Int] {
        let others = Set(parts.map(\.field) + members.map(\.field))
        return layout.fieldNames.indices.filter { !others.contains($0) }
    }

    fileprivate var hiddenArguments: Set<Int> {
        let names = Set(parts.map(\.name))
        return Set(argumentFields.filter { names.contains(layout.fieldNames[$0]) })
    }
}

/// Collects params through models inside lists, dicts, records and tuples.
private struct ParameterWalk {
    var found: [NamedParameter] = []
    private var seen: Set<ObjectIdentifier> = []
    private var paths: Set<String> = []

    init() {}

    static func mayHoldModels(_ value: Value) -> Bool {
        var seen: Set<ObjectIdentifier> = []
        return mayHoldModels(value, &seen)
    }

    /// Whether a model is found; containers that occur several times are looked into once.
    private static func mayHoldModels(_ value: Value, _ seen: inout Set<ObjectIdentifier>) -> Bool {
        let items: [Value]
        let object: AnyObject
        switch value {
        case .model: return true
        case .list(let list): (items, object) = (list.items, list)
        case .tuple(let tuple): (items, object) = (tuple.items, tuple)
        case .record(let record): (items, object) = (record.values, record)
        case .dict(let dict): (items, object) = (Array(dict.items.values), dict)
        default: return false
        }
        guard seen.insert(ObjectIdentifier(object)).inserted else { return false }
        for item in items where mayHoldModels(item, &seen) { return true }
        return false
    }

    /// The object of a model or list, the same under all its names.
    static func identity(_ value: Value) -> ObjectIdentifier? {
        switch value {
        case .model(let model): ObjectIdentifier(model)
        case .list(let list): ObjectIdentifier(list)
        default: nil
        }
    }

    /// What is in a list, tuple, record or dict, with its number, label or key.
    static func items(_ value: Value) -> [(name: String, value: Value)] {
        switch value {
        case .list(let list): list.items.enumerated().map { (String($0), $1) }
        case .tuple(let tuple): tuple.items.enumerated().map { (String($0), $1) }
        case .record(let record): Array(zip(record.layout.labels, record.values))
        case .dict(let dict): dict.items.map { (name(of: $0.key), $0.value) }
        default: []
        }
    }

    mutating func visit(_ value: Value, path: String, isFrozen: Bool) {
        switch value {
        case .model(let model): visit(model, path, isFrozen || model.isFrozen)
        case .list, .tuple, .record, .dict:
            guard isNew(value) else { return }
            for (name, item) in Self.items(value) {
                visit(item, path: join(path, name), isFrozen: isFrozen)
            }
        default: break
        }
    }

    private static func name(of key: DictKey) -> String {
        if case .string(let text) = key { return text }
        return Printer.quoted(key.value)
    }

    /// Whether a container is met for the first time: in one that was met all models are known.
    private mutating func isNew(_ value: Value) -> Bool {
        let container: AnyObject
        switch value {
        case .list(let list): container = list
        case .tuple(let tuple): container = tuple
        case .record(let record): container = record
        case .dict(let dict): container = dict
        default: return true
        }
        return seen.insert(ObjectIdentifier(container)).inserted
    }

    private mutating func visit(_ model: ModelInstance, _ path: String, _ isFrozen: Bool) {
        guard seen.insert(ObjectIdentifier(model)).inserted else { return }
        switch model.kind {
        case .chain(let parts):
            for (index, part) in parts.enumerated() {
                visit(part, path: join(path, String(index)), isFrozen: isFrozen)
            }
        case .defined(let definition):
            let template = definition.template
            let renamed = model.renamedArguments(template)
            for (index, name) in template.layout.fieldNames.enumerated()
            where !renamed.contains(index) {
                if let member = template.members.first(where: { $0.field == index }) {
                    guard let box = model.box(member) else { continue }
                    found.append(
                        NamedParameter(
                            path: unused(join(path, name)), box: box, owner: model,
                            isFrozen: isFrozen))
                } else if Self.mayHoldModels(model.fields[index]) {
                    let isNameless = name == ModelInstance.namelessPart
                    visit(
                        model.fields[index], path: isNameless ? path : join(path, name),
                        isFrozen: isFrozen)
                }
            }
        }
    }

    /// Keys of dicts may spell what the path to another part spells: `["a.b": …, "a": (b: …)]`.
    private mutating func unused(_ path: String) -> String {
        var result = path
        var number = 2
        while !paths.insert(result).inserted {
            result = "\(path)~\(number)"
            number += 1
        }
        return result
    }

    private func join(_ path: String, _ name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }
}

extension ModelInstance {
    /// The box of a declared param or state; `nil` where its condition did not hold.
    func box(_ member: ModelTemplate.Member) -> ParameterBox? {
        boxes[member.field]
    }
}
