import Autodiff
import Tensors
import Testing

/// Calls with arguments of the declared kinds and otherwise any shape, dtype and number: the answer
/// is a value of the promised shape or an error, never the end of the process.
@Suite struct OperationFuzzTests {
    static let seeds: [UInt64] = Array(1...4)

    @Test("any arguments give a value or an error", arguments: seeds)
    func anyArguments(seed: UInt64) throws {
        let values = try MemoryBudget(limit: 1 << 30).run { try countOfValues(seed) }
        // Not all may fail, or nothing was tested.
        #expect(values > 1000, "seed \(seed): \(values) values")
    }

    private func countOfValues(_ seed: UInt64) throws -> Int {
        var generator = SeededGenerator(state: seed)
        var values = 0
        for operation in Operation.all {
            for _ in 0..<60 {
                let arguments = OperationArguments(
                    try operation.parameters.map { try argument($0, &generator) })
                let r = recorder()
                do {
                    for node in try operation.record(arguments, r).nodes
                    where node.shape.count < 1 << 20 {
                        let value = try r.value(of: node)
                        #expect(value.shape == node.shape && value.dtype == node.dtype)
                        values += 1
                    }
                } catch is TensorError {
                } catch is EvaluationError {}
            }
        }
        return values
    }

    private func argument(
        _ parameter: OperationParameter, _ generator: inout SeededGenerator
    ) throws -> OperationArgument {
        if let value = parameter.defaultValue, Int.random(in: 0..<3, using: &generator) > 0 {
            return value
        }
        switch parameter.kind {
        case .tensor, .optionalTensor: return .tensor(try tensor(&generator))
        case .tensors, .variadicTensors:
            let count = Int.random(in: 0...3, using: &generator)
            return .tensors(try (0..<count).map { _ in try tensor(&generator) })
        case .int, .optionalInt, .axis: return .int(number(&generator))
        case .float: return .float(real(&generator))
        case .number, .operand:
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: return .int(number(&generator))
            case 1: return .float(real(&generator))
            default: return parameter.kind == .operand ? .tensor(try tensor(&generator)) : .int(1)
            }
        case .bool: return .bool(Bool.random(using: &generator))
        case .string:
            let texts = [
                "", "a b -> b a", "a (b c) -> c a b", "ij,jk->ik", "ij->", "ii->i", "... -> ...",
            ]
            return .string(texts.randomElement(using: &generator) ?? "")
        case .operation:
            return .string(["sum", "max", "zeros"].randomElement(using: &generator) ?? "")
        case .dtype: return .dtype(DType.allCases.randomElement(using: &generator) ?? .bool)
        case .axes:
            return Bool.random(using: &generator)
                ? .int(number(&generator)) : .ints(numbers(&generator))
        case .extent, .padding:
            if parameter.kind == .padding, Bool.random(using: &generator) {
                return .string(["same", "valid", "causal", "full"].randomElement(using: &generator) ?? "")
            }
            return Bool.random(using: &generator)
                ? .int(number(&generator)) : .ints(numbers(&generator))
        case .shape, .ints: return .ints(numbers(&generator))
        case .sizes: return .sizes(Bool.random(using: &generator) ? [:] : ["b": number(&generator)])
        }
    }

    private func tensor(_ generator: inout SeededGenerator) throws -> Node {
        let sizes = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            [0, 1, 2, 2, 3].randomElement(using: &generator) ?? 1
        }
        let dtype = DType.allCases.randomElement(using: &generator) ?? .float32
        let shape = try Shape(sizes)
        let values = (0..<shape.count).map { _ in Double.random(in: -3...3, using: &generator) }
        return Node(try Tensor(values, shape: shape, dtype: dtype))
    }

    private func number(_ generator: inout SeededGenerator) -> Int {
        [-3, -2, -1, 0, 0, 1, 1, 2, 3, 7, .max, .min, .max - 1, 1 << 40].randomElement(
            using: &generator) ?? 0
    }

    private func numbers(_ generator: inout SeededGenerator) -> [Int] {
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in number(&generator) }
    }

    private func real(_ generator: inout SeededGenerator) -> Double {
        [0, 1, -1, 0.5, .nan, .infinity, -.infinity, 1e300, 1e-300].randomElement(using: &generator)
            ?? 0
    }
}
