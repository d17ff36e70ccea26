import Autodiff
import Kernels
import Synchronization
import Tensors
import Testing

/// The bytes of a tensor: programs promise the same bits as evaluation node by node.
func bits(_ tensor: Tensor) -> [UInt8] {
    defer { withExtendedLifetime(tensor) {} }
    return Array(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount))
}

/// Placeholders in place of leaves, for programs that are given their values.
func placeholders(_ tensors: [Tensor]) -> [Node] {
    tensors.map { Node(placeholder: $0.shape, dtype: $0.dtype) }
}

/// Compiles what `record` makes of inputs, runs it twice, and compares with evaluation node by
/// node.
func expectSameBits(
    _ inputs: [Tensor], _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation,
    _ record: ([Node], Recorder) throws -> [Node]
) throws {
    let r = recorder()
    let holes = placeholders(inputs)
    let outputs = try record(holes, r)
    let program = try Program(
        inputs: holes, outputs: outputs, random: RandomStream(key: 42))
    let direct = recorder()
    let nodes = try record(inputs.map { Node($0) }, direct)
    try direct.evaluate(nodes)
    for _ in 0..<2 {
        var given = inputs
        let results = try program.run(inputs: &given, random: RandomStream(key: 42))
        #expect(results.count == nodes.count, sourceLocation: sourceLocation)
        for (result, node) in zip(results, nodes) {
            let value = try #require(node.value)
            #expect(result.shape == value.shape && result.dtype == value.dtype)
            #expect(
                bits(result) == bits(value), "\(comment): \(result) \(value)\n\(program.explain())",
                sourceLocation: sourceLocation)
        }
    }
}

@Suite struct ProgramTests {
    @Test(
        "a compiled operation gives the bits of the evaluated one, and so do its gradients",
        arguments: OperationTests.names)
    func everyOperation(name: String) throws {
        let operation = try #require(Operation.named(name))
        for (index, sample) in operation.samples.enumerated() {
            for dtype in [DType.float32, .float64] {
                var builder = SampleBuilder(generator: SeededGenerator(state: 9), dtype: dtype)
                let arguments = try builder.arguments(operation, sample)
                let inputs = arguments.nodes.compactMap(\.value)
                try expectSameBits(inputs, "\(name) \(index) \(dtype)") { nodes, r in
                    r.gradientDepth = 1
                    let outputs = try operation.record(arguments.replacing(nodes), r).nodes
                    let wanted = nodes.filter { $0.dtype.isFloat }
                    guard let first = outputs.first, first.dtype.isFloat, !wanted.isEmpty else {
                        return outputs
                    }
                    let slopes = try gradient(of: first, withRespectTo: wanted, recorder: r)
                    return outputs + slopes.compactMap { $0 }
                }
            }
        }
    }

    @Test("random graphs give the bits of evaluation", arguments: 0..<60)
    func randomGraphs(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        let shapes = [[5, 7], [7], [5, 1], [], [2, 5, 7], [2, 1, 7]].map { Shape(trusted: $0) }
        var inputs: [Tensor] = []
        for shape in shapes {
            inputs.append(
                try Tensor(
                    spacedNumbers(shape.count, &generator), shape: shape, dtype: .float32))
        }
        try expectSameBits(inputs, "seed \(seed)") { nodes, r in
            var generator = SeededGenerator(state: seed &+ 1000)
            var pool = nodes
            for _ in 0..<40 { pool.append(try randomStep(pool, r, &generator)) }
            return Array(pool.suffix(4)) + [pool[10]]
        }
    }

    private func randomStep(
        _ pool: [Node], _ r: Recorder, _ generator: inout SeededGenerator
    ) throws -> Node {
        let recent = pool.suffix(14)
        let x = try #require(recent.randomElement(using: &generator))
        let y = try #require(recent.randomElement(using: &generator))
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: return try r.unary(.tanh, x)
        case 1: return try r.reduce(.max, x, axes: nil, keepsDimensions: true)
        case 2 where x.shape.rank > 0: return try r.sum(x, axes: [-1], keepsDimensions: true)
        case 3: return try r.unary(.relu, x)
        case 4 where x.shape.rank > 1:
            return try r.reshape(x, to: Shape([x.shape.count]))
        case 5:
            let isLess = try r.binary(.less, x, try r.full(.float(0.2), .scalar, .float32))
            return try r.select(isLess, x, try r.negate(x))
        case 6: return try r.cast(try r.binary(.greater, x, try r.unary(.sigmoid, x)), to: .float32)
        case 7: return try r.cast(try r.cast(x, to: .int64), to: .float32)
        case 8 where x.shape.rank > 1:
            let order = Array((0..<x.shape.rank).reversed())
            return try r.transpose(x, order: order)
        default: break
        }
        guard Shape.broadcast(x.shape, y.shape) != nil else { return try r.unary(.square, x) }
        let codes: [ElementwiseCode] = [.add, .multiply, .subtract, .maximum]
        return try r.binary(codes.randomElement(using: &generator) ?? .add, x, y)
    }

    @Test("draws count from the position of the run")
    func draws() throws {
        func record(_ r: Recorder) throws -> [Node] {
            let shape = try Shape([3, 4])
            let first = try r.record(
                .randn, [], .random(key: 42, draw: r.random.next(), parameters: [], shape: shape))
            let second = try r.record(
                .rand, [], .random(key: 42, draw: r.random.next(), parameters: [], shape: shape))
            return [try r.add(first, second)]
        }
        let start = Recorder(random: RandomStream(key: 42, draw: 5))
        let program = try Program(
            inputs: [], outputs: try record(start), random: RandomStream(key: 42, draw: 5))
        for draw: UInt64 in [5, 7, 100] {
            let direct = Recorder(random: RandomStream(key: 42, draw: draw))
            let nodes = try record(direct)
            try direct.evaluate(nodes)
            var none: [Tensor] = []
            let result = try program.run(
                inputs: &none, random: RandomStream(key: 42, draw: draw))
            #expect(bits(result[0]) == bits(try #require(nodes[0].value)))
        }
    }

    @Test("outputs that are inputs, views, constants or each other are handed back as they are")
    func trivialOutputs() throws {
        let x = try Tensor([1, 2, 3, 4, 5, 6], shape: Shape([2, 3]), dtype: .float32)
        try expectSameBits([x]) { nodes, r in
            let whole = nodes[0]
            let doubled = try r.add(whole, whole)
            let row = try r.slice(
                doubled,
                [
                    SliceRange(start: 1, count: 1, step: 1),
                    SliceRange(start: 0, count: 3, step: 1),
                ])
            let flat = try r.reshape(row, to: Shape([3]))
            return [
                whole, whole, try r.reshape(whole, to: Shape([6])), row, flat, flat,
                try r.full(.float(7), Shape([2]), .float32), doubled,
                try r.sum(try r.full(.int(2), Shape([5]), .int64)), try r.cast(flat, to: .bool),
            ]
        }
    }

    @Test("empty tensors pass through")
    func empty() throws {
        let x = try Tensor([Double](), shape: Shape([0, 3]), dtype: .float32)
        try expectSameBits([x]) { nodes, r in
            let y = try r.unary(.exp, try r.add(nodes[0], nodes[0]))
            return [y, try r.sum(y), try r.sum(y, axes: [0]), try r.cast(y, to: .int64)]
        }
    }

    @Test("operations that change nothing disappear, and chains become one tile program")
    func passes() throws {
        let hole = Node(placeholder: try Shape([8, 100]), dtype: .float32)
        let row = Node(placeholder: try Shape([100]), dtype: .float32)
        let r = recorder()
        let one = try r.full(.float(1), .scalar, .float32)
        var y = try r.multiply(try r.add(hole, row), one)
        y = try r.transpose(try r.transpose(y, order: [1, 0]), order: [1, 0])
        y = try r.unary(.tanh, try r.negate(try r.negate(y)))
        let twice = try r.add(
            y, try r.unary(.tanh, try r.add(hole, try r.broadcast(row, to: hole.shape))))
        let text = try Program(inputs: [hole, row], outputs: [twice]).explain()
        #expect(text.contains("fuse: 3 elementwise operations in 1 tile programs"), "\(text)")
        #expect(text.contains("0: tile[800] add tanh add (in0, in1) -> out0"), "\(text)")
        #expect(!text.contains("1: "), "\(text)")
    }

    @Test("equal graphs have equal keys, others not")
    func keys() throws {
        func key(_ code: ElementwiseCode, draw: UInt64 = 0) throws -> ProgramKey {
            let hole = Node(placeholder: try Shape([4]), dtype: .float32)
            let r = Recorder(random: RandomStream(key: 42, draw: draw))
            let noise = try r.record(
                .rand, [],
                .random(key: 42, draw: r.random.next(), parameters: [], shape: try Shape([4])))
            return try ProgramKey(
                inputs: [hole], outputs: [try r.add(try r.unary(code, hole), noise)],
                random: RandomStream(key: 42, draw: draw))
        }
        #expect(try key(.exp) == key(.exp))
        #expect(try key(.exp).hashValue == key(.exp, draw: 9).hashValue)
        #expect(try key(.exp) == key(.exp, draw: 9))
        #expect(try key(.exp) != key(.log))
    }

    @Test(
        "a placeholder that is no input is an error, and so are updates and inputs that do not fit")
    func errors() throws {
        let hole = Node(placeholder: try Shape([2]), dtype: .float32)
        let other = Node(placeholder: try Shape([3]), dtype: .float32)
        let r = recorder()
        let y = try r.unary(.exp, hole)
        #expect(throws: EvaluationError.self) { try Program(inputs: [], outputs: [y]) }
        #expect(throws: EvaluationError.self) {
            try Program(inputs: [hole, other], outputs: [y], updates: [(input: 1, output: 0)])
        }
        let program = try Program(inputs: [hole], outputs: [y])
        var wrong = [try Tensor([1, 2, 3], shape: Shape([3]), dtype: .float32)]
        #expect(throws: EvaluationError.self) { try program.run(inputs: &wrong) }
    }

    @Test("a long chain compiles and runs without recursion")
    func longChain() throws {
        let hole = Node(placeholder: .scalar, dtype: .float32)
        let r = recorder()
        let one = try r.full(.float(1), .scalar, .float32)
        var y = hole
        for _ in 0..<20_000 { y = try r.add(y, one) }
        let program = try Program(inputs: [hole], outputs: [y])
        var inputs = [try Tensor(.float(0), dtype: .float32)]
        #expect(try program.run(inputs: &inputs)[0].double(at: 0) == 20_000)
    }
}
