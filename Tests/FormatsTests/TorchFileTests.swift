import Foundation
import Tensors
import Testing

@testable import Formats

/// The folder of files that other programs wrote; `Files/README.md` says which and how.
let fileFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Files").path

@Suite("torch")
struct TorchFileTests {
    private func read(_ name: String) throws -> [String: Tensor] {
        let tensors = try TorchFile.read(try FileAccess.read(fileFolder + "/" + name))
        return Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
    }

    private func failure(_ name: String) throws -> FormatError? {
        let bytes = try FileAccess.read(fileFolder + "/" + name)
        return error { () throws(FormatError) in try TorchFile.read(bytes) }
    }

    @Test("both forms give views, shared storages and every type", arguments: ["zip", "legacy"])
    func types(form: String) throws {
        let state = try read("state.\(form).pt")
        #expect(state.count == 10)
        #expect(state["a.weight"]?.floats == [0, 0.5, 1, 1.5, 2, 2.5])
        #expect(state["a.weight"]?.shape.dimensions == [2, 3])
        #expect(state["view"]?.shape.dimensions == [4, 3])
        #expect(state["view"]?.floats == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
        #expect(state["part"]?.floats == [4, 5, 6, 7])
        #expect(state["half"]?.floats == [0.0999755859375, -2, 65504])
        #expect(state["brain"]?.floats == [0.10009765625, -2, 3.00405527047391e38])
        #expect(state["count"]?.shape.dimensions == [] && state["count"]?.int(at: 0) == 7)
        #expect(state["mask"]?.dtype == .bool && state["mask"]?.int(at: 1) == 0)
        #expect(state["small"]?.dtype == .int32 && state["small"]?.int(at: 0) == -1)
        #expect(state["double"]?.double(at: 0) == 1.0 / 3)
        #expect(state["none"]?.shape.dimensions == [0, 3])
    }

    @Test("the order of names is the file's; attributes of the dict do not disturb")
    func order() throws {
        let tensors = try TorchFile.read(try FileAccess.read(fileFolder + "/net.pt"))
        #expect(
            tensors.map(\.name) == [
                "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var",
                "1.num_batches_tracked",
            ])
    }

    @Test("nested dicts and lists become paths, numbers and texts are left out")
    func nested() throws {
        let state = try read("nested.pt")
        #expect(Set(state.keys) == ["model.w", "list.0"] && state["model.w"]?.floats == [1, 1])
    }

    @Test("what people save beside the tensors is left out: NumPy's numbers, dtypes, sizes, arguments, paths")
    func beside() throws {
        let state = try read("beside.pt")
        #expect(Set(state.keys) == ["model.w", "step"] && state["model.w"]?.floats == [1, 2])
    }

    @Test("the refusal says what to save instead")
    func helps() throws {
        #expect(try failure("code.pt")?.help?.contains("state_dict()") == true)
    }

    @Test("a file that asks for anything else is refused by name, and nothing of it runs")
    func code() throws {
        let refused = try failure("code.pt")
        #expect(refused?.message.contains("'posix.getcwd'") == true, "\(refused?.message ?? "read")")
        guard case .byte(let offset)? = refused?.place else {
            Issue.record("no place")
            return
        }
        let bytes = try FileAccess.read(fileFolder + "/code.pt")
        #expect(bytes[offset...].starts(with: Array("cposix\ngetcwd".utf8)))
    }

    @Test("a tensor that claims more elements than it has is refused")
    func expanded() throws {
        #expect(try failure("expanded.pt")?.message.contains("expanded tensor of shape [1000]") == true)
    }

    @Test("files cut off anywhere are errors with a place", arguments: ["zip", "legacy"])
    func truncated(form: String) throws {
        let bytes = try FileAccess.read(fileFolder + "/state.\(form).pt")
        for count in stride(from: 0, to: bytes.count, by: 7) {
            let failure = error { () throws(FormatError) in
                try TorchFile.read(Array(bytes[..<count]))
            }
            guard case .byte(let offset)? = failure?.place else {
                Issue.record("\(count): \(failure?.message ?? "was read")")
                continue
            }
            #expect(offset <= count)
        }
    }

    /// A pickle of some kilobytes that asks for gigabytes, or for an hour of work.
    static let copying: [(name: String, pickle: [UInt8])] = {
        func times(_ count: Int, _ bytes: [UInt8]) -> [UInt8] {
            Array(repeatElement(bytes, count: count).joined())
        }
        let pairs = [0x80, 2, 0x5D, 0x71, 0, 0x28] + times(20_000, [0x4B, 1, 0x4B, 2, 0x86]) + [0x65]
        let dict = Array("ccollections\nOrderedDict\n".utf8) + [0x71, 1]
        let numbers = [0x80, 2, 0x28] + times(100_000, [0x4B, 1]) + [0x74, 0x71, 0]
        let storage =
            Array("ctorch._utils\n_rebuild_tensor\n".utf8) + [0x71, 1, 0x28, 0x8C, 7]
            + Array("storage".utf8) + Array("ctorch\nFloatStorage\n".utf8)
            + [0x8C, 1, 0x30, 0x4E, 0x4B, 9, 0x74, 0x51, 0x71, 2]
        let nothings = [0x80, 2, 0x5D, 0x71, 0, 0x28] + times(50_000, [0x4E]) + [0x65, 0x5D, 0x28]
        return [
            ("a list made a dict again and again", pairs + dict + times(20_000, [0x68, 1, 0x68, 0, 0x85, 0x52])),
            (
                "many axes for many tensors",
                numbers + storage + times(20_000, [0x68, 1, 0x28, 0x68, 2, 0x4B, 0, 0x68, 0, 0x68, 0, 0x74, 0x52])
            ),
            ("a list in a list again and again", nothings + times(50_000, [0x68, 0]) + [0x65, 0x2E]),
        ]
    }()

    @Test("a pickle that copies what it remembers is refused", arguments: copying)
    func bombs(_ bomb: (name: String, pickle: [UInt8])) throws {
        var writer = ZipWriter()
        try writer.add("a/data.pkl", bomb.pickle, deflate: false)
        let bytes = writer.finish()
        #expect {
            try TorchFile.read(bytes)
        } throws: { error in
            guard case .unsupported = (error as? FormatError)?.problem else { return false }
            return true
        }
    }

    @Test("pickles that are no state dictionary", arguments: [
        ("80022e", "without a value"), ("800228 5d 2e", "without a value"),
        ("80026368006f0a", "does not end"), ("8002 68 05 2e", "not kept"),
        ("8002 4b01 65 2e", "no mark"), ("8002 63 6f730a73797374656d0a 2e", "'os.system'"),
        ("8007 4e 2e", "protocol 7"), ("8002 ff", "instruction 255"),
        ("8002 5d 4b01 73 2e", "no dict"), ("8002 28 30", "instruction 48"), ("8002 4b01 4b01 52 2e", "no tuple"),
        ("8002 4b01 29 52 2e", "no function"), ("8002 4b01 51 2e", "no tuple"),
    ])
    func damaged(code: String, reason: String) {
        let failure = error { () throws(FormatError) in
            var pickle = TorchPickle(ByteReader(hex(code), format: "torch"))
            return try pickle.run()
        }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "was read")")
    }

    @Test("an object that holds itself ends")
    func cycle() throws {
        // The magic number, the version, {}, then l = []; l.append(l), and no storages.
        let head = hex("80028a0a6cfc9c46f9206aa850192e 80024de9032e 80027d2e")
        let own = head + hex("80025d71006800612e 80025d2e")
        let failure = error { () throws(FormatError) in try TorchFile.read(own) }
        #expect(failure?.message.contains("holds itself") == true, "\(failure?.message ?? "read")")
    }

    @Test("tensors that do not lie in their storage", arguments: [
        (offset: 0, sizes: [3], strides: [1]), (offset: 1, sizes: [2], strides: [1]),
        (offset: -1, sizes: [1], strides: [1]), (offset: 0, sizes: [2], strides: [-1]),
        (offset: 0, sizes: [2], strides: [Int(Int32.max)]), (offset: Int(Int32.max), sizes: [1], strides: [1]),
        (offset: 0, sizes: [-2], strides: [1]), (offset: 0, sizes: [1 << 30, 1 << 30, 1 << 30], strides: [0, 0, 0]),
        (offset: 0, sizes: [2, 2], strides: [0, 1]),
    ])
    func outside(offset: Int, sizes: [Int], strides: [Int]) {
        let bytes = Self.file(offset: offset, sizes: sizes, strides: strides)
        #expect(error { () throws(FormatError) in try TorchFile.read(bytes) } != nil)
    }

    @Test("the stride of an axis of one element, and of an empty tensor, may be anything")
    func freeStrides() throws {
        let one = Self.file(offset: 1, sizes: [1, 1], strides: [Int(Int32.max), 5])
        #expect(try TorchFile.read(one).first?.tensor.floats == [2])
        let none = Self.file(offset: Int(Int32.max), sizes: [0], strides: [7])
        #expect(try TorchFile.read(none).first?.tensor.count == 0)
    }

    /// A legacy file `{"w": a tensor}` over the storage [1, 2].
    static func file(offset: Int, sizes: [Int], strides: [Int]) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] {
            [0x4A] + (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        func text(_ value: String) -> [UInt8] {
            [0x58, UInt8(value.utf8.count), 0, 0, 0] + Array(value.utf8)
        }
        func tuple(_ values: [Int]) -> [UInt8] {
            [0x28] + values.flatMap(number) + [0x74]
        }
        var bytes = hex("80028a0a6cfc9c46f9206aa850192e 80024de9032e 80027d2e 80027d")
        bytes += text("w") + Array("ctorch._utils\n_rebuild_tensor_v2\n".utf8) + [0x28, 0x28]
        bytes += text("storage") + Array("ctorch\nFloatStorage\n".utf8) + text("0") + text("cpu")
        bytes += number(2) + [0x4E, 0x74, 0x51] + number(offset) + tuple(sizes) + tuple(strides)
        bytes += [0x89, 0x7D, 0x74, 0x52, 0x73, 0x2E, 0x80, 2, 0x5D] + text("0") + [0x61, 0x2E]
        return bytes + hex("0200000000000000 0000803f 00000040")
    }
}
