import Formats
import Tensors
import Testing

@Suite("npz")
struct NpzTests {
    @Test("an archive of arrays keeps names, order and 0-d arrays", arguments: [true, false])
    func npz(deflate: Bool) throws {
        let tensors = [
            NamedTensor("w", try sample(.float32, [3, 4])),
            NamedTensor("layer/b", try sample(.int64, [])),
        ]
        let read = try Npz.read(try Npz.write(tensors, deflate: deflate))
        #expect(read.map(\.name) == ["w", "layer/b"])
        for (left, right) in zip(read, tensors) {
            #expect(left.tensor.isIdentical(to: right.tensor))
        }
    }

    @Test("what is wrong with an array is said with its name")
    func wrongArray() throws {
        var writer = ZipWriter()
        try writer.add("names.npy", [1, 2, 3])
        let failure = error { () throws(FormatError) in try Npz.read(writer.finish()) }
        #expect(failure?.message.contains("the array 'names': it does not begin with") == true)
        #expect(failure?.place == .byte(0))
    }

    @Test("an entry that is no array is refused")
    func npzForeign() throws {
        var writer = ZipWriter()
        try writer.add("readme.txt", [1])
        let failure = error { () throws(FormatError) in try Npz.read(writer.finish()) }
        #expect(failure?.message.contains("readme.txt") == true)
    }
}
