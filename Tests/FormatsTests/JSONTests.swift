import Formats
import Testing

@Suite("json")
struct JSONTests {
    static let everyKind = #"""
        {"b": [1, -2.5e2, true, false, null],
         "a": {"x": "é\u00e9\ud83d\ude00\n\\"}, "b": 7}
        """#

    @Test("values of every kind, in order")
    func values() throws {
        let json = try JSON.read(Array(" \(Self.everyKind)\n".utf8))
        let list: [JSON] = [.integer(1), .number(-250), .bool(true), .bool(false), .null]
        let inner = JSON.object([JSON.Member("x", .string("éé😀\n\\"))])
        let members = [
            JSON.Member("b", .array(list)), JSON.Member("a", inner), JSON.Member("b", .integer(7)),
        ]
        #expect(json == .object(members))
        #expect(json["a"]?["x"]?.stringValue == "éé😀\n\\")
        #expect(json["b"]?.integerValue == 7)
    }

    @Test(
        "text and back",
        arguments: ["[]", "{}", #"{"a\"":[1,2.5,"\u0001\t\n"],"b":{"c":null}}"#, "-0.5", "true"])
    func roundTrip(text: String) throws {
        let json = try JSON.read(Array(text.utf8))
        #expect(json.text == text)
        #expect(try JSON.read(Array(json.text.utf8)) == json)
    }

    @Test(
        "numbers keep their kind",
        arguments: [
            ("9223372036854775807", JSON.integer(.max)), ("9223372036854775808", .number(0x1p63)),
            ("1e2", .number(100)), ("-0", .integer(0)), ("0.1", .number(0.1)),
        ])
    func numbers(text: String, expected: JSON) throws {
        #expect(try JSON.read(Array(text.utf8)) == expected)
    }

    @Test(
        "errors name line and column",
        arguments: [
            ("", 1, 1), ("[1,\n 2,]", 2, 4), ("{\"a\" 1}", 1, 6), ("[1 2]", 1, 4), ("01", 1, 2),
            ("[\"\u{1}\"]", 1, 3),
            ("\"\\x\"", 1, 2), ("\"\\ud800\"", 1, 2), ("nul", 1, 1), ("1e999", 1, 1),
            ("{a: 1}", 1, 2), ("\"é\" x", 1, 5),
            ("\"abc", 1, 5), ("-", 1, 2), ("1.", 1, 3),
        ])
    func errors(text: String, line: Int, column: Int) {
        let failure = error { () throws(FormatError) in try JSON.read(Array(text.utf8)) }
        #expect(failure?.place == .line(line, column: column), "\(failure?.message ?? "was read")")
    }

    @Test("what Python writes: numbers that are not finite, and a value in each line")
    func loosely() throws {
        let text = Array("{\"a\": -Infinity, \"b\": [NaN, Infinity, -1]}".utf8)
        let json = try JSON.readLoosely(text, isLines: false)
        let values = json["b"]?.arrayValue ?? []
        #expect(json["a"]?.doubleValue == -.infinity && values.count == 3)
        #expect(values.first?.doubleValue?.isNaN == true && values.last == .integer(-1))
        let strict = error { () throws(FormatError) in try JSON.read(text) }
        #expect(strict?.place == .line(1, column: 8))
        let lines = try JSON.readLoosely(Array("\u{FEFF}[1]\r\n\n{\"b\": 2}\n3".utf8), isLines: true)
        #expect(lines == .array([.array([.integer(1)]), .object([.init("b", .integer(2))]), .integer(3)]))
        #expect(try JSON.readLoosely([], isLines: true) == .array([]))
        let wrong = error { () throws(FormatError) in try JSON.readLoosely(Array("1\n{".utf8), isLines: true) }
        #expect(wrong?.place == .line(2, column: 2))
        let two = error { () throws(FormatError) in try JSON.readLoosely(Array("1\n2".utf8), isLines: false) }
        #expect(two?.help?.contains("lines: true") == true)
    }

    @Test("nesting is read to its limit and refused beyond, however deep")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        _ = try JSON.read(nested(JSON.maximumDepth))
        for depth in [JSON.maximumDepth + 1, 1_000_000] {
            let failure = error { () throws(FormatError) in try JSON.read(nested(depth)) }
            #expect(failure?.problem == .unsupported("nesting deeper than 128"))
        }
    }
}
