import Formats
import Tensors
import Testing

@Suite("wav")
struct WavTests {
    /// A file with this `fmt ` chunk and data.
    static func file(_ format: String, _ data: String, before: String = "") -> [UInt8] {
        let (format, data) = (hex(format), hex(data))
        return Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WAVE".utf8) + hex(before)
            + Array("fmt ".utf8)
            + [UInt8(format.count), 0, 0, 0] + format + Array("data".utf8) + [
                UInt8(data.count), 0, 0, 0,
            ] + data
    }

    /// A `fmt ` chunk of the extensible kind: 16 bits, one channel.
    static let extensible = """
        feff 0100 401f0000 803e0000 0200 1000 1600 1000 04000000
        0100000000001000800000aa00389b71
        """

    @Test(
        "each way to store samples",
        arguments: [
            ("0100 0100 401f0000 401f0000 0100 0800", "00 80 c0", [-1, 0, 0.5] as [Float]),
            ("0100 0100 401f0000 803e0000 0200 1000", "0080 0000 0040", [-1, 0, 0.5]),
            ("0100 0100 401f0000 c05d0000 0300 1800", "000080 000000 000040", [-1, 0, 0.5]),
            ("0100 0100 401f0000 007d0000 0400 2000", "00000080 00000000 00000040", [-1, 0, 0.5]),
            ("0300 0100 401f0000 007d0000 0400 2000", "000080bf 00000000 0000003f", [-1, 0, 0.5]),
            (
                "0300 0100 401f0000 00fa0000 0800 4000",
                "000000000000f0bf 0000000000000000 000000000000e03f", [-1, 0, 0.5]
            ),
            (
                extensible,
                "0080 0000 0040", [-1, 0, 0.5]
            ),
        ])
    func encodings(format: String, data: String, expected: [Float]) throws {
        let sound = try Wav.read(Self.file(format, data))
        #expect(sound.rate == 8000)
        #expect(sound.samples.shape.dimensions == [3] && sound.samples.floats == expected)
    }

    @Test(
        "two channels become two rows; other chunks are skipped; half a frame at the end is dropped"
    )
    func stereo() throws {
        let list = "4c495354 03000000 616263 00"
        let file = Self.file(
            "0100 0200 44ac0000 10b10200 0400 1000", "0040 00c0 0020 00e0 7f7f", before: list)
        let sound = try Wav.read(file)
        #expect(sound.rate == 44100 && sound.samples.shape.dimensions == [2, 2])
        #expect(sound.samples.floats == [0.5, 0.25, -0.5, -0.25])
    }

    @Test(
        "what was written is read, to the precision of the encoding",
        arguments: SampleEncoding.allCases, [1, 3])
    func roundTrip(encoding: SampleEncoding, channels: Int) throws {
        let values = (0..<30).map { Float($0 - 15) / 16 }
        let samples = try tensor(values, channels == 1 ? [30] : [channels, 30 / channels])
        let read = try Wav.read(
            try Wav.write(Sound(samples: samples, rate: 16000), encoding: encoding))
        #expect(read.rate == 16000 && read.samples.isIdentical(to: samples))
    }

    @Test("loud samples are clipped and nan is silence")
    func clipping() throws {
        let samples = try tensor([2, -2, .nan, .infinity, 1] as [Float])
        let read = try Wav.read(try Wav.write(Sound(samples: samples, rate: 1)))
        let most: Float = 32767 / 32768
        #expect(read.samples.floats == [most, -1, 0, most, most])
    }

    @Test("a recorder's unknown length reaches to the end of the file")
    func unknownLength() throws {
        var file = Self.file("0100 0100 401f0000 803e0000 0200 1000", "0040 0040")
        file.replaceSubrange((file.count - 8)..<(file.count - 4), with: [255, 255, 255, 255])
        #expect(try Wav.read(file).samples.floats == [0.5, 0.5])
    }

    @Test(
        "what is refused, with its reason",
        arguments: [
            ("5500 0100 401f0000 803e0000 0200 1000", "type 85"),
            ("0100 0000 401f0000 803e0000 0200 1000", "no channel"),
            ("0100 0100 00000000 803e0000 0200 1000", "no rate"),
            ("0100 0100 401f0000 803e0000 0300 1000", "should be 2 but is 3"),
            ("0100 0100", "ends too early"),
        ])
    func refused(format: String, reason: String) {
        let failure = error { () throws(FormatError) in try Wav.read(Self.file(format, "0000")) }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "was read")")
    }
}
