import Kernels
import Tensors

/// A cluster as the tile machine runs it: which values its operands and results are, and the
/// register program.
struct TilePlan {
    struct Operand {
        var value: Int
        var pattern: RepetitionPattern
    }

    struct Result {
        var value: Int
        var register: UInt8
    }

    var operands: [Operand] = []
    var results: [Result] = []
    var program = TileProgram(instructions: [], registerCount: 0)
    /// Elements of each result.
    var count: Int
    /// Elementwise operations in the program; chains count all of theirs.
    var operationCount = 0
}

/// Translates one cluster: instructions for members, as few as chains allow, and registers for
/// operands, then constants, then temporaries, which are used again when their last reader is past.
/// `ProgramFusion` keeps clusters small enough for 256 registers.
struct TileTranslator {
    private let graph: ProgramGraph
    private let cluster: TileCluster
    private let escapes: Set<Int>
    private var plan: TilePlan
    private var registers: [Int: UInt8] = [:]
    private var constants: [UInt32: UInt8] = [:]
    /// For a member the one whose register it shares: itself, or what it is a cast of.
    private var owners: [Int: Int] = [:]
    private var selections: [Int: TileSelection] = [:]
    /// The last position among the members at which a register that a member owns is read.
    private var lastUse: [Int: Int] = [:]
    private var free: [UInt8] = []
    private var next = 0

    /// - Parameter escapes: the members that something outside of the cluster reads.
    static func plan(
        _ cluster: TileCluster, _ graph: ProgramGraph, escapes: Set<Int>
    ) throws(TensorError) -> TilePlan {
        var translator = TileTranslator(cluster, graph, escapes)
        try translator.placeInputs()
        translator.select()
        translator.findLastUses()
        for (position, member) in cluster.members.enumerated() {
            translator.emit(member, position)
        }
        translator.collectResults()
        return translator.plan
    }

    private init(_ cluster: TileCluster, _ graph: ProgramGraph, _ escapes: Set<Int>) {
        self.graph = graph
        self.cluster = cluster
        self.escapes = escapes
        plan = TilePlan(count: cluster.shape.count)
    }

    private mutating func newRegister() -> UInt8 {
        next += 1
        return UInt8(next - 1)
    }

    // MARK: Operands and constants

    private mutating func placeInputs() throws(TensorError) {
        for operand in cluster.operands {
            guard
                let pattern = RepetitionPattern(of: graph.values[operand].shape, in: cluster.shape)
            else {
                throw .badArgument(operation: "program", rule: "operands that repeat regularly")
            }
            plan.operands.append(TilePlan.Operand(value: operand, pattern: pattern))
            registers[operand] = newRegister()
        }
        for member in cluster.members {
            for input in graph.values[member].inputs {
                guard let splat = graph.values[input].splat else { continue }
                registers[input] = constant(try float(splat, graph.values[input].dtype))
            }
            if isTest(member) { _ = constant(0) }
        }
    }

    /// The splat as `full` would store it.
    private func float(_ splat: ScalarValue, _ dtype: DType) throws(TensorError) -> Float {
        let whole = try Tensor(uninitialized: .scalar, dtype: dtype)
        whole.fill(with: splat)
        var result: Float = 0
        Casting.cast(whole.pointer, dtype.element, to: &result, .float32, count: 1)
        withExtendedLifetime(whole) {}
        return result
    }

    private mutating func constant(_ value: Float) -> UInt8 {
        if let register = constants[value.bitPattern] { return register }
        let register = newRegister()
        constants[value.bitPattern] = register
        plan.program.constants.append(TileConstant(register, value))
        return register
    }

    // MARK: Members

    /// A cast to bool is a comparison with 0.
    private func isTest(_ member: Int) -> Bool {
        graph.values[member].primitive === Primitive.cast && graph.values[member].dtype == .bool
    }

    /// Casts to float32 and copies need no instruction: their register is that of their input.
    private func isAlias(_ member: Int) -> Bool {
        let value = graph.values[member]
        return value.primitive?.elementwise == .copy
            || (value.primitive === Primitive.cast && value.dtype == .float32)
    }

    /// Chooses the instructions.
    private mutating func select() {
        var uses: [Int: Int] = [:]
        var isRead: Set<Int> = []
        for member in cluster.members {
            let inputs = graph.values[member].inputs
            let owner = isAlias(member) ? owners[inputs[0]] ?? inputs[0] : member
            owners[member] = owner
            if escapes.contains(member) { isRead.insert(owner) }
            guard owner == member else { continue }
            for input in inputs { uses[owners[input] ?? input, default: 0] += 1 }
        }
        let members = Set(cluster.members)
        let isInner = members.filter { uses[$0] == 1 && !isRead.contains($0) }
        let matcher = TileChainMatcher(
            graph: graph, owners: owners, isInner: isInner,
            tests: Set(cluster.members.filter { isTest($0) }))
        selections = matcher.selections(cluster.members)
        plan.operationCount = cluster.members.count { owners[$0] == $0 }
    }

    private mutating func findLastUses() {
        for (position, member) in cluster.members.enumerated() {
            for operand in selections[member]?.operands ?? [] { lastUse[operand] = position }
        }
        // What is stored at the end of a tile keeps its register until then.
        for member in cluster.members where escapes.contains(member) {
            if let owner = owners[member] { lastUse[owner] = Int.max }
        }
    }

    private mutating func emit(_ member: Int, _ position: Int) {
        guard let selection = selections[member] else { return }
        var sources = selection.operands.compactMap { registers[$0] }
        guard sources.count == selection.operands.count, !sources.isEmpty else { return }
        if isTest(member) { sources.append(constant(0)) }
        for operand in Set(selection.operands)
        where owners[operand] == operand && lastUse[operand] == position {
            if let register = registers[operand] { free.append(register) }
        }
        // A result gets a register of its own, so that it can be written straight to memory.
        let isResult = lastUse[member] == Int.max
        let target = isResult ? newRegister() : free.popLast() ?? newRegister()
        registers[member] = target
        sources += [0, 0, 0]
        if selection.chain != .single {
            plan.program.instructions.append(
                TileInstruction(
                    selection.chain, target, sources[0], sources[1], sources[2], sources[3]))
            return
        }
        let code =
            isTest(member) ? .notEqual : graph.values[member].primitive?.elementwise ?? .copy
        plan.program.instructions.append(
            TileInstruction(code, target, sources[0], sources[1], sources[2]))
    }

    private mutating func collectResults() {
        for member in cluster.members where escapes.contains(member) {
            guard let register = registers[owners[member] ?? member] else { continue }
            plan.results.append(TilePlan.Result(value: member, register: register))
        }
        plan.program.registerCount = next
    }
}
