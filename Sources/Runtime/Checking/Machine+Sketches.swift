import Autodiff
import Diagnostics
import OrderedCollections
import Tensors

// Operators, members and elements of values of which only the kind is known.

extension Machine {
    /// What operands and arguments of the wrong kind lead to. Other errors depend on what the values are.
    private static let errorsOfKinds: Set<String> = [
        "call.argument", "call.type", "call.label", "call.extra", "call.missing", "call.repeated", "operator.types",
        "operator.type", "index.type", "condition.type", "loop.type", "dict.key", "member.unknown", "shape.type",
    ]

    private static let errorsOfRank: Set<String> = ["index.count", "shape.axis"]

    /// Does with examples what cannot be done with values that are not known.
    ///
    /// - Returns: what is certain of the result: its kind.
    /// - Throws: errors that the kinds alone lead to; else `UnknownValue`.
    func onExample(_ values: [Value], _ body: ([Value]) throws -> Value) throws -> Value {
        var failure: Failure?
        var isCertain = true
        for shape in try exampleShapes(values) {
            let examples = values.map { $0.example(shape: shape) }
            guard !examples.contains(where: \.isOpen) else { break }
            do {
                return generalized(try body(examples))
            } catch let error as Interruption {
                throw error
            } catch {
                let next = certain(error, hasShape: shape != nil)
                isCertain = isCertain && next != nil
                failure = failure ?? next
            }
        }
        throw (isCertain ? failure : nil) ?? UnknownValue()
    }

    /// Shapes for the tensors in examples of these values, one of which is likely to fit; nil if there are no tensors.
    private func exampleShapes(_ values: [Value]) throws -> [Shape?] {
        guard values.contains(where: { $0.holdsSketch(ofTensor: true) }) else { return [nil] }
        var shapes = [[], [1], [2, 2], [2, 2, 2], [2, 2, 2, 2]]
        for case .tensor(let node) in values {
            shapes += [node.shape.dimensions, node.shape.dimensions.reversed()]
        }
        return try shapes.map { try Shape($0) }
    }

    /// The error as one that holds for all values of the same kinds, if it does.
    private func certain(_ error: any Error, hasShape: Bool) -> Failure? {
        guard !isUnknown(error) else { return nil }
        var failure = (error as? Failure) ?? EngineDiagnostics.failure(error)
        let id = failure.diagnostic.id
        guard Self.errorsOfKinds.contains(id) || (!hasShape && Self.errorsOfRank.contains(id)) else { return nil }
        failure.isCertain = true
        return failure
    }

    /// The kind of a value that an example has led to.
    private func generalized(_ value: Value) -> Value {
        switch value {
        case .int: return unknownNumber(isInt: true)
        case .float: return unknownNumber(isInt: false)
        case .list(let list): return .sketch(.list(generalized(mergedElements([.list(list)]))))
        case .tuple(let tuple): return .tuple(tuple.items.map(generalized))
        case .symbol, .unset, .sketch: return value
        default: return value.kind.map { .sketch($0) } ?? .unknown
        }
    }

    // MARK: Operators

    func openBinary(_ operation: Opcode, _ left: Value, _ right: Value) throws -> Value {
        if operation == .add {
            // What is not known at all is of the kind of the other one: otherwise the run ends here.
            switch (left.isUnknown ? right.kind : left.kind, right.isUnknown ? left.kind : right.kind) {
            case (.list?, .list?):
                return .sketch(.list(mergedElements([left, right])))
            case (.text?, .text?):
                return .sketch(.text)
            default: break
            }
        }
        return try onExample([left, right]) { try binary(operation, $0[0], $0[1]) }
    }

    // MARK: Members

    func openMember(_ sketch: Sketch, _ name: String) throws -> Value? {
        switch sketch.kind {
        case .never: throw UnknownValue()
        case .text, .flag, .range, .list: return nil
        case .tensor(let dtype):
            switch name {
            case "shape": return .sketch(.list(unknownNumber(isInt: true)))
            case "rank", "size": return unknownNumber(isInt: true)
            case "dtype": return .dtype(dtype)
            case "T", "mT": return .sketch(.tensor(dtype))
            default: return nil
            }
        }
    }

    /// The error that a value has no member of a name, nor is there such a function.
    func noMember(_ value: Value, _ name: String, functions: [String] = []) -> Failure {
        let example = value.example(shape: .scalar)
        var failure = CallFailures.noMember(
            example, name, names: memberNames(of: example), functions: functions)
        if case .tensor? = value.kind, value.isOpen {
            failure.diagnostic.message = failure.diagnostic.message.replacing(" tensor []", with: " tensor")
        }
        failure.isCertain = value.kind != nil && !example.isOpen
        return failure
    }

    // MARK: Elements

    /// Any part of a tensor is one.
    static func partOfTensor(_ kind: Sketch.Kind) -> Value? {
        if case .tensor = kind { .sketch(kind) } else { nil }
    }

    /// Some elements of a collection.
    func openPart(of value: Value) -> Value? {
        switch value.kind {
        case .text, .tensor: return value.kind.map { .sketch($0) }
        case .list, .range: return .sketch(.list(mergedElements([value])))
        case .flag, .never, nil: return nil
        }
    }

    func openElement(of value: Value, at index: Value) throws -> Value? {
        guard value.isOpen || isOpenNumber(index) else { return nil }
        if case .dict(let dict) = value {
            if case .sketch(let sketch) = index, case .list = sketch.kind {
                return try onExample([index]) { try element(of: value, at: $0[0]) }
            }
            return dict.items.isEmpty ? nil : mergedElements([.list(Array(dict.items.values))])
        }
        if case .tensor? = value.kind { return value }
        switch index {
        case .unknown:
            // A number or a range.
            if case .text? = value.kind { return .sketch(.text) }
            return nil
        case .range: return openPart(of: value)
        case .sketch(let sketch):
            switch sketch.kind {
            case .range: return openPart(of: value)
            case .tensor, .never: return nil
            case .text, .flag, .list: return try onExample([value, index]) { try element(of: $0[0], at: $0[1]) }
            }
        case .int, .symbol, .tensor:
            let element = mergedElements([value])
            return element.isUnset ? nil : element
        default: return try onExample([value, index]) { try element(of: $0[0], at: $0[1]) }
        }
    }

    /// Whether it is a number, or may be one, whose value is not known.
    func isOpenNumber(_ value: Value) -> Bool {
        switch value {
        case .unknown, .sketch: return true
        case .symbol: return (try? demanded(value)) == nil
        case .tensor(let node) where node.shape.rank == 0:
            return (try? recorder.certainValue(of: node)) ?? nil == nil
        default: return false
        }
    }

    /// What `toInt` and `toFloat` give of a number that is not known; `nil` if it is known, or no number.
    func openNumber(_ value: Value, isInt: Bool) -> Value? {
        guard check != nil, isOpenNumber(value), !value.isOpen else { return nil }
        return unknownNumber(isInt: isInt)
    }

    /// The iterator of a `for` over a value of which only the kind is known: all its elements are alike.
    func openIterator(over value: Value) throws -> IteratorObject {
        let element = mergedElements([value])
        if !element.isUnknown { return RepeatingIterator(element) }
        _ = try onExample([value]) {
            _ = try iterator(over: $0[0])
            return .none
        }
        return RepeatingIterator(.unknown)
    }

    /// Refuses what cannot be a tensor.
    func requireTensor(_ value: Value, _ matcher: ShapeMatcher) throws {
        guard !value.example.isOpen else { return }
        var failure = ShapeFailures.notATensor(value.example, matcher)
        failure.isCertain = true
        throw failure
    }
}

/// The same element again and again.
private final class RepeatingIterator: IteratorObject {
    private let element: Value

    init(_ element: Value) { self.element = element }

    override func next(_ machine: Machine) throws -> Value? { element }
}
