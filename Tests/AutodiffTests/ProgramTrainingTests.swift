import Autodiff
import Kernels
import Tensors
import Testing

/// A classifier with one hidden layer under Adam: inputs x, labels, rate, then W1 b1 W2 b2 and the
/// moments of each; outputs the loss, then the new parameters and moments.
private struct Trainer {
    static let parameterShapes: [[Int]] = [[20, 33], [33], [33, 5], [5]]

    let batch = 16
    var state: [Tensor] = []
    var x: Tensor
    var labels: Tensor

    init() throws {
        var generator = SeededGenerator(state: 4)
        for sizes in Self.parameterShapes {
            let shape = try Shape(sizes)
            let numbers = (0..<shape.count).map { _ in
                Double.random(in: -0.3...0.3, using: &generator)
            }
            state.append(try Tensor(numbers, shape: shape, dtype: .float32))
        }
        for sizes in Self.parameterShapes + Self.parameterShapes {
            let shape = try Shape(sizes)
            state.append(
                try Tensor(
                    [Double](repeating: 0, count: shape.count), shape: shape, dtype: .float32))
        }
        let numbers = (0..<batch * 20).map { _ in Double.random(in: -1...1, using: &generator) }
        x = try Tensor(numbers, shape: Shape([batch, 20]), dtype: .float32)
        labels = try Tensor((0..<batch).map { $0 % 5 }, shape: Shape([batch]))
    }

    var inputs: [Tensor] {
        get throws { [x, labels, try Tensor(.float(0.01), dtype: .float32)] + state }
    }

    /// Updates: state i is replaced by output 1 + i.
    static var updates: [(input: Int, output: Int)] {
        (0..<12).map { (input: 3 + $0, output: 1 + $0) }
    }

    static func record(_ n: [Node], _ r: Recorder) throws -> [Node] {
        r.gradientDepth += 1
        defer { r.gradientDepth -= 1 }
        func number(_ value: Double) throws -> Node { try r.full(.float(value), .scalar, .float32) }
        let p = Array(n[3..<7])
        let hidden = try r.unary(.relu, try r.add(try r.matmul(n[0], p[0]), p[1]))
        let logits = try r.add(try r.matmul(hidden, p[2]), p[3])
        let log = try r.record(.logSoftmax, [logits], .axis(1))
        let columns = try r.reshape(n[1], to: Shape([n[1].shape.count, 1]))
        let picked = try r.record(.takeAlong, [log, columns], .axis(1))
        let loss = try r.negate(try r.mean(picked))
        let slopes = try gradient(of: loss, withRespectTo: p, recorder: r)
        var parameters: [Node] = []
        var first: [Node] = []
        var second: [Node] = []
        for index in 0..<4 {
            let g = try #require(slopes[index])
            let m = try r.add(
                try r.multiply(n[7 + index], try number(0.9)), try r.multiply(g, try number(0.1)))
            let v = try r.add(
                try r.multiply(n[11 + index], try number(0.999)),
                try r.multiply(try r.unary(.square, g), try number(0.001)))
            let root = try r.add(try r.unary(.sqrt, v), try number(1e-8))
            let step = try r.multiply(n[2], try r.divide(m, root))
            parameters.append(try r.subtract(p[index], step))
            first.append(m)
            second.append(v)
        }
        return [loss] + parameters + first + second
    }

    static func program(_ tensors: [Tensor]) throws -> Program {
        let holes = placeholders(tensors)
        return try Program(inputs: holes, outputs: try record(holes, recorder()), updates: updates)
    }
}

@Suite struct ProgramTrainingTests {
    @Test("training by a program gives the bits of training node by node, on one thread and on two")
    func training() throws {
        let trainer = try Trainer()
        let program = try Trainer.program(try trainer.inputs)
        var reference = try trainer.inputs
        var compiled = try trainer.inputs
        // Nobody else refers to the state from here on.
        for index in 3..<compiled.count { compiled[index] = try copy(compiled[index]) }
        var losses: [Double] = []
        for step in 0..<30 {
            let r = recorder()
            let nodes = try Trainer.record(reference.map { Node($0) }, r)
            try r.evaluate(nodes)
            ThreadPool.shared.setThreads(step % 2 + 1)
            let loss = try program.run(inputs: &compiled)
            #expect(bits(loss[0]) == bits(try #require(nodes[0].value)))
            for index in 0..<12 {
                reference[3 + index] = try #require(nodes[1 + index].value)
                #expect(bits(reference[3 + index]) == bits(compiled[3 + index]))
            }
            losses.append(loss[0].double(at: 0))
        }
        #expect(losses[29] < losses[0] / 2)
    }

    private func copy(_ tensor: Tensor) throws -> Tensor {
        let result = try Tensor(uninitialized: tensor.shape, dtype: tensor.dtype)
        result.pointer.copyMemory(from: tensor.pointer, byteCount: tensor.byteCount)
        return result
    }

    @Test("every update of an optimizer is written in place, by one tile program each")
    func inPlace() throws {
        let trainer = try Trainer()
        let program = try Trainer.program(try trainer.inputs)
        let text = program.explain()
        #expect(text.contains("the last 4 of them commits; 12 of 12 updates in place"), "\(text)")
        var inputs = try trainer.inputs
        for index in 3..<inputs.count { inputs[index] = try copy(inputs[index]) }
        let addresses = inputs.map(\.pointer)
        for _ in 0..<3 { _ = try program.run(inputs: &inputs) }
        #expect(inputs.map(\.pointer) == addresses)
    }

    @Test("bytes that somebody else refers to are left alone")
    func snapshot() throws {
        let trainer = try Trainer()
        let program = try Trainer.program(try trainer.inputs)
        let snapshot = try trainer.inputs
        let before = snapshot.map(bits)
        var inputs = snapshot
        _ = try program.run(inputs: &inputs)
        #expect(snapshot.map(bits) == before)
        #expect(bits(inputs[3]) != before[3])
        // Now the state is owned, and is written over.
        let address = inputs[3].pointer
        _ = try program.run(inputs: &inputs)
        #expect(inputs[3].pointer == address)
        #expect(snapshot.map(bits) == before)
    }

    @Test("a step that fails or is interrupted changes nothing, and the next one works")
    func failures() throws {
        let trainer = try Trainer()
        let program = try Trainer.program(try trainer.inputs)
        var inputs = try trainer.inputs
        for index in 3..<inputs.count { inputs[index] = try copy(inputs[index]) }
        inputs[1] = try Tensor([Int](repeating: 5, count: 16), shape: Shape([16]))
        let before = inputs.map(bits)
        let error = #expect(throws: EvaluationError.self) {
            _ = try program.run(inputs: &inputs)
        }
        guard case .indexOutOfRange(_, index: 5, _, size: 5) = error?.error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(inputs.map(bits) == before)
        inputs[1] = trainer.labels
        let stop = #expect(throws: EvaluationError.self) {
            _ = try program.run(inputs: &inputs, isInterrupted: { true })
        }
        #expect(stop?.error == .interrupted)
        #expect(inputs[3...].map(bits) == Array(before[3...]))
        _ = try program.run(inputs: &inputs)
        #expect(bits(inputs[3]) != before[3])
    }

    @Test("updates that exchange inputs, share a value or copy one are right")
    func awkwardUpdates() throws {
        let shape = try Shape([3])
        let holes = (0..<5).map { _ in Node(placeholder: shape, dtype: .float32) }
        let r = recorder()
        let sum = try r.add(holes[0], holes[1])
        let constant = Node(try Tensor([7, 8, 9], shape: shape, dtype: .float32))
        let product = try r.multiply(holes[3], holes[2])
        // a, b = b, a; c = d = a + b; e = d·c, which also is returned with the old d.
        let program = try Program(
            inputs: holes,
            outputs: [holes[1], holes[0], sum, sum, product, product, holes[3], constant],
            updates: [
                (input: 0, output: 0), (input: 1, output: 1), (input: 2, output: 2),
                (input: 3, output: 3), (input: 4, output: 4),
            ])
        var tensors: [Tensor] = []
        for base in 0..<5 {
            let numbers = (0..<3).map { Double(base * 10 + $0) }
            tensors.append(try Tensor(numbers, shape: shape, dtype: .float32))
        }
        let results = try program.run(inputs: &tensors)
        #expect(results.map(\.doubles) == [[600, 651, 704], [30, 31, 32], [7, 8, 9]])
        #expect(
            tensors.map(\.doubles) == [
                [10, 11, 12], [0, 1, 2], [10, 12, 14], [10, 12, 14], [600, 651, 704],
            ])
    }
}
