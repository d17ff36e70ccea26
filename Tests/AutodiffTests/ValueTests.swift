import Autodiff
import Tensors
import Testing

/// What operations give, against numbers worked out by hand.
@Suite struct ValueTests {
    private func value(_ name: String, _ arguments: [OperationArgument]) throws -> [Tensor] {
        let operation = try #require(Operation.named(name))
        let rest = operation.parameters.dropFirst(arguments.count)
        let defaults = try rest.map { try #require($0.defaultValue) }
        let r = recorder()
        let nodes = try operation.record(OperationArguments(arguments + defaults), r).nodes
        return try nodes.map { try r.value(of: $0) }
    }

    private func tensor(_ values: [Double], _ shape: [Int]? = nil) throws -> OperationArgument {
        .tensor(try leaf(values, shape ?? [values.count]))
    }

    static let cases: [(String, [Double], [Int], [OperationArgument], [Double])] = [
        ("sum", [1, 2, 3, 4], [2, 2], [.int(0)], [4, 6]),
        ("mean", [1, 2, 3, 6], [2, 2], [.int(-1)], [1.5, 4.5]),
        ("max", [1, 5, 3, .nan], [2, 2], [.int(1)], [5, .nan]),
        ("min", [1, 5, 3, -4], [2, 2], [.none], [-4]),
        ("prod", [1, 2, 3, 4], [2, 2], [.ints([0, 1])], [24]),
        ("any", [0, 0, 3, 4], [2, 2], [.int(1)], [0, 1]),
        ("all", [0, 1, 3, 4], [2, 2], [.int(1)], [0, 1]),
        ("argmax", [1, 7, 7, 4], [4], [], [1]),
        ("argmin", [3, 1, 2, 0], [2, 2], [.int(0)], [1, 1]),
        ("variance", [1, 2, 3, 6], [4], [], [3.5]),
        ("var", [1, 2, 3, 6], [4], [.none, .bool(false), .int(1)], [14.0 / 3]),
        ("std", [1, 3], [2], [], [1]), ("norm", [3, -4], [2], [], [5]),
        ("norm", [3, -4], [2], [.none, .bool(false), .int(1)], [7]),
        ("logSumExp", [1000, 1000], [2], [], [1000.6931471805599]),
        ("logSumExp", [-.infinity, -.infinity], [2], [], [-.infinity]),
        ("logSumExp", [.infinity, 1], [2], [], [.infinity]),
        ("softmax", [1000, 1000, -.infinity], [3], [], [0.5, 0.5, 0]),
        ("logSoftmax", [1000, 1000], [2], [], [-0.6931471805599453, -0.6931471805599453]),
        ("cumsum", [1, 2, 3, 4], [2, 2], [.int(0)], [1, 2, 4, 6]),
        ("sort", [3, 1, 2], [3], [.int(-1), .bool(true)], [3, 2, 1]),
        ("argsort", [3, 1, 1], [3], [], [1, 2, 0]), ("sort", [.nan, 1, 0], [3], [], [0, 1, .nan]),
        ("relu", [-1, 0, 2], [3], [], [0, 0, 2]),
        ("softplus", [0, 1000, -1000], [3], [], [0.6931471805599453, 1000, 0]),
        ("sigmoid", [0, 1000, -1000], [3], [], [0.5, 1, 0]), ("log2", [8], [1], [], [3]),
        ("log10", [1000], [1], [], [3]), ("round", [0.5, 1.5, -2.5], [3], [], [0, 2, -2]),
        ("clip", [-2, 0.5, 9, .nan], [4], [.int(0), .int(1)], [0, 0.5, 1, .nan]),
        ("isNan", [1, .nan], [2], [], [0, 1]),
        ("isInf", [1, -.infinity, .nan], [3], [], [0, 1, 0]),
        ("isFinite", [1, -.infinity, .nan], [3], [], [1, 0, 0]),
        ("tril", [1, 2, 3, 4], [2, 2], [], [1, 0, 3, 4]),
        ("triu", [1, 2, 3, 4], [2, 2], [.int(1)], [0, 2, 0, 0]),
        ("tril", [1, 2], [1, 2], [.int(.min)], [0, 0]),
        ("triu", [1, 2], [1, 2], [.int(.min)], [1, 2]),
        ("roll", [1, 2, 3, 4], [2, 2], [.int(1)], [4, 1, 2, 3]),
        ("roll", [1, 2, 3], [3], [.int(.min)], [3, 1, 2].map { $0 }),
        ("flip", [1, 2, 3, 4], [2, 2], [.int(0)], [3, 4, 1, 2]),
        ("tile", [1, 2], [2], [.ints([2, 2])], [1, 2, 1, 2, 1, 2, 1, 2]),
        ("pad", [1, 2, 3, 4], [2, 2], [.ints([1, 0])], [0, 1, 2, 0, 3, 4]),
        ("pad", [1, 2, 3, 4], [2, 2], [.ints([0, 0, -1, 1]), .float(9)], [3, 4, 9, 9]),
        ("flatten", [1, 2], [1, 2], [], [1, 2]),
        ("transpose", [1, 2, 3, 4], [2, 2], [], [1, 3, 2, 4]),
        ("layerNorm", [1, 3], [2], [.none, .none, .float(0)], [-1, 1]),
    ]

    @Test("values of operations on one tensor", arguments: cases)
    func unary(
        name: String, numbers: [Double], shape: [Int], rest: [OperationArgument], expected: [Double]
    ) throws {
        let result = try value(name, [try tensor(numbers, shape)] + rest)[0]
        expectClose(result.doubles, expected, absolute: 1e-12, relative: 1e-12, name)
    }

    @Test("values of operations on several tensors, and of those that make them")
    func others() throws {
        #expect(try value("arange", [.int(5)])[0].ints == [0, 1, 2, 3, 4])
        #expect(try value("arange", [.int(5), .int(0), .int(-2)])[0].ints == [5, 3, 1])
        #expect(try value("arange", [.float(0.5), .int(2)])[0].doubles == [0.5, 1.5])
        #expect(try value("arange", [.int(3), .int(1)])[0].count == 0)
        #expect(
            try value("linspace", [.float(0), .float(1), .int(5)])[0].doubles == [
                0, 0.25, 0.5, 0.75, 1,
            ])
        #expect(try value("eye", [.int(2), .int(3)])[0].doubles == [1, 0, 0, 0, 1, 0])
        #expect(try value("full", [.ints([2]), .int(7)])[0].dtype == .float32)
        #expect(try value("full", [.ints([2]), .bool(true)])[0].dtype == .bool)
        let labels = OperationArgument.tensor(try ints([2, 0]))
        #expect(try value("oneHot", [labels, .int(3)])[0].doubles == [0, 0, 1, 1, 0, 0])
        let indices = OperationArgument.tensor(try ints([1, 0], [1, 2]))
        #expect(
            try value("gather", [try tensor([1, 2, 3, 4], [2, 2]), indices])[0].doubles == [3, 2])
        let top = try value("topk", [try tensor([3, 9, 4]), .int(2)])
        #expect(top[0].doubles == [9, 4] && top[1].ints == [1, 2])
        let parts = try value("split", [try tensor([1, 2, 3, 4, 5]), .int(2)])
        #expect(parts.map(\.doubles) == [[1, 2], [3, 4], [5]])
        let both = OperationArgument.tensors([try leaf([1, 2], [2]), try leaf([3, 4], [2])])
        #expect(try value("stack", [both, .int(1)])[0].doubles == [1, 3, 2, 4])
        #expect(try value("concat", [both])[0].doubles == [1, 2, 3, 4])
        #expect(
            try value("where", [.tensor(try bools([true, false])), .int(1), .int(0)])[0].dtype
                == .float32)
        #expect(try value("maximum", [.tensor(try ints([1, 5])), .int(3)])[0].ints == [3, 5])
        #expect(throws: EvaluationError.self) { try value("oneHot", [labels, .int(2)]) }
        #expect(throws: TensorError.self) { try value("arange", [.int(.min), .int(.max)]) }
        #expect(throws: TensorError.self) { try value("arange", [.int(0), .int(3), .int(0)]) }
        #expect(throws: TensorError.self) { try value("topk", [try tensor([1, 2]), .int(3)]) }
        #expect(throws: TensorError.self) { try value("max", [try tensor([])]) }
        #expect(throws: TensorError.self) { try value("bernoulli", [.float(.nan), .ints([2])]) }
    }

    @Test("draws depend on the stream and on the number of the draw alone")
    func random() throws {
        let shape = try Shape([4000])
        let r = recorder()
        let (a, b) = (try r.draw(.randn, shape), try r.draw(.randn, shape))
        let again = try recorder().draw(.randn, shape)
        let first = try r.value(of: a).doubles
        #expect(try r.value(of: again).doubles == first)
        #expect(try r.value(of: b).doubles != first)
        let mean = first.reduce(0, +) / 4000
        let square = first.reduce(0) { $0 + $1 * $1 } / 4000
        #expect(abs(mean) < 0.06 && abs(square - 1) < 0.1)
        let uniform = try r.value(of: try r.draw(.rand, shape)).doubles
        #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
        let dice = try r.value(of: try r.draw(.randint, shape, parameters: [-2, 3])).ints
        #expect(Set(dice) == [-2, -1, 0, 1, 2])
        let coins = try r.value(of: try r.draw(.bernoulli, shape, parameters: [0.3])).doubles
        #expect(abs(coins.reduce(0, +) / 4000 - 0.3) < 0.03)
        let order = try r.value(of: try r.draw(.permutation, shape)).ints
        #expect(order.sorted() == Array(0..<4000) && order != Array(0..<4000))
    }
}
