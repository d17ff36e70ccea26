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
            let layout = definition.template.layout
            return layout.fieldNames.indices.compactMap { index in
                ParameterWalk.mayHoldModels(fields[index])
                    ? (layout.fieldNames[index], fields[index]) : nil
            }
        }
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

    mutating func visit(_ value: Value, path: String, isFrozen: Bool) {
        switch value {
        case .model(let model): visit(model, path, isFrozen || model.isFrozen)
        case .list(let list) where isNew(list): visit(list.items, path, isFrozen)
        case .tuple(let tuple) where isNew(tuple): visit(tuple.items, path, isFrozen)
        case .record(let record) where isNew(record):
            for (label, item) in zip(record.layout.labels, record.values) {
                visit(item, path: join(path, label), isFrozen: isFrozen)
            }
        case .dict(let dict) where isNew(dict):
            for (key, item) in dict.items {
                let name: String
                if case .string(let text) = key { name = text } else { name = Printer.quoted(key.value) }
                visit(item, path: join(path, name), isFrozen: isFrozen)
            }
        default: break
        }
    }

    /// Whether a container is met for the first time: in one that was met all models are known.
    private mutating func isNew(_ container: Compound) -> Bool {
        seen.insert(ObjectIdentifier(container)).inserted
    }

    private mutating func visit(_ items: [Value], _ path: String, _ isFrozen: Bool) {
        for (index, item) in items.enumerated() {
            visit(item, path: join(path, String(index)), isFrozen: isFrozen)
        }
    }

    private mutating func visit(_ model: ModelInstance, _ path: String, _ isFrozen: Bool) {
        guard seen.insert(ObjectIdentifier(model)).inserted else { return }
        switch model.kind {
        case .chain(let parts): visit(parts, path, isFrozen)
        case .defined(let definition):
            let template = definition.template
            for (index, name) in template.layout.fieldNames.enumerated() {
                if let member = template.members.first(where: { $0.field == index }) {
                    guard let box = model.box(member) else { continue }
                    found.append(
                        NamedParameter(
                            path: unused(join(path, name)), box: box, owner: model,
                            isFrozen: isFrozen))
                } else if Self.mayHoldModels(model.fields[index]) {
                    visit(model.fields[index], path: join(path, name), isFrozen: isFrozen)
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
