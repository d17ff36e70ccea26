import Kernels
import Testing

extension KernelsTests {
    private func order(
        _ x: [Float], _ layout: AxisLayout, descending: Bool
    ) -> (indices: [Int64], values: [Float]) {
        var values = [Float](repeating: 0, count: x.count)
        let indices = filled(x.count, Int64(0)) { indices in
            withOperands([Input(x, .float32)]) {
                Sorting.argsort(
                    $0[0].pointer, .float32, layout, descending: descending, to: indices)
                Sorting.sort($0[0].pointer, .float32, layout, descending: descending, to: &values)
            }
        }
        return (indices, values)
    }

    @Test("sorting is stable and agrees with the library's", arguments: awkwardSizes)
    func sorting(count: Int) {
        var generator = TestGenerator(51)
        let x = generator.floats(count * 2).map { ($0 * 8).rounded() / 8 }
        for descending in [false, true] {
            let layout = AxisLayout(outer: 1, length: count, inner: 2)
            let (indices, values) = order(x, layout, descending: descending)
            for i in 0..<2 {
                let line = (0..<count).map { x[$0 * 2 + i] }
                let expected = (0..<count).sorted {
                    let (a, b) = (line[$0], line[$1])
                    return a == b ? $0 < $1 : (descending ? a > b : a < b)
                }
                #expect((0..<count).map { Int(indices[$0 * 2 + i]) } == expected)
                #expect((0..<count).map { values[$0 * 2 + i] } == expected.map { line[$0] })
            }
        }
    }

    @Test("NaN is last both ways; infinities and zeros are in order")
    func sortingEdges() {
        let x: [Float] = [.nan, 1, -.infinity, 0, .infinity, -0.0, .nan, -1]
        let layout = AxisLayout(outer: 1, length: 8)
        #expect(order(x, layout, descending: false).indices == [2, 7, 3, 5, 1, 4, 0, 6])
        #expect(order(x, layout, descending: true).indices == [4, 1, 3, 5, 7, 2, 0, 6])
    }

    @Test("integers of every type sort by value")
    func sortingIntegers() {
        let x: [Int64] = [5, Int64.min, -1, Int64.max, 0]
        var indices = [Int64](repeating: 0, count: 5)
        let layout = AxisLayout(outer: 1, length: 5)
        Sorting.argsort(x, .int64, layout, descending: false, to: &indices)
        #expect(indices == [1, 2, 4, 0, 3])
        Sorting.argsort(
            x.map { Int32(clamping: $0) }, .int32, layout, descending: true, to: &indices)
        #expect(indices == [3, 0, 4, 2, 1])
        Sorting.argsort(
            [3, 255, 0, 1, 2] as [UInt8], .uint8, layout, descending: false, to: &indices)
        #expect(indices == [2, 3, 4, 0, 1])
    }

    @Test("top k gives the largest first, with their indices")
    func top() {
        let x: [Float] = [3, 9, 1, 9, 5, 2, 8, 0]
        var values = [Float](repeating: 0, count: 4)
        var indices = [Int64](repeating: 0, count: 4)
        let layout = AxisLayout(outer: 2, length: 4)
        Sorting.top(2, of: x, .float32, layout, values: &values, indices: &indices)
        #expect(values == [9, 9, 8, 5])
        #expect(indices == [1, 3, 2, 0])
        Sorting.top(
            2, of: x, .float32, layout, largest: false, values: &values, indices: &indices)
        #expect(values == [1, 3, 0, 2])
    }
}
