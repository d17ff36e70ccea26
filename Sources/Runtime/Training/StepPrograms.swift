import Autodiff
import Tensors

/// A reference that keeps nothing alive.
struct WeakObject {
    private(set) weak var object: AnyObject?

    init(_ object: AnyObject?) { self.object = object }

    var isAlive: Bool { object != nil }

    /// Whether the object is still there and this one.
    func isStill(_ other: AnyObject?) -> Bool {
        guard let object else { return false }
        return object === other
    }
}

/// The programs of one block, the one that ran last at the end.
struct StepCache {
    var programs: [StepProgram] = []
    /// Captures whose numbers changed between calls: they are inputs from the next recording on.
    var promoted: Set<Int> = []
    /// What compiling may still cost, counted in replays: a program takes some, a replay pays one back. A block for
    /// which programs hold too seldom is recorded each time.
    private(set) var credit = Self.fullCredit
    /// What became of the last recording: the passes of its program, or why there is none.
    var note = ""
    /// When it was last kept, counted as `StepProgram.lastUse`.
    var lastUse = 0

    /// About what compiling takes longer than a recorded step, by what a replay saves.
    private static let price = 8
    /// For some programs that never run again: shapes of batches, before it is seen that they go on changing.
    private static let fullCredit = 32 * price

    var mayCompile: Bool { credit >= Self.price }
    var hasFullCredit: Bool { credit == Self.fullCredit }

    mutating func noteCompiling() { credit -= Self.price }
    mutating func noteReplay() { credit = min(credit + 1, Self.fullCredit) }
}

/// The programs of all blocks of a session, in bounds: a cell that is run again has new blocks, models and
/// optimizers each time, and what belonged to the old ones goes.
///
/// Goals: a program whose model, optimizer or data set is gone is let go at the end of the cell at the latest;
/// the memory of the others stays within a part of the budget; nobody who trains a handful of models by turns
/// ever compiles twice. A program keeps params and slots alive, but none of the objects that own them.
struct StepPrograms {
    /// Shapes such as that of the last batch differ, and so the programs.
    private static let mostPerBlock = 64
    private static let mostPrograms = 256
    private static let mostBlocks = 1024
    /// The part of the memory budget that idle programs may hold.
    private static let partOfBudget = 4

    /// By the identity of the block's code, which the machine keeps for its table of origins.
    private var caches: [ObjectIdentifier: StepCache] = [:]
    private var time = 0
    private var lastCell: Prototype?

    subscript(block: Prototype) -> StepCache? {
        get { caches[ObjectIdentifier(block)] }
        set { caches[ObjectIdentifier(block)] = newValue }
    }

    /// How many there are, and the bytes that they hold.
    var programCount: Int { caches.values.reduce(0) { $0 + $1.programs.count } }
    var heldByteCount: Int {
        caches.values.reduce(0) { sum, cache in
            cache.programs.reduce(sum) { $0 + $1.program.heldByteCount }
        }
    }

    /// Stores what is known of a block after a recording.
    mutating func keep(_ cache: StepCache, of block: Prototype, _ modelVersion: Int) {
        time += 1
        var cache = cache
        cache.lastUse = time
        cache.programs.last?.lastUse = time
        cache.programs.removeAll { !$0.mayHold(modelVersion) }
        cache.programs.removeFirst(max(0, cache.programs.count - Self.mostPerBlock))
        self[block] = cache
        if caches.count > Self.mostBlocks { forgetBlocks() }
        if programCount > Self.mostPrograms {
            sweep(modelVersion)
            removeOldest(downTo: Self.mostPrograms)
        }
    }

    /// Notes the use, and makes room where the run will need new memory.
    mutating func willRun(_ step: StepProgram) {
        time += 1
        step.lastUse = time
        if !step.program.isReady { makeRoom(for: step) }
    }

    /// Lets go of programs that can never stand for their block again.
    mutating func sweep(_ modelVersion: Int) {
        for (id, cache) in caches where cache.programs.contains(where: { !$0.mayHold(modelVersion) }) {
            caches[id]?.programs.removeAll { !$0.mayHold(modelVersion) }
        }
    }

    /// Lets go of the programs of blocks that stand in the cell before, not in its functions: it is over, and compiled
    /// anew if it runs again. At a prompt each entry that trains would keep the memory of a gradient.
    mutating func begin(_ cell: Prototype) {
        if let last = lastCell { forget(blocksOf: last) }
        lastCell = cell
    }

    private mutating func forget(blocksOf code: Prototype) {
        for block in code.nested where block.isBlock {
            self[block] = nil
            forget(blocksOf: block)
        }
    }

    // MARK: Bounds

    /// Frees the memory of programs that ran longest ago; it is made anew if they run again. What
    /// cannot be made anew, large constants, goes with its program.
    private mutating func makeRoom(for step: StepProgram) {
        let limit = MemoryBudget.current.limit / Self.partOfBudget
        var held = heldByteCount
        func isWithin() -> Bool { held <= limit && step.program.byteCount <= limit - held }
        guard !isWithin() else { return }
        let others = byAge.filter { $0 !== step }
        for other in others where !isWithin() {
            held -= other.program.heldByteCount
            other.program.releaseMemory(above: 0)
            held += other.program.heldByteCount
        }
        var dropped: Set<ObjectIdentifier> = []
        for other in others where !isWithin() {
            held -= other.program.heldByteCount
            dropped.insert(ObjectIdentifier(other))
        }
        remove(dropped)
    }

    private mutating func removeOldest(downTo count: Int) {
        let programs = byAge
        remove(Set(programs.prefix(max(0, programs.count - count)).map { ObjectIdentifier($0) }))
    }

    private mutating func remove(_ dropped: Set<ObjectIdentifier>) {
        guard !dropped.isEmpty else { return }
        for (id, cache) in caches
        where cache.programs.contains(where: { dropped.contains(ObjectIdentifier($0)) }) {
            caches[id]?.programs.removeAll { dropped.contains(ObjectIdentifier($0)) }
        }
    }

    /// Forgets blocks without programs, those recorded longest ago first.
    private mutating func forgetBlocks() {
        let idle = caches.filter { $0.value.programs.isEmpty }.sorted { $0.value.lastUse < $1.value.lastUse }
        for (id, _) in idle.prefix(Self.mostBlocks / 2) { caches[id] = nil }
    }

    /// All programs, the one that ran longest ago first.
    private var byAge: [StepProgram] {
        caches.values.flatMap(\.programs).sorted { $0.lastUse < $1.lastUse }
    }
}
