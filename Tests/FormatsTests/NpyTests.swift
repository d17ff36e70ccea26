import Formats
import Tensors
import Testing

@Suite("npy")
struct NpyTests {
    /// A file with this header text and data, as numpy lays it out.
    static func file(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let text = Array((header + "\n").utf8)
        let length = UInt32(text.count)
        let lengthBytes = (0..<(version == 1 ? 2 : 4)).map {
            UInt8(truncatingIfNeeded: length >> (8 * $0))
        }
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + text + data
    }

    @Test("what numpy 2 wrote for int16 [[1, -2], [3, 4]] in Fortran's order is read row by row")
    func numpyFile() throws {
        let file = hex(
            """
            934e554d5059010076007b276465736372273a20273c6932272c2027666f727472616e5f6f726465
            72273a20547275652c20277368617065273a2028322c2032292c207d202020202020202020202020
            20202020202020202020202020202020202020202020202020202020202020202020202020202020
            202020202020200a01000300feff0400
            """)
        try #require(file.count == 128 + 8)
        let tensor = try Npy.read(file)
        #expect(tensor.dtype == .int32)
        #expect(tensor.shape.dimensions == [2, 2])
        #expect(tensor.elements(Int32.self) == [1, -2, 3, 4])
    }

    @Test("big-endian elements, and versions 2 and 3", arguments: [1, 2, 3] as [UInt8])
    func byteOrder(version: UInt8) throws {
        let header = "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }"
        let tensor = try Npy.read(Self.file(header, hex("3f800000 c0200000"), version: version))
        #expect(tensor.floats == [1, -2.5])
    }

    @Test(
        "narrow types become the next wider one",
        arguments: [
            ("|i1", "ff7f", DType.int32, [-1, 127]), ("<u2", "ffff 0100", .int32, [65535, 1]),
            ("<u4", "ffffffff", .int64, [4_294_967_295]),
            ("<f2", "003c 00c0 0100 ff7b", .float32, [1, -2, 0x1p-24, 65504]),
            ("|b1", "0002", .bool, [0, 1]), ("<u8", "0500000000000000", .int64, [5]),
        ])
    func widening(descriptor: String, data: String, dtype: DType, expected: [Double]) throws {
        let header =
            "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(expected.count),), }"
        let tensor = try Npy.read(Self.file(header, hex(data)))
        #expect(tensor.dtype == dtype)
        #expect(numbers(tensor) == expected)
    }

    private func numbers(_ tensor: Tensor) -> [Double] {
        switch tensor.dtype {
        case .bool, .uint8: tensor.elements(UInt8.self).map(Double.init)
        case .int32: tensor.elements(Int32.self).map(Double.init)
        case .int64: tensor.elements(Int64.self).map(Double.init)
        case .float32: tensor.floats.map(Double.init)
        case .float64: tensor.elements(Double.self)
        }
    }

    @Test("infinities and nan of float16 stay what they are")
    func halfSpecials() throws {
        let header = "{'descr': '<f2', 'fortran_order': False, 'shape': (3,), }"
        let values = try Npy.read(Self.file(header, hex("007c 00fc 017e"))).floats
        #expect(values[0] == .infinity && values[1] == -.infinity && values[2].isNaN)
    }

    @Test("three axes in Fortran's order")
    func columnMajor() throws {
        let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }"
        let tensor = try Npy.read(Self.file(header, Array(0..<12)))
        // element [i, j, k] lies at i + 2j + 6k
        #expect(tensor.bytes == [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11])
    }

    @Test(
        "every dtype and shape comes back as it was",
        arguments: DType.allCases, [[], [0], [1], [7], [2, 0, 3], [3, 5], [2, 1, 3, 2]])
    func roundTrip(dtype: DType, shape: [Int]) throws {
        let tensor = try sample(dtype, shape)
        let file = try Npy.write(tensor)
        #expect((file.count - tensor.byteCount) % 64 == 0)
        #expect(try Npy.read(file).isIdentical(to: tensor))
    }

    @Test(
        "what is refused, with its reason",
        arguments: [
            ("'|O'", "(1,)", "Python objects"), ("'<c8'", "(1,)", "element type '<c8'"),
            ("'<U4'", "(1,)", "element type '<U4'"), ("[('a', '<f4')]", "(1,)", "records"),
            ("'<f4'", "(99999999999999999999,)", "not a number"),
            ("'<f4'", "(4000000000, 4000000000)", "too many elements"),
            ("'<f4'", "(2,)", "ends too early: 8 more bytes are needed, 4"),
            ("'<f4'", "(-1,)", "not a number"), ("'|u1'", "(2,)", "2 bytes follow the end"),
        ])
    func refused(descriptor: String, shape: String, reason: String) {
        let header = "{'descr': \(descriptor), 'fortran_order': False, 'shape': \(shape), }"
        let failure = error { () throws(FormatError) in
            try Npy.read(Self.file(header, [0, 0, 128, 63]))
        }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "was read")")
        #expect(failure?.format == "npy")
    }

    @Test("a uint64 that does not fit is an error, not a negative number")
    func hugeUnsigned() {
        let header = "{'descr': '<u8', 'fortran_order': False, 'shape': (1,), }"
        let failure = error { () throws(FormatError) in
            try Npy.read(Self.file(header, hex("ffffffffffffffff")))
        }
        #expect(failure?.problem == .malformed("a uint64 does not fit int64"))
    }

    @Test("another kind of file is named as such")
    func foreign() {
        let failure = error { () throws(FormatError) in try Npy.read(Array("hello, world".utf8)) }
        #expect(
            failure
                == FormatError(
                    format: "npy", place: .byte(0), .notThisFormat(expected: "\\x93NUMPY")))
        #expect(error { () throws(FormatError) in try Npy.read([]) } != nil)
    }
}
