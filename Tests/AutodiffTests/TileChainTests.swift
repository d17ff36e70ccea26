import Kernels
import Tensors
import Testing

@testable import Autodiff

/// Chains of elementwise operations against the operations one by one: the same bits in both
/// builds of the kernels.
@Suite struct TileChainTests {
    @Test(
        "each chain is found in its expression and keeps the bits",
        arguments: TileChain.allCases.filter { $0 != .single })
    func chains(chain: TileChain) throws {
        let pattern = try #require(TileChainPattern.all.first { $0.chain == chain }?.pattern)
        // Whole vectors, a rest, several tiles.
        for shape in [[3, 173], [1, 8], [1, 5], [7, 512]] {
            let inputs = try inputs(shape)
            for build in KernelBuild.allCases where build.isSupported {
                try KernelBuild.with(build) {
                    try expectSameBits(inputs, "\(chain) \(build)") { nodes, r in
                        [try record(pattern, nodes, r)]
                    }
                }
            }
            let holes = placeholders(inputs)
            let program = try Program(
                inputs: holes, outputs: [try record(pattern, holes, recorder())])
            let text = program.explain()
            #expect(text.contains("tile[\(shape[0] * shape[1])] \(chain) ("), "\(text)")
        }
    }

    /// Four tensors of positive numbers.
    private func inputs(_ shape: [Int]) throws -> [Tensor] {
        var generator = SeededGenerator(state: 5)
        return try (0..<4).map { _ in
            let shape = try Shape(shape)
            return try Tensor(
                (0..<shape.count).map { _ in Double.random(in: 0.1...2, using: &generator) },
                shape: shape, dtype: .float32)
        }
    }

    private func record(
        _ pattern: TileChainPattern, _ operands: [Node], _ r: Recorder
    ) throws -> Node {
        switch pattern {
        case .operand(let index): return operands[index]
        case .apply(let code, let patterns):
            let inputs = try patterns.map { try record($0, operands, r) }
            switch inputs.count {
            case 1: return try r.unary(code, inputs[0])
            case 2: return try r.binary(code, inputs[0], inputs[1])
            default: return try r.select(inputs[0], inputs[1], inputs[2])
            }
        }
    }

    @Test("a value that is read elsewhere stands by itself")
    func readTwice() throws {
        let inputs = try inputs([4, 100])
        try expectSameBits(inputs) { nodes, r in
            let product = try r.multiply(nodes[0], nodes[1])
            let sum = try r.add(product, nodes[2])
            return [sum, product, try r.multiply(product, sum)]
        }
        let holes = placeholders(inputs)
        let r = recorder()
        let product = try r.multiply(holes[0], holes[1])
        let sum = try r.add(product, holes[2])
        let text = try Program(inputs: holes, outputs: [sum, product]).explain()
        #expect(text.contains("tile[400] multiply add ("), "\(text)")
    }

    @Test("casts and repeated operands do not confuse the search")
    func casts() throws {
        let x = try Tensor((0..<40).map { Double($0) - 20 }, shape: Shape([40]), dtype: .float32)
        let y = try Tensor((0..<40).map { $0 % 3 }, shape: Shape([40]))
        try expectSameBits([x, y]) { nodes, r in
            let positive = try r.cast(try r.binary(.greater, nodes[0], nodes[1]), to: .float32)
            let kept = try r.multiply(nodes[0], positive)
            let truth = try r.cast(kept, to: .bool)
            return [
                try r.add(kept, nodes[0]), try r.add(try r.multiply(kept, kept), kept),
                try r.select(truth, nodes[0], kept), truth,
                try r.subtract(try r.cast(nodes[1], to: .float32), try r.multiply(kept, kept)),
            ]
        }
    }
}
