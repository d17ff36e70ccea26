import Kernels
import Testing

extension KernelsTests {
    struct CopyCase: Sendable, CustomTestStringConvertible {
        let name: String
        let dimensions: [Int]
        let source: [Int]
        var offset = 0
        var target: [Int]?
        var testDescription: String { name }

        static let all: [CopyCase] = [
            CopyCase(name: "scalar", dimensions: [], source: []),
            CopyCase(name: "dense", dimensions: [4, 5, 6], source: [30, 6, 1]),
            CopyCase(name: "transpose", dimensions: [37, 50], source: [1, 37]),
            CopyCase(name: "batched transpose", dimensions: [3, 17, 33], source: [561, 1, 17]),
            CopyCase(name: "axes reversed", dimensions: [6, 5, 4, 3], source: [1, 6, 30, 120]),
            CopyCase(name: "slice", dimensions: [3, 7], source: [40, 2], offset: 5),
            CopyCase(name: "flip", dimensions: [4, 9], source: [-9, -1], offset: 35),
            CopyCase(name: "broadcast", dimensions: [5, 4, 3], source: [0, 1, 0]),
            CopyCase(name: "scalar broadcast", dimensions: [600], source: [0]),
            CopyCase(name: "ones", dimensions: [1, 5, 1, 2], source: [9, 2, 7, 1]),
            CopyCase(name: "empty", dimensions: [3, 0, 2], source: [0, 2, 1]),
            CopyCase(name: "into a part", dimensions: [4, 5], source: [5, 1], target: [11, 2]),
            CopyCase(name: "large planes", dimensions: [40, 60, 60], source: [3600, 1, 60]),
        ]
    }

    @Test("strided copies agree with counting through the indices", arguments: CopyCase.all)
    func stridedCopy(copy: CopyCase) {
        check(copy, .uint8) { UInt8(truncatingIfNeeded: $0) }
        check(copy, .float32) { Float($0) }
        check(copy, .int64) { Int64($0) }
    }

    private func check<T: BitwiseCopyable & Equatable>(
        _ copy: CopyCase, _ type: ElementType, _ element: (Int) -> T
    ) {
        let plan = StridedCopy(
            dimensions: copy.dimensions, sourceStrides: copy.source, targetStrides: copy.target)
        let count = copy.dimensions.reduce(1, *)
        let reach = zip(copy.dimensions, copy.source).reduce(copy.offset + 1) {
            $0 + max(0, ($1.0 - 1) * $1.1)
        }
        let x = (0..<max(1, reach)).map(element)
        let extent = zip(copy.dimensions, plan.targetStrides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
        let size = count == 0 ? 0 : extent
        let y = sameOnThreads {
            filled(size, element(0)) { y in
                withOperands([Input(x, type)]) {
                    plan.run(
                        $0[0].pointer + copy.offset * type.size, to: y, elementSize: type.size)
                }
            }
        }
        var expected = [T](repeating: element(0), count: size)
        for index in 0..<count {
            var left = index
            var from = copy.offset
            var to = 0
            for axis in copy.dimensions.indices.reversed() {
                let position = left % copy.dimensions[axis]
                left /= copy.dimensions[axis]
                from += position * copy.source[axis]
                to += position * plan.targetStrides[axis]
            }
            expected[to] = x[from]
        }
        #expect(y == expected)
    }
}
