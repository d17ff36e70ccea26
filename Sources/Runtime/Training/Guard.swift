import Autodiff
import OrderedCollections
import Tensors

/// What must hold of a value for a recorded program to stand for the block that read it.
///
/// Tensors of the same shape and dtype become inputs of the program, numbers that were promoted become scalar inputs;
/// everything else must be what it was.
indirect enum Guard {
    /// Nothing inside can change, or only by becoming another object. The object is not kept alive.
    case same(WeakObject)
    case number(Value)
    /// The tensor is input `input`.
    case tensor(input: Int, shape: Shape, dtype: DType)
    /// The number is input `input`, a 0-d tensor; an Int stays within the bounds that the program counts on.
    case promoted(input: Int, bounds: ClosedRange<Int>?)
    case list([Guard])
    case tuple([Guard])
    case record([String], [Guard])
    case dict([DictKey], [Guard])
    /// A function: its code, and the variables that it captured and the block read.
    case closure(Prototype, receiver: WeakObject?, captures: [Capture])

    /// A captured variable, which functions may share.
    struct Capture {
        /// Among the captures of the function.
        var index: Int
        /// Counts the variables in the order in which guards come upon them.
        var number: Int
        /// What must hold of its value; `nil` where the variable was met before: then it must be that one.
        var value: Guard?
    }
}

/// Makes guards of the values that a recording read, and notes which nodes become inputs.
struct GuardBuilder {
    let recording: Recording
    /// The nodes of the inputs so far; the first are the params and slots of the step.
    private(set) var inputs: [Node]
    private var positions: [ObjectIdentifier: Int] = [:]
    /// The variables that functions captured, numbered, and those functions.
    private var numbers: [ObjectIdentifier: Int] = [:]
    private var functions: Set<ObjectIdentifier> = []
    private var size = 0
    /// Why no guard can be made.
    private(set) var reason: String?
    /// Inputs that came up twice: they must be one tensor at every replay.
    private(set) var symbols: [ObjectIdentifier: Int] = [:]
    /// The objects that guards compare by identity: without one of them the program is of no use.
    private(set) var objects: [WeakObject] = []

    init(recording: Recording, inputs: [Node]) {
        self.recording = recording
        self.inputs = inputs
        for (index, node) in inputs.enumerated() { positions[ObjectIdentifier(node)] = index }
    }

    /// The guard of a value as it was when it was read.
    mutating func guardValue(_ value: Value) -> Guard {
        size += 1
        if size > 10_000 { reason = reason ?? "it reads a very large collection" }
        guard reason == nil else { return .same(WeakObject(nil)) }
        switch value {
        case .tensor(let node): return tensor(node)
        case .symbol(let symbol):
            return .promoted(input: position(of: symbol.node), bounds: symbol.bounds)
        case .int, .float, .bool, .string, .none, .dtype, .range: return .number(value)
        case .list(let list): return .list(all(list.items))
        case .tuple(let tuple): return .tuple(all(tuple.items))
        case .record(let record): return .record(record.layout.labels, all(record.values))
        case .dict(let dict):
            return .dict(Array(dict.items.keys), all(Array(dict.items.values)))
        case .function(let closure): return function(closure)
        default: return .same(object(value.identity))
        }
    }

    private mutating func object(_ object: AnyObject?) -> WeakObject {
        let reference = WeakObject(object)
        objects.append(reference)
        return reference
    }

    private mutating func all(_ values: [Value]) -> [Guard] {
        var result: [Guard] = []
        for value in values { result.append(guardValue(value)) }
        return result
    }

    private mutating func tensor(_ node: Node) -> Guard {
        .tensor(input: position(of: node), shape: node.shape, dtype: node.dtype)
    }

    private mutating func position(of node: Node) -> Int {
        if let known = positions[ObjectIdentifier(node)] { return known }
        inputs.append(node)
        positions[ObjectIdentifier(node)] = inputs.count - 1
        return inputs.count - 1
    }

    mutating func function(_ closure: Closure) -> Guard {
        functions.insert(ObjectIdentifier(closure))
        var captures: [Guard.Capture] = []
        for (index, cell) in closure.captures.enumerated() where recording.hasRead(cell) {
            if let number = numbers[ObjectIdentifier(cell)] {
                captures.append(Guard.Capture(index: index, number: number))
                continue
            }
            let number = numbers.count
            numbers[ObjectIdentifier(cell)] = number
            captures.append(Guard.Capture(index: index, number: number, value: guardValue(cell.value)))
        }
        return .closure(
            closure.prototype, receiver: closure.receiver.map { object($0) }, captures: captures)
    }

    /// Variables that were read by functions to which no path leads that is guarded; they are guarded by identity.
    mutating func remainingCells() -> [(cell: WeakObject, Guard)] {
        var hidden = Set(
            recording.users.filter { !functions.contains(ObjectIdentifier($0)) }
                .flatMap { $0.captures.map { ObjectIdentifier($0) } })
        var result: [(WeakObject, Guard)] = []
        for cell in recording.cells {
            let id = ObjectIdentifier(cell)
            guard numbers[id] == nil || hidden.contains(id) else { continue }
            hidden.remove(id)
            result.append((object(cell), guardValue(cell.value)))
        }
        return result
    }
}

/// Compares values with guards and collects what the program takes as input.
struct GuardCheck {
    /// Computed nodes by input; `nil` where another source fills it.
    var inputs: [Node?]
    /// The first capture of the block whose number differed, for promotion.
    var changedNumber = false
    /// The variables that functions captured, by their numbers.
    private var cells: [ObjectIdentifier] = []
    private let machine: Machine

    init(of program: StepProgram, _ machine: Machine) {
        self.inputs = Array(repeating: nil, count: program.sources.count)
        self.machine = machine
    }

    /// Whether the value passes.
    mutating func matches(_ value: Value, _ expected: Guard) throws -> Bool {
        switch (expected, value) {
        case (.tensor(let input, let shape, let dtype), .tensor(let node)):
            guard node.shape == shape, node.dtype == dtype else { return false }
            return try take(node, input)
        case (.promoted(let input, let bounds?), .int(let number)):
            guard bounds.contains(number) else { return false }
            return try take(Node(Tensor(.int(number), dtype: .int64)), input)
        case (.promoted(let input, nil), .float(let number)):
            return try take(Node(Tensor(.float(number), dtype: .float64)), input)
        case (.promoted(let input, _), .symbol(let symbol)):
            return try take(symbol.node, input)
        case (.number(let before), _):
            if Self.equal(before, value) { return true }
            switch (before, value) {
            case (.int, .int), (.float, .float): changedNumber = true
            default: break
            }
            return false
        case (.same(let before), _): return before.isStill(value.identity)
        case (.list(let guards), .list(let list)): return try all(list.items, guards)
        case (.tuple(let guards), .tuple(let tuple)): return try all(tuple.items, guards)
        case (.record(let labels, let guards), .record(let record)):
            return try record.layout.labels == labels && all(record.values, guards)
        case (.dict(let keys, let guards), .dict(let dict)):
            return try Array(dict.items.keys) == keys && all(Array(dict.items.values), guards)
        case (.closure(let prototype, let receiver, let captures), .function(let closure)):
            guard closure.prototype === prototype,
                receiver?.isStill(closure.receiver) ?? (closure.receiver == nil)
            else { return false }
            return try captures.allSatisfy { try matches(closure.captures[$0.index], $0) }
        default: return false
        }
    }

    private mutating func matches(_ cell: Cell, _ capture: Guard.Capture) throws -> Bool {
        guard let expected = capture.value else { return cells[capture.number] == ObjectIdentifier(cell) }
        cells.append(ObjectIdentifier(cell))
        return try matches(cell.value, expected)
    }

    private mutating func all(_ values: [Value], _ guards: [Guard]) throws -> Bool {
        guard values.count == guards.count else { return false }
        for (value, expected) in zip(values, guards) where try !matches(value, expected) {
            return false
        }
        return true
    }

    /// One tensor for one input: what was one tensor must still be one.
    private mutating func take(_ node: Node, _ input: Int) throws -> Bool {
        if node.value == nil { try machine.recorder.evaluate([node]) }
        guard let before = inputs[input] else {
            inputs[input] = node
            return true
        }
        guard before !== node else { return true }
        guard let first = before.value, let second = node.value else { return false }
        return first.storage === second.storage && first.byteOffset == second.byteOffset
    }

    private static func equal(_ before: Value, _ now: Value) -> Bool {
        switch (before, now) {
        case (.int(let x), .int(let y)): x == y
        case (.float(let x), .float(let y)): x.bitPattern == y.bitPattern
        case (.bool(let x), .bool(let y)): x == y
        case (.string(let x), .string(let y)): x === y || x.text.hasCodePoints(of: y.text)
        case (.none, .none): true
        case (.dtype(let x), .dtype(let y)): x == y
        case (.range(let x), .range(let y)):
            x === y
                || (x.start == y.start && x.end == y.end && x.step == y.step
                    && x.isClosed == y.isClosed)
        default: false
        }
    }
}

extension Value {
    /// The object that makes the value what it is, where only identity says that it did not change.
    fileprivate var identity: AnyObject? {
        switch self {
        case .builtin(let object): object
        case .model(let object): object
        case .modelType(let object): object
        case .optimizer(let object): object
        case .optimizerType(let object): object
        case .dataset(let object): object
        case .batches(let object): object
        case .tokenizer(let object): object
        case .figure(let object): object
        case .module(let object): object
        case .unset, .none, .unknown, .sketch, .bool, .int, .float, .string, .range, .list, .tuple, .record,
            .dict, .tensor, .symbol, .dtype, .function, .cell, .iterator:
            nil
        }
    }
}
