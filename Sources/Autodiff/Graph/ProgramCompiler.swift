import Kernels
import Tensors

/// Runs the passes in order and collects what a program consists of.
struct ProgramCompiler {
    struct Parts {
        var inputs: [(shape: Shape, dtype: DType)]
        var updates: [ProgramUpdate]
        var bases: ProgramBases
        var instructions: [ProgramInstruction]
        var origins: [Origin]
        var firstCommit: Int
        var arenaByteCount: Int
        var constants: [Tensor]
        var results: [ProgramResult]
        var notes: [String]
    }

    let inputs: [Node]
    let outputs: [Node]
    let updates: [(input: Int, output: Int)]
    let random: RandomStream

    func compile() throws(EvaluationError) -> Parts {
        try check()
        let recorded = try ProgramGraph(inputs: inputs, outputs: outputs)
        var graph = ProgramSimplifier.simplified(recorded)
        // Values that differed only in a broadcast operand are equal now.
        graph = ProgramSimplifier.simplified(graph.withBroadcastOperands())
        let (aliases, schedule) = try scheduled(&graph)
        return try assemble(graph, aliases, schedule, recorded)
    }

    private func scheduled(
        _ graph: inout ProgramGraph
    ) throws(EvaluationError) -> (ProgramAliases, ProgramSchedule) {
        do throws(TensorError) {
            graph.copyReturnedInputs(try ProgramAliases(graph))
            let aliases = try ProgramAliases(graph)
            let fusion = ProgramFusion(graph, aliases)
            return (aliases, try ProgramSchedule(graph, aliases, fusion, updates: pairs(graph)))
        } catch {
            throw EvaluationError(error: error, origin: outputs.first?.origin ?? .none)
        }
    }

    private func check() throws(EvaluationError) {
        var targets: Set<Int> = []
        for update in updates {
            let isFitting =
                inputs.indices.contains(update.input) && outputs.indices.contains(update.output)
                && inputs[update.input].shape == outputs[update.output].shape
                && inputs[update.input].dtype == outputs[update.output].dtype
                && targets.insert(update.input).inserted
            guard isFitting else {
                throw EvaluationError(
                    error: .badArgument(
                        operation: "program",
                        rule: "updates of distinct inputs by outputs of their shape and dtype"),
                    origin: .none)
            }
        }
    }
}

// MARK: Places and instructions

extension ProgramCompiler {
    /// For each update the value of the input (-1 if nothing reads it) and the value that replaces
    /// it.
    private func pairs(_ graph: ProgramGraph) -> [(input: Int, value: Int)] {
        var inputValues: [Int: Int] = [:]
        for (index, value) in graph.values.enumerated() {
            if case .input(let number) = value.source { inputValues[number] = index }
        }
        return updates.map {
            (input: inputValues[$0.input] ?? -1, value: graph.outputs[$0.output])
        }
    }

    private var returned: [Int] {
        let replacing = Set(updates.map(\.output))
        return outputs.indices.filter { !replacing.contains($0) }
    }

    private func assemble(
        _ graph: ProgramGraph, _ aliases: ProgramAliases, _ schedule: ProgramSchedule,
        _ recorded: ProgramGraph
    ) throws(EvaluationError) -> Parts {
        let returned = returned
        let constants = graph.values.indices.compactMap { index -> (Int, Tensor)? in
            guard case .constant(let tensor) = graph.values[index].source else { return nil }
            return (index, tensor)
        }
        let bases = ProgramBases(
            inputs: inputs.count, updates: updates.count, outputs: returned.count,
            constants: constants.count)
        var fixed: [Int: ProgramPlace] = [:]
        for (index, value) in graph.values.enumerated() {
            if case .input(let number) = value.source {
                fixed[index] = ProgramPlace(base: bases.input(number), offset: 0)
            }
        }
        for (number, constant) in constants.enumerated() {
            fixed[constant.0] = ProgramPlace(base: bases.constant(number), offset: 0)
        }
        for (value, number) in schedule.inPlace {
            fixed[value] = ProgramPlace(base: bases.update(number), offset: 0)
        }
        var sizes = [Int](repeating: 0, count: returned.count)
        for (slot, output) in returned.enumerated() {
            let root = aliases.roots[graph.outputs[output]]
            guard fixed[root] == nil else { continue }
            fixed[root] = ProgramPlace(base: bases.output(slot), offset: 0)
            sizes[slot] = max(1, graph.values[root].byteCount)
        }
        let memory = ProgramMemory(
            schedule, graph, aliases, fixed: fixed,
            kept: Set(graph.outputs.map { aliases.roots[$0] }))
        let lowering = ProgramLowering(graph: graph, memory: memory, stream: random)
        var instructions: [ProgramInstruction] = []
        for unit in schedule.units { instructions.append(try lowering.instruction(unit)) }
        return Parts(
            inputs: inputs.map { ($0.shape, $0.dtype) },
            updates: try updates(graph, schedule, lowering), bases: bases,
            instructions: instructions,
            origins: schedule.units.map { graph.values[$0.writes.last ?? 0].origin },
            firstCommit: schedule.firstCommit, arenaByteCount: memory.arenaByteCount,
            constants: constants.map(\.1),
            results: try results(graph, lowering, returned, sizes),
            notes: notes(graph, schedule, memory, recorded))
    }

    private func updates(
        _ graph: ProgramGraph, _ schedule: ProgramSchedule, _ lowering: ProgramLowering
    ) throws(EvaluationError) -> [ProgramUpdate] {
        try updates.enumerated().map { number, update throws(EvaluationError) in
            let value = graph.outputs[update.output]
            let isInPlace = schedule.inPlace[value] == number
            return ProgramUpdate(
                input: update.input, source: isInPlace ? nil : try lowering.place(value),
                byteCount: graph.values[value].byteCount)
        }
    }

    private func results(
        _ graph: ProgramGraph, _ lowering: ProgramLowering, _ returned: [Int], _ sizes: [Int]
    ) throws(EvaluationError) -> [ProgramResult] {
        var results: [ProgramResult] = []
        for (slot, output) in returned.enumerated() {
            let value = graph.outputs[output]
            results.append(
                ProgramResult(
                    byteCount: sizes[slot], place: try lowering.place(value),
                    shape: graph.values[value].shape, dtype: graph.values[value].dtype))
        }
        return results
    }

    private func notes(
        _ graph: ProgramGraph, _ schedule: ProgramSchedule, _ memory: ProgramMemory,
        _ recorded: ProgramGraph
    ) -> [String] {
        var fused = 0
        var tiles = 0
        for case .tile(let plan) in schedule.units.map(\.work) {
            tiles += 1
            fused += plan.operationCount
        }
        let values = graph.values.reduce(0) { $0 + $1.byteCount }
        return [
            "graph: \(recorded.summary)",
            "simplify: \(recorded.values.count) recorded values became \(graph.values.count)",
            "fuse: \(fused) elementwise operations in \(tiles) tile programs",
            "plan: \(schedule.units.count) steps, the last "
                + "\(schedule.units.count - schedule.firstCommit) of them commits; "
                + "\(schedule.inPlace.count) of \(updates.count) updates in place",
            "memory: an arena of \(bytes(memory.arenaByteCount)) for values of \(bytes(values)); "
                + "\(memory.reusedCount) results over an operand",
        ]
    }
}

extension ProgramGraph {
    /// An output that is an input, or a view of one, is copied: the input may be replaced, and
    /// belongs to the caller.
    mutating func copyReturnedInputs(_ aliases: ProgramAliases) {
        var copies: [Int: Int] = [:]
        for (position, output) in outputs.enumerated() {
            guard case .input = values[aliases.roots[output]].source else { continue }
            if copies[output] == nil {
                var copy = values[output]
                copy.source = .computed(.elementwise(.copy))
                copy.attributes = .none
                copy.inputs = [output]
                copies[output] = values.count
                values.append(copy)
            }
            outputs[position] = copies[output] ?? output
        }
    }
}
