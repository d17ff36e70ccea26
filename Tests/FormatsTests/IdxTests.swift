import Formats
import Tensors
import Testing

@Suite("idx")
struct IdxTests {
    @Test("images as in the MNIST files, compressed or not")
    func images() throws {
        let file = hex("00000803 00000002 00000001 00000003 01 02 03 04 05 ff")
        for bytes in [file, try Gzip.compress(file)] {
            let tensor = try Idx.read(bytes)
            #expect(tensor.dtype == .uint8 && tensor.shape.dimensions == [2, 1, 3])
            #expect(tensor.bytes == [1, 2, 3, 4, 5, 255])
        }
    }

    @Test(
        "each element type",
        arguments: [
            ("09", "ff", DType.int32, -1.0), ("0b", "fffe", .int32, -2),
            ("0c", "00000007", .int32, 7),
            ("0d", "3fc00000", .float32, 1.5), ("0e", "3ff8000000000000", .float64, 1.5),
        ])
    func types(code: String, data: String, dtype: DType, value: Double) throws {
        let tensor = try Idx.read(hex("0000 \(code) 01 00000001 \(data)"))
        #expect(tensor.dtype == dtype)
        switch dtype {
        case .int32: #expect(tensor.elements(Int32.self) == [Int32(value)])
        case .float32: #expect(tensor.floats == [Float(value)])
        default: #expect(tensor.elements(Double.self) == [value])
        }
    }

    @Test(
        "what was written is read", arguments: [DType.uint8, .int32, .float32, .float64],
        [[], [5], [2, 3, 4], [3, 0]])
    func roundTrip(dtype: DType, shape: [Int]) throws {
        let tensor = try sample(dtype, shape)
        #expect(try Idx.read(try Idx.write(tensor)).isIdentical(to: tensor))
    }

    @Test(
        "what is refused, with its reason",
        arguments: [
            ("00000801 00000003 0102", "3 more bytes are needed, 2"),
            ("00000801 00000001 0102", "1 bytes follow"),
            ("00000a01 00000001 01", "element type 10"), ("01000801 00000001 01", "does not begin"),
            ("00000803 ffffffff ffffffff ffffffff", "too many elements"),
            ("0000", "ends too early"),
            ("000008ff 00000001", "more than 32 axes"),
        ])
    func refused(file: String, reason: String) {
        let failure = error { () throws(FormatError) in try Idx.read(hex(file)) }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "was read")")
    }
}
