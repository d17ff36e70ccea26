import Formats
import Tensors
import Testing

@Suite("jpeg")
struct JPEGImageTests {
    private func bytes(_ name: String) throws -> [UInt8] {
        try FileAccess.read(fileFolder + "/" + name)
    }

    /// Levels of some pixels, as Pillow 13 decodes the files.
    @Test(
        "grey, colour and progressive pictures have the levels that others read",
        arguments: [
            ("colour.jpg", [1, 0, 0, 8, 2, 2, 218, 4, 90, 6, 8, 5, 35, 123, 75, 227, 230, 211], 160_257),
            (
                "progressive.jpg",
                [0, 0, 0, 10, 1, 4, 225, 0, 92, 1, 10, 7, 38, 121, 75, 227, 230, 209], 160_277
            ),
            ("grey.jpg", [0, 4, 78, 7, 91, 227], 54504),
        ])
    func levels(name: String, expected: [Int], sum: Int) throws {
        let image = try JPEGImage.read(try bytes(name))
        let channels = name == "grey.jpg" ? 1 : 3
        #expect(image.dtype == .float32 && image.shape.dimensions == [channels, 24, 20])
        let levels = image.floats.map { Int(($0 * 255).rounded()) }
        for (index, pixel) in [0, 1, 19, 20, 243, 479].enumerated() {
            for channel in 0..<channels {
                let level = levels[channel * 480 + pixel]
                #expect(abs(level - expected[index * channels + channel]) <= 2, "\(pixel), \(channel)")
            }
        }
        #expect(abs(levels.reduce(0, +) - sum) < 480)
    }

    @Test("readImage goes by the first bytes, not by the name")
    func pictures() throws {
        guard case .tensor(let jpeg) = try DataFormat.readPicture(try bytes("grey.jpg")) else {
            Issue.record("no tensor")
            return
        }
        #expect(jpeg.shape.dimensions == [1, 24, 20])
        let png = try PNGImage.write(jpeg)
        guard case .tensor(let again) = try DataFormat.readPicture(png) else {
            Issue.record("no tensor")
            return
        }
        #expect(again.floats == jpeg.floats)
    }

    @Test("printing colours are refused")
    func printing() throws {
        let file = try bytes("cmyk.jpg")
        let failure = error { () throws(FormatError) in try JPEGImage.read(file) }
        #expect(failure?.message.contains("CMYK") == true)
    }

    @Test("a file cut off anywhere is an error with a place", arguments: ["colour.jpg", "progressive.jpg"])
    func truncated(name: String) throws {
        let file = try bytes(name)
        for count in stride(from: 0, to: file.count - 2, by: 5) {
            let failure = error { () throws(FormatError) in
                try JPEGImage.read(Array(file[..<count]))
            }
            guard case .byte(let offset)? = failure?.place else {
                Issue.record("\(count): \(failure?.message ?? "was read")")
                continue
            }
            #expect(offset <= count)
        }
    }

    @Test("a size that the file cannot hold is refused before anything is allocated")
    func hugeClaim() throws {
        var file = try bytes("colour.jpg")
        let frame = try #require(file.indices.first { file[$0...].starts(with: [0xFF, 0xC0]) })
        for (size, place) in [(0xFF, 5), (0x20, 5)] {
            for offset in 0..<4 { file[frame + place + offset] = UInt8(size) }
            let failure = error { () throws(FormatError) in try JPEGImage.read(file) }
            switch failure?.problem {
            case .tooBig, .truncated: #expect(failure?.place == .byte(frame))
            default: Issue.record("\(failure?.message ?? "was read")")
            }
        }
    }

    @Test("what is no picture", arguments: [
        ("", "does not begin"), ("ffd8ff", "ends too early"), ("ffd8ffd9", "ends before"),
        ("ffd8ff c0 0002", "ends too early"), ("ffd8ff c3 000b 08 0001 0001 01 01 11 00", "lossless"),
        ("ffd8ff c0 000b 0c 0001 0001 01 01 11 00", "12 bits"),
        ("ffd8ff c0 000b 08 0000 0001 01 01 11 00", "no size"), ("ffd8ff da 0002", "before its frame"),
        ("ffd8ff e0 0001", "no length"), ("ffd8ff e0 0002 00", "marker is expected"),
    ])
    func damaged(code: String, reason: String) {
        let failure = error { () throws(FormatError) in try JPEGImage.read(hex(code)) }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "was read")")
    }
}
