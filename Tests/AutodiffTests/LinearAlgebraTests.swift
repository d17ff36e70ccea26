import Autodiff
import Tensors
import Testing

@Suite struct LinearAlgebraTests {
    private func numbers(_ sizes: [Int], _ seed: UInt64) throws -> Node {
        var generator = SeededGenerator(state: seed)
        let count = try Shape(sizes).count
        return try leaf(
            (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }, sizes)
    }

    /// Sums products over all values of all letters: the definition.
    private func naive(
        _ inputs: [[Character]], _ output: [Character], _ tensors: [Tensor]
    ) -> [Double] {
        var sizes: [Character: Int] = [:]
        for (labels, tensor) in zip(inputs, tensors) {
            for (label, size) in zip(labels, tensor.shape.dimensions) { sizes[label] = size }
        }
        let letters = sizes.keys.sorted()
        func offset(_ labels: [Character], _ at: [Character: Int]) -> Int {
            labels.reduce(0) { $0 * (sizes[$1] ?? 1) + (at[$1] ?? 0) }
        }
        var result = [Double](
            repeating: 0, count: output.reduce(1) { $0 * (sizes[$1] ?? 1) })
        func walk(_ depth: Int, _ at: [Character: Int]) {
            guard depth < letters.count else {
                let product = zip(inputs, tensors).reduce(1.0) {
                    $0 * $1.1.double(at: offset($1.0, at))
                }
                result[offset(output, at)] += product
                return
            }
            for value in 0..<(sizes[letters[depth]] ?? 0) {
                var next = at
                next[letters[depth]] = value
                walk(depth + 1, next)
            }
        }
        walk(0, [:])
        return result
    }

    static let equations: [(String, [[Int]])] = [
        ("ij,jk->ik", [[2, 3], [3, 4]]), ("nij,njk->nik", [[2, 2, 3], [2, 3, 2]]),
        ("bhid,bhjd->bhij", [[2, 2, 3, 2], [2, 2, 2, 2]]), ("ij->ji", [[2, 3]]),
        ("ij->", [[2, 3]]),
        ("ij->j", [[2, 3]]), ("i,j->ij", [[2], [3]]), ("i,i->", [[3], [3]]), ("ii->", [[3, 3]]),
        ("ii->i", [[3, 3]]), ("iji->ij", [[2, 3, 2]]), ("ij,kj,k->i", [[2, 3], [4, 3], [4]]),
        ("ab,cd,ef->bdf", [[2, 2], [2, 3], [3, 1]]), ("ij,ij->ij", [[2, 3], [2, 3]]),
        ("ki,jk->ij", [[3, 2], [4, 3]]), ("ijk,j->ik", [[2, 3, 2], [3]]),
        ("ij,jk->ik", [[2, 0], [0, 2]]),
        ("nij,j->ni", [[0, 2, 3], [3]]), ("iii->i", [[2, 2, 2]]),
    ]

    @Test("einsum is the sum of products", arguments: equations)
    func einsum(equation: String, shapes: [[Int]]) throws {
        let nodes = try shapes.enumerated().map { try numbers($1, UInt64($0)) }
        let sides = equation.split(separator: ">", omittingEmptySubsequences: false)
        let inputs = sides[0].dropLast().split(separator: ",").map { Array($0) }
        let r = recorder()
        let actual = try r.value(of: try r.einsum(equation, nodes))
        let expected = naive(inputs, Array(sides[1]), nodes.compactMap(\.value))
        expectClose(actual.doubles, expected, absolute: 1e-12, relative: 1e-12, equation)
        try GradientCheck(equation, nodes) { moved, r in try r.einsum(equation, moved) }.run()
    }

    @Test("without an arrow, names that occur once are kept in alphabetical order")
    func implicit() throws {
        let r = recorder()
        let (a, b) = (try numbers([2, 3], 1), try numbers([4, 2], 2))
        let short = try r.value(of: try r.einsum("ba,cb", [a, b]))
        let long = try r.value(of: try r.einsum("ba,cb->ac", [a, b]))
        #expect(short.shape.dimensions == [3, 4] && short.doubles == long.doubles)
    }

    @Test(
        "equations that make no sense are errors",
        arguments: ["ij->ik", "ij->ii", "i", "ij,jk", "i1->i", "", "->", "ij->->", "...i...->i"])
    func nonsense(equation: String) throws {
        let x = try numbers([2, 3], 1)
        #expect(throws: TensorError.self) { try recorder().einsum(equation, [x]) }
    }

    @Test("products with transposes as flags equal products of copies")
    func flags() throws {
        for (left, right) in [([2, 3], [3, 4]), ([2, 2, 3], [2, 3, 2]), ([2, 2, 3], [3, 2])] {
            for transposes in [(true, false), (false, true), (true, true)] {
                let r = recorder()
                let (a, b) = (try numbers(left, 1), try numbers(right, 2))
                let plain = try r.value(of: try r.matmul(a, b))
                // Stored transposed, then transposed back lazily: the recorder folds that into a
                // flag.
                func stored(_ x: Node, _ isTransposed: Bool) throws -> Node {
                    guard isTransposed else { return x }
                    let other = recorder()
                    return Node(try other.value(of: try other.swapAxes(x, -1, -2)))
                }
                let inputs = [try stored(a, transposes.0), try stored(b, transposes.1)]
                let product: GradientCheck.Function = { moved, r in
                    try r.matmul(
                        transposes.0 ? try r.swapAxes(moved[0], -1, -2) : moved[0],
                        transposes.1 ? try r.swapAxes(moved[1], -1, -2) : moved[1])
                }
                let folded = try product(inputs, r)
                #expect(!folded.inputs.contains { $0.primitive === Primitive.transpose })
                expectClose(
                    try r.value(of: folded).doubles, plain.doubles, absolute: 1e-12, relative: 1e-12
                )
                try GradientCheck("flags \(left) \(right)", inputs, product).run()
            }
        }
    }

    @Test(
        "a product of many rows of a small table is the rows of a product",
        arguments: [([0, 2, 1, -1, 0, 2], [6]), ([1, 1, 0, 2, -3, 0, 1, 2], [2, 4])])
    func rowsOfTable(index: [Int], sizes: [Int]) throws {
        let r = recorder()
        let (table, w) = (try numbers([3, 4], 1), try numbers([4, 5], 2))
        let at = try ints(index, sizes)
        let product: GradientCheck.Function = { moved, r in
            try r.matmul(try r.index(moved[0], [.tensor(at)]), moved[1])
        }
        let short = try product([table, w], r)
        #expect(short.primitive === Primitive.take)
        let rows = try r.index(table, [.tensor(at)])
        let plain = try r.withOpaquePast { try r.matmul(rows, w) }
        #expect(plain.primitive !== Primitive.take)
        #expect(try r.value(of: short).shape.dimensions == sizes + [5])
        expectClose(
            try r.value(of: short).doubles, try r.value(of: plain).doubles, absolute: 1e-12,
            relative: 1e-12)
        try GradientCheck("rows of a table", [table, w], product).run()
        let few = try r.matmul(try r.index(table, [.tensor(try ints([0, 1, 2]))]), w)
        #expect(few.primitive === Primitive.matmul)
    }

    @Test("integers multiply exactly, and odd shapes are refused in the words of the contract")
    func products() throws {
        let r = recorder()
        let a = try ints([1, 2, 3, 4], [2, 2])
        #expect(try r.value(of: try r.matmul(a, a)).ints == [7, 10, 15, 22])
        let (x, w) = (try numbers([32, 64], 1), try numbers([128, 10], 2))
        #expect(
            throws: TensorError.shapesDisagree(
                operation: "@", left: x.shape, right: w.shape,
                rule: "the last axis of the left (64) to equal the second-last of the right (128)")
        ) { try r.matmul(x, w) }
        #expect(throws: TensorError.self) { try r.matmul(x, try leaf([1], [])) }
        #expect(throws: TensorError.self) {
            try r.matmul(try numbers([2, 2, 3], 1), try numbers([3, 3, 2], 1))
        }
    }

    @Test(
        "axis patterns move elements where they say",
        arguments: [
            ("a b -> b a", [2, 3], [:], [3, 2], [0, 3, 1, 4, 2, 5]),
            ("(a b) -> a b", [6], ["a": 2], [2, 3], [0, 1, 2, 3, 4, 5]),
            ("(a b) -> b a", [6], ["b": 3], [3, 2], [0, 3, 1, 4, 2, 5]),
            ("a b -> (b a)", [2, 3], [:], [6], [0, 3, 1, 4, 2, 5]),
            ("... b -> b ...", [2, 3], [:], [3, 2], [0, 3, 1, 4, 2, 5]),
            ("a 1 -> a", [3, 1], [:], [3], [0, 1, 2]),
            ("a -> 1 a ()", [2], [:], [1, 2, 1], [0, 1]),
            ("a b -> (...) b a", [1, 2], [:], nil, []), ("a b", [1, 2], [:], nil, []),
            ("a (b -> a b", [1, 2], [:], nil, []), ("a a -> a", [2, 2], [:], nil, []),
            ("(a b) -> a b", [6], [:], nil, []), ("(a b) -> a b", [6], ["a": 4], nil, []),
            ("a b -> a", [2, 3], [:], nil, []), ("a b -> a b c", [2, 3], ["c": 2], nil, []),
            ("a b -> b a", [2, 3], ["z": 2], nil, []), ("(a b) -> a b", [6], ["a": -2], nil, []),
        ] as [(String, [Int], [String: Int], [Int]?, [Double])])
    func rearrange(
        pattern: String, shape: [Int], sizes: [String: Int], expected: [Int]?, values: [Double]
    ) throws {
        let r = recorder()
        let count = try Shape(shape).count
        let x = try leaf((0..<count).map(Double.init), shape)
        let operation = try #require(Operation.named("rearrange"))
        let arguments = OperationArguments([.tensor(x), .string(pattern), .sizes(sizes)])
        guard let expected else {
            #expect(throws: TensorError.self) { try operation.record(arguments, r) }
            return
        }
        let value = try r.value(of: try operation.record(arguments, r).nodes[0])
        #expect(value.shape.dimensions == expected && value.doubles == values)
    }

    @Test("reduce and repeat by pattern")
    func reduceAndRepeat() throws {
        let r = recorder()
        let x = try leaf([1, 2, 3, 4, 5, 6], [2, 3])
        let reduce = try #require(Operation.named("reduce"))
        let sums = try reduce.record(
            OperationArguments([.tensor(x), .string("a b -> b"), .string("sum"), .sizes([:])]), r)
        #expect(try r.value(of: sums.nodes[0]).doubles == [5, 7, 9])
        let copies = try #require(Operation.named("repeat")).record(
            OperationArguments([.tensor(x), .string("a b -> a (k b)"), .sizes(["k": 2])]), r)
        #expect(
            try r.value(of: copies.nodes[0]).doubles == [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6])
        #expect(throws: TensorError.self) {
            let odd: [OperationArgument] = [
                .tensor(x), .string("a b -> b"), .string("median"), .sizes([:]),
            ]
            return try reduce.record(OperationArguments(odd), r)
        }
    }
}
