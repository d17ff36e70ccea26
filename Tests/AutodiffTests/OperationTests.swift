import Autodiff
import Tensors
import Testing

/// Over the whole list of operations, each with its samples.
@Suite struct OperationTests {
    static let names = Operation.all.map(\.name)

    private func operation(_ name: String) throws -> Operation {
        try #require(Operation.named(name))
    }

    @Test("names are unique and every operation has documentation, an example and samples")
    func list() {
        #expect(Set(Self.names).count == Self.names.count)
        for operation in Operation.all {
            #expect(!operation.documentation.isEmpty)
            #expect(operation.example.contains(operation.name), "\(operation.name)")
            #expect(!operation.samples.isEmpty, "\(operation.name)")
            let labels = operation.parameters.map(\.name)
            #expect(Set(labels).count == labels.count, "\(operation.name)")
        }
    }

    @Test("the shape rule says what evaluation gives, with and without values", arguments: names)
    func shapes(name: String) throws {
        let operation = try operation(name)
        for sample in operation.samples {
            let r = recorder()
            var builder = SampleBuilder(generator: SeededGenerator(state: 1))
            let nodes = try operation.record(builder.arguments(operation, sample), r).nodes
            try r.evaluate(nodes)
            builder = SampleBuilder(generator: SeededGenerator(state: 1), isAbstract: true)
            let check = recorder()
            check.isAbstract = true
            let abstract = try operation.record(builder.arguments(operation, sample), check).nodes
            #expect(abstract.map(\.shape) == nodes.map(\.shape))
            #expect(abstract.map(\.dtype) == nodes.map(\.dtype))
            for node in nodes {
                #expect(node.value?.shape == node.shape)
                #expect(node.value?.dtype == node.dtype)
                #expect(node.value?.count == node.shape.count)
            }
        }
    }

    @Test("float32 and float64 agree", arguments: names)
    func precisions(name: String) throws {
        let operation = try operation(name)
        for sample in operation.samples {
            var results: [[Double]] = []
            for dtype in [DType.float32, .float64] {
                let r = recorder()
                var builder = SampleBuilder(generator: SeededGenerator(state: 2), dtype: dtype)
                let nodes = try operation.record(builder.arguments(operation, sample), r).nodes
                try r.evaluate(nodes)
                results.append(nodes.flatMap { $0.value?.doubles ?? [] })
            }
            expectClose(results[0], results[1], absolute: 2e-6, relative: 1e-5, name)
        }
    }

    @Test("gradients are central differences, to the second order", arguments: names)
    func gradients(name: String) throws {
        let operation = try operation(name)
        for (index, sample) in operation.samples.enumerated() {
            var builder = SampleBuilder(generator: SeededGenerator(state: 3))
            let arguments = try builder.arguments(operation, sample)
            let inputs = arguments.nodes
            let outputs = try operation.record(arguments, recorder()).nodes
            guard outputs[0].dtype == .float64, !inputs.isEmpty, name != "stopGradient" else {
                continue
            }
            let check = GradientCheck("\(name) \(index)", inputs) { moved, r in
                let nodes = try operation.record(arguments.replacing(moved), r).nodes
                // Parts of a list weigh differently, so that an exchange would be seen.
                var total = try r.sum(nodes[0])
                guard nodes.count > 1 else { return nodes[0] }
                for (position, node) in nodes.enumerated() where node.dtype == .float64 {
                    let factor = try leaf([Double(position) + 0.5], [])
                    let squares = try r.multiply(node, node)
                    total = try r.add(total, try r.multiply(factor, try r.sum(squares)))
                }
                return total
            }
            try check.run()
        }
    }

    @Test("stopGradient lets no gradient through")
    func stopGradient() throws {
        let r = recorder()
        let x = try leaf([1, 2], [2])
        let y = try r.sum(try r.multiply(x, try r.stopGradient(x)))
        let parts = try gradient(of: y, withRespectTo: [x], recorder: r)
        #expect(try r.value(of: try #require(parts[0])).doubles == [1, 2])
        let none = try gradient(
            of: try r.sum(try r.stopGradient(x)), withRespectTo: [x], recorder: r)
        #expect(none[0] == nil)
    }
}

extension OperationArguments {
    /// The same arguments with other tensors, in the order of `nodes`.
    func replacing(_ nodes: [Node]) -> OperationArguments {
        var rest = nodes[...]
        return OperationArguments(
            values.map { value in
                switch value {
                case .tensor: rest.popFirst().map { .tensor($0) } ?? value
                case .tensors(let old): .tensors(old.compactMap { _ in rest.popFirst() })
                default: value
                }
            })
    }
}
