import Formats
import Tensors
import Testing

@Suite("png")
struct PNGImageTests {
    @Test("levels of 8 bits come back exactly", arguments: [1, 3, 4])
    func roundTrip(channels: Int) throws {
        let values = (0..<(channels * 20)).map { Float(($0 * 37) % 256) / 255 }
        let image = try tensor(values, [channels, 4, 5])
        let read = try PNGImage.read(try PNGImage.write(image))
        #expect(read.shape.dimensions == [channels, 4, 5])
        // A pixel that is fully transparent keeps its colour too.
        #expect(read.floats == values)
    }

    @Test("a matrix is a grey picture; values outside 0…1 are clipped; nan is black")
    func clipping() throws {
        let image = try tensor([-1, 2, .nan, 0.5] as [Float], [2, 2])
        let read = try PNGImage.read(try PNGImage.write(image))
        #expect(read.shape.dimensions == [1, 2, 2] && read.floats == [0, 1, 0, 128 / 255])
    }

    @Test("uint8 is written as it is")
    func bytes() throws {
        let image = try tensor([0, 7, 255] as [UInt8], [1, 1, 3])
        #expect(try PNGImage.read(try PNGImage.write(image)).floats == [0, 7 / 255, 1])
    }

    @Test("palettes become colours, with transparency where there is some")
    func palettePicture() throws {
        let picture = PNGFixture.picture(
            width: 2, height: 1, depth: 1, colour: 3,
            chunks: [("PLTE", [255, 0, 0, 0, 0, 255]), ("tRNS", [255, 128])],
            rows: [0, 0b0100_0000])
        let image = try PNGImage.read(picture)
        #expect(image.shape.dimensions == [4, 1, 2])
        #expect(image.floats == [1, 0, 0, 0, 0, 1, 1, 128 / 255])
    }

    @Test("levels are as stored: of 16 bits, and whatever the file says about its gamma")
    func storedLevels() throws {
        let gamma: [(String, [UInt8])] = [("gAMA", [0, 1, 0x86, 0xA0]), ("sRGB", [0])]
        for chunks in [[], gamma, [gamma[1]]] {
            let grey = PNGFixture.picture(
                width: 2, height: 1, depth: 16, colour: 0, chunks: chunks, rows: [0, 0x01, 0x02, 0xFF, 0xFE])
            #expect(try PNGImage.read(grey).floats == [258 / 65535, 65534 / 65535])
            let colour = PNGFixture.picture(
                width: 1, height: 1, depth: 16, colour: 2, chunks: chunks, rows: [0, 0, 1, 0x80, 0, 0xFF, 0xFF])
            #expect(try PNGImage.read(colour).floats == [1 / 65535, 32768 / 65535, 1])
            let byte = PNGFixture.picture(
                width: 2, height: 1, depth: 8, colour: 0, chunks: chunks, rows: [0, 3, 100])
            #expect(try PNGImage.read(byte).floats == [3 / 255, 100 / 255])
        }
    }

    @Test("grey with transparency becomes four channels, 16 bits then eight")
    func greyAlpha() throws {
        let picture = PNGFixture.picture(
            width: 1, height: 1, depth: 8, colour: 4, rows: [0, 51, 102])
        #expect(try PNGImage.read(picture).floats == [0.2, 0.2, 0.2, 0.4])
        let deep = PNGFixture.picture(
            width: 1, height: 1, depth: 16, colour: 0, rows: [0, 0x33, 0x33])
        #expect(try PNGImage.read(deep).floats == [0.2])
        let both = PNGFixture.picture(
            width: 1, height: 1, depth: 16, colour: 4, rows: [0, 0x33, 0x33, 0x66, 0x66])
        #expect(try PNGImage.read(both).floats == [0.2, 0.2, 0.2, 0.4])
    }

    @Test("a size that the file cannot hold is refused before anything is allocated")
    func hugeClaim() {
        for size in [50_000, 8000, 0x7FFF_FFFF] {
            let picture = PNGFixture.picture(
                width: size, height: size, depth: 8, colour: 6, rows: [0])
            let failure = error { () throws(FormatError) in try PNGImage.read(picture) }
            switch failure?.problem {
            case .tooBig, .truncated: break
            default: Issue.record("\(size): \(failure?.message ?? "was read")")
            }
        }
    }

    @Test("a damaged picture gives libpng's reason")
    func damaged() throws {
        var file = try PNGImage.write(try sample(.float32, [3, 8, 8]))
        file[file.count - 20] ^= 0xFF
        guard
            case .malformed(let words) = error({ () throws(FormatError) in try PNGImage.read(file) }
            )?.problem
        else {
            Issue.record("was read")
            return
        }
        #expect(!words.isEmpty)
    }

    @Test(
        "shapes and dtypes that are no picture",
        arguments: [[2, 4, 4], [4], [1, 1, 4, 4], [3, 0, 4]])
    func notPictures(shape: [Int]) throws {
        let image = try sample(.float32, shape)
        #expect(error { () throws(FormatError) in try PNGImage.write(image) } != nil)
        let integers = try sample(.int64, [2, 2])
        #expect(error { () throws(FormatError) in try PNGImage.write(integers) } != nil)
    }
}
