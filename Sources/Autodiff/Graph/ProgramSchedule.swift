import Tensors

/// Something that runs as a whole: a tile program or one primitive.
struct ProgramUnit {
    enum Work {
        case tile(TilePlan)
        case primitive(Int)
    }

    var work: Work
    /// The values it reads and those it writes to memory.
    var reads: [Int]
    var writes: [Int]
}

/// The third pass: what runs, in which order.
///
/// Everything that can fail comes first. Then come the *commits*: tile programs, which cannot fail,
/// all of whose results replace inputs of the program (an optimizer's step). So a run that fails
/// has changed nothing.
struct ProgramSchedule {
    private(set) var units: [ProgramUnit] = []
    /// Units from this one on are commits.
    private(set) var firstCommit = 0
    /// For the values that a commit writes over an input: the number of the update.
    private(set) var inPlace: [Int: Int] = [:]

    private let graph: ProgramGraph
    private let aliases: ProgramAliases
    /// For each root the unit that computes it.
    private var producer: [Int: Int] = [:]

    /// - Parameter updates: for each, the value of the input whose bytes are replaced (-1 if
    ///   nothing reads it) and the value that replaces them.
    init(
        _ graph: ProgramGraph, _ aliases: ProgramAliases, _ fusion: ProgramFusion,
        updates: [(input: Int, value: Int)]
    ) throws(TensorError) {
        self.graph = graph
        self.aliases = aliases
        try makeUnits(fusion)
        let commits = findCommits(updates)
        var order = ordered(roots: graph.outputs.map { aliases.roots[$0] }, without: commits)
        let inputs = commits.sorted().flatMap { units[$0].reads }.map { aliases.roots[$0] }
        let isOrdered = Set(order)
        order += ordered(roots: inputs, without: commits).filter { !isOrdered.contains($0) }
        firstCommit = order.count
        order.append(
            contentsOf: ordered(roots: commits.sorted().flatMap { units[$0].writes }, without: [])
                .filter { commits.contains($0) })
        units = order.map { units[$0] }
    }

    // MARK: Units

    /// One unit for each cluster and for each other value, save views, inputs, constants, and
    /// numbers that only tile programs read.
    private mutating func makeUnits(_ fusion: ProgramFusion) throws(TensorError) {
        let outside = readOutside(fusion)
        for cluster in fusion.clusters where !cluster.members.isEmpty {
            let escapes = Set(cluster.members.filter { outside[$0] })
            let plan = try TileTranslator.plan(cluster, graph, escapes: escapes)
            add(
                ProgramUnit(
                    work: .tile(plan), reads: plan.operands.map(\.value),
                    writes: plan.results.map(\.value)))
        }
        for (index, value) in graph.values.enumerated() {
            guard value.primitive != nil, fusion.clusterOf[index] == nil, !aliases.isView(index),
                value.splat == nil || outside[index]
            else { continue }
            add(ProgramUnit(work: .primitive(index), reads: value.inputs, writes: [index]))
        }
    }

    private mutating func add(_ unit: ProgramUnit) {
        for value in unit.writes { producer[value] = units.count }
        units.append(unit)
    }

    /// Which values are read by something outside of their cluster, through a view or not, or are
    /// outputs.
    private func readOutside(_ fusion: ProgramFusion) -> [Bool] {
        var result = [Bool](repeating: false, count: graph.values.count)
        for output in graph.outputs { result[aliases.roots[output]] = true }
        for (index, value) in graph.values.enumerated() {
            for input in value.inputs {
                let isInside: Bool
                if let cluster = fusion.clusterOf[index] {
                    isInside =
                        fusion.clusterOf[input] == cluster || graph.values[input].splat != nil
                } else {
                    isInside = aliases.isView(index)
                }
                if !isInside { result[aliases.roots[input]] = true }
            }
        }
        return result
    }

    // MARK: Commits

    private mutating func findCommits(_ updates: [(input: Int, value: Int)]) -> Set<Int> {
        var targets: [Int: Int] = [:]
        var isShared: Set<Int> = []
        for (number, update) in updates.enumerated() {
            if targets.updateValue(number, forKey: update.value) != nil {
                isShared.insert(update.value)
            }
        }
        let returned = returnedRoots(updates)
        var commits = Set(
            units.indices.filter { index in
                guard case .tile = units[index].work else { return false }
                return units[index].writes.allSatisfy {
                    targets[$0] != nil && !isShared.contains($0) && !returned.contains($0)
                }
            })
        keepUnread(&commits)
        for index in commits {
            for value in units[index].writes {
                guard let number = targets[value] else { continue }
                if canOverwrite(updates[number].input, by: index, commits) {
                    inPlace[value] = number
                }
            }
        }
        return commits
    }

    /// The roots of outputs that are handed back.
    private func returnedRoots(_ updates: [(input: Int, value: Int)]) -> Set<Int> {
        var wanted: [Int: Int] = [:]
        for output in graph.outputs { wanted[aliases.roots[output], default: 0] += 1 }
        for update in updates { wanted[aliases.roots[update.value], default: 0] -= 1 }
        return Set(wanted.filter { $0.value > 0 }.keys)
    }

    /// A unit whose results others than commits read is none.
    private func keepUnread(_ commits: inout Set<Int>) {
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for (index, unit) in units.enumerated() where !commits.contains(index) {
                for value in unit.reads {
                    guard let source = producer[aliases.roots[value]] else { continue }
                    if commits.remove(source) != nil { hasChanged = true }
                }
            }
        }
    }

    /// Whether a commit may write over an input: no other commit reads it, and it itself reads it
    /// element by element or not at all.
    private func canOverwrite(_ input: Int, by index: Int, _ commits: Set<Int>) -> Bool {
        for other in commits {
            for value in units[other].reads where aliases.roots[value] == input {
                if other != index || aliases.isView(value) { return false }
                guard case .tile(let plan) = units[other].work,
                    let operand = plan.operands.first(where: { $0.value == value })
                else { return false }
                if operand.pattern.inner != 1 || operand.pattern.period != plan.count {
                    return false
                }
            }
        }
        return true
    }

    // MARK: Order

    /// The units that the roots depend on, each after those it reads, leaving out some. Iterative,
    /// because a chain of units can be long.
    private func ordered(roots: [Int], without left: Set<Int>) -> [Int] {
        var order: [Int] = []
        var isSeen = [Bool](repeating: false, count: units.count)
        var stack: [(unit: Int, next: Int)] = []
        for root in roots {
            guard let unit = producer[root], !isSeen[unit], !left.contains(unit) else { continue }
            isSeen[unit] = true
            stack.append((unit, 0))
            while let (current, next) = stack.last {
                guard next < units[current].reads.count else {
                    order.append(current)
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next = next + 1
                let read = aliases.roots[units[current].reads[next]]
                if let source = producer[read], !isSeen[source], !left.contains(source) {
                    isSeen[source] = true
                    stack.append((source, 0))
                }
            }
        }
        return order
    }
}
