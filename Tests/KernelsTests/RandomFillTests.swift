import Glibc
import Testing

@testable import Kernels

extension KernelsTests {
    @Test(
        "Philox gives the numbers its authors published",
        arguments: [
            ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            (
                [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
                [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
            ),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
            ),
        ] as [([UInt32], [UInt32], [UInt32])])
    func knownAnswers(counter: [UInt32], key: [UInt32], expected: [UInt32]) {
        let block = RandomFill(
            key: UInt64(key[1]) << 32 | UInt64(key[0]),
            draw: UInt64(counter[3]) << 32 | UInt64(counter[2])
        ).block(UInt64(counter[1]) << 32 | UInt64(counter[0]))
        #expect((0..<4).map { block[$0] } == expected)
    }

    private static let fill = RandomFill(key: 0x1234_5678_9abc_def0, draw: 42)

    private func uniform(_ count: Int) -> [Float] {
        filled(count, Float(9)) { Self.fill.uniform(.float32, to: $0, count: count) }
    }

    private func normal(_ count: Int) -> [Float] {
        filled(count, Float(9)) { Self.fill.normal(.float32, to: $0, count: count) }
    }

    @Test("uniform float32 numbers are the words of their blocks, in every build")
    func uniformWords() {
        withEveryBuild { _ in
            let y = uniform(1000)
            for (index, value) in y.enumerated() {
                let group = index / 32
                let block = Self.fill.block(UInt64(group * 8 + index % 8))
                #expect(value == Float(block[index % 32 / 8] >> 8) * 0x1p-24)
            }
        }
    }

    @Test("a random element does not depend on the count or the threads", arguments: awkwardSizes)
    func prefixes(count: Int) {
        withEveryBuild { _ in
            let (u, n) = (sameOnThreads { uniform(200_001) }, sameOnThreads { normal(200_001) })
            #expect(uniform(count) == Array(u[..<count]))
            #expect(normal(count) == Array(n[..<count]))
        }
    }

    @Test("uniform and normal numbers have their moments, in both float types")
    func moments() {
        let count = 200_000
        let wideUniform = filled(count, 9.0) { Self.fill.uniform(.float64, to: $0, count: count) }
        let wideNormal = filled(count, 9.0) { Self.fill.normal(.float64, to: $0, count: count) }
        withEveryBuild { _ in
            for sample in [uniform(count).map { Double($0) }, wideUniform] {
                #expect(sample.allSatisfy { $0 >= 0 && $0 < 1 })
                // Four standard errors of each estimate.
                expectClose([moment(sample, 1, 0)], [0.5], atol: 0.0026, rtol: 0)
                expectClose([moment(sample, 2, 0.5)], [1.0 / 12], atol: 0.0007, rtol: 0)
            }
            for sample in [normal(count).map { Double($0) }, wideNormal] {
                expectClose([moment(sample, 1, 0)], [0], atol: 0.009, rtol: 0)
                expectClose([moment(sample, 2, 0)], [1], atol: 0.013, rtol: 0)
                expectClose([moment(sample, 3, 0)], [0], atol: 0.036, rtol: 0)
                expectClose([moment(sample, 4, 0)], [3], atol: 0.09, rtol: 0)
            }
        }
    }

    private func moment(_ sample: [Double], _ order: Double, _ center: Double) -> Double {
        sample.reduce(0) { $0 + pow($1 - center, order) } / Double(sample.count)
    }

    @Test("bernoulli has its probability and is the same in every type")
    func bernoulli() {
        let count = 100_000
        withEveryBuild { _ in
            for p in [0, 0.3, 1] {
                let floats = sameOnThreads {
                    filled(count, Float(9)) {
                        Self.fill.bernoulli(p, .float32, to: $0, count: count)
                    }
                }
                expectClose([floats.reduce(0, +) / Float(count)], [p], atol: 0.006, rtol: 0)
                for type in ElementType.allCases {
                    var bytes = [UInt8](repeating: 9, count: count * type.size)
                    Self.fill.bernoulli(p, type, to: &bytes, count: count)
                    var values = [Float](repeating: 9, count: count)
                    Casting.cast(bytes, type, to: &values, .float32, count: count)
                    #expect(values == floats, "\(type)")
                }
            }
        }
    }

    @Test("integers cover their range evenly, and the whole of int64 without a trap")
    func integers() {
        var counts = [Int](repeating: 0, count: 7)
        let values = filled(70_000, Int64(0)) {
            Self.fill.integers(-3, 4, .int64, to: $0, count: 70_000)
        }
        for value in values { counts[Int(value) + 3] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
        let narrow = filled(70_000, Int32(0)) {
            Self.fill.integers(-3, 4, .int32, to: $0, count: 70_000)
        }
        #expect(narrow.map { Int64($0) } == values)
        let wide = filled(100, Int64(0)) {
            Self.fill.integers(.min, .max, .int64, to: $0, count: 100)
        }
        #expect(Set(wide).count == 100)
    }

    @Test("a permutation has every number once, and positions are uniform", arguments: awkwardSizes)
    func permutation(count: Int) {
        let y = filled(count, Int64(-1)) { Self.fill.permutation(to: $0, count: count) }
        #expect(y.sorted() == (0..<count).map { Int64($0) })
    }

    @Test("every permutation of three is about as frequent as any other")
    func evenPermutations() {
        var counts: [[Int64]: Int] = [:]
        for draw in 0..<6000 {
            let y = filled(3, Int64(-1)) {
                RandomFill(key: 7, draw: UInt64(draw)).permutation(to: $0, count: 3)
            }
            counts[y, default: 0] += 1
        }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 140 })
    }
}
