import Glibc
import Kernels
import Testing

extension KernelsTests {
    /// A function, its reference in float64, where it is sampled and its error bound there.
    struct Bound: Sendable, CustomTestStringConvertible {
        let code: ElementwiseCode
        let reference: @Sendable (Double) -> Double
        let range: ClosedRange<Float>
        let ulps: Double
        /// Added to the bound: for functions with zeros other than at 0.
        var atol = 0.0

        var testDescription: String { "\(code) on \(range)" }

        static let all: [Bound] = [
            Bound(code: .exp, reference: exp, range: -87...88.7, ulps: 1.2),
            Bound(code: .exp, reference: exp, range: -1.0...1.0, ulps: 1.2),
            Bound(code: .exp, reference: exp, range: -103.9...(-87), ulps: 2),
            Bound(code: .expm1, reference: expm1, range: -20...88.7, ulps: 2),
            Bound(code: .expm1, reference: expm1, range: -0.01...0.01, ulps: 2),
            Bound(code: .log, reference: log, range: 1e-38...1e38, ulps: 1),
            Bound(code: .log, reference: log, range: 0.5...2, ulps: 1),
            Bound(code: .log1p, reference: log1p, range: -0.999...10, ulps: 2),
            Bound(code: .log1p, reference: log1p, range: -1e-3...1e-3, ulps: 2),
            Bound(code: .tanh, reference: tanh, range: -10...10, ulps: 2),
            Bound(code: .tanh, reference: tanh, range: -0.7...0.7, ulps: 2),
            Bound(
                code: .sigmoid, reference: { 1 / (1 + exp(-$0)) }, range: -85...85, ulps: 3),
            Bound(code: .sigmoid, reference: { 1 / (1 + exp(-$0)) }, range: -5...5, ulps: 3),
            Bound(code: .erf, reference: erf, range: -5...5, ulps: 2),
            Bound(code: .erf, reference: erf, range: -1e-3...1e-3, ulps: 2),
            Bound(
                code: .softplus, reference: { max($0, 0) + log1p(exp(-$0.magnitude)) },
                range: -80...80, ulps: 2),
            Bound(code: .sin, reference: sin, range: -8192...8192, ulps: 2, atol: 1e-7),
            Bound(code: .sin, reference: sin, range: -1.0...1.0, ulps: 2),
            Bound(code: .cos, reference: cos, range: -8192...8192, ulps: 2, atol: 1e-7),
            Bound(code: .sin, reference: sin, range: 1e4...1e6, ulps: 2),
            Bound(code: .tan, reference: tan, range: -1.5...1.5, ulps: 2),
            Bound(code: .sqrt, reference: { $0.squareRoot() }, range: 0...1e38, ulps: 0.51),
            Bound(code: .reciprocal, reference: { 1 / $0 }, range: 1e-30...1e30, ulps: 0.51),
        ]
    }

    @Test("elementary functions keep their error bounds", arguments: Bound.all)
    func errorBound(bound: Bound) {
        // Evenly in the bits of the float on each side of zero, so that all magnitudes are seen.
        var x: [Float] = []
        let count = 20_000
        for (low, high) in [
            (max(bound.range.lowerBound, 0), bound.range.upperBound),
            (max(-bound.range.upperBound, 0), -bound.range.lowerBound),
        ] where high > low {
            let (first, last) = (low.bitPattern, high.bitPattern)
            let sign: Float = high == bound.range.upperBound ? 1 : -1
            for step in 0...count {
                let bits = UInt64(first) + UInt64(last - first) * UInt64(step) / UInt64(count)
                x.append(sign * Float(bitPattern: UInt32(bits)))
            }
        }
        withEveryBuild { build in
            let y = apply(bound.code, x)
            var worst = 0.0
            for (input, output) in zip(x, y) {
                let exact = bound.reference(Double(input))
                let error = (Double(output) - exact).magnitude - bound.atol
                let ulp = Double(max(Float(exact.magnitude).ulp, .leastNonzeroMagnitude))
                worst = max(worst, error / ulp)
            }
            #expect(worst <= bound.ulps, "\(build): \(worst) ulp")
        }
    }

    /// Inputs and exact results.
    static let edgeCases: [(ElementwiseCode, [Float], [Float])] = [
        (
            .exp, [-.infinity, -200, -0.0, 0, 88.8, .infinity],
            [0, 0, 1, 1, .infinity, .infinity]
        ),
        (
            .expm1, [-.infinity, -100, -0.0, 0, 200, .infinity],
            [-1, -1, -0.0, 0, .infinity, .infinity]
        ),
        (
            .log, [-1, -0.0, 0, 1, .leastNonzeroMagnitude, .infinity],
            [.nan, -.infinity, -.infinity, 0, -103.27893, .infinity]
        ),
        (
            .log1p, [-2, -1, -0.0, 0, 0x1p-140, .infinity],
            [.nan, -.infinity, -0.0, 0, 0x1p-140, .infinity]
        ),
        (
            .tanh, [-.infinity, -50, -0.0, 0, 0x1p-140, .infinity],
            [-1, -1, -0.0, 0, 0x1p-140, 1]
        ),
        (
            .sigmoid, [-.infinity, -200, 0, 200, .infinity],
            [0, 0, 0.5, 1, 1]
        ),
        (
            .erf, [-.infinity, -50, -0.0, 0, 50, .infinity],
            [-1, -1, -0.0, 0, 1, 1]
        ),
        (
            .softplus, [-.infinity, -200, 200, .infinity],
            [0, 0, 200, .infinity]
        ),
        (
            .sin, [-0.0, 0, .infinity],
            [-0.0, 0, .nan]
        ),
        (
            .cos, [-0.0, 0, -.infinity],
            [1, 1, .nan]
        ),
        (
            .floor, [-0.5, 2.5, 1e10, -.infinity],
            [-1, 2, 1e10, -.infinity]
        ),
        (
            .ceil, [-0.5, 2.5, 1e10],
            [-0.0, 3, 1e10]
        ),
        (
            .round, [-0.5, 0.5, 1.5, 2.5, -2.5],
            [-0.0, 0, 2, 2, -2]
        ),
        (
            .sign, [-3, -0.0, 0, 5],
            [-1, -0.0, 0, 1]
        ),
        (
            .relu, [-3, 0, 5, -.infinity],
            [0, 0, 5, 0]
        ),
        (
            .abs, [-3, -0.0, -.infinity],
            [3, 0, .infinity]
        ),
    ]

    @Test("elementary functions are right at the edges", arguments: edgeCases)
    func edges(code: ElementwiseCode, x: [Float], expected: [Float]) {
        withEveryBuild { build in
            for (output, wanted) in zip(apply(code, x + [.nan]), expected + [.nan]) {
                let isSame =
                    output.isNaN ? wanted.isNaN : output == wanted && output.sign == wanted.sign
                #expect(isSame, "\(build): \(output), not \(wanted)")
            }
        }
    }

    private func apply(_ code: ElementwiseCode, _ x: [Float]) -> [Float] {
        applied(code, .float32, [Input(x, .float32)], Float(0), count: x.count).values
    }
}
