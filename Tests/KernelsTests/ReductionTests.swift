import Kernels
import Testing

extension KernelsTests {
    static let layouts: [AxisLayout] = [
        AxisLayout(outer: 1, length: 0), AxisLayout(outer: 3, length: 1),
        AxisLayout(outer: 5, length: 7), AxisLayout(outer: 4, length: 513),
        AxisLayout(outer: 1, length: 5000), AxisLayout(outer: 700, length: 10),
        AxisLayout(outer: 2, length: 3, inner: 5), AxisLayout(outer: 2, length: 9, inner: 8),
        AxisLayout(outer: 3, length: 130, inner: 37), AxisLayout(outer: 1, length: 600, inner: 3),
        AxisLayout(outer: 2, length: 0, inner: 9), AxisLayout(outer: 0, length: 3, inner: 2),
        AxisLayout(outer: 1, length: 70_001), AxisLayout(outer: 1, length: 2000, inner: 100),
        AxisLayout(outer: 1, length: 300_007),
    ]

    /// The elements of each line of a layout, as Double.
    private func lines<T>(_ x: [T], _ layout: AxisLayout, _ number: (T) -> Double) -> [[Double]] {
        (0..<layout.resultCount).map { line in
            let base = line / layout.inner * layout.length * layout.inner + line % layout.inner
            return (0..<layout.length).map { number(x[base + $0 * layout.inner]) }
        }
    }

    private func reduced<T: BitwiseCopyable, R: Equatable>(
        _ code: ReductionCode, _ type: ElementType, _ x: [T], _ layout: AxisLayout, _ zero: R
    ) -> [R] {
        filled(layout.resultCount, zero) { y in
            withOperands([Input(x, type)]) {
                Reduction.run(code, type, $0[0].pointer, to: y, layout)
            }
        }
    }

    @Test("float reductions agree with float64 over every layout", arguments: layouts)
    func floatReductions(layout: AxisLayout) {
        var generator = TestGenerator(11)
        let x = generator.floats(layout.count, -1...1.5)
        let expected = lines(x, layout) { Double($0) }
        withEveryBuild { _ in
            let sums = sameOnThreads { reduced(.sum, .float32, x, layout, Float(9)) }
            // Rounding of the sum once, and of some dozens of terms in float32 before.
            let size = Double(layout.length).squareRoot() * 1e-6 + 1e-6
            expectClose(sums, expected.map { $0.reduce(0, +) }, atol: size, rtol: 1e-7)
            guard layout.length > 0 else { return }
            #expect(
                sameOnThreads { reduced(.maximum, .float32, x, layout, Float(0)) }
                    == expected.map { Float($0.max() ?? 0) })
            #expect(
                sameOnThreads { reduced(.minimum, .float32, x, layout, Float(0)) }
                    == expected.map { Float($0.min() ?? 0) })
            #expect(
                sameOnThreads { reduced(.argmax, .float32, x, layout, Int64(0)) }
                    == expected.map { line in Int64(line.firstIndex(of: line.max() ?? 0) ?? 0) })
            #expect(
                reduced(.argmin, .float32, x, layout, Int64(0))
                    == expected.map { line in Int64(line.firstIndex(of: line.min() ?? 0) ?? 0) })
        }
        let wide = x.map { Double($0) }
        expectClose(
            reduced(.sum, .float64, wide, layout, 0.0), expected.map { $0.reduce(0, +) },
            atol: 1e-9, rtol: 1e-12)
        expectClose(
            reduced(.product, .float64, wide, layout, 0.0), expected.map { $0.reduce(1, *) },
            atol: 1e-300, rtol: 1e-12)
    }

    @Test("integer reductions give int64 sums and agree with plain loops", arguments: layouts)
    func integerReductions(layout: AxisLayout) {
        var generator = TestGenerator(12)
        let x: [Int32] = generator.integers(layout.count, -3...3)
        let expected = lines(x, layout) { Double($0) }
        #expect(Reduction.resultType(.sum, .int32) == .int64)
        #expect(
            reduced(.sum, .int32, x, layout, Int64(9)) == expected.map { Int64($0.reduce(0, +)) })
        #expect(
            reduced(.any, .int32, x, layout, UInt8(9))
                == expected.map { $0.contains { $0 != 0 } ? 1 : 0 })
        #expect(
            reduced(.all, .int32, x, layout, UInt8(9))
                == expected.map { $0.allSatisfy { $0 != 0 } ? 1 : 0 })
        let bools = x.map { UInt8($0 > 0 ? 1 : 0) }
        #expect(
            reduced(.sum, .bool, bools, layout, Int64(9))
                == lines(bools, layout) { Double($0) }.map { Int64($0.reduce(0, +)) })
        guard layout.length > 0 else { return }
        #expect(
            reduced(.maximum, .int32, x, layout, Int32(9)) == expected.map { Int32($0.max() ?? 0) })
        #expect(
            reduced(.argmin, .int32, x, layout, Int64(9))
                == expected.map { line in Int64(line.firstIndex(of: line.min() ?? 0) ?? 0) })
    }

    @Test("NaN wins extremes and their indices")
    func reductionsOfNaN() {
        for inner in [1, 9] {
            let layout = AxisLayout(outer: 1, length: 20, inner: inner)
            var x = (0..<layout.count).map { Float($0) }
            x[5 * inner] = .nan
            withEveryBuild { _ in
                #expect(reduced(.maximum, .float32, x, layout, Float(0))[0].isNaN)
                #expect(reduced(.minimum, .float32, x, layout, Float(0))[0].isNaN)
                #expect(reduced(.argmax, .float32, x, layout, Int64(0))[0] == 5)
                #expect(reduced(.argmin, .float32, x, layout, Int64(0))[0] == 5)
            }
        }
    }

    @Test("the mean of ten million equal floats is that float")
    func longSum() {
        let layout = AxisLayout(outer: 1, length: 10_000_000)
        let x = [Float](repeating: 0.1, count: layout.length)
        withEveryBuild { _ in
            let sum = sameOnThreads { reduced(.sum, .float32, x, layout, Float(0)) }
            expectClose(sum, [Double(Float(0.1)) * 1e7], atol: 0, rtol: 5e-7)
        }
    }

    @Test("integer sums wrap and products of nothing are 1")
    func integerLimits() {
        let layout = AxisLayout(outer: 1, length: 2)
        #expect(reduced(.sum, .int64, [Int64.max, 1], layout, Int64(0)) == [Int64.min])
        let empty = AxisLayout(outer: 2, length: 0)
        #expect(reduced(.product, .int32, [Int32](), empty, Int64(0)) == [1, 1])
        #expect(reduced(.all, .float32, [Float](), empty, UInt8(0)) == [1, 1])
        #expect(reduced(.any, .float32, [Float](), empty, UInt8(7)) == [0, 0])
    }

    @Test("running sums agree with plain loops, both ways", arguments: layouts)
    func cumulative(layout: AxisLayout) {
        var generator = TestGenerator(13)
        let x: [Int64] = generator.integers(layout.count, -9...9)
        for reversed in [false, true] {
            let y = filled(layout.count, Int64(0)) { y in
                withOperands([Input(x, .int64)]) {
                    Cumulative.sum($0[0].pointer, .int64, layout, reversed: reversed, to: y)
                }
            }
            let expected = lines(x, layout) { Double($0) }.map { line -> [Double] in
                var sum = 0.0
                let sums = (reversed ? line.reversed() : line).map { value -> Double in
                    sum += value
                    return sum
                }
                return reversed ? sums.reversed() : sums
            }
            #expect(lines(y, layout) { Double($0) } == expected)
        }
    }
}
