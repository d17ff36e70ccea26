import Autodiff
import Tensors

/// A list whose length only a run can know: what its elements have in common. Immutable.
final class OpenList: Compound {
    private(set) var element: Value

    init(_ element: Value) { self.element = element }

    deinit { Compound.release(&element) }

    override func surrender(to pending: inout [Compound]) {
        if let object = element.compound { pending.append(object) }
        element = .unset
    }
}

// MARK: Numbers and lists that are not known

extension Machine {
    /// A number that only a run can know.
    func unknownNumber(isInt: Bool) -> Value {
        .symbol(Symbol(node: Node(placeholder: .scalar, dtype: isInt ? .int64 : .float64), isInt: isInt))
    }

    /// What is certain of the elements of a list; `nil` if it is no list. That of an empty one is unset, as any value
    /// may join it.
    func commonElement(_ value: Value) -> Value? {
        switch value {
        case .unknown(let list?): list.element
        case .list(let list):
            list.items.dropFirst().reduce(list.items.first ?? .unset) { mergedElements($0, $1) }
        default: nil
        }
    }

    /// What two lists of unlike or unknown lengths have in common, or one made of both; `nil` if one is no list.
    func openList(_ left: Value, _ right: Value) -> Value? {
        guard let first = commonElement(left), let second = commonElement(right) else { return nil }
        return .unknown(OpenList(mergedElements(first, second)))
    }

    /// As `merged`, for elements: unset says that there was none.
    private func mergedElements(_ left: Value, _ right: Value) -> Value {
        if left.isUnset { return right }
        return right.isUnset ? left : merged(left, right)
    }

    // MARK: Builtins

    /// Functions of the collections' elements that give a list as long as theirs, or shorter.
    private static let listFunctions: Set<String> = [
        "map", "filter", "zip", "enumerate", "reversed", "sorted", "list",
    ]
    private static let numberFunctions: Set<String> = ["sum", "mean", "min", "max"]

    /// A call with lists of unknown length: that of lists of one element shows what each element gives.
    ///
    /// - Returns: `nil` if nothing is certain.
    func openCall(
        _ builtin: BuiltinObject, _ arguments: [Value], _ labels: [String?]
    ) throws -> Value? {
        let name = builtin.signature.name
        var isOpen = false
        var short: [Value] = []
        for argument in arguments {
            guard case .unknown(let list) = argument else {
                short.append(argument)
                continue
            }
            guard let list, !list.element.isUnset else { return nil }
            isOpen = true
            short.append(.list([list.element]))
        }
        guard isOpen else { return nil }
        if name == "len", arguments.count == 1 { return unknownNumber(isInt: true) }
        let givesList = Self.listFunctions.contains(name)
        guard givesList || (Self.numberFunctions.contains(name) && arguments.count == 1) else { return nil }
        let result = try call(builtin, short, labels)
        guard !givesList else { return openList(result, result) }
        switch result {
        case .int: return unknownNumber(isInt: true)
        case .float: return unknownNumber(isInt: false)
        case .symbol, .tensor: return result
        default: return .anything
        }
    }
}
