import Kernels
import Testing

extension KernelsTests {
    private func apply<T: FixedWidthInteger & BitwiseCopyable>(
        _ code: ElementwiseCode, _ type: ElementType, _ a: [T], _ b: [T]
    ) -> ([T], ArithmeticFault) {
        let result = applied(
            code, type, [Input(a, type), Input(b, type)], T(0), count: a.count)
        return (result.values, result.fault)
    }

    @Test("integers wrap, and the most negative by -1 does not trap")
    func wrapping() {
        #expect(apply(.add, .int32, [Int32.max], [1]).0 == [Int32.min])
        #expect(apply(.multiply, .int64, [Int64.max], [2]).0 == [-2])
        #expect(apply(.subtract, .uint8, [UInt8(3)], [5]).0 == [254])
        #expect(apply(.floorDivide, .int64, [Int64.min], [-1]) == ([Int64.min], .none))
        #expect(apply(.remainder, .int64, [Int64.min], [-1]) == ([0], .none))
        #expect(apply(.power, .int32, [Int32(3)], [40]).0 == [689_956_897])
    }

    @Test("integer division floors as in Python")
    func flooredIntegers() {
        let a: [Int32] = [7, -7, 7, -7, 6, 0]
        let b: [Int32] = [3, 3, -3, -3, 3, 5]
        #expect(apply(.floorDivide, .int32, a, b) == ([2, -3, -3, 2, 2, 0], .none))
        #expect(apply(.remainder, .int32, a, b) == ([1, 2, -2, -1, 0, 0], .none))
    }

    @Test("division by zero and negative powers are faults, not traps")
    func faults() {
        for code in [ElementwiseCode.floorDivide, .remainder, .divide] {
            let (y, fault) = apply(code, .int64, [Int64(5), 6], [0, 4])
            #expect(fault == .divisionByZero)
            #expect(y[0] == 0)
        }
        #expect(apply(.power, .int64, [2], [Int64(-1)]).1 == .negativePower)
        #expect(apply(.power, .int64, [2, 0], [Int64(10), 0]) == ([1024, 1], .none))
    }

    @Test("integers agree with plain arithmetic over every broadcast", arguments: awkwardSizes)
    func integerBroadcast(count: Int) {
        var generator = TestGenerator(5)
        for (inner, period) in [(1, max(1, count)), (1, 1), (1, 3), (5, 4)] {
            let a: [Int64] = generator.integers(count, -50...50)
            let b: [Int64] = generator.integers(period, 1...9)
            let inputs = [Input(a, .int64), Input(b, .int64, inner: inner, period: period)]
            let sums = applied(.add, .int64, inputs, Int64(0), count: count).values
            #expect(sums == (0..<count).map { a[$0] + b[$0 / inner % period] })
            let tests = applied(.less, .int64, inputs, UInt8(9), count: count).values
            #expect(tests == (0..<count).map { a[$0] < b[$0 / inner % period] ? 1 : 0 })
        }
    }

    @Test("Boolean arithmetic stays 0 or 1")
    func booleans() {
        let a: [UInt8] = [0, 0, 1, 1]
        let b: [UInt8] = [0, 1, 0, 1]
        #expect(apply(.add, .bool, a, b).0 == [0, 1, 1, 1])
        #expect(apply(.multiply, .bool, a, b).0 == [0, 0, 0, 1])
        #expect(apply(.and, .bool, a, b).0 == [0, 0, 0, 1])
        #expect(apply(.or, .bool, a, b).0 == [0, 1, 1, 1])
        #expect(apply(.not, .bool, a, a).0 == [1, 1, 0, 0])
        #expect(apply(.notEqual, .bool, a, b).0 == [0, 1, 1, 0])
    }

    @Test(
        "float64 operations of two operands agree with the reference",
        arguments: ElementwiseCode.allCases.filter { $0.arity == 2 && !$0.isPredicate })
    func doubles(code: ElementwiseCode) {
        var generator = TestGenerator(6)
        let a = generator.doubles(777, 0.5...3)
        let b = generator.doubles(777, 0.5...3)
        let y = applied(
            code, .float64, [Input(a, .float64), Input(b, .float64)], 0.0, count: 777
        ).values
        let expected = zip(a, b).map { Self.reference(code, $0, $1) }
        expectClose(y, expected, atol: 1e-14, rtol: 1e-15)
    }

    @Test(
        "float64 operations of one operand agree with float32's",
        arguments: ElementwiseCode.allCases.filter { $0.arity == 1 && $0 != .not })
    func doublesAgainstFloats(code: ElementwiseCode) {
        var generator = TestGenerator(7)
        let x = generator.floats(500, 0.1...3)
        let wide = x.map { Double($0) }
        let narrow = applied(code, .float32, [Input(x, .float32)], Float(0), count: 500).values
        let y = applied(code, .float64, [Input(wide, .float64)], 0.0, count: 500).values
        expectClose(narrow, y, atol: 1e-6, rtol: 1e-6)
    }

    @Test("casts truncate, saturate, wrap and turn NaN into 0")
    func casts() {
        let floats: [Float] = [1.9, -1.9, 300, -5, .nan, .infinity, -.infinity, 3e9, 1e30]
        #expect(
            cast(floats, .float32, .int32, Int32(0)) == [1, -1, 300, -5, 0, .max, .min, .max, .max])
        #expect(cast(floats, .float32, .uint8, UInt8(0)) == [1, 0, 255, 0, 0, 255, 0, 255, 255])
        #expect(
            cast(floats, .float32, .int64, Int64(0))[5...] == [.max, .min, 3_000_000_000, .max])
        #expect(cast(floats, .float32, .bool, UInt8(9)) == [1, 1, 1, 1, 1, 1, 1, 1, 1])
        #expect(cast([0.0, -0.0, 0.25], .float64, .bool, UInt8(9)) == [0, 0, 1])
        #expect(cast([Int64(256), -1, 7], .int64, .uint8, UInt8(0)) == [0, 255, 7])
        #expect(cast([UInt8(200)], .uint8, .float64, 0.0) == [200])
        #expect(
            cast([Double.greatestFiniteMagnitude, 0.1], .float64, .float32, Float(0)) == [
                .infinity, 0.1,
            ])
    }

    @Test("every pair of types casts small integers faithfully", arguments: ElementType.allCases)
    func castPairs(source: ElementType) {
        for target in ElementType.allCases {
            let values: [Double] = source == .bool || target == .bool ? [0, 1] : [0, 1, 100]
            var first = [UInt8](repeating: 0, count: 24)
            var second = first
            var third = [Double](repeating: -1, count: values.count)
            Casting.cast(values, .float64, to: &first, source, count: values.count)
            Casting.cast(first, source, to: &second, target, count: values.count)
            Casting.cast(second, target, to: &third, .float64, count: values.count)
            #expect(third == values, "\(source) to \(target)")
        }
    }

    private func cast<S: BitwiseCopyable, T: Equatable>(
        _ x: [S], _ source: ElementType, _ target: ElementType, _ zero: T
    ) -> [T] {
        filled(x.count, zero) { y in
            withOperands([Input(x, source)]) {
                Casting.cast($0[0].pointer, source, to: y, target, count: x.count)
            }
        }
    }
}
