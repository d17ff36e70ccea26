import Kernels

/// How characters are bytes.
public enum TextEncoding: String, CaseIterable, Sendable {
    case utf8 = "UTF-8"
    case utf16 = "UTF-16"
    case latin1 = "Latin-1"

    /// The encoding of a name as people write it ("latin1", "ISO-8859-1", "utf8").
    public init?(name: String) {
        switch name.lowercased().filter({ $0 != "-" && $0 != "_" && $0 != " " }) {
        case "utf8": self = .utf8
        case "utf16": self = .utf16
        case "latin1", "iso88591": self = .latin1
        default: return nil
        }
    }
}

/// Text files.
public enum PlainText {
    /// The text. Without an encoding a byte order mark decides (UTF-8, UTF-16 of either order),
    /// else it must be UTF-8; the mark is not part of the text. Line ends stay as they are.
    /// - Throws: `notText` with the byte offset of the first wrong byte.
    public static func read(
        _ bytes: [UInt8], encoding: TextEncoding? = nil
    ) throws(FormatError) -> String {
        let start = markLength(bytes, encoding)
        try refuseUTF32(bytes)
        switch encoding ?? detected(bytes) {
        case .utf8:
            var text = String()
            text.reserveCapacity(bytes.count - start)
            try eachUTF8Piece(bytes, from: start) { text += $0 }
            return text
        case .latin1:
            var text = String()
            text.reserveCapacity(bytes.count)
            var work = WorkPoll()
            for byte in bytes {
                if work.shouldStop { break }
                text.unicodeScalars.append(Unicode.Scalar(byte))
            }
            return text
        case .utf16: return try readUTF16(bytes, from: start)
        }
    }

    /// The text piece by piece, until the work is to stop: a large file in one piece would keep ^C waiting.
    private static func eachUTF8Piece(
        _ bytes: [UInt8], from start: Int, _ body: (String) -> Void
    ) throws(FormatError) {
        var place = start
        while place < bytes.count, !WorkScope.shouldStop {
            var end = min(bytes.count, place + 1 << 20)
            // Not inside a code point, whose further bytes are 10xxxxxx.
            while end < bytes.count, end > place, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            guard end > place, let piece = String(validating: bytes[place..<end], as: UTF8.self)
            else {
                throw FormatError(
                    format: "text", place: .byte(firstInvalid(bytes, from: place)),
                    .notText(encoding: "UTF-8"))
            }
            body(piece)
            place = end
        }
    }

    /// The text as UTF-8 without a byte order mark; the bytes as they are where they are that.
    /// - Throws: as `read`.
    static func utf8(_ bytes: [UInt8], encoding: TextEncoding?) throws(FormatError) -> [UInt8] {
        guard (encoding ?? detected(bytes)) == .utf8 else {
            return Array(try read(bytes, encoding: encoding).utf8)
        }
        let start = markLength(bytes, encoding)
        try eachUTF8Piece(bytes, from: start) { _ in }
        return start == 0 ? bytes : Array(bytes[start...])
    }

    /// Its mark begins like that of UTF-16: as such the text would be full of zeros.
    private static func refuseUTF32(_ bytes: [UInt8]) throws(FormatError) {
        let isMarked =
            bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF])
        if isMarked, bytes.count % 4 == 0 {
            throw FormatError(format: "text", place: .byte(0), .unsupported("text in UTF-32"))
        }
    }

    private static func detected(_ bytes: [UInt8]) -> TextEncoding {
        bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) ? .utf16 : .utf8
    }

    private static func markLength(_ bytes: [UInt8], _ encoding: TextEncoding?) -> Int {
        switch encoding ?? detected(bytes) {
        case .utf8: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        case .utf16: bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) ? 2 : 0
        case .latin1: 0
        }
    }

    /// Little-endian unless a mark says otherwise.
    private static func readUTF16(_ bytes: [UInt8], from start: Int) throws(FormatError) -> String {
        guard (bytes.count - start) % 2 == 0 else {
            throw FormatError(
                format: "text", place: .byte(bytes.count - 1), .notText(encoding: "UTF-16"))
        }
        let high = bytes.starts(with: [0xFE, 0xFF]) ? 0 : 1
        var text = String()
        var place = start
        while place < bytes.count, !WorkScope.shouldStop {
            let end = min(bytes.count, place + 1 << 20)
            var units = stride(from: place, to: end, by: 2).map { place -> UInt16 in
                let first = UInt16(bytes[place + high])
                return first << 8 | UInt16(bytes[place + 1 - high])
            }
            // Both halves of a surrogate pair belong to one piece.
            if end < bytes.count, units.count > 1, UTF16.isLeadSurrogate(units[units.count - 1]) {
                units.removeLast()
            }
            guard let piece = String(validating: units, as: UTF16.self) else {
                throw FormatError(
                    format: "text", place: .byte(place + 2 * firstLoneSurrogate(units)),
                    .notText(encoding: "UTF-16"))
            }
            text += piece
            place += 2 * units.count
        }
        return text
    }

    private static func firstLoneSurrogate(_ units: [UInt16]) -> Int {
        var index = 0
        while index < units.count {
            if UTF16.isLeadSurrogate(units[index]) {
                guard index + 1 < units.count, UTF16.isTrailSurrogate(units[index + 1]) else {
                    return index
                }
                index += 1
            } else if UTF16.isTrailSurrogate(units[index]) {
                return index
            }
            index += 1
        }
        return units.count
    }

    /// The offset of the first byte that is not valid UTF-8.
    static func firstInvalid(_ bytes: [UInt8], from start: Int) -> Int {
        var parser = UTF8.ForwardParser()
        var input = bytes[start...].makeIterator()
        var offset = start
        while true {
            switch parser.parseScalar(from: &input) {
            case .valid(let encoded): offset += encoded.count
            case .error, .emptyInput: return offset
            }
        }
    }

    /// The line and the character in it, both from 1, of a byte.
    static func place(of offset: Int, in bytes: [UInt8]) -> FormatError.Place {
        let before = bytes[..<min(offset, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        // To find what a reader takes for one character is slow; nobody counts them in a long line.
        let column =
            before.count - start < 10_000
            ? String(decoding: before[start...], as: UTF8.self).count + 1
            : before[start...].count { $0 & 0xC0 != 0x80 } + 1
        return .line(line, column: column)
    }
}

extension DataFormat {
    public static let text = DataFormat(
        name: "text", reader: "readText", extensions: ["txt", "text", "md", "dict", "abc", "lst"],
        documentation:
            "Text in UTF-8, in UTF-16 with a byte order mark, or in Latin-1 when that is said.",
        read: { bytes throws(FormatError) in .text(try PlainText.read(bytes)) },
        write: { value throws(FormatError) in
            guard case .text(let text) = value else { throw unfitting("text", needs: "a string") }
            return Array(text.utf8)
        })
}
