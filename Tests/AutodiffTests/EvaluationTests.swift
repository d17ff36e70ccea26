import Autodiff
import Kernels
import Synchronization
import Tensors
import Testing

@Suite struct EvaluationTests {
    @Test("a very long chain is recorded, differentiated, evaluated and released")
    func longChain() throws {
        let r = recorder()
        r.gradientDepth = 1
        let x = try leaf([1], [])
        let one = try leaf([1], [])
        var y = x
        for _ in 0..<100_000 { y = try r.add(y, one) }
        let part = try gradient(of: y, withRespectTo: [x], recorder: r)[0]
        #expect(try r.value(of: y).double(at: 0) == 100_001)
        #expect(try r.value(of: try #require(part)).double(at: 0) == 1)
    }

    @Test("a long chain that was never evaluated is released")
    func unevaluatedChain() throws {
        let r = recorder()
        var y = try leaf([1], [])
        for _ in 0..<200_000 { y = try r.negate(y) }
        #expect(y.value == nil)
    }

    @Test("evaluated nodes let go of their inputs unless a gradient may be asked for")
    func freeing() throws {
        for depth in [0, 1] {
            let r = recorder()
            r.gradientDepth = depth
            weak var middle: Node?
            let x = try leaf([1, 2], [2])
            let y: Node
            do {
                let square = try r.unary(.square, x)
                middle = square
                y = try r.sum(square)
            }
            try r.evaluate([y])
            #expect((middle == nil) == (depth == 0))
            #expect(y.inputs.isEmpty == (depth == 0))
            #expect(try r.value(of: y).double(at: 0) == 5)
        }
    }

    @Test("what was recorded before a gradient was thought of keeps nothing, even when it is computed under one")
    func preparedBefore() throws {
        let r = recorder()
        weak var middle: Node?
        let data: Node
        do {
            let square = try r.unary(.square, try leaf([1, 2], [2]))
            middle = square
            data = try r.negate(square)
        }
        r.gradientDepth = 1
        let w = try leaf([3, 4], [2])
        let loss = try r.sum(try r.multiply(w, data))
        r.gradientDepth = 2
        try r.evaluate([loss])
        r.gradientDepth = 1
        #expect(middle == nil && data.inputs.isEmpty && !loss.inputs.isEmpty)
        let slope = try gradient(of: loss, withRespectTo: [w], recorder: r)[0]
        #expect(try r.value(of: #require(slope)).doubles == [-1, -4])
    }

    @Test("a failing node names its origin, and what was computed before stays")
    func origins() throws {
        let r = recorder()
        r.origin = Origin(1)
        let good = try r.add(try ints([1]), try ints([2]))
        r.origin = Origin(2)
        let bad = try r.binary(.floorDivide, good, try ints([0]))
        r.origin = Origin(3)
        let after = try r.add(bad, good)
        #expect(
            throws: EvaluationError(
                error: .divisionByZero(operation: "//"), origin: Origin(2))
        ) { try r.evaluate([after]) }
        #expect(good.value?.ints == [3])
    }

    @Test("an interrupt ends the evaluation")
    func interrupt() throws {
        let r = recorder()
        let polls = Atomic<Int>(0)
        r.isInterrupted = { polls.add(1, ordering: .relaxed).newValue > 2 }
        var y = try leaf([1], [])
        for _ in 0..<5 { y = try r.negate(y) }
        #expect(throws: EvaluationError(error: .interrupted, origin: .none)) { try r.evaluate([y]) }
        r.isInterrupted = { false }
        #expect(try r.value(of: y).double(at: 0) == -1)
    }

    @Test("where only shapes are known, a demanded number is an error")
    func abstract() throws {
        let r = recorder()
        r.isAbstract = true
        let x = Node(placeholder: try Shape([2, 3]), dtype: .float32)
        let y = try r.sum(x, axes: [0])
        #expect(y.shape.dimensions == [3])
        #expect(throws: EvaluationError(error: .unknownValue, origin: .none)) {
            try r.evaluate([y])
        }
        let known = try leaf([4], [])
        #expect(try r.value(of: known).double(at: 0) == 4)
    }

    @Test("a tensor beyond the memory budget is an error")
    func budget() throws {
        try MemoryBudget(limit: 4 << 30).run {
            let r = recorder()
            let huge = try r.full(.float(0), try Shape([1 << 20, 1 << 20]), .float32)
            #expect(throws: EvaluationError.self) { try r.evaluate([huge]) }
            let wide = try r.broadcast(try leaf([1], []), to: try Shape([1 << 40]))
            #expect(throws: EvaluationError.self) { try r.evaluate([try r.negate(wide)]) }
            #expect(try r.value(of: try leaf([1], [])).count == 1)
        }
    }

    @Test("views share their input's bytes")
    func views() throws {
        let r = recorder()
        let x = try leaf([1, 2, 3, 4], [2, 2])
        let base = try #require(x.value)
        let flat = try r.value(of: try r.reshape(x, sizes: [-1]))
        #expect(flat.pointer == base.pointer)
        let row = try r.value(of: try r.index(x, [.index(1)]))
        #expect(row.pointer == base.pointer + 16)
    }

    @Test("only what leads to the wanted nodes is differentiated")
    func sparseGradients() throws {
        let r = recorder()
        let (x, y) = (try leaf([3], []), try leaf([4], []))
        let z = try r.multiply(x, x)
        #expect(try gradient(of: z, withRespectTo: [x, y], recorder: r)[1] == nil)
        let same = try gradient(of: z, withRespectTo: [z, x, x], recorder: r)
        try r.evaluate(same.compactMap { $0 })
        #expect(same.map { $0?.value?.double(at: 0) } == [1, 6, 6])
        #expect(throws: TensorError.self) {
            try gradient(of: try ints([1], []), withRespectTo: [x], recorder: r)
        }
    }

    @Test("every primitive refuses attributes of another kind instead of trapping")
    func attributes() throws {
        let r = recorder()
        let x = try leaf([1, 2], [1, 2])
        for primitive in Primitive.all where primitive.elementwise == nil {
            let inputs = [x, x, x]
            for attributes in [Attributes.none, .text("odd"), .ints([]), .slices([])] {
                guard let node = try? r.record(primitive, inputs, attributes) else { continue }
                _ = try? r.value(of: node)
            }
        }
        #expect(Set(Primitive.all.map(\.name)).count == Primitive.all.count)
    }
}
