import Autodiff
import Diagnostics
import Tensors

/// What a machine keeps while it runs a cell on shapes alone.
///
/// The interpreter is the usual one. A number that only a run can know is `Value.unknown`; a condition on it
/// opens a `Fork`, whose branches run one after the other from the same state and are merged where they meet.
final class ShapeCheck {
    /// The most turns of a loop that are run one by one.
    static let fullTurns = 64

    var forks: [Fork] = []
    private(set) var diagnostics: [Diagnostic] = []
    /// Values given by `return` under a condition that is not known, by the depth of their frame.
    var returned: [Int: [Value]] = [:]
    private var seen: Set<String> = []
    /// Files that the program would have written by now.
    var written: Set<String> = []
    /// Whether it would have written files whose names are not known.
    var writesAnywhere = false

    /// Errors that hold whatever the values are; others count only where no condition is unknown.
    private static let certain = [
        "shape", "name.", "call.", "member.", "dtype.", "operator.", "assign.", "loop.type",
    ]

    /// Whether a file is there, or not as it is now, once the program runs.
    func mayHaveWritten(_ path: String) -> Bool { writesAnywhere || written.contains(path) }
    var hasWritten: Bool { writesAnywhere || !written.isEmpty }

    var isConditional: Bool { forks.contains(where: \.isConditional) }

    /// Starts a cell; files that were written stay.
    func begin() {
        forks = []
        diagnostics = []
        returned = [:]
        seen = []
    }

    func report(_ diagnostic: Diagnostic) {
        if diagnostic.severity == .error, isConditional,
            !Self.certain.contains(where: { diagnostic.id.hasPrefix($0) })
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
}

/// A variable outside of registers.
enum OuterPlace {
    case cell(Cell)
    case global(ModuleObject, Int)

    struct Key: Hashable {
        var object: ObjectIdentifier
        var slot: Int
    }

    var key: Key {
        switch self {
        case .cell(let cell): Key(object: ObjectIdentifier(cell), slot: -1)
        case .global(let module, let slot): Key(object: ObjectIdentifier(module), slot: slot)
        }
    }

    var value: Value {
        get {
            switch self {
            case .cell(let cell): cell.value
            case .global(let module, let slot): module.slots[slot]
            }
        }
        nonmutating set {
            switch self {
            case .cell(let cell): cell.value = newValue
            case .global(let module, let slot): module.slots[slot] = newValue
            }
        }
    }
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

    var isConditional: Bool { kind == .branch || mayNotRun }

    init(_ kind: Kind, depth: Int, base: Int, site: Int, join: Int, registers: [Value]) {
        self.kind = kind
        self.depth = depth
        self.base = base
        self.site = site
        self.join = join
        self.registers = registers
    }

    func note(_ place: OuterPlace, _ old: Value) {
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
