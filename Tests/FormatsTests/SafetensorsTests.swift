import Formats
import Tensors
import Testing

@Suite("safetensors")
struct SafetensorsTests {
    static func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
        let text = Array(header.utf8)
        return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + data
    }

    static func entry(_ name: String, _ dtype: String, _ shape: String, _ begin: Int, _ end: Int)
        -> String
    {
        "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}"
    }

    @Test("every dtype, 0-d and empty tensors, order of names and metadata come back")
    func roundTrip() throws {
        var tensors: [NamedTensor] = []
        for dtype in DType.allCases {
            tensors.append(NamedTensor("\(dtype.name) ü\"\n", try sample(dtype, [3, 2])))
            tensors.append(NamedTensor("\(dtype.name) scalar", try sample(dtype, [])))
            tensors.append(NamedTensor("\(dtype.name) empty", try sample(dtype, [0, 4])))
        }
        let file = try Safetensors(tensors: tensors, metadata: [("format", "dl"), ("b", "\\")])
            .write()
        let read = try Safetensors.read(file)
        #expect(read.tensors.map(\.name) == tensors.map(\.name))
        #expect(zip(read.tensors, tensors).allSatisfy { $0.tensor.isIdentical(to: $1.tensor) })
        #expect(
            read.metadata.map(\.key) == ["format", "b"]
                && read.metadata.map(\.value) == ["dl", "\\"])
    }

    @Test("the data begin at a multiple of 8 and each tensor at one of its type's size")
    func alignment() throws {
        let file = try Safetensors(tensors: [
            NamedTensor("a", try sample(.uint8, [3])), NamedTensor("b", try sample(.float64, [1])),
        ]).write()
        #expect(file.count == (file.count - 11) / 8 * 8 + 11)
        #expect(Array(file.suffix(3)) == (try sample(.uint8, [3])).bytes)
    }

    @Test(
        "half precision becomes float32",
        arguments: [("F16", "003c 00c2", [1, -3] as [Float]), ("BF16", "803f 40c0", [1, -3])])
    func half(dtype: String, data: String, expected: [Float]) throws {
        let file = Self.file("{\(Self.entry("x", dtype, "[2]", 0, 4))}", hex(data))
        let tensor = try #require(try Safetensors.read(file).tensors.first?.tensor)
        #expect(tensor.dtype == .float32 && tensor.floats == expected)
    }

    @Test(
        "what is refused, with its reason",
        arguments: [
            (entry("a", "U8", "[4]", 0, 4) + "," + entry("b", "U8", "[4]", 3, 7), 7, "overlap 'b'"),
            (
                entry("a", "U8", "[4]", 0, 4) + "," + entry("b", "U8", "[2]", 5, 7), 7,
                "leave a hole before 'b'"
            ),
            (
                entry("a", "U8", "[4]", 0, 4) + "," + entry("a", "U8", "[4]", 4, 8), 8,
                "'a' is there twice"
            ),
            (entry("a", "U8", "[4]", 0, 4), 5, "1 bytes follow the end"),
            (entry("a", "U8", "[4]", 0, 4), 3, "ends too early"),
            (entry("a", "F32", "[4]", 0, 4), 4, "byte count of 'a' should be 16 but is 4"),
            (entry("a", "F32", "[-1]", 0, 4), 4, "negative size"),
            (entry("a", "F8_E4M3", "[4]", 0, 4), 4, "F8_E4M3"),
            (entry("a", "U8", "[4294967296,4294967296]", 0, 4), 4, "too many elements"),
            (entry("a", "U8", "[4]", 4, 0), 4, "not a range"),
            ("\"a\":{}", 0, "exactly dtype, shape"),
            ("\"__metadata__\":{\"a\":1}", 0, "'a' is not a string"),
            (entry("a", "U8", "[4.0]", 0, 4), 4, "exactly dtype, shape"),
        ])
    func refused(header: String, dataCount: Int, reason: String) {
        let file = Self.file("{\(header)}", [UInt8](repeating: 0, count: dataCount))
        let failure = error { () throws(FormatError) in try Safetensors.read(file) }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "was read")")
    }

    @Test("a header length beyond 100 MB or the file is refused at once")
    func headerLength() {
        let huge = error { () throws(FormatError) in
            try Safetensors.read(hex("ffffffffffffffff 7b7d"))
        }
        #expect(huge?.problem == .tooBig(what: "the header", size: .max, limit: 100_000_000))
        let long = error { () throws(FormatError) in
            try Safetensors.read(hex("1000000000000000 7b7d"))
        }
        #expect(long?.problem == .truncated(needed: 16, available: 2))
    }

    @Test("names that would not come back are not written")
    func writing() throws {
        let tensor = try sample(.uint8, [1])
        let twice = Safetensors(tensors: [NamedTensor("a", tensor), NamedTensor("a", tensor)])
        #expect(error { () throws(FormatError) in try twice.write() }?.problem == .duplicate("a"))
        let reserved = Safetensors(tensors: [NamedTensor("__metadata__", tensor)])
        #expect(error { () throws(FormatError) in try reserved.write() } != nil)
    }
}
