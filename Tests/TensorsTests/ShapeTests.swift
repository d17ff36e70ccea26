import Tensors
import Testing

@Suite struct ShapeTests {
    @Test(
        "shapes meet as in NumPy",
        arguments: [
            ([2, 3], [3], [2, 3]), ([2, 1], [1, 3], [2, 3]), ([], [2], [2]),
            ([4, 1, 3], [2, 1], [4, 2, 3]),
            ([0, 3], [3], [0, 3]), ([1], [0], [0]), ([2, 3], [2], nil), ([0], [2], nil),
        ] as [([Int], [Int], [Int]?)])
    func broadcasting(_ left: [Int], _ right: [Int], _ expected: [Int]?) throws {
        let (a, b) = (try Shape(left), try Shape(right))
        #expect(Shape.broadcast(a, b)?.dimensions == expected)
        #expect(Shape.broadcast(b, a)?.dimensions == expected)
        if expected == nil {
            #expect(throws: TensorError.self) { try Shape.broadcast(a, b, for: "+") }
        }
    }

    @Test("sizes that do not fit are errors")
    func sizes() {
        #expect(throws: TensorError.tooLarge([1 << 40, 1 << 40])) { try Shape([1 << 40, 1 << 40]) }
        #expect(throws: TensorError.negativeSize([2, -1])) { try Shape([2, -1]) }
        #expect(throws: TensorError.self) { try Shape([Int](repeating: 1, count: 65)) }
    }

    @Test("axes and indices count from the end")
    func axes() throws {
        let shape = try Shape([2, 3, 4])
        #expect(try shape.axis(-1, for: "sum") == 2)
        #expect(try shape.axes([-1, 0], for: "sum") == [0, 2])
        #expect(try shape.axes(nil, for: "sum") == [0, 1, 2])
        #expect(try shape.index(-3, axis: 1, for: "index") == 0)
        #expect(throws: TensorError.axisOutOfRange(operation: "sum", axis: 3, shape: shape)) {
            try shape.axis(3, for: "sum")
        }
        #expect(throws: TensorError.self) { try shape.axes([0, -3], for: "sum") }
        #expect(throws: TensorError.self) { try shape.index(3, axis: 1, for: "index") }
        #expect(shape.strides == [12, 4, 1])
        #expect(try Shape([3, 1]).strides(broadcastTo: Shape([2, 3, 4])) == [0, 1, 0])
    }
}
