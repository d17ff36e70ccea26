@testable import Autodiff
import Kernels
import Tensors
import Testing

/// The recurrence beside the same thing recorded step by step.
@Suite struct RecurrenceTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var cell: Recurrence.Cell
        var samples: Int
        var steps: Int
        var units: Int
        var isReversed = false
        var isBiased = true
        var hasStates = true
        var lengths: [Int]?

        var testDescription: String {
            "\(cell) N \(samples) T \(steps) H \(units)\(isReversed ? " reversed" : "")"
                + "\(isBiased ? "" : " plain")\(hasStates ? " states" : "")"
                + "\(lengths.map { " \($0)" } ?? "")"
        }
    }

    static let cases: [Case] = Recurrence.Cell.allCases.flatMap { cell in
        [
            Case(cell: cell, samples: 1, steps: 1, units: 1),
            Case(cell: cell, samples: 2, steps: 1, units: 3, hasStates: false),
            Case(cell: cell, samples: 3, steps: 4, units: 5, isReversed: true),
            Case(cell: cell, samples: 5, steps: 3, units: 8, isBiased: false, hasStates: false),
            Case(cell: cell, samples: 10, steps: 2, units: 17),
            Case(cell: cell, samples: 4, steps: 6, units: 16, lengths: [6, 1, 3, 4]),
            Case(
                cell: cell, samples: 3, steps: 5, units: 4, isReversed: true, hasStates: false,
                lengths: [2, 5, 1]),
            // Enough work to be shared out.
            Case(cell: cell, samples: 37, steps: 9, units: 33),
        ]
    }

    /// The weights shrink with the root of their number. Were they as large as the rest, the chain
    /// of 33 units would be chaotic: each step would multiply differences in rounding by three
    /// or so, and two right runs in float32 would part.
    private func inputs(_ known: Case, _ dtype: DType) throws -> RecurrentInputs<Node> {
        var generator = SeededGenerator(state: 5)
        func numbers(_ sizes: [Int], upTo bound: Double = 1) throws -> Node {
            let shape = try Shape(sizes)
            let values = (0..<shape.count).map { _ in
                Double.random(in: -bound...bound, using: &generator)
            }
            return Node(try Tensor(values, shape: shape, dtype: dtype))
        }
        let width = known.units * known.cell.gates
        let state = [known.samples, known.units]
        return RecurrentInputs(
            x: try numbers([known.samples, known.steps, width]),
            weights: try numbers(
                [known.units, width], upTo: 1 / Double(known.units).squareRoot()),
            bias: known.isBiased ? try numbers([width]) : nil,
            innerBias: known.isBiased && known.cell == .gru ? try numbers([known.units]) : nil,
            states: known.hasStates
                ? try (0..<known.cell.states).map { _ in try numbers(state) } : [],
            lengths: try known.lengths.map { try ints($0) })
    }

    /// The results and all gradients, with fixed weights on the results.
    private func values(
        _ inputs: RecurrentInputs<Node>, _ known: Case, _ results: (Recorder) throws -> Node
    ) throws -> [Tensor] {
        let r = recorder()
        r.gradientDepth = 1
        let flat = try results(r)
        var generator = SeededGenerator(state: 6)
        let weights = (0..<flat.shape.count).map { _ in
            Double.random(in: -1...1, using: &generator)
        }
        let seed = Node(try Tensor(weights, shape: flat.shape, dtype: flat.dtype))
        let gradients = try gradient(
            of: flat, seed: seed, withRespectTo: inputs.differentiable, recorder: r)
        let nodes = [flat] + gradients.compactMap(\.self)
        try r.evaluate(nodes)
        return try nodes.map { try #require($0.value) }
    }

    private func flat(
        _ inputs: RecurrentInputs<Node>, _ known: Case, _ r: Recorder
    ) throws -> Node {
        let (outputs, states) = try r.recurrence(
            known.cell, inputs.x, weights: inputs.weights, bias: inputs.bias,
            innerBias: inputs.innerBias, states: inputs.states, lengths: inputs.lengths,
            isReversed: known.isReversed)
        return try r.concat(
            try ([outputs] + states).map { try r.reshape($0, sizes: [-1]) }, axis: 0)
    }

    @Test(
        "results and gradients are those of simple operations", arguments: cases,
        [DType.float32, .float64])
    func composed(known: Case, dtype: DType) throws {
        let inputs = try inputs(known, dtype)
        let form = RecurrenceForm(known.cell, isReversed: known.isReversed, of: inputs)
        let found = try values(inputs, known) { try flat(inputs, known, $0) }
        let wanted = try values(inputs, known) { try $0.recurrenceByOperations(inputs, form) }
        // A composed run may find that without states nothing depends on the weights.
        let absent = found.count - wanted.count
        #expect(absent == 0 || (known.steps == 1 && !known.hasStates))
        guard absent == 0 else { return }
        for (index, (a, b)) in zip(found, wanted).enumerated() {
            #expect(a.shape == b.shape && a.dtype == b.dtype)
            let tolerance = dtype == .float64 ? 1e-12 : 2e-5
            expectClose(
                a.doubles, b.doubles, absolute: tolerance, relative: tolerance, "part \(index)")
        }
    }

    @Test("the number of threads changes no bit", arguments: cases)
    func threads(known: Case) throws {
        let inputs = try inputs(known, .float32)
        let before = ThreadPool.shared.threads
        defer { ThreadPool.shared.setThreads(before) }
        var found: [[[UInt8]]] = []
        for threads in [1, 2, 3] {
            ThreadPool.shared.setThreads(threads)
            found.append(try values(inputs, known) { try flat(inputs, known, $0) }.map(bits))
        }
        #expect(found[0] == found[1] && found[0] == found[2])
    }

    @Test("both builds of the kernels agree", arguments: cases)
    func builds(known: Case) throws {
        let inputs = try inputs(known, .float32)
        let found = try KernelBuild.allCases.map { build in
            try KernelBuild.with(build) {
                try values(inputs, known) { try flat(inputs, known, $0) }
            }
        }
        for (a, b) in zip(found[0], found[1]) {
            expectClose(a.doubles, b.doubles, absolute: 2e-5, relative: 2e-5, "builds")
        }
    }

    @Test(
        "gradients of gradients hold with lengths", arguments: Recurrence.Cell.allCases,
        [false, true])
    func secondOrder(cell: Recurrence.Cell, isReversed: Bool) throws {
        let known = Case(
            cell: cell, samples: 2, steps: 3, units: 2, isReversed: isReversed, lengths: [3, 1])
        let inputs = try inputs(known, .float64)
        let form = RecurrenceForm(cell, isReversed: known.isReversed, of: inputs)
        try GradientCheck("\(cell)", inputs.all) { moved, r in
            try flat(try #require(RecurrentInputs(moved, form)), known, r)
        }.run()
    }

    @Test("steps that do not count give 0 and leave the state")
    func lengths() throws {
        let known = Case(cell: .lstm, samples: 2, steps: 3, units: 2, lengths: [1, 3])
        let inputs = try inputs(known, .float32)
        let r = recorder()
        let (outputs, states) = try r.recurrence(
            .lstm, inputs.x, weights: inputs.weights, states: inputs.states,
            lengths: inputs.lengths)
        let y = try r.value(of: outputs).doubles
        let h = try r.value(of: states[0]).doubles
        #expect(Array(y[2..<6]) == [0, 0, 0, 0])
        #expect(Array(y[0..<2]) == Array(h[0..<2]) && Array(y[10..<12]) == Array(h[2..<4]))
    }

    @Test("lengths out of range are an error", arguments: [[0, 2], [1, 4], [-1, 1]])
    func badLengths(lengths: [Int]) throws {
        let known = Case(cell: .gru, samples: 2, steps: 3, units: 2, lengths: lengths)
        let inputs = try inputs(known, .float32)
        let r = recorder()
        let outputs = try r.recurrence(
            .gru, inputs.x, weights: inputs.weights, lengths: inputs.lengths
        ).outputs
        #expect(throws: EvaluationError.self) { try r.value(of: outputs) }
    }

    @Test("an interrupt ends a run")
    func interrupt() throws {
        let known = Case(cell: .plain, samples: 2, steps: 3, units: 2)
        let inputs = try inputs(known, .float32)
        let operands = RecurrentOperands(
            x: try #require(inputs.x.value).pointer,
            weights: try #require(inputs.weights.value).pointer)
        let sizes = Recurrence(.plain, samples: 2, steps: 3, units: 2, isReversed: false)
        let memory = try Tensor(
            uninitialized: Shape([sizes.trace.count]), dtype: .float32)
        #expect(!sizes.run(.float32, operands, to: memory.pointer) { true })
        withExtendedLifetime((inputs, memory)) {}
    }
}
