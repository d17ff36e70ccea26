import OrderedCollections

/// A key of a dict: String, Int, Bool or tuples of them.
enum DictKey: Hashable {
    case string(String)
    case int(Int)
    case bool(Bool)
    case tuple([DictKey])

    /// The most parts of a tuple that is a key, however they are nested.
    private static let maximumParts = 1000

    /// `nil` if the value may not be a key.
    init?(_ value: Value) {
        var parts = 0
        self.init(value, &parts)
    }

    private init?(_ value: Value, _ parts: inout Int) {
        parts += 1
        guard parts <= Self.maximumParts else { return nil }
        switch value {
        case .string(let text): self = .string(text.text)
        case .int(let number): self = .int(number)
        case .bool(let flag): self = .bool(flag)
        case .tuple(let tuple):
            var keys: [DictKey] = []
            for item in tuple.items {
                guard let key = DictKey(item, &parts) else { return nil }
                keys.append(key)
            }
            self = .tuple(keys)
        default: return nil
        }
    }

    static func == (left: DictKey, right: DictKey) -> Bool {
        switch (left, right) {
        case (.string(let x), .string(let y)): x.hasCodePoints(of: y)
        case (.int(let x), .int(let y)): x == y
        case (.bool(let x), .bool(let y)): x == y
        case (.tuple(let x), .tuple(let y)): x == y
        default: false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .string(let text): text.hashCodePoints(into: &hasher)
        case .int(let number): hasher.combine(number)
        case .bool(let flag): hasher.combine(flag)
        case .tuple(let keys): hasher.combine(keys)
        }
    }

    var value: Value {
        switch self {
        case .string(let text): .string(text)
        case .int(let number): .int(number)
        case .bool(let flag): .bool(flag)
        case .tuple(let keys): .tuple(keys.map(\.value))
        }
    }
}

final class DictObject: Compound {
    var items: OrderedDictionary<DictKey, Value>

    init(_ items: OrderedDictionary<DictKey, Value> = [:]) { self.items = items }

    deinit {
        var pending: [Compound] = []
        surrender(to: &pending)
        Compound.drain(&pending)
    }

    override func surrender(to pending: inout [Compound]) {
        let before = pending.count
        for value in items.values {
            if let object = value.compound { pending.append(object) }
        }
        if pending.count > before { items = [:] }
    }
}
