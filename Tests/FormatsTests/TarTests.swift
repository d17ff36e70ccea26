import Formats
import Testing

@Suite("tar archives")
struct TarTests {
    private static func field(_ text: String, _ count: Int) -> [UInt8] {
        Array(text.utf8.prefix(count)) + [UInt8](repeating: 0, count: max(0, count - text.utf8.count))
    }

    private static func octal(_ number: Int, _ count: Int) -> [UInt8] {
        let digits = String(number, radix: 8)
        return field(String(repeating: "0", count: count - 1 - digits.utf8.count) + digits, count)
    }

    /// A header with its check sum, and the bytes in whole blocks.
    static func member(
        _ name: String, _ bytes: [UInt8], kind: Character = "0", prefix: String = ""
    ) -> [UInt8] {
        var header = field(name, 100) + octal(0o644, 8) + octal(0, 8) + octal(0, 8)
        header += octal(bytes.count, 12) + octal(0, 12) + [UInt8](repeating: 0x20, count: 8)
        header += Array(String(kind).utf8) + field("", 100) + field("ustar\u{0}00", 8)
        header += field("", 80) + field(prefix, 155) + field("", 12)
        setCheckSum(&header, at: 0)
        let padding = (512 - bytes.count % 512) % 512
        return header + bytes + [UInt8](repeating: 0, count: padding)
    }

    /// Makes the check sum of a header right.
    static func setCheckSum(_ bytes: inout [UInt8], at start: Int) {
        bytes.replaceSubrange(
            start + 148..<start + 156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = bytes[start..<start + 512].reduce(0) { $0 + Int($1) }
        bytes.replaceSubrange(start + 148..<start + 156, with: octal(sum, 7) + [0x20])
    }

    static let end = [UInt8](repeating: 0, count: 1024)

    @Test("files, folders and all kinds of long names are found")
    func entries() throws {
        let long = String(repeating: "folder/", count: 20) + "x.csv"
        let record = " path=\(long)2\n"
        let pax = "\(record.utf8.count + 3)" + record
        let bytes =
            Self.member("a/", [], kind: "5") + Self.member("a/b.txt", Array("hello".utf8))
            + Self.member("c.txt", [1, 2], prefix: "deep/er")
            + Self.member("././@LongLink", Array((long + "\0").utf8), kind: "L")
            + Self.member("cut", [3])
            + Self.member("pax", Array(pax.utf8), kind: "x") + Self.member("cut", [4])
            + Self.member("link", [], kind: "2") + Self.end
        let entries = try Tar.entries(bytes)
        #expect(entries.map(\.name) == ["a/", "a/b.txt", "deep/er/c.txt", long, long + "2"])
        #expect(entries.map(\.isFolder) == [true, false, false, false, false])
        #expect(Array(bytes[entries[1].range]) == Array("hello".utf8))
        #expect(entries[3...].map { bytes[$0.range].first } == [3, 4])
    }

    @Test("damaged archives are refused with an error, wherever they are cut or changed")
    func damaged() {
        let whole = Self.member("a.txt", [UInt8](repeating: 7, count: 700)) + Self.end
        for length in stride(from: 0, to: whole.count, by: 37) {
            _ = try? Tar.entries(Array(whole[..<length]))
        }
        #expect(throws: FormatError.self) { try Tar.entries(Array(whole[..<900])) }
        #expect(throws: FormatError.self) { try Tar.entries([]) }
        for position in 0..<512 {
            var bytes = whole
            bytes[position] &+= 0x81
            // The check sum sees every changed byte of the header.
            #expect(throws: FormatError.self) { try Tar.entries(bytes) }
        }
        var huge = whole
        huge.replaceSubrange(124..<136, with: [0x80] + [UInt8](repeating: 0xff, count: 11))
        #expect(throws: FormatError.self) { try Tar.entries(huge) }
    }
}
