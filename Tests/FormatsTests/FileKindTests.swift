import Formats
import Tensors
import Testing

@Suite("kinds of files")
struct FileKindTests {
    @Test("files that we write are recognised")
    func ours() throws {
        let picture = try sample(.float32, [3, 4, 4])
        #expect(FileKind(try PNGImage.write(picture)) == .png)
        #expect(FileKind(try Npy.write(picture)) == .npy)
        #expect(FileKind(try Npz.write([NamedTensor("a", picture)])) == .npz)
        var writer = ZipWriter()
        try writer.add("a.txt", [1])
        #expect(FileKind(writer.finish()) == .zip)
        var torch = ZipWriter()
        try torch.add("net/data.pkl", [1])
        #expect(FileKind(torch.finish()) == .torch)
        #expect(FileKind(try FileAccess.read(fileFolder + "/state.legacy.pt")) == .torch)
    }

    @Test(
        "other kinds by their first bytes",
        arguments: [
            ("474946383961", FileKind.gif), ("424d0000", .bmp), ("ffd8ffe0", .jpeg), ("664c6143", .flac),
            ("52494646 00000000 57415645", .wav), ("52494646 00000000 57454250", .webp), ("4f676753", .ogg),
            ("425a6839", .bzip2), ("fd377a585a00", .xz), ("89484446", .hdf5), ("504b0304", .zip),
        ])
    func others(bytes: String, kind: FileKind) {
        #expect(FileKind(hex(bytes)) == kind)
    }

    @Test("text and short bytes are of no kind", arguments: ["", "52", "612c620a", "52494646"])
    func none(bytes: String) {
        #expect(FileKind(hex(bytes)) == nil)
    }

    @Test("an error with a resemblance names it, and the function that reads it")
    func message() {
        var error = FormatError(format: "npy", place: .byte(0), .notThisFormat(expected: "x"))
        error.resemblance = .wav
        #expect(error.message.contains("it looks like a wav file") && error.help == "`readWav` reads it")
        error.resemblance = .gif
        #expect(error.message.contains("it looks like a GIF picture") && error.help == nil)
    }
}
