import OrderedCollections

/// How deep values may be nested, and how many containers they may consist of, where a function goes through them
/// by recursion: `grad`, a model's parts, an optimizer's models, a figure's data.
struct Nesting {
    /// Deeper chains of models could not be called: see `Machine.maximumReentry`.
    static let maximumDepth = 500
    private static let maximumContainers = 10_000_000

    private var containers = 0
    /// The deepest level met.
    private(set) var depth = 0

    /// Goes through `values`, which stand at `level`.
    ///
    /// - Throws: `Failure` where they are nested too deeply. A list that occurs in several places counts at each of
    ///   them, as it does for whoever goes through it.
    mutating func measure(_ values: some Collection<Value>, level: Int = 1) throws {
        depth = max(depth, level)
        guard level <= Self.maximumDepth else {
            throw Failure(
                "limit.nesting", "values nested more than \(Self.maximumDepth) levels deep")
        }
        for value in values {
            switch value {
            case .list(let list): try enter(list.items, level)
            case .tuple(let tuple): try enter(tuple.items, level)
            case .record(let record): try enter(record.values, level)
            case .dict(let dict): try enter(dict.items.values, level)
            case .model(let model):
                try measure(EmptyCollection<Value>(), level: level + model.nesting)
            default: break
            }
        }
    }

    private mutating func enter(_ values: some Collection<Value>, _ level: Int) throws {
        containers += 1
        guard containers <= Self.maximumContainers else {
            throw Failure("limit.nesting", "the value consists of too many lists")
        }
        try measure(values, level: level + 1)
    }

    /// Refuses a value that is nested too deeply.
    static func check(_ value: Value) throws {
        var nesting = Nesting()
        try nesting.measure(CollectionOfOne(value))
    }
}
