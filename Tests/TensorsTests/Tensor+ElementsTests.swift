import Tensors
import Testing

@Suite struct TensorElementsTests {
    @Test("elements survive every dtype that holds them", arguments: DType.allCases)
    func roundTrip(dtype: DType) throws {
        let tensor = try Tensor([1, 0, 1, 1], shape: Shape([2, 2]), dtype: dtype)
        #expect(tensor.doubles == [1, 0, 1, 1])
        #expect(tensor.ints == [1, 0, 1, 1])
        #expect(tensor.bools == [true, false, true, true])
        #expect(tensor.row(1).doubles == [1, 1])
        #expect(tensor.rows(0, count: 1).shape.dimensions == [1, 2])
        let filled = try Tensor(repeating: .int(1), shape: Shape([3]), dtype: dtype)
        #expect(filled.doubles == [1, 1, 1])
    }

    @Test("numbers that do not fit saturate, nan becomes 0")
    func saturation() throws {
        let values = [300.7, -5.9, .nan, .infinity, 1e300]
        let shape = try Shape([5])
        #expect(try Tensor(values, shape: shape, dtype: .uint8).ints == [255, 0, 0, 255, 255])
        #expect(
            try Tensor(values, shape: shape, dtype: .int64).ints == [300, -5, 0, .max, .max])
        #expect(
            try Tensor(values, shape: shape, dtype: .bool).bools == [true, true, true, true, true])
        #expect(try Tensor([Int.max], shape: Shape([1])).ints == [.max])
        #expect(try Tensor(.int(7), dtype: .float32).element(at: 0) == .float(7))
    }

    @Test("another number of values than elements is an error")
    func count() {
        #expect(throws: TensorError.self) { try Tensor([1.0, 2], shape: Shape([3])) }
    }

    @Test("a row shares the storage")
    func sharing() throws {
        let tensor = try Tensor([1.0, 2, 3, 4], shape: Shape([2, 2]))
        #expect(tensor.row(1).pointer == tensor.pointer + 8)
    }
}
