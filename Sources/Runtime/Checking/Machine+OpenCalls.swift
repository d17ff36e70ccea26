import Autodiff
import Tensors

// Calls of builtins with values of which only the kind is known.

extension Machine {
    /// Builtins that compute something whose kind depends on those of the arguments alone.
    static let plain: Set<String> = [
        "split", "join", "replace", "lower", "upper", "trim", "startsWith", "endsWith", "find", "chars", "str", "keys",
        "any", "all", "sum", "mean", "Tensor", "toInt", "toFloat", "len", "map", "filter", "fold", "zip", "enumerate",
        "sorted", "reversed", "list", "toList", "item",
    ]

    func openCall(_ builtin: BuiltinObject, _ arguments: [Value], _ labels: [String?]) throws -> Value {
        if let never = arguments.first(where: \.isNever) { return never }
        let name = builtin.signature.name
        if case .operation = builtin.kind {
            if let result = try shaped(name, arguments, labels) { return result }
            if arguments.contains(where: \.isUnknown) { try checkSignature(builtin, arguments, labels) }
            return try onExample(arguments) { try carryOut(builtin, $0, labels) }
        }
        try checkSignature(builtin, arguments, labels)
        guard Self.plain.contains(name) || name == "typeOf" else { throw UnknownValue() }
        if case .native = builtin.kind {
            let values = try bound(arguments, labels, builtin.signature, builtin.defaults)
            if let result = try openCollectionCall(name, values) { return result }
        }
        return try onExample(arguments) { try carryOut(builtin, $0, labels) }
    }

    /// What a builtin gives that could not be carried out, where its kind is certain.
    func kindOfResult(_ builtin: BuiltinObject, _ arguments: [Value], _ error: any Error) -> Value? {
        guard (error as? UnknownValue)?.firstFrame == nil else { return nil }
        switch builtin.signature.name {
        case "str", "join", "replace", "lower", "upper", "trim": return .sketch(.text)
        case "chars": return .sketch(.list(.sketch(.text)))
        case "startsWith", "endsWith": return .sketch(.flag)
        case "len", "find", "toInt": return unknownNumber(isInt: true)
        case "toFloat": return unknownNumber(isInt: false)
        case "item", "toList":
            guard case .tensor(let node)? = arguments.first else { return nil }
            let number = node.dtype == .bool ? .sketch(.flag) : unknownNumber(isInt: node.dtype.isInteger)
            let lists = builtin.signature.name == "item" ? 0 : node.shape.rank
            return (0..<lists).reduce(number) { element, _ in .sketch(.list(element)) }
        case "Tensor":
            for case .dtype(let dtype) in arguments { return .sketch(.tensor(dtype)) }
            return nil
        default: return nil
        }
    }

    /// A tensor of integers whose shape is not known, given a shape. (Of floats, gradients would not find their way.)
    private func shaped(_ name: String, _ arguments: [Value], _ labels: [String?]) throws -> Value? {
        guard name == "reshape", labels.isEmpty, arguments.count == 2, case .tensor(let dtype)? = arguments[0].kind,
            !dtype.isFloat, !arguments[1].isOpen
        else { return nil }
        let sizes = try elements(arguments[1], name).map { try int($0) ?? -1 }
        guard sizes.allSatisfy({ $0 >= 0 }) else { return nil }
        return .tensor(Node(placeholder: try Shape(sizes), dtype: dtype))
    }

    /// Functions of lists, one element of which stands for all.
    private func openCollectionCall(_ name: String, _ a: [Value]) throws -> Value? {
        switch name {
        case "typeOf": return a[0].kind.flatMap { Sketch($0).typeName }.map { .string($0) }
        case "zip":
            let given = a[2].isNone ? a.dropLast() : a
            let elements = given.map(element).map { $0.isUnset ? .unknown : $0 }
            return .sketch(.list(.tuple(elements)))
        case "len", "map", "filter", "fold", "enumerate", "sorted", "reversed", "list", "toList": break
        default: return nil
        }
        if a[0].isUnknown, name == "map" || name == "filter" {
            // Of a list or a data set.
            if let function = try function(a[1], name, "f") { _ = try onEach([.unknown], function) }
            return nil
        }
        if name == "toList", case .tensor? = a[0].kind { return .sketch(.list(.unknown)) }
        let element = element(of: a[0])
        guard a[0].kind != nil, !element.isUnset, !element.isUnknown || isList(a[0]) else { return nil }
        switch name {
        case "len": return unknownNumber(isInt: true)
        case "map": return try function(a[1], "map", "f").map { .sketch(.list(try onEach([element], $0))) }
        case "filter":
            guard let function = try function(a[1], "filter", "f") else { return nil }
            switch try onEach([element], function) {
            case .bool(false): return .list([])
            default: return .sketch(.list(element))
            }
        case "fold":
            guard let function = try function(a[2], "fold", "f") else { return nil }
            let state = merged(a[1], try onEach([a[1], element], function))
            return merged(state, try onEach([state, element], function))
        case "enumerate": return .sketch(.list(.tuple([unknownNumber(isInt: true), element])))
        case "sorted":
            if !a[1].isNone, let function = try function(a[1], "sorted", "by") { _ = try onEach([element], function) }
            return .sketch(.list(element))
        case "reversed":
            if case .text? = a[0].kind { return .sketch(.text) }
            return .sketch(.list(element))
        default: return .sketch(.list(element))
        }
    }

    private func isList(_ value: Value) -> Bool {
        if case .list? = value.kind { true } else { false }
    }

    private func element(of value: Value) -> Value { mergedElements([value]) }

    /// - Throws: the error that it cannot be a function.
    private func function(_ value: Value, _ name: String, _ parameter: String) throws -> Value? {
        guard !value.isOpen else { return nil }
        do {
            try CallFailures.requireFunction(value, name, parameter)
        } catch var failure as Failure {
            failure.isCertain = true
            throw failure
        }
        return value
    }

    /// What a function gives that is called for each of elements whose number is not known: perhaps never.
    private func onEach(_ arguments: [Value], _ function: Value) throws -> Value {
        guard let check, let fork = openFork(.loop, join: -1) else { throw UnknownValue() }
        fork.mayNotRun = true
        fork.isCut = true
        do {
            var result = try call(function, arguments)
            if fork.hasChanges {
                widen(fork)
                result = merged(result, try call(function, arguments))
            }
            closeLoop(fork, check)
            return result
        } catch {
            dropForks { $0 === fork }
            throw error
        }
    }

    // MARK: Known lists

    /// `Tensor` of lists in which there are values of which only the kind is known.
    func checkedTensor(_ builtin: BuiltinObject, _ arguments: [Value], _ labels: [String?]) throws -> Value {
        guard arguments.contains(where: { $0.holdsSketch() }) else { return try carryOut(builtin, arguments, labels) }
        return try onExample(arguments) { try carryOut(builtin, $0, labels) }
    }

    /// `f` of every element: of many that are the same value not known, one tells of all.
    func checkedMap(_ items: [Value], _ function: Value) throws -> Value {
        guard items.count > 8, Self.areSame(items), let fork = openFork(.loop, join: -1) else {
            return try list(of: items) { try call(function, [$0]) }
        }
        do {
            let first = try call(function, [items[0]])
            let changes = fork.hasChanges
            dropForks { $0 === fork }
            if !changes { return .list([Value](repeating: first, count: items.count)) }
            return .list([first] + (try items.dropFirst().map { try call(function, [$0]) }))
        } catch {
            dropForks { $0 === fork }
            throw error
        }
    }

    private static func areSame(_ items: [Value]) -> Bool {
        switch items[0] {
        case .symbol(let first): items.allSatisfy { if case .symbol(let other) = $0 { other === first } else { false } }
        case .sketch(let first): items.allSatisfy { if case .sketch(let other) = $0 { other === first } else { false } }
        default: false
        }
    }

    /// The elements for which `f` is true, or may be.
    func checkedFilter(_ items: [Value], _ function: Value) throws -> Value {
        var kept: [Value] = []
        var isCertain = true
        for (index, item) in items.enumerated() {
            try poll()
            // The others are of the same kinds.
            guard isCertain || index < ShapeCheck.fullTurns else {
                kept += items[index...]
                break
            }
            do {
                if try truth(call(function, [item])) { kept.append(item) }
            } catch where isUnknown(error) {
                isCertain = false
                kept.append(item)
            }
        }
        return isCertain ? .list(kept) : .sketch(.list(mergedElements([.list(kept)])))
    }
}
