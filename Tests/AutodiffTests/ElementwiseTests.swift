import Autodiff
import Kernels
import Tensors
import Testing

@Suite struct ElementwiseTests {
    static let smoothBinary: [ElementwiseCode] = [
        .add, .subtract, .multiply, .divide, .power, .maximum, .minimum, .remainder,
    ]
    static let shapes: [([Int], [Int])] = [
        ([2, 3], [2, 3]), ([2, 3], [3]), ([2, 1], [1, 3]), ([], [2]), ([2, 2, 2], [2, 1, 2]),
        ([0, 3], [3]),
        ([1], [1]), ([3, 2], [3, 1]),
    ]

    @Test("gradients of binary operations, broadcast, to the second order", arguments: smoothBinary)
    func gradients(code: ElementwiseCode) throws {
        for (left, right) in Self.shapes {
            var generator = SeededGenerator(state: 5)
            func numbers(_ sizes: [Int], _ offset: Double) throws -> Node {
                let count = try Shape(sizes).count
                return try leaf(spacedNumbers(count, &generator).map { abs($0) + offset }, sizes)
            }
            let inputs = [try numbers(left, 0), try numbers(right, 0.371)]
            try GradientCheck("\(code) \(left) \(right)", inputs) { moved, r in
                try r.binary(code, moved[0], moved[1])
            }.run()
        }
    }

    @Test("gradients of powers with constant exponents", arguments: [-2.0, -1, 0, 0.5, 1, 2, 3, 4])
    func powers(exponent: Double) throws {
        let x = try leaf([0.4, 0.9, 1.7], [3])
        try GradientCheck("x^\(exponent)", [x]) { moved, r in
            try r.binary(.power, moved[0], try r.constant(.float(exponent), beside: .float64))
        }.run()
    }

    @Test("gradients of a selection, broadcast")
    func selection() throws {
        let inputs = [
            try bools([true, false, true]), try leaf([1, 2], [2, 1]), try leaf([3, 4, 5], [3]),
        ]
        try GradientCheck("where", inputs) { moved, r in
            try r.select(moved[0], try r.multiply(moved[1], moved[1]), moved[2])
        }.run()
    }

    /// The gradient of the sum of `function` at `x`.
    private func slope(
        _ x: [Double], _ function: (Node, Recorder) throws -> Node
    ) throws -> [Double] {
        let r = recorder()
        r.gradientDepth = 1
        let x = try leaf(x, [x.count])
        let y = try r.sum(try function(x, r))
        let part = try gradient(of: y, withRespectTo: [x], recorder: r)[0]
        return try r.value(of: try #require(part)).doubles
    }

    @Test("kinks follow PyTorch")
    func kinks() throws {
        #expect(try slope([0]) { x, r in try r.unary(.relu, x) } == [0])
        #expect(try slope([0]) { x, r in try r.unary(.abs, x) } == [0])
        #expect(try slope([0]) { x, r in try r.unary(.sqrt, x) } == [.infinity])
        let one = try leaf([1], [])
        #expect(try slope([0, 1, 2]) { x, r in try r.binary(.maximum, x, one) } == [0, 0.5, 1])
        #expect(try slope([0, 1, 2]) { x, r in try r.binary(.minimum, one, x) } == [1, 0.5, 0])
        #expect(
            try slope([2, 5, 5]) { x, r in
                try r.reduce(.max, x, axes: nil, keepsDimensions: false)
            } == [0, 0.5, 0.5])
        let zero = try leaf([0], [])
        #expect(try slope([0, 2]) { x, r in try r.binary(.power, x, zero) } == [0, 0])
        #expect(
            try slope([0, 2]) { x, r in try r.binary(.power, try leaf([0], []), x) } == [0, 0])
        let norm = try #require(Operation.named("norm"))
        let rest: [OperationArgument] = [.none, .bool(false), .int(2)]
        #expect(
            try slope([0, 0]) { x, r in
                try norm.record(OperationArguments([.tensor(x)] + rest), r).nodes[0]
            } == [0, 0])
        let clip = try #require(Operation.named("clip"))
        #expect(
            try slope([-1, 0, 0.5, 1, 2]) { x, r in
                let arguments: [OperationArgument] = [.tensor(x), .int(0), .int(1)]
                return try clip.record(OperationArguments(arguments), r).nodes[0]
            } == [0, 1, 1, 1, 0])
    }

    @Test("the branch that where does not take sends no nan through a sum")
    func untakenBranch() throws {
        // 1/x is infinite at 0; where's gradient selects, so the other branch gets exactly 0.
        let slopes = try slope([0, 2]) { x, r in
            let isZero = try r.binary(.equal, x, try leaf([0], []))
            let safe = try r.select(isZero, try leaf([1], []), x)
            return try r.select(isZero, try leaf([0], []), try r.unary(.reciprocal, safe))
        }
        #expect(slopes == [0, -0.25])
    }

    @Test("products of others are exact at zeros")
    func productAtZeros() throws {
        let product: (Node, Recorder) throws -> Node = { x, r in
            try r.reduce(.product, x, axes: nil, keepsDimensions: false)
        }
        #expect(try slope([2, 0, 5], product) == [0, 10, 0])
        #expect(try slope([0, 0, 5], product) == [0, 0, 0])
        #expect(try slope([2, 3, 5, 7, 11], product) == [1155, 770, 462, 330, 210])
    }

    @Test("tensors meet at the later dtype, and operations change it as the contract says")
    func promotion() throws {
        for left in DType.allCases {
            for right in DType.allCases {
                let r = recorder()
                let a = try leaf([1, 1], [2], left)
                let b = try leaf([1, 1], [2], right)
                let later = max(left, right)
                let sum = try r.add(a, b)
                #expect(sum.dtype == later)
                #expect(try r.divide(a, b).dtype == (later.isFloat ? later : .float32))
                #expect(try r.binary(.less, a, b).dtype == .bool)
                #expect(try r.value(of: sum).doubles == (later == .bool ? [1, 1] : [2, 2]))
            }
            let r = recorder()
            let x = try leaf([1, 1], [2], left)
            #expect(try r.unary(.exp, x).dtype == (left.isFloat ? left : .float32))
            #expect(try r.sum(x).dtype == (left.isFloat ? left : .int64))
            #expect(try r.mean(x).dtype == (left.isFloat ? left : .float32))
            #expect(try r.reduce(.max, x, axes: nil, keepsDimensions: false).dtype == left)
            #expect(try r.unary(.floor, try r.cast(x, to: .int32)).dtype == .int32)
        }
    }

    @Test("scalars take the dtype of the tensor beside them")
    func scalars() throws {
        let r = recorder()
        #expect(try r.constant(.int(2), beside: .uint8).dtype == .uint8)
        #expect(try r.constant(.float(2), beside: .float64).dtype == .float64)
        #expect(try r.constant(.float(0.5), beside: .int32).dtype == .float32)
        #expect(try r.constant(.float(0.5), beside: .bool).dtype == .float32)
        #expect(try r.constant(.int(2), beside: .bool).dtype == .int64)
        #expect(throws: TensorError.self) { try r.constant(.int(300), beside: .uint8) }
        #expect(throws: TensorError.self) { try r.constant(.bool(true), beside: .float32) }
        let big = try r.constant(.int(Int.max), beside: .int64)
        #expect(try r.value(of: big).int(at: 0) == .max)
    }

    @Test("integers wrap, floor, and refuse what has no value")
    func integers() throws {
        let r = recorder()
        func value(_ code: ElementwiseCode, _ a: [Int], _ b: [Int]) throws -> [Int] {
            try r.value(of: try r.binary(code, try ints(a), try ints(b))).ints
        }
        #expect(try value(.add, [.max, 1], [1, 1]) == [.min, 2])
        #expect(try value(.floorDivide, [7, -7, .min], [2, 2, -1]) == [3, -4, .min])
        #expect(try value(.remainder, [7, -7, 7], [3, 3, -3]) == [1, 2, -2])
        #expect(try value(.power, [2, 3, -2], [10, 0, 3]) == [1024, 1, -8])
        for code in [ElementwiseCode.floorDivide, .remainder] {
            let node = try r.binary(code, try ints([1]), try ints([0]))
            #expect(
                throws: EvaluationError(
                    error: .divisionByZero(operation: code == .remainder ? "%" : "//"),
                    origin: .none)
            ) {
                try r.value(of: node)
            }
        }
        #expect(throws: EvaluationError.self) { try value(.power, [2], [-1]) }
        let root = try r.binary(
            .power, try ints([2, 4]), try r.constant(.int(-1), beside: .int64))
        #expect(try r.value(of: root).doubles == [0.5, 0.25])
        #expect(throws: TensorError.self) { try r.subtract(try bools([true]), try bools([true])) }
        #expect(throws: TensorError.self) { try r.negate(try bools([true])) }
        #expect(throws: TensorError.self) { try r.unary(.not, try ints([1])) }
    }

    @Test("casts truncate and saturate")
    func casts() throws {
        let r = recorder()
        let floats = try leaf([300.7, -5.9, .nan], [3])
        #expect(try r.value(of: try r.cast(floats, to: .uint8)).ints == [255, 0, 0])
        #expect(
            try r.value(of: try r.cast(try ints([300, -5, 7]), to: .uint8)).ints == [255, 0, 7])
        #expect(try r.value(of: try r.cast(try ints([2, 0]), to: .bool)).bools == [true, false])
    }

    @Test("shapes that do not meet are errors that name both")
    func disagreement() throws {
        let (a, b) = (try leaf([1, 2], [2]), try leaf([1, 2, 3], [3]))
        #expect(
            throws: TensorError.shapesDisagree(
                operation: "+", left: a.shape, right: b.shape,
                rule:
                    "axes, aligned at the last, to be equal or 1; "
                    + "axis -1 is 2 on the left and 3 on the right")
        ) { try recorder().add(a, b) }
    }
}
