import Formats
import Testing

@Suite("zip")
struct ZipTests {
    static let text = Array(String(repeating: "weights and biases, ", count: 50).utf8)

    @Test("entries come back in order with their bytes", arguments: [true, false])
    func roundTrip(deflate: Bool) throws {
        var writer = ZipWriter()
        try writer.add("a/b.txt", Self.text, deflate: deflate)
        try writer.add("empty", [], deflate: deflate)
        let file = writer.finish()
        let archive = try ZipArchive(file)
        #expect(archive.entries.map(\.name) == ["a/b.txt", "empty"])
        #expect(try archive.contents(of: archive.entries[0]) == Self.text)
        #expect(try archive.contents(of: archive.entries[1]) == [])
        #expect((file.count < Self.text.count) == deflate)
    }

    @Test("more entries than 16 bits count are written with a 64-bit directory")
    func manyEntries() throws {
        var writer = ZipWriter()
        for index in 0..<70_000 { try writer.add(String(index), [], deflate: false) }
        let archive = try ZipArchive(writer.finish())
        #expect(archive.entries.count == 70_000)
        #expect(archive.entries.last?.name == "69999")
    }

    @Test("64-bit sizes in the extra field, as numpy writes them for big arrays")
    func wideSizes() throws {
        let file = Self.wideFile(content: Array("hello".utf8), checksum: hex("86a61036"))
        let archive = try ZipArchive(file)
        #expect(archive.entries.first?.size == 5)
        #expect(try archive.contents(of: archive.entries[0]) == Array("hello".utf8))
    }

    /// One stored entry "x" whose directory record keeps both sizes in the 64-bit field.
    static func wideFile(content: [UInt8], checksum: [UInt8]) -> [UInt8] {
        let size = [UInt8(content.count)] + [UInt8](repeating: 0, count: 7)
        let common = hex("2d00 0000 0000 0000 2100") + checksum + hex("ffffffff ffffffff 0100 1400")
        let extra = hex("0100 1000") + size + size
        let local = hex("504b0304") + common + Array("x".utf8) + extra + content
        let central =
            hex("504b0102 2d00") + common + hex("0000 0000 0000 00000000 00000000")
            + Array("x".utf8) + extra
        let end =
            hex("504b0506 0000 0000 0100 0100") + [
                UInt8(central.count), 0, 0, 0, UInt8(local.count), 0, 0, 0, 0, 0,
            ]
        return local + central + end
    }

    @Test("a file without its end is cut off, not another kind of file")
    func cutOff() throws {
        var writer = ZipWriter()
        try writer.add("x", Self.text, deflate: true)
        let file = writer.finish()
        for count in [25, file.count / 2, file.count - 1] {
            let failure = error { () throws(FormatError) in try ZipArchive(Array(file[..<count])) }
            #expect(failure?.message.contains("cut off") == true && failure?.place == .byte(count))
        }
        let other = error { () throws(FormatError) in try ZipArchive(Array("hello".utf8)) }
        #expect(other?.problem == .notThisFormat(expected: "the parts of a zip archive"))
    }

    @Test("a changed byte of an entry is noticed")
    func damaged() throws {
        var writer = ZipWriter()
        try writer.add("x", Array("hello".utf8), deflate: false)
        var file = writer.finish()
        file[31] ^= 1
        let archive = try ZipArchive(file)
        let failure = error { () throws(FormatError) in try archive.contents(of: archive.entries[0])
        }
        #expect(failure?.problem == .checksum(of: "x"))
    }

    @Test("sizes that deflate cannot reach are refused before anything is inflated")
    func impossibleSize() throws {
        var writer = ZipWriter()
        try writer.add("bomb", Self.text)
        var file = writer.finish()
        let record = try #require(file.indices.first { file[$0...].starts(with: hex("504b0102")) })
        file.replaceSubrange((record + 24)..<(record + 28), with: hex("ffffff7f"))
        let failure = error { () throws(FormatError) in try ZipArchive(file) }
        #expect(failure?.message.contains("cannot have 2147483647 bytes") == true)
    }

    @Test("an entry that inflates to more than it says stops at what it says")
    func wrongSize() throws {
        var writer = ZipWriter()
        try writer.add("x", Self.text)
        var file = writer.finish()
        let record = try #require(file.indices.first { file[$0...].starts(with: hex("504b0102")) })
        file.replaceSubrange((record + 24)..<(record + 28), with: hex("64000000"))
        let archive = try ZipArchive(file)
        let failure = error { () throws(FormatError) in try archive.contents(of: archive.entries[0])
        }
        #expect(failure?.problem == .tooBig(what: "the inflated data", size: 101, limit: 100))
    }

    @Test(
        "names that leave the folder are marked",
        arguments: ["../x", "/x", "a/../../x", "a\\b", "", "../\u{301}x", "/\u{301}x"])
    func unsafeNames(name: String) throws {
        var writer = ZipWriter()
        try writer.add(name, [1])
        try writer.add("fine/..x", [1])
        #expect(try ZipArchive(writer.finish()).entries.map(\.isSafe) == [false, true])
    }

    @Test("the same name twice, encryption and other compressions are refused")
    func refused() throws {
        var writer = ZipWriter()
        try writer.add("x", [1])
        #expect(
            error { () throws(FormatError) in try writer.add("x", [2]) }?.problem == .duplicate("x")
        )
        let file = writer.finish()
        let record = try #require(file.indices.first { file[$0...].starts(with: hex("504b0102")) })
        var encrypted = file
        encrypted[record + 8] |= 1
        #expect(
            error { () throws(FormatError) in try ZipArchive(encrypted) }?.problem
                == .unsupported("an encrypted entry"))
        var other = file
        other[record + 10] = 12
        #expect(
            error { () throws(FormatError) in try ZipArchive(other) }?.problem
                == .unsupported("compression method 12"))
    }
}
