/// An object that holds values, and so may hold objects of its kind without an end: a list in a list in a list.
///
/// Swift frees what an object holds from within its own end, one inside the other, and a million levels of that
/// overflow the stack. So such objects let go of what they hold in a loop: see `release(_:)`.
class Compound {
    /// Moves what the object holds of its kind to `pending`. Called when nobody refers to it any more.
    func surrender(to pending: inout [Compound]) {}

    /// Lets go of values at the end of an object, without recursion.
    static func release(_ values: inout [Value]) {
        var pending: [Compound] = []
        take(&values, to: &pending)
        drain(&pending)
    }

    /// As above, of one value.
    static func release(_ value: inout Value) {
        guard let object = value.compound else { return }
        value = .unset
        var pending = [object]
        drain(&pending)
    }

    /// Moves the compounds among `values` to `pending`.
    static func take(_ values: inout [Value], to pending: inout [Compound]) {
        let before = pending.count
        for value in values {
            if let object = value.compound { pending.append(object) }
        }
        if pending.count > before { values = [] }
    }

    static func drain(_ pending: inout [Compound]) {
        while var object = pending.popLast() {
            if isKnownUniquelyReferenced(&object) { object.surrender(to: &pending) }
        }
    }
}

extension Value {
    /// The object behind the value, if it may hold others.
    var compound: Compound? {
        switch self {
        case .list(let object): object
        case .tuple(let object): object
        case .record(let object): object
        case .dict(let object): object
        case .function(let object): object
        case .builtin(let object): object
        case .cell(let object): object
        case .model(let object): object
        case .modelType(let object): object
        case .optimizer(let object): object
        case .optimizerType(let object): object
        case .dataset(let object): object
        case .unset, .none, .unknown, .sketch, .bool, .int, .float, .string, .range, .tensor, .symbol,
            .dtype, .batches, .figure, .module, .iterator, .tokenizer:
            nil
        }
    }
}

/// Values that a builtin's body refers to besides its arguments: `f` in `grad(f)`.
final class HeldValues {
    var values: [Value]

    init(_ values: [Value]) { self.values = values }
}
