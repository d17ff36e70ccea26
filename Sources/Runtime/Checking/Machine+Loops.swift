import Autodiff
import Tensors

// Loops of a program that is run on shapes alone. A short one turns as often as it would; a long one, or one whose
// end is not known, turns twice as it would, and once more with everything that the turns have changed unknown: what holds
// after that holds after any number of turns.

extension Machine {
    /// The iterator of a `for`, which opens a fork of its own.
    func loopIterator(over value: Value, join: Int) throws -> IteratorObject {
        guard check != nil else { return try iterator(over: value) }
        let limit = turnLimit(of: value)
        var inner: IteratorObject?
        var givesElements = true
        switch value {
        case .unknown: inner = nil
        case .sketch: inner = try openIterator(over: value)
        case .batches(let batches) where limit < batches.count || batches.shuffles: inner = batches.makeShapeIterator()
        case .tensor, .dataset, .batches: inner = try iterator(over: value)
        default:
            inner = try iterator(over: value)
            givesElements = false
        }
        guard let fork = openFork(.loop, join: join) else { return ListIterator([]) }
        fork.mayNotRun = value.isOpen
        let result = CheckedIterator(inner, limit: limit, fork, givesElements: givesElements)
        result.firstStep = check?.steps ?? 0
        if case .range = value { result.givesInts = true }
        // The batches of `fit`: no number that it counts with decides anything.
        let isLibrary = frames.last?.closure.prototype.module.isLibrary ?? false
        if case .batches = value, isLibrary { result.widens = false }
        return result
    }

    private func turnLimit(of value: Value) -> Int {
        if check?.isTired == true { return 1 }
        let isLibrary = frames.last?.closure.prototype.module.isLibrary ?? false
        let most = isLibrary ? ShapeCheck.fullTurns * 8 : ShapeCheck.fullTurns
        let count: Int?
        switch value {
        case .range(let range): count = range.count
        case .list(let list): count = list.items.count
        case .batches(let batches):
            count = batches.shuffles || batches.count > ShapeCheck.fullTurns ? nil : batches.count
        case .tensor(let node): count = node.shape.rank > 0 ? node.shape[0] : 0
        case .unknown: return 1
        case .sketch, .dataset: count = nil
        default: return most
        }
        return count.map { $0 <= most ? most : 2 } ?? 2
    }

    /// The head of a `while`: whether the loop is left.
    func beginTurn(join: Int) throws -> Bool {
        guard let check, let fork = check.forks.last, fork.kind == .loop, fork.join == join else {
            return false
        }
        fork.turns += 1
        try check.countTurn()
        let mustWiden = fork.unknownTurns > 1 || fork.mustLeave || fork.turns > 1000
        if mustWiden, !fork.isWidened, !check.isTired {
            fork.mustLeave = false
            widen(fork)
            return false
        }
        guard fork.mustLeave || fork.turns > 1002 || (fork.turns > 2 && check.isTired) else {
            return false
        }
        fork.isCut = true
        frames[frames.count - 1].counter = join
        return true
    }

    /// A `while` on a condition that is not known turns twice, see above.
    func turnOnUnknown(exit: Int) {
        let depth = frames.count
        guard let fork = check?.forks.last(where: { $0.depth == depth && $0.kind == .loop }) else {
            return
        }
        fork.isCut = true
        fork.mayNotRun = true
        fork.unknownTurns += 1
        if fork.unknownTurns > (check?.isTired == true ? 1 : 3) {
            frames[frames.count - 1].counter = exit
        }
    }

    /// Keeps only what is the same before the loop and now.
    func widen(_ fork: Fork) {
        fork.isWidened = true
        fork.isCut = true
        mergeWithStart(of: fork)
    }

    private func mergeWithStart(of fork: Fork) {
        restore(zip(topRegisters, fork.registers).map { merged($0, $1) }, fork)
        for entry in fork.state([]).changes.values { join(entry.place, entry.new, entry.old) }
    }

    func closeLoop(_ fork: Fork, _ check: ShapeCheck) {
        check.forks.removeLast()
        if fork.isCut { mergeWithStart(of: fork) }
        fork.passChanges(to: check.forks.last)
    }
}

/// A loop that is cut after a number of turns.
final class CheckedIterator: IteratorObject {
    private let inner: IteratorObject?
    private let limit: Int
    private let fork: Fork
    /// Whether the elements of all turns are alike, as far as is known: rows, batches.
    private let givesElements: Bool
    private var index = 0
    /// How many `step`s there were before.
    var firstStep = 0
    /// Whether all elements are Ints.
    var givesInts = false
    /// Whether there is a turn in which what the others change is unknown.
    var widens = true

    init(_ inner: IteratorObject?, limit: Int, _ fork: Fork, givesElements: Bool = false) {
        self.inner = inner
        self.limit = limit
        self.fork = fork
        self.givesElements = givesElements
    }

    override func next(_ machine: Machine) throws -> Value? {
        defer { index += 1 }
        try machine.check?.countTurn()
        let steps = (machine.check?.steps ?? 0) - firstStep
        if index < limit, steps < ShapeCheck.fullSteps {
            guard let inner else { return .unknown }
            return try inner.next(machine)
        }
        guard !fork.isWidened, widens, machine.check?.isTired != true else {
            fork.isCut = true
            return nil
        }
        var element = givesInts ? machine.unknownNumber(isInt: true) : .unknown
        if let inner {
            guard let next = try inner.next(machine) else { return nil }
            if givesElements { element = try machine.withoutNumbers(next) }
        }
        machine.widen(fork)
        return element
    }
}
