import Formats
import Tensors
import Testing

@Suite("formats")
struct DataFormatTests {
    @Test("names and endings are distinct, and each says what it is")
    func registry() {
        let endings = DataFormat.all.flatMap(\.extensions)
        #expect(Set(endings).count == endings.count)
        #expect(Set(DataFormat.all.map(\.name)).count == DataFormat.all.count)
        #expect(DataFormat.all.allSatisfy { $0.documentation.count > 20 && !$0.extensions.isEmpty })
    }

    @Test(
        "the ending of a name decides",
        arguments: [
            ("a.npy", "npy", false), ("x/y.CSV", "csv", false), ("digits.csv.gz", "csv", true),
            ("words.dict.dz", "text", true),
            ("t/train-images-idx3-ubyte.gz", "idx", true), ("a-npy.csv", "csv", false),
            ("a.b/c.png", "png", false), ("x.gz", "gzip", false), ("v1.2.gz", "gzip", false),
        ])
    func endings(path: String, name: String, isCompressed: Bool) throws {
        let found = try #require(DataFormat.of(path: path))
        #expect(found.format.name == name && found.isCompressed == isCompressed)
    }

    @Test("unknown endings", arguments: ["a", "a.xyz", "", ".npy", "dir.npy/file"])
    func unknown(path: String) {
        #expect(DataFormat.of(path: path) == nil)
        #expect(
            error { () throws(FormatError) in try DataFormat.read([], path: path) }?.file == nil)
    }

    @Test(
        "every format that writes reads its own files, and refuses values of another kind",
        arguments: DataFormat.all.filter { $0.write != nil })
    func roundTrip(format: DataFormat) throws {
        let write = try #require(format.write)
        for value in try values(of: format) {
            let bytes = try write(value)
            let again = try write(try format.read(bytes))
            #expect(again == bytes)
        }
        let other: DataValue = format.name == "json" ? .text("") : .json(.null)
        #expect(error { () throws(FormatError) in try write(other) }?.format == format.name)
    }

    @Test("what is only read is known: files of others")
    func readOnly() {
        #expect(DataFormat.all.filter { $0.write == nil }.map(\.name) == ["torch", "jpeg"])
    }

    private func values(of format: DataFormat) throws -> [DataValue] {
        let tensors = [
            NamedTensor("b", try sample(.float32, [2, 3])),
            NamedTensor("a", try sample(.uint8, [])),
        ]
        switch format.name {
        case "npy", "idx":
            return [.tensor(try sample(.float32, [2, 3])), .tensor(try sample(.uint8, [0]))]
        case "png": return [.tensor(try tensor([0, 0.2, 0.4, 1] as [Float], [1, 2, 2]))]
        case "npz", "safetensors": return [.tensors(tensors), .tensors([])]
        case "wav":
            return [.sound(Sound(samples: try tensor([0, 0.5, -1] as [Float]), rate: 8000))]
        case "csv": return [.table(try Table([.init(name: "x", values: .numbers([1, 2.5]))]))]
        case "text": return [.text("naïve\r\n"), .text("")]
        case "json": return [.json(.array([.integer(1), .null]))]
        case "zip": return [.files([NamedBytes("a", [1, 2]), NamedBytes("b/c", [])])]
        case "gzip": return [.files([NamedBytes("", [1, 2, 3])])]
        case let name:
            Issue.record("no sample values for \(name)")
            return []
        }
    }

    @Test("a compressed table is read by its name")
    func compressed() throws {
        let file = try Gzip.compress(Array("a,b\n1,2\n".utf8))
        guard case .table(let table) = try DataFormat.read(file, path: "t.csv.gz") else {
            Issue.record("no table")
            return
        }
        #expect(table.columns.map(\.name) == ["a", "b"])
    }
}
