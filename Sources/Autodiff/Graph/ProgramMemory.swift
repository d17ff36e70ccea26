import Tensors

/// Where a value lies while a program runs: in the arena (base 0) or in one of the tensors that a
/// run is given or makes, at an offset in bytes.
struct ProgramPlace: Equatable {
    var base: Int
    var offset: Int
}

/// The bases that the places of a program count from.
struct ProgramBases {
    static let arena = 0
    let inputs: Int
    let updates: Int
    let outputs: Int
    let constants: Int

    func input(_ index: Int) -> Int { 1 + index }
    func update(_ index: Int) -> Int { 1 + inputs + index }
    func output(_ index: Int) -> Int { 1 + inputs + updates + index }
    func constant(_ index: Int) -> Int { 1 + inputs + updates + outputs + index }
    var count: Int { 1 + inputs + updates + outputs + constants }
}

/// The fourth pass: a place for every value. A value lives from the unit that computes it to the
/// last that reads it, and the arena is as large as the values that live at once; a tile program
/// writes over an operand that it is the last to read.
struct ProgramMemory {
    /// By root value; `nil` for what is never in memory.
    private(set) var places: [ProgramPlace?]
    private(set) var arenaByteCount = 0
    /// Results that lie over an operand, for `explain`.
    private(set) var reusedCount = 0

    private let graph: ProgramGraph
    private let aliases: ProgramAliases
    private var lastRead: [Int]
    /// Free stretches of the arena, ascending, never adjacent.
    private var free: [Range<Int>] = []

    /// - Parameters:
    ///   - fixed: places outside of the arena, by root.
    ///   - kept: roots that are read after the last unit.
    init(
        _ schedule: ProgramSchedule, _ graph: ProgramGraph, _ aliases: ProgramAliases,
        fixed: [Int: ProgramPlace], kept: Set<Int>
    ) {
        self.graph = graph
        self.aliases = aliases
        places = [ProgramPlace?](repeating: nil, count: graph.values.count)
        lastRead = [Int](repeating: -1, count: graph.values.count)
        for (root, place) in fixed { places[root] = place }
        for (position, unit) in schedule.units.enumerated() {
            for value in unit.reads { lastRead[aliases.roots[value]] = position }
        }
        for root in kept { lastRead[root] = Int.max }
        for (position, unit) in schedule.units.enumerated() { place(unit, position) }
    }

    /// The place of a value, its own or in its root.
    func place(of value: Int) -> ProgramPlace? {
        places[aliases.roots[value]].map {
            ProgramPlace(base: $0.base, offset: $0.offset + aliases.offsets[value])
        }
    }

    private mutating func place(_ unit: ProgramUnit, _ position: Int) {
        var dying = Set(unit.reads.map { aliases.roots[$0] }).filter {
            lastRead[$0] == position && places[$0]?.base == ProgramBases.arena
        }
        for value in unit.writes where places[value] == nil {
            if case .tile(let plan) = unit.work,
                let operand = takenOver(by: value, plan, dying)
            {
                places[value] = places[operand]
                dying.remove(operand)
                reusedCount += 1
            } else {
                let offset = allocate(size(value))
                places[value] = ProgramPlace(base: ProgramBases.arena, offset: offset)
            }
        }
        // A result that nobody reads (it cannot happen, but would leak) ends at once.
        for value in unit.writes where lastRead[value] < 0 { lastRead[value] = position }
        for root in dying.sorted() { release(root) }
        for value in unit.writes
        where lastRead[value] == position && places[value]?.base == ProgramBases.arena {
            release(value)
        }
    }

    /// An operand whose bytes a result may take: full, float32 like the result, not a view, read
    /// for the last time.
    private func takenOver(by value: Int, _ plan: TilePlan, _ dying: Set<Int>) -> Int? {
        guard graph.values[value].dtype == .float32 else { return nil }
        return plan.operands.first { operand in
            operand.pattern.inner == 1 && operand.pattern.period == plan.count
                && graph.values[operand.value].dtype == .float32
                && !aliases.isView(operand.value) && dying.contains(operand.value)
                && graph.values[operand.value].byteCount == graph.values[value].byteCount
                && isReadOnce(operand.value, plan)
        }?.value
    }

    /// Whether no other operand is a view of the same bytes.
    private func isReadOnce(_ value: Int, _ plan: TilePlan) -> Bool {
        plan.operands.filter { aliases.roots[$0.value] == value }.count == 1
    }

    // MARK: The arena

    /// Whole cache lines, so that no two values share one.
    private func size(_ value: Int) -> Int { max(64, (graph.values[value].byteCount + 63) & ~63) }

    /// The smallest free stretch that fits, or new bytes at the end.
    private mutating func allocate(_ size: Int) -> Int {
        let fitting = free.indices.filter { free[$0].count >= size }
        if let best = fitting.min(by: { free[$0].count < free[$1].count }) {
            let start = free[best].lowerBound
            if free[best].count == size {
                free.remove(at: best)
            } else {
                free[best] = start + size..<free[best].upperBound
            }
            return start
        }
        // What is free at the very end becomes part of the new stretch.
        if let last = free.last, last.upperBound == arenaByteCount {
            free.removeLast()
            arenaByteCount = last.lowerBound + size
            return last.lowerBound
        }
        arenaByteCount += size
        return arenaByteCount - size
    }

    private mutating func release(_ root: Int) {
        guard let place = places[root] else { return }
        var range = place.offset..<place.offset + size(root)
        let index = free.firstIndex { $0.lowerBound >= range.upperBound } ?? free.count
        if index < free.count, free[index].lowerBound == range.upperBound {
            range = range.lowerBound..<free[index].upperBound
            free.remove(at: index)
        }
        if index > 0, free[index - 1].upperBound == range.lowerBound {
            free[index - 1] = free[index - 1].lowerBound..<range.upperBound
        } else {
            free.insert(range, at: index)
        }
    }
}
