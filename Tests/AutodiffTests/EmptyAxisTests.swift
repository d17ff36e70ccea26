import Autodiff
import Tensors
import Testing

/// Every operation with axes of size 0, in the places of its samples' axes: a value of the promised shape or an
/// error, forward and gradient, evaluated and as a program.
@Suite struct EmptyAxisTests {
    @Test("an axis of size 0 gives a value or an error", arguments: OperationTests.names)
    func emptyAxes(name: String) throws {
        let operation = try #require(Operation.named(name))
        var values = 0
        var tried = 0
        for sample in operation.samples {
            for variant in Self.variants(sample) {
                for dtype in [DType.float32, .float64] {
                    var builder = SampleBuilder(generator: SeededGenerator(state: 5), dtype: dtype)
                    let arguments = try builder.arguments(operation, variant)
                    tried += 1
                    if try evaluates(operation, arguments) { values += 1 }
                    try runsAsProgram(operation, arguments)
                }
            }
        }
        let isWithoutTensors = operation.samples.allSatisfy { Self.variants($0).isEmpty }
        #expect(tried > 0 || isWithoutTensors)
        #expect(values > 0 || Self.refusing.contains(name) || isWithoutTensors, "\(name) takes no empty tensor at all")
    }

    /// Operations that no empty tensor suits: the sizes that their samples name are others.
    private static let refusing: Set<String> = ["broadcastTo"]

    /// The sample with one axis of one tensor empty, and with all axes of one size empty.
    static func variants(_ sample: OperationSample) -> [OperationSample] {
        var sizes: Set<Int> = []
        var single: [OperationSample] = []
        for (index, argument) in sample.enumerated() {
            for (number, shape) in argument.shapes.enumerated() {
                sizes.formUnion(shape)
                for axis in shape.indices {
                    var changed = argument.shapes
                    changed[number][axis] = 0
                    single.append(
                        sample.enumerated().map { $0.offset == index ? argument.with(changed) : $0.element })
                }
            }
        }
        let all = sizes.sorted().map { size in
            sample.map { argument in
                argument.with(argument.shapes.map { shape in shape.map { $0 == size ? 0 : $0 } })
            }
        }
        return single + all
    }

    private func evaluates(_ operation: Autodiff.Operation, _ arguments: OperationArguments) throws -> Bool {
        let r = recorder()
        r.gradientDepth = 1
        do {
            let outputs = try operation.record(arguments, r).nodes
            try r.evaluate(outputs)
            for node in outputs {
                #expect(node.value?.shape == node.shape && node.value?.dtype == node.dtype)
            }
            let wanted = arguments.nodes.filter { $0.dtype.isFloat }
            guard outputs.first?.dtype.isFloat == true, !wanted.isEmpty else { return true }
            let parts = try gradient(of: try r.sum(outputs[0]), withRespectTo: wanted, recorder: r)
            try r.evaluate(parts.compactMap { $0 })
            for (part, input) in zip(parts, wanted) where part != nil {
                #expect(part?.shape == input.shape, "\(operation.name)")
            }
            return true
        } catch is TensorError {
            return false
        } catch is EvaluationError {
            return false
        }
    }

    private func runsAsProgram(_ operation: Autodiff.Operation, _ arguments: OperationArguments) throws {
        let inputs = arguments.nodes.compactMap(\.value)
        let holes = inputs.map { Node(placeholder: $0.shape, dtype: $0.dtype) }
        let r = recorder()
        r.gradientDepth = 1
        do {
            var outputs = try operation.record(arguments.replacing(holes), r).nodes
            let wanted = holes.filter { $0.dtype.isFloat }
            if outputs.first?.dtype.isFloat == true, !wanted.isEmpty {
                outputs += try gradient(of: try r.sum(outputs[0]), withRespectTo: wanted, recorder: r)
                    .compactMap { $0 }
            }
            let program = try Program(inputs: holes, outputs: outputs, random: RandomStream(key: 42))
            for _ in 0..<2 {
                var given = inputs
                let results = try program.run(inputs: &given, random: RandomStream(key: 42))
                for (result, node) in zip(results, outputs) { #expect(result.shape == node.shape) }
            }
        } catch is TensorError {
        } catch is EvaluationError {}
    }
}

extension SampleArgument {
    /// The shapes of its tensors.
    fileprivate var shapes: [[Int]] {
        switch self {
        case .tensor(let sizes), .positive(let sizes), .ints(let sizes, _), .bools(let sizes): [sizes]
        case .tensors(let shapes): shapes
        case .value: []
        }
    }

    fileprivate func with(_ shapes: [[Int]]) -> SampleArgument {
        switch self {
        case .tensor: .tensor(shapes[0])
        case .positive: .positive(shapes[0])
        case .ints(_, let below): .ints(shapes[0], below: below)
        case .bools: .bools(shapes[0])
        case .tensors: .tensors(shapes)
        case .value: self
        }
    }
}
