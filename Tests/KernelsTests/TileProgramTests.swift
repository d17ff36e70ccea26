import Kernels
import Testing

extension KernelsTests {
    /// Adam (Kingma and Ba, 2015) as one program: parameter, gradient and two moments in, three of
    /// them out.
    static let adam = TileProgram(
        instructions: [
            TileInstruction(.multiply, 10, 2, 4),  // m·β1
            TileInstruction(.multiply, 12, 1, 5),  // g·(1 - β1)
            TileInstruction(.add, 10, 10, 12),  // m'
            TileInstruction(.multiply, 11, 3, 6),  // v·β2
            TileInstruction(.square, 12, 1),
            TileInstruction(.multiply, 12, 12, 7),
            TileInstruction(.add, 11, 11, 12),  // v'
            TileInstruction(.sqrt, 12, 11),
            TileInstruction(.add, 12, 12, 8),
            TileInstruction(.divide, 12, 10, 12),
            TileInstruction(.multiply, 12, 12, 9),
            TileInstruction(.subtract, 12, 0, 12),
        ],
        constants: [
            TileConstant(4, 0.9), TileConstant(5, 0.1), TileConstant(6, 0.999),
            TileConstant(7, 0.001), TileConstant(8, 1e-8), TileConstant(9, 0.01),
        ],
        registerCount: 13)

    @Test("a program with several outputs, in place, equals its operations one by one")
    func adamInPlace() {
        var generator = TestGenerator(3)
        for count in awkwardSizes + [40_000] {
            let p = generator.floats(count)
            let g = generator.floats(count)
            let m = generator.floats(count)
            let v = generator.floats(count, 0...1)
            withEveryBuild { _ in
                let state = sameOnThreads { () -> [[Float]] in
                    var (p, m, v) = (p, m, v)
                    runAdam(&p, g, &m, &v)
                    return [p, m, v]
                }
                let moment = stepwise(
                    .add, stepwise(.multiply, m, 0.9), stepwise(.multiply, g, 0.1))
                let square = stepwise(
                    .add, stepwise(.multiply, v, 0.999),
                    stepwise(.multiply, stepwise(.square, g), 0.001))
                let root = stepwise(.add, stepwise(.sqrt, square), 1e-8)
                let step = stepwise(.multiply, stepwise(.divide, moment, root), 0.01)
                #expect(state == [stepwise(.subtract, p, step), moment, square])
            }
        }
    }

    private func runAdam(_ p: inout [Float], _ g: [Float], _ m: inout [Float], _ v: inout [Float]) {
        let count = p.count
        p.withUnsafeMutableBytes { p in
            m.withUnsafeMutableBytes { m in
                v.withUnsafeMutableBytes { v in
                    guard let p = p.baseAddress, let m = m.baseAddress, let v = v.baseAddress
                    else { return }
                    withOperands([Input(g, .float32)]) { operands in
                        Elementwise.run(
                            Self.adam,
                            [
                                TileOperand(p, .float32, period: count), operands[0],
                                TileOperand(m, .float32, period: count),
                                TileOperand(v, .float32, period: count),
                            ],
                            [
                                TileResult(p, register: 12), TileResult(m, register: 10),
                                TileResult(v, register: 11),
                            ], count: count)
                    }
                }
            }
        }
    }

    private func stepwise(_ code: ElementwiseCode, _ a: [Float], _ b: [Float] = []) -> [Float] {
        let inputs = (code.arity == 1 ? [a] : [a, b]).map { Input($0, .float32) }
        return applied(code, .float32, inputs, Float(0), count: a.count).values
    }

    private func stepwise(_ code: ElementwiseCode, _ a: [Float], _ b: Float) -> [Float] {
        stepwise(code, a, [Float](repeating: b, count: a.count))
    }

    @Test("a value does not depend on its position, its neighbours or the split")
    func positions() {
        var generator = TestGenerator(4)
        let x = generator.floats(700, -9000...9000)
        let codes: [ElementwiseCode] = [.sin, .exp, .tanh, .erf, .softplus, .log1p]
        withEveryBuild { _ in
            for code in codes {
                let whole = stepwise(code, x)
                for start in [1, 3, 8, 500, 699] {
                    let part = stepwise(code, Array(x[start...]))
                    #expect(
                        part.map(\.bitPattern) == whole[start...].map(\.bitPattern), "\(code)")
                }
            }
        }
    }

    @Test("operands of every type and Boolean results pass through a program")
    func mixedTypes() {
        let count = 1000
        let bytes = (0..<count).map { UInt8($0 % 2) }
        let integers = (0..<count).map { Int64($0 - 500) }
        let doubles: [Double] = [0.5]
        let program = TileProgram(
            instructions: [
                TileInstruction(.multiply, 3, 1, 2),
                TileInstruction(.less, 4, 3, 0),
            ], registerCount: 5)
        withEveryBuild { _ in
            var products = [Float](repeating: 0, count: count)
            let tests = filled(count, UInt8(9)) { tests in
                products.withUnsafeMutableBytes { products in
                    guard let base = products.baseAddress else { return }
                    let inputs = [
                        Input(bytes, .bool), Input(integers, .int64), Input(doubles, .float64),
                    ]
                    withOperands(inputs) { operands in
                        Elementwise.run(
                            program, operands,
                            [
                                TileResult(base, register: 3),
                                TileResult(tests, register: 4, type: .bool),
                            ], count: count)
                    }
                }
            }
            #expect(products == integers.map { Float($0) / 2 })
            let expected = (0..<count).map { index -> UInt8 in
                Float(index - 500) / 2 < Float(index % 2) ? 1 : 0
            }
            #expect(tests == expected)
        }
    }
}
