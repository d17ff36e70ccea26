import Glibc
import Kernels
import Testing

extension KernelsTests {
    /// float64 references of what has two operands.
    static func reference(_ code: ElementwiseCode, _ a: Double, _ b: Double) -> Double {
        switch code {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .power: pow(a, b)
        case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
        case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
        case .floorDivide: (a / b).rounded(.down)
        case .remainder: a - b * (a / b).rounded(.down)
        case .equal: a == b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .less: a < b ? 1 : 0
        case .lessOrEqual: a <= b ? 1 : 0
        case .greater: a > b ? 1 : 0
        case .greaterOrEqual: a >= b ? 1 : 0
        case .and: a != 0 && b != 0 ? 1 : 0
        case .or: a != 0 || b != 0 ? 1 : 0
        default: .nan
        }
    }

    @Test(
        "operations of two operands agree with float64 for every broadcast",
        arguments: ElementwiseCode.allCases.filter { $0.arity == 2 })
    func binary(code: ElementwiseCode) {
        var generator = TestGenerator(1)
        for count in awkwardSizes {
            for (inner, period) in [(1, max(1, count)), (1, 1), (1, 3), (5, 4), (3, 200), (1, 600)]
            {
                let a = generator.floats(count, 0.5...3)
                let b = generator.floats(period, 0.5...3).map { ($0 * 4).rounded() / 4 }
                withEveryBuild { _ in
                    let inputs = [
                        Input(a, .float32), Input(b, .float32, inner: inner, period: period),
                    ]
                    let y: [Double]
                    if code.isPredicate {
                        y = applied(code, .float32, inputs, UInt8(7), count: count).values
                            .map { Double($0) }
                    } else {
                        y = applied(code, .float32, inputs, Float(7), count: count).values
                            .map { Double($0) }
                    }
                    let expected = (0..<count).map {
                        Self.reference(code, Double(a[$0]), Double(b[$0 / inner % period]))
                    }
                    expectClose(y, expected, atol: 1e-6, rtol: 3e-7, "\(count) \(inner) \(period)")
                }
            }
        }
    }

    @Test("maximum and minimum give NaN if either is NaN")
    func extremesOfNaN() {
        withEveryBuild { _ in
            let a: [Float] = [.nan, 1, .nan, -0.5]
            let b: [Float] = [1, .nan, .nan, 2]
            for code in [ElementwiseCode.maximum, .minimum] {
                let y = apply(code, a, b)
                #expect(y[0].isNaN && y[1].isNaN && y[2].isNaN)
                #expect(y[3] == (code == .maximum ? 2 : -0.5))
            }
        }
    }

    @Test("float remainder and floor division follow the divisor's sign, as in Python")
    func flooredFloats() {
        let a: [Float] = [7, -7, 7, -7, 5.5, -1e-8, 6, 1, -1]
        let b: [Float] = [3, 3, -3, -3, 2, 3, 3, .infinity, .infinity]
        let quotients: [Float] = [2, -3, -3, 2, 2, -1, 2, 0, -1]
        let remainders: [Float] = [1, 2, -2, -1, 1.5, 3, 0, 1, .infinity]
        withEveryBuild { _ in
            #expect(apply(.floorDivide, a, b) == quotients)
            #expect(apply(.remainder, a, b) == remainders)
        }
        let doubles = applied(
            .floorDivide, .float64,
            [Input(a.map { Double($0) }, .float64), Input(b.map { Double($0) }, .float64)], 0.0,
            count: a.count
        ).values
        #expect(doubles == quotients.map { Double($0) })
    }

    private func apply(_ code: ElementwiseCode, _ a: [Float], _ b: [Float]) -> [Float] {
        applied(
            code, .float32, [Input(a, .float32), Input(b, .float32)], Float(0), count: a.count
        ).values
    }

    @Test("select takes Boolean conditions, in every type")
    func select() {
        for count in awkwardSizes where count > 0 {
            let condition = (0..<count).map { UInt8($0 % 3 == 0 ? 1 : 0) }
            let a = (0..<count).map { Int32($0) }
            let b = a.map { -$0 }
            let (x, z) = (a.map { Float($0) }, b.map { Float($0) })
            let expected = (0..<count).map { Int32($0 % 3 == 0 ? $0 : -$0) }
            let integers = applied(
                .select, .int32,
                [Input(condition, .bool), Input(a, .int32), Input(b, .int32)], Int32(0),
                count: count
            ).values
            #expect(integers == expected)
            withEveryBuild { _ in
                let floats = applied(
                    .select, .float32,
                    [Input(condition, .bool), Input(x, .float32), Input(z, .float32)], Float(0),
                    count: count
                ).values
                #expect(floats == expected.map { Float($0) })
            }
        }
    }

    @Test("an output may be the buffer of a full operand", arguments: awkwardSizes)
    func inPlace(count: Int) {
        var generator = TestGenerator(2)
        let a = generator.floats(count)
        let row = generator.floats(5)
        withEveryBuild { _ in
            let y = filled(count, Float(0)) { y in
                y.update(from: a, count: count)
                withOperands([Input(row, .float32)]) { operands in
                    let full = TileOperand(y, .float32, period: max(1, count))
                    _ = Elementwise.apply(
                        .add, type: .float32, [full] + operands, to: y, count: count)
                }
            }
            #expect(y == (0..<count).map { a[$0] + row[$0 % 5] })
        }
    }
}
