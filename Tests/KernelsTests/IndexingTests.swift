import Kernels
import Testing

extension KernelsTests {
    @Test("taking, putting and adding by index agree with plain loops")
    func indexing() {
        var generator = TestGenerator(41)
        for (outer, length, inner) in [(1, 5, 1), (3, 4, 1), (2, 7, 3), (1, 300, 64)] {
            let layout = AxisLayout(outer: outer, length: length, inner: inner)
            let x = generator.floats(layout.count)
            let indices: [Int64] = generator.integers(11, -Int64(length)...Int64(length - 1))
            let rows = indices.map { Int($0 < 0 ? $0 + Int64(length) : $0) }
            let taken = filled(outer * 11 * inner, Float(0)) { y in
                withOperands([Input(x, .float32)]) {
                    Indexing.take(
                        $0[0].pointer, layout, elementSize: 4, indices, count: 11, to: y)
                }
            }
            var put = x
            var added = x
            let updates = generator.floats(outer * 11 * inner)
            for o in 0..<outer {
                for j in 0..<11 {
                    for i in 0..<inner {
                        let at = (o * length + rows[j]) * inner + i
                        let update = (o * 11 + j) * inner + i
                        #expect(taken[update] == x[at])
                        put[at] = updates[update]
                        added[at] += updates[update]
                    }
                }
            }
            var y = x
            withOperands([Input(updates, .float32)]) {
                Indexing.put(
                    $0[0].pointer, indices, count: 11, elementSize: 4, to: &y, layout)
            }
            #expect(y == put)
            y = x
            withOperands([Input(updates, .float32)]) {
                Indexing.scatterAdd($0[0].pointer, .float32, indices, count: 11, to: &y, layout)
            }
            #expect(y == added)
        }
    }

    @Test("taking and adding along an axis agree with plain loops")
    func along() {
        var generator = TestGenerator(42)
        let layout = AxisLayout(outer: 2, length: 5, inner: 3)
        let x: [Int64] = generator.integers(layout.count, -99...99)
        let indices: [Int64] = generator.integers(2 * 4 * 3, -5...4)
        let updates: [Int64] = generator.integers(24, -9...9)
        let taken = filled(24, Int64(0)) { y in
            withOperands([Input(x, .int64)]) {
                Indexing.takeAlong($0[0].pointer, layout, elementSize: 8, indices, count: 4, to: y)
            }
        }
        var expected = x
        for position in 0..<24 {
            let (o, i) = (position / 12, position % 3)
            let row = Int(indices[position] < 0 ? indices[position] + 5 : indices[position])
            let at = (o * 5 + row) * 3 + i
            #expect(taken[position] == x[at])
            expected[at] += updates[position]
        }
        var y = x
        withOperands([Input(updates, .int64)]) {
            Indexing.scatterAddAlong($0[0].pointer, .int64, indices, count: 4, to: &y, layout)
        }
        #expect(y == expected)
    }

    @Test("indices out of range are found, the extremes of int64 included")
    func range() {
        #expect(Indexing.firstOutOfRange([0, -3, 2], count: 3, size: 3, lowest: -3) == nil)
        #expect(Indexing.firstOutOfRange([0, 3], count: 2, size: 3, lowest: -3) == 1)
        #expect(Indexing.firstOutOfRange([Int64.min], count: 1, size: 3, lowest: -3) == 0)
        #expect(Indexing.firstOutOfRange([0], count: 1, size: 0, lowest: 0) == 0)
    }

    @Test("one-hot rows have one 1, or none for a label out of range")
    func oneHot() {
        for type in ElementType.allCases {
            var bytes = [UInt8](repeating: 7, count: 3 * 4 * type.size)
            Indexing.oneHot([2, -1, 0], rows: 3, classes: 4, type, to: &bytes)
            var values = [Double](repeating: 0, count: 12)
            Casting.cast(bytes, type, to: &values, .float64, count: 12)
            #expect(values == [0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0])
        }
    }

    @Test("triangles keep what lies on their side of the diagonal")
    func triangles() {
        for (rows, columns) in [(3, 3), (2, 5), (4, 1), (0, 3), (3, 0)] {
            let x = (0..<2 * rows * columns).map { Int32($0 + 1) }
            for diagonal in [-2, 0, 1, Int.max, Int.min] {
                for isUpper in [false, true] {
                    let y = filled(x.count, Int32(0)) { y in
                        withOperands([Input(x, .int32)]) {
                            Indexing.triangle(
                                $0[0].pointer, batch: 2, rows: rows, columns: columns,
                                elementSize: 4, diagonal: diagonal, isUpper: isUpper, to: y)
                        }
                    }
                    let expected = x.indices.map { index -> Int32 in
                        let (row, column) = (index / columns % rows, index % columns)
                        let offset = column - row
                        let isKept = isUpper ? offset >= diagonal : offset <= diagonal
                        return isKept ? x[index] : 0
                    }
                    #expect(y == expected)
                }
            }
        }
    }
}
