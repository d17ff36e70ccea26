import Autodiff
import Diagnostics
import Formats
import Tensors

/// What a machine keeps while it runs a cell on shapes alone.
///
/// The interpreter is the usual one. A number that only a run can know is `Value.unknown`; a condition on it
/// opens a `Fork`, whose branches run one after the other from the same state and are merged where they meet.
final class ShapeCheck {
    /// The most turns of a loop that are run one by one.
    static let fullTurns = 64
    /// The most `step`s in a loop that turns as often as it would.
    static let fullSteps = 4096
    /// Turns of loops and calls in a cell before the rest of it is taken to be right, half a second or some; a cell of
    /// the notebooks has 150,000 at most.
    static let work = 2_000_000
    /// The same of all functions together that nothing has called.
    static let workOfUncalled = 1_000_000
    /// What a fork counts for: its states are kept and merged.
    static let forkTicks = 16
    /// And the time, for what turns no loop.
    static let seconds = 60.0
    /// How often `step` was called.
    var steps = 0

    var forks: [Fork] = []
    private(set) var diagnostics: [Diagnostic] = []
    /// The names in the texts of the cells so far.
    var words: Set<String> = []
    /// Of these, what may be a member of something; and the same of the library, once somebody asks.
    var members: Set<String> = []
    var possibleMembers: Set<String> = []
    /// Values given by `return` under a condition that is not known, by the depth of their frame.
    var returned: [Int: [Value]] = [:]
    private var seen: Set<String> = []
    /// Whether a model may have params or not, or of a size that is not known: errors that one is not built
    /// count no longer.
    var hasOpenModels = false
    /// Files that the program would have written by now.
    private var written: [String: WrittenFile] = [:]
    /// Whether it would have written files whose names are not known.
    var writesAnywhere = false

    /// Errors that programs make on purpose, that depend on the world, or on numbers that the condition may be about:
    /// they count only where no condition is unknown. All others hold whenever their place is reached.
    private static let conditional = [
        "assert", "error", "limit", "training", "file.m", "file.f", "file.r",
        "file.w", "file.p", "memory", "number.zero", "index.range", "interrupted", "internal",
    ]

    /// What the program has written to a file; `nil` if it has not.
    ///
    /// - Throws: `UnknownValue` if it may have written what is not known.
    func written(_ path: String) throws -> WrittenFile? {
        guard let file = written[path], !writesAnywhere else {
            if writesAnywhere { throw UnknownValue() }
            return nil
        }
        if case .unknown = file { throw UnknownValue() }
        return file
    }

    /// Notes what is written to a file, in place of writing it.
    func write(_ file: WrittenFile, to path: String) {
        // What a loop or a branch writes may be written otherwise.
        written[path] = forks.isEmpty ? file : .unknown
    }

    var hasWritten: Bool { writesAnywhere || !written.isEmpty }

    var isConditional: Bool { isSpeculative || forks.contains(where: \.isConditional) }

    private var moments = 0

    /// Counts what is made and the forks: which of two came first.
    func nextMoment() -> Int {
        moments += 1
        return moments
    }

    /// Set while functions run that the program itself does not call.
    var isSpeculative = false
    /// The functions that have run.
    private(set) var entered: Set<ObjectIdentifier> = []
    /// Turns of loops in this cell.
    private var turns = 0

    /// Counts a turn of a loop.
    ///
    /// - Throws: `Interruption` after very many: the rest of the cell is taken to be right.
    func countTurn() throws {
        turns += 1
        if turns > 100_000 { throw Interruption(reason: .time) }
    }

    /// Whether loops have turned so often that the others are cut short: nested ones would take for ever.
    var isTired: Bool { turns > 10_000 }

    /// Notes that a function is called.
    ///
    /// - Throws: `UnknownValue` where a function calls itself again and again under a condition that is not
    ///   known, which would have no end.
    func enter(_ prototype: Prototype, _ frames: [Frame]) throws {
        entered.insert(ObjectIdentifier(prototype))
        guard frames.count > 4, isConditional else { return }
        let open = frames.indices.filter { frames[$0].closure.prototype === prototype }
        guard let first = open.first, open.count > 4 else { return }
        // Another way than this one is open since: it tells what the first call gives.
        let hasOther = forks.contains { $0.kind == .branch && $0.depth > first }
        throw UnknownValue(firstFrame: hasOther ? first : nil)
    }

    /// Starts a cell; files that were written stay.
    func begin() {
        forks = []
        diagnostics = []
        returned = [:]
        seen = []
        turns = 0
    }

    /// - Parameter isOfLibrary: whether the library found it, which asserts about arguments only.
    func report(_ diagnostic: Diagnostic, isOfLibrary: Bool = false) {
        if diagnostic.severity == .error, isConditional,
            Self.conditional.contains(where: { diagnostic.id.hasPrefix($0) }),
            !(isOfLibrary && ["assert", "error"].contains(diagnostic.id))
        {
            return
        }
        let place = diagnostic.span.map { "\($0.start)" } ?? ""
        let key = "\(diagnostic.span?.source.name ?? "") \(place) \(diagnostic.id)"
        if seen.insert(key).inserted { diagnostics.append(diagnostic) }
    }

    /// Remembers what a variable held before the open fork, at its first change.
    func willWrite(_ cell: Cell) {
        forks.last?.note(.cell(cell), cell.value)
    }

    func willWrite(_ module: ModuleObject, _ slot: Int) {
        forks.last?.note(.global(module, slot), module.slots[slot])
    }

    func willWrite(_ optimizer: OptimizerInstance, option name: String) {
        let index = optimizer.definition.template.options.firstIndex(of: name)
        for group in optimizer.groups.indices {
            willWrite(
                index.map { .option(optimizer, group: group, $0) }
                    ?? .commonOption(optimizer, group: group, name))
        }
    }

    /// The same for what objects hold.
    func willWrite(_ place: OuterPlace) {
        guard let fork = forks.last else { return }
        fork.note(place, place.value)
    }
}

/// What a program would have written to a file. The numbers of a tensor in it mean nothing.
enum WrittenFile {
    case text([UInt8])
    case value(DataValue)
    case unknown
}

/// A place where a program goes two ways, or a loop whose number of turns is not known.
final class Fork {
    enum Kind { case branch, loop }

    /// What a branch left behind.
    struct State {
        var registers: [Value]
        var changes: [OuterPlace.Key: (place: OuterPlace, old: Value, new: Value)]
    }

    let kind: Kind
    /// When it was opened.
    let moment: Int
    /// The number of open frames, and the first register of the top one.
    let depth: Int
    let base: Int
    /// The instruction that opened it, and the one where the ways meet.
    let site: Int
    let join: Int
    /// The start of the branch that has not run yet.
    var other: Int?
    /// The registers of the frame before.
    let registers: [Value]
    private(set) var journal: [OuterPlace.Key: (place: OuterPlace, old: Value)] = [:]
    /// States of the branches that reached the join, and of those that went elsewhere.
    var arrived: [State] = []
    var left: [State] = []

    /// Of a loop: its body may not run at all.
    var mayNotRun = false
    /// Of a loop: it may turn more or less often than it did, so what it changes is unknown after it.
    var isCut = false
    var mustLeave = false
    var turns = 0
    /// Of a `while`: turns whose condition was not known.
    var unknownTurns = 0
    /// Whether what its turns change counts as unknown already.
    var isWidened = false

    var isConditional: Bool { kind == .branch || mayNotRun }

    /// Whether something that others see has changed since.
    var hasChanges: Bool { !journal.isEmpty }

    init(
        _ kind: Kind, moment: Int, depth: Int, base: Int, site: Int, join: Int, registers: [Value]
    ) {
        self.kind = kind
        self.moment = moment
        self.depth = depth
        self.base = base
        self.site = site
        self.join = join
        self.registers = registers
    }

    /// Remembers what a place held before, unless its object was made since: nobody else can see that one.
    func note(_ place: OuterPlace, _ old: Value) {
        guard place.birth <= moment else { return }
        if journal[place.key] == nil { journal[place.key] = (place, old) }
    }

    /// Everything that was changed since the fork.
    func state(_ registers: [Value]) -> State {
        State(registers: registers, changes: journal.mapValues { ($0.place, $0.old, $0.place.value) })
    }

    /// Puts outer variables back to what they were.
    func undo() {
        for entry in journal.values { entry.place.value = entry.old }
        journal = [:]
    }

    /// Tells the fork around of the variables that changed.
    func passChanges(to outer: Fork?) {
        guard let outer else { return }
        for entry in journal.values { outer.note(entry.place, entry.old) }
        for state in arrived + left {
            for change in state.changes.values { outer.note(change.place, change.old) }
        }
    }
}

/// The end of a way through the program on which nothing more happens: its errors have been reported.
struct DeadEnd: Error {}
