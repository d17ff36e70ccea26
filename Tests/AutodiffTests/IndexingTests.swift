import Autodiff
import Tensors
import Testing

@Suite struct IndexingTests {
    /// 0, 1, 2, … of [2, 3, 4].
    private func cube() throws -> Node {
        try leaf((0..<24).map(Double.init), [2, 3, 4])
    }

    private func picked(_ items: [IndexItem]) throws -> (shape: [Int], values: [Double]) {
        let r = recorder()
        let value = try r.value(of: try r.index(try cube(), items))
        return (value.shape.dimensions, value.doubles)
    }

    private static func all() -> IndexItem { .slice(start: nil, stop: nil, step: nil) }

    @Test("single indices, slices, ellipsis and new axes")
    func basic() throws {
        let last = try picked([.index(-1), .index(0), .index(2)])
        #expect(last.shape == [] && last.values == [14])
        let row = try picked([.index(1), .slice(start: 1, stop: nil, step: nil), .index(-1)])
        #expect(row.shape == [2] && row.values == [19, 23])
        let back = try picked([.ellipsis, .slice(start: nil, stop: nil, step: -2)])
        #expect(back.shape == [2, 3, 2])
        #expect(Array(back.values.prefix(4)) == [3, 1, 7, 5])
        let wide = try picked([.newAxis, .ellipsis, .newAxis, .index(0)])
        #expect(wide.shape == [1, 2, 3, 1] && wide.values == [0, 4, 8, 12, 16, 20])
        let none = try picked([Self.all(), .slice(start: 5, stop: nil, step: nil)])
        #expect(none.shape == [2, 0, 4] && none.values.isEmpty)
    }

    @Test("index tensors pair up where they are adjacent")
    func tensors() throws {
        let pairs = try picked([
            .tensor(try ints([0, 1])), .tensor(try ints([-1, 0])), .index(0),
        ])
        #expect(pairs.shape == [2] && pairs.values == [8, 12])
        let table = try picked([
            .index(1), .tensor(try ints([2, 0, 2, 1], [2, 2])),
            .slice(start: 0, stop: 1, step: nil),
        ])
        #expect(table.shape == [2, 2, 1] && table.values == [20, 12, 20, 16])
        let broadcast = try picked([
            .tensor(try ints([0, 1], [2, 1])), .tensor(try ints([0, 2])), .index(3),
        ])
        #expect(broadcast.shape == [2, 2] && broadcast.values == [3, 11, 15, 23])
        let scalar = try picked([Self.all(), .tensor(try ints([1], [])), .index(0)])
        #expect(scalar.shape == [2] && scalar.values == [4, 16])
    }

    @Test("masks select over as many axes as they have")
    func masks() throws {
        let rows = try picked([.tensor(try bools([false, true])), .index(0), .index(1)])
        #expect(rows.shape == [1] && rows.values == [13])
        let two = try picked([
            .tensor(try bools([true, false, false, false, true, false], [2, 3])), .index(2),
        ])
        #expect(two.shape == [2] && two.values == [2, 18])
        let none = try picked([.tensor(try bools([false, false]))])
        #expect(none.shape == [0, 3, 4])
    }

    @Test("what no index can be is an error")
    func errors() throws {
        let r = recorder()
        let x = try cube()
        #expect(
            throws: TensorError.indexOutOfRange(operation: "index", index: 3, axis: 1, size: 3)
        ) { try r.index(x, [Self.all(), .index(3)]) }
        #expect(throws: TensorError.self) { try r.index(x, [.ellipsis, .ellipsis]) }
        #expect(throws: TensorError.self) {
            try r.index(x, [.index(0), .index(0), .index(0), .index(0)])
        }
        #expect(throws: TensorError.self) { try r.index(x, [.tensor(try leaf([0], [1]))]) }
        #expect(throws: TensorError.self) { try r.index(x, [.tensor(try bools([true]))]) }
        let apart: [IndexItem] = [.tensor(try ints([0])), Self.all(), .tensor(try ints([0]))]
        #expect(throws: TensorError.self) { try r.index(x, apart) }
        let late = try r.index(x, [.index(0), .tensor(try ints([0, 7]))])
        #expect(
            throws: EvaluationError(
                error: .indexOutOfRange(operation: "index", index: 7, axis: 0, size: 3),
                origin: .none)
        ) { try r.value(of: late) }
        r.isAbstract = true
        let mask = Node(placeholder: try Shape([2]), dtype: .bool)
        #expect(throws: TensorError.unknownValue) { try r.index(x, [.tensor(mask)]) }
    }

    /// Every kind of place that can be read and assigned to.
    private static func places() throws -> [(String, [IndexItem])] {
        [
            ("all", [.ellipsis]), ("one", [.index(1), .index(2), .index(3)]), ("row", [.index(-2)]),
            (
                "slice",
                [
                    all(), .slice(start: 2, stop: nil, step: -2),
                    .slice(start: 1, stop: 3, step: nil),
                ]
            ),
            ("new axis", [.index(0), .newAxis, .index(1)]),
            ("empty", [.slice(start: 2, stop: nil, step: nil)]),
            ("tensor", [.index(0), .tensor(try ints([2, 0]))]),
            ("pair", [.tensor(try ints([0, 1])), .tensor(try ints([1, -1]))]),
            (
                "pair after a slice",
                [
                    .slice(start: 1, stop: nil, step: nil), .tensor(try ints([0, 1])),
                    .tensor(try ints([3, 2])),
                ]
            ),
            ("mask", [.tensor(try bools([true, false, false, true, true, false], [2, 3]))]),
            ("inner mask", [.index(1), all(), .tensor(try bools([true, false, true, false]))]),
        ]
    }

    @Test("what was assigned is read back, and nothing else changes")
    func assignment() throws {
        for (name, items) in try Self.places() {
            for isScalar in [true, false] {
                let r = recorder()
                let x = try cube()
                let old = try r.value(of: try r.index(x, items))
                let numbers = (0..<old.count).map { isScalar ? 100 : 100 + Double($0) }
                let value = isScalar ? try leaf([100], []) : try leaf(numbers, old.shape.dimensions)
                let y = try r.assign(x, at: items, value)
                #expect(try r.value(of: try r.index(y, items)).doubles == numbers, "\(name)")
                let after = try r.value(of: y).doubles
                let changed = zip(after, (0..<24).map(Double.init)).count { $0 != $1 }
                #expect(changed == old.count, "\(name)")
                #expect(try r.value(of: x).doubles == (0..<24).map(Double.init))
            }
        }
    }

    @Test("gradients of reading and assigning")
    func gradients() throws {
        for (name, items) in try Self.places() {
            let x = try cube()
            let r = recorder()
            let shape = try r.index(x, items).shape
            try GradientCheck("read \(name)", [x]) { moved, r in
                let picked = try r.index(moved[0], items)
                return try r.multiply(picked, picked)
            }.run()
            for sizes in [[], shape.dimensions] {
                let value = try leaf(
                    (0..<Shape(sizes).count).map { 0.1 * Double($0) + 0.3 }, sizes)
                try GradientCheck("assign \(name)", [x, value]) { moved, r in
                    let assigned = try r.assign(moved[0], at: items, moved[1])
                    return try r.multiply(assigned, assigned)
                }.run(order: 1)
            }
        }
    }

    @Test("repeated indices add up in gradients")
    func repeats() throws {
        let table = try leaf([1, 2, 3], [3])
        try GradientCheck("repeats", [table]) { moved, r in
            let rows = try r.index(moved[0], [.tensor(try ints([1, 1, 0, 1]))])
            return try r.multiply(rows, rows)
        }.run()
    }

    @Test("values of another shape or a later dtype are refused")
    func refusals() throws {
        let r = recorder()
        let x = try cube()
        #expect(throws: TensorError.self) { try r.assign(x, at: [.index(0)], try leaf([1], [1])) }
        #expect(throws: TensorError.self) {
            try r.assign(try ints([1, 2]), at: [.index(0)], try leaf([1], []))
        }
        let kept = try r.assign(x, at: [.index(0), .index(0), .index(0)], try ints([7], []))
        #expect(kept.dtype == .float64)
    }
}
