import Autodiff
import Tensors
import Testing

/// Compares gradients with central differences in float64, to the first and second order.
///
/// For f of several inputs the number L(x) = Σ w · f(x), with fixed weights w, has the gradients g;
/// the second order compares the gradients of Σ v · g with differences of Σ v · g.
struct GradientCheck {
    typealias Function = ([Node], Recorder) throws -> Node

    private static let step = 1e-5
    private static let tolerance = 2e-6

    let inputs: [Node]
    let name: String
    let function: Function

    /// - Parameter inputs: leaves; those of float64 are varied.
    init(_ name: String, _ inputs: [Node], _ function: @escaping Function) {
        self.name = name
        self.inputs = inputs
        self.function = function
    }

    func run(order: Int = 2) throws {
        try compare(loss(_:_:), "first order")
        guard order > 1 else { return }
        try compare(slope(_:_:), "second order")
    }

    /// L(x) = Σ w · f(x).
    private func loss(_ inputs: [Node], _ r: Recorder) throws -> Node {
        let y = try function(inputs, r)
        return try r.sum(try r.multiply(y, try weights(y.shape, seed: 7)))
    }

    /// Σ v · ∂L/∂x over all inputs.
    private func slope(_ inputs: [Node], _ r: Recorder) throws -> Node {
        let value = try loss(inputs, r)
        let varied = inputs.filter { $0.dtype == .float64 }
        var total = try r.full(.float(0), .scalar, .float64)
        for case (let index, let part?) in try gradient(
            of: value, withRespectTo: varied, recorder: r
        ).enumerated() {
            let weighted = try r.multiply(part, try weights(part.shape, seed: UInt64(index)))
            total = try r.add(total, try r.sum(weighted))
        }
        return total
    }

    private func weights(_ shape: Shape, seed: UInt64) throws -> Node {
        var generator = SeededGenerator(state: seed)
        let numbers = (0..<shape.count).map { _ in Double.random(in: -1...1, using: &generator) }
        return Node(try Tensor(numbers, shape: shape, dtype: .float64))
    }

    private func compare(_ scalar: Function, _ what: String) throws {
        let r = recorder()
        r.gradientDepth = 1
        let varied = inputs.indices.filter { inputs[$0].dtype == .float64 }
        let value = try scalar(inputs, r)
        let gradients = try gradient(
            of: value, withRespectTo: varied.map { inputs[$0] }, recorder: r)
        for (index, part) in zip(varied, gradients) {
            let x = try #require(inputs[index].value)
            var actual = [Double](repeating: 0, count: x.count)
            if let part {
                #expect(part.shape == x.shape, "\(name)")
                #expect(part.dtype == x.dtype, "\(name)")
                actual = try r.value(of: part).doubles
            }
            let expected = try (0..<x.count).map { try difference(scalar, index, $0) }
            expectClose(
                actual, expected, absolute: Self.tolerance, relative: 1e-5,
                "\(name), \(what), input \(index)")
        }
    }

    private func difference(_ scalar: Function, _ index: Int, _ element: Int) throws -> Double {
        func value(_ change: Double) throws -> Double {
            var moved = inputs
            let old = try #require(inputs[index].value)
            var numbers = old.doubles
            numbers[element] += change
            moved[index] = Node(try Tensor(numbers, shape: old.shape, dtype: old.dtype))
            let r = recorder()
            r.gradientDepth = 1
            return try r.value(of: try scalar(moved, r)).double(at: 0)
        }
        return (try value(Self.step) - value(-Self.step)) / (2 * Self.step)
    }
}
