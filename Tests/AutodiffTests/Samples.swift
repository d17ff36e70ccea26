import Autodiff
import Tensors
import Testing

/// SplitMix64 (Steele, Lea, Flood, 2014): the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

func recorder() -> Recorder { Recorder(random: RandomStream(key: 42)) }

/// A leaf of float64, or of another dtype.
func leaf(
    _ values: [Double], _ shape: [Int], _ dtype: DType = .float64
) throws -> Node {
    Node(try Tensor(values, shape: Shape(shape), dtype: dtype))
}

func ints(_ values: [Int], _ shape: [Int]? = nil) throws -> Node {
    Node(try Tensor(values, shape: Shape(shape ?? [values.count])))
}

func bools(_ values: [Bool], _ shape: [Int]? = nil) throws -> Node {
    Node(try Tensor(values, shape: Shape(shape ?? [values.count])))
}

/// `count` numbers of magnitude 0.2 to 1.3, at least 0.8 / count apart, so that sorting, maxima and
/// kinks are stable under the small steps of difference quotients.
func spacedNumbers(_ count: Int, _ generator: inout SeededGenerator) -> [Double] {
    let steps = (0..<count).map { 0.217 + 1.05 * Double($0) / Double(max(count, 1)) }
    return steps.shuffled(using: &generator).enumerated().map {
        $0.offset % 3 == 1 ? -$0.element : $0.element
    }
}

/// Builds the arguments of a sample; parameters beyond it take their defaults.
struct SampleBuilder {
    var generator: SeededGenerator
    /// Floats of the samples have this dtype.
    var dtype = DType.float64
    /// Leaves without values, as in `dlrepl check`.
    var isAbstract = false

    mutating func arguments(_ operation: Operation, _ sample: OperationSample) throws
        -> OperationArguments
    {
        var values: [OperationArgument] = []
        for argument in sample { values.append(try build(argument)) }
        for parameter in operation.parameters.dropFirst(sample.count) {
            values.append(
                try #require(parameter.defaultValue, "\(operation.name) \(parameter.name)"))
        }
        return OperationArguments(values)
    }

    private mutating func build(_ argument: SampleArgument) throws -> OperationArgument {
        switch argument {
        case .tensor(let sizes):
            return .tensor(try floats(sizes) { spacedNumbers($0, &$1) })
        case .positive(let sizes):
            return .tensor(
                try floats(sizes) { count, generator in
                    (0..<count).map { _ in Double.random(in: 0.5...2.5, using: &generator) }
                })
        case .ints(let sizes, let limit):
            let shape = try Shape(sizes)
            let numbers = (0..<shape.count).map { _ in Int.random(in: 0..<limit, using: &generator)
            }
            return .tensor(placed(try Tensor(numbers, shape: shape)))
        case .bools(let sizes):
            let shape = try Shape(sizes)
            let flags = (0..<shape.count).map { $0 % 2 == 0 }
            return .tensor(placed(try Tensor(flags, shape: shape)))
        case .tensors(let shapes):
            var nodes: [Node] = []
            for sizes in shapes { nodes.append(try floats(sizes) { spacedNumbers($0, &$1) }) }
            return .tensors(nodes)
        case .value(let value): return value
        }
    }

    private mutating func floats(
        _ sizes: [Int], _ numbers: (Int, inout SeededGenerator) -> [Double]
    ) throws -> Node {
        let shape = try Shape(sizes)
        return placed(try Tensor(numbers(shape.count, &generator), shape: shape, dtype: dtype))
    }

    private func placed(_ tensor: Tensor) -> Node {
        isAbstract ? Node(placeholder: tensor.shape, dtype: tensor.dtype) : Node(tensor)
    }
}

extension OperationArguments {
    /// The tensors among the arguments.
    var nodes: [Node] {
        values.flatMap { value -> [Node] in
            switch value {
            case .tensor(let node): [node]
            case .tensors(let nodes): nodes
            default: []
            }
        }
    }
}

/// Whether each pair of numbers agrees: |a - b| ≤ absolute + relative · |b|, or both are the same
/// non-number.
func expectClose(
    _ actual: [Double], _ expected: [Double], absolute: Double, relative: Double,
    _ comment: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(actual.count == expected.count, "\(comment())", sourceLocation: sourceLocation)
    for (a, b) in zip(actual, expected) {
        let isClose =
            a == b || (a.isNaN && b.isNaN) || abs(a - b) <= absolute + relative * abs(b)
        #expect(
            isClose, "\(a) is not \(b) in \(actual), expected \(expected) \(comment())",
            sourceLocation: sourceLocation)
        if !isClose { return }
    }
}
