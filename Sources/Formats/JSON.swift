import Kernels

/// A JSON value. Members of objects keep their order, and a name that is there twice stays twice.
public enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    /// A number without fraction and exponent that fits.
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    public struct Member: Equatable, Sendable {
        public let name: String
        public let value: JSON

        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The deepest nesting of arrays and objects that is read.
    public static let maximumDepth = 128

    /// Reads one value.
    /// - Throws: `malformed`, `truncated`, `notText` with line and column; `unsupported` beyond
    ///   `maximumDepth`.
    /// - Source: RFC 8259.
    public static func read(_ bytes: [UInt8]) throws(FormatError) -> JSON {
        do {
            return try JSONParser.parse(ByteReader(bytes, format: "json"))
        } catch {
            throw placed(error, in: bytes)
        }
    }

    /// Reads what other programs write as JSON: as `read`, but NaN, Infinity and -Infinity are numbers
    /// (Python), and with `isLines` there may be any number of values, which give an array.
    public static func readLoosely(_ bytes: [UInt8], isLines: Bool) throws(FormatError) -> JSON {
        do {
            return try JSONParser.parse(
                ByteReader(bytes, format: "json"), allowsNonFinite: true, isLines: isLines)
        } catch {
            throw placed(error, in: bytes)
        }
    }

    private static func placed(_ error: FormatError, in bytes: [UInt8]) -> FormatError {
        guard case .byte(let offset) = error.place, !WorkScope.shouldStop else { return error }
        return FormatError(
            format: "json", place: PlainText.place(of: offset, in: bytes), error.problem)
    }

    /// The value of a member, of the last one if the name is there twice; nil if this is no object.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    public var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    public var integerValue: Int? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// An integer or a number.
    public var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .null, .bool, .string, .array, .object: nil
        }
    }

    public var arrayValue: [JSON]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    /// The value as one line. A number that is not finite, which JSON lacks, becomes null.
    public var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): value.isFinite ? "\(value)" : "null"
        case .string(let value): Self.quoted(value)
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.name) + ":" + $0.value.text }.joined(separator: ",")
                + "}"
        }
    }

    /// The value on several lines, indented by one space for each level, as Jupyter writes it.
    public func indentedText(_ level: Int = 0) -> String {
        let outer = String(repeating: " ", count: level)
        func block(_ open: String, _ lines: [String], _ close: String) -> String {
            lines.isEmpty
                ? open + close
                : "\(open)\n\(lines.map { outer + " " + $0 }.joined(separator: ",\n"))\n\(outer)\(close)"
        }
        switch self {
        case .array(let values):
            return block("[", values.map { $0.indentedText(level + 1) }, "]")
        case .object(let members):
            return block(
                "{",
                members.map { "\(Self.quoted($0.name)): \($0.value.indentedText(level + 1))" }, "}")
        case .null, .bool, .integer, .number, .string: return text
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// Recursive descent over bytes; the depth is counted so that it cannot exhaust the stack.
struct JSONParser {
    private var reader: ByteReader
    private var work = WorkPoll()
    private var values = 0
    /// About what a value takes: an array of one number is four bytes of text.
    private static let bytesPerValue = 96
    private let allowsNonFinite: Bool

    private init(reader: ByteReader, allowsNonFinite: Bool) {
        self.reader = reader
        self.allowsNonFinite = allowsNonFinite
    }

    /// The value that fills the reader's range; with `isLines` the array of those that do.
    static func parse(
        _ reader: ByteReader, allowsNonFinite: Bool = false, isLines: Bool = false
    ) throws(FormatError) -> JSON {
        var parser = JSONParser(reader: reader, allowsNonFinite: allowsNonFinite)
        _ = parser.reader.skip("\u{FEFF}")
        if isLines { return try parser.lines() }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.reader.remaining == 0 else {
            throw parser.reader.fail(.malformed("text follows the value"))
        }
        return value
    }

    private mutating func lines() throws(FormatError) -> JSON {
        var values: [JSON] = []
        skipSpace()
        do throws(FormatError) {
            while reader.remaining > 0 {
                values.append(try value(depth: 0))
                skipSpace()
            }
        } catch {
            if values.count > 1000, WorkScope.shouldStop { Rubbish(&values, leaving: []).free() }
            throw error
        }
        return .array(values)
    }

    private mutating func skipSpace() {
        while let next = reader.peek, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09,
            !work.shouldStop
        {
            _ = try? reader.byte()
        }
    }

    private mutating func value(depth: Int) throws(FormatError) -> JSON {
        skipSpace()
        // Whoever wanted the work to stop throws the error away.
        if work.shouldStop { throw reader.fail(.truncated(needed: 1, available: 0)) }
        values += 1
        if values & 0xFFFF == 0, values > Deflate.memoryLeft / Self.bytesPerValue {
            throw reader.fail(
                .tooBig(
                    what: "what the text holds", size: values * Self.bytesPerValue,
                    limit: Deflate.memoryLeft))
        }
        switch reader.peek {
        case nil: throw reader.fail(.truncated(needed: 1, available: 0))
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"): return try number()
        case .some(0x30...0x39): return try number()
        default: break
        }
        if reader.skip("true") { return .bool(true) }
        if reader.skip("false") { return .bool(false) }
        if reader.skip("null") { return .null }
        if allowsNonFinite, reader.skip("NaN") { return .number(.nan) }
        if allowsNonFinite, reader.skip("Infinity") { return .number(.infinity) }
        throw reader.fail(.malformed("a value is expected here"))
    }

    private mutating func object(depth: Int) throws(FormatError) -> JSON {
        try enter(depth)
        var members: [JSON.Member] = []
        skipSpace()
        if reader.skip("}") { return .object([]) }
        repeat {
            skipSpace()
            guard reader.peek == UInt8(ascii: "\"") else {
                throw reader.fail(.malformed("a name in quotes is expected here"))
            }
            let name = try string()
            skipSpace()
            guard reader.skip(":") else { throw reader.fail(.malformed("':' is expected here")) }
            members.append(JSON.Member(name, try value(depth: depth)))
            skipSpace()
        } while reader.skip(",")
        guard reader.skip("}") else { throw reader.fail(.malformed("',' or '}' is expected here")) }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(FormatError) -> JSON {
        try enter(depth)
        var values: [JSON] = []
        skipSpace()
        if reader.skip("]") { return .array([]) }
        do throws(FormatError) {
            repeat {
                values.append(try value(depth: depth))
                skipSpace()
            } while reader.skip(",")
            guard reader.skip("]") else {
                throw reader.fail(.malformed("',' or ']' is expected here"))
            }
        } catch {
            if values.count > 1000, WorkScope.shouldStop { Rubbish(&values, leaving: []).free() }
            throw error
        }
        return .array(values)
    }

    private mutating func enter(_ depth: Int) throws(FormatError) {
        guard depth <= JSON.maximumDepth else {
            throw reader.fail(.unsupported("nesting deeper than \(JSON.maximumDepth)"))
        }
        _ = try reader.byte()
    }

    private mutating func number() throws(FormatError) -> JSON {
        let start = reader.position
        _ = reader.skip("-")
        if allowsNonFinite, reader.skip("Infinity") { return .number(-.infinity) }
        if !reader.skip("0") { try digits() }
        var isInteger = true
        if reader.skip(".") {
            isInteger = false
            try digits()
        }
        if reader.skip("e") || reader.skip("E") {
            isInteger = false
            if !reader.skip("+") { _ = reader.skip("-") }
            try digits()
        }
        let text = String(decoding: reader.bytes[start..<reader.position], as: UTF8.self)
        if isInteger, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            throw reader.fail(.malformed("the number is out of range"), at: start)
        }
        return .number(value)
    }

    private mutating func digits() throws(FormatError) {
        let start = reader.position
        while let next = reader.peek, (0x30...0x39).contains(next) { _ = try reader.byte() }
        guard reader.position > start else {
            throw reader.fail(.malformed("a digit is expected here"))
        }
    }

    private mutating func string() throws(FormatError) -> String {
        let start = reader.position
        _ = try reader.byte()
        var text: [UInt8] = []
        while true {
            if text.isEmpty, let plain = plainString() { return plain }
            let next = try reader.byte()
            if work.shouldStop { throw reader.fail(.truncated(needed: 1, available: 0)) }
            switch next {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw reader.fail(.notText(encoding: "UTF-8"), at: start)
                }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20:
                throw reader.fail(
                    .malformed("a control character in a string"), at: reader.position - 1)
            default: text.append(next)
            }
        }
    }

    /// The rest of a string that is short and as it stands: no escapes in it.
    private mutating func plainString() -> String? {
        var end = reader.position
        let limit = min(reader.end, end + 256)
        while end < limit, reader.bytes[end] >= 0x20, reader.bytes[end] != 0x5C {
            if reader.bytes[end] == 0x22 {
                let text = String(validating: reader.bytes[reader.position..<end], as: UTF8.self)
                guard let text, (try? reader.seek(end + 1)) != nil else { return nil }
                return text
            }
            end += 1
        }
        return nil
    }

    private mutating func escape(into text: inout [UInt8]) throws(FormatError) {
        let start = reader.position - 1
        switch try reader.byte() {
        case UInt8(ascii: "\""): text.append(0x22)
        case UInt8(ascii: "\\"): text.append(0x5C)
        case UInt8(ascii: "/"): text.append(0x2F)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try fourDigits()
            if (0xD800..<0xDC00).contains(code), reader.skip("\\u") {
                let low = try fourDigits()
                code =
                    (0xDC00..<0xE000).contains(low)
                    ? 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) : 0xD800
            }
            guard let scalar = Unicode.Scalar(code) else {
                throw reader.fail(.malformed("half of a surrogate pair"), at: start)
            }
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw reader.fail(.malformed("an unknown escape"), at: start)
        }
    }

    private mutating func fourDigits() throws(FormatError) -> UInt32 {
        let range = try reader.take(4)
        var code: UInt32 = 0
        for offset in range {
            guard let digit = Character(Unicode.Scalar(reader.bytes[offset])).hexDigitValue else {
                throw reader.fail(.malformed("a hexadecimal digit is expected here"), at: offset)
            }
            code = code << 4 | UInt32(digit)
        }
        return code
    }
}

extension DataFormat {
    public static let json = DataFormat(
        name: "json", reader: nil, extensions: ["json"],
        documentation: "Nested lists, names and numbers.",
        read: { bytes throws(FormatError) in .json(try JSON.read(bytes)) },
        write: { value throws(FormatError) in
            guard case .json(let json) = value else {
                throw unfitting("json", needs: "a JSON value")
            }
            return Array(json.text.utf8)
        })
}
