import Formats
import Testing

@Suite("text")
struct PlainTextTests {
    @Test(
        "encodings by mark and by name",
        arguments: [
            ("68c3a4e282ac", nil, "hä€"), ("efbbbf 68c3a4", nil, "hä"),
            ("fffe 6800 e400 3dd800de", nil, "hä😀"),
            ("feff 0068 00e4", nil, "hä"), ("68e4", TextEncoding.latin1, "hä"),
            ("6800 e400", .utf16, "hä"), ("", nil, ""),
        ])
    func encodings(bytes: String, encoding: TextEncoding?, expected: String) throws {
        #expect(try PlainText.read(hex(bytes), encoding: encoding) == expected)
    }

    @Test(
        "wrong bytes are found where they are",
        arguments: [
            ("6869 e4 68", nil, 2, "UTF-8"), ("61 e282", nil, 1, "UTF-8"),
            ("fffe 6800 00d8 6800", nil, 4, "UTF-16"),
            ("fffe 680068", nil, 4, "UTF-16"), ("efbbbf c0", nil, 3, "UTF-8"),
        ] as [(String, TextEncoding?, Int, String)])
    func errors(bytes: String, encoding: TextEncoding?, offset: Int, name: String) {
        let failure = error { () throws(FormatError) in
            try PlainText.read(hex(bytes), encoding: encoding)
        }
        #expect(failure?.place == .byte(offset))
        #expect(failure?.problem == .notText(encoding: name))
    }

    @Test("UTF-32 is refused, not read as UTF-16 full of zeros")
    func wide() {
        let failure = error { () throws(FormatError) in try PlainText.read(hex("fffe0000 61000000")) }
        #expect(failure?.problem == .unsupported("text in UTF-32"))
    }

    @Test("names as people write them", arguments: ["utf8", "UTF-8", "utf_8"])
    func names(name: String) {
        #expect(TextEncoding(name: name) == .utf8)
        #expect(TextEncoding(name: "ISO-8859-1") == .latin1)
        #expect(TextEncoding(name: "ebcdic") == nil)
    }
}
