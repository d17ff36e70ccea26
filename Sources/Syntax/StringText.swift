private let backslash = UInt8(ascii: "\\")
private let newline = UInt8(ascii: "\n")

/// From the characters between quotes to the text they mean.
enum StringText {
    private static let simpleEscapes: [UInt8: UInt8] = [
        UInt8(ascii: "n"): newline, UInt8(ascii: "t"): UInt8(ascii: "\t"),
        UInt8(ascii: "\""): UInt8(ascii: "\""), backslash: backslash,
        UInt8(ascii: "{"): UInt8(ascii: "{"),
    ]

    /// The text with its escapes replaced; one that is none stays as it is. `\r\n` becomes `\n`.
    static func decoded(_ raw: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(raw.count)
        var index = 0
        while index < raw.count {
            if raw[index] == UInt8(ascii: "\r"), index + 1 < raw.count, raw[index + 1] == newline {
                index += 1
            } else if raw[index] == backslash, let (bytes, length) = escape(raw[index...]) {
                result += bytes
                index += length
            } else {
                result.append(raw[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Where a backslash is not followed by an escape of the language.
    static func wrongEscapes(_ raw: ArraySlice<UInt8>) -> [Range<Int>] {
        var wrong: [Range<Int>] = []
        var index = raw.startIndex
        while index < raw.endIndex {
            if raw[index] != backslash {
                index += 1
            } else if let (_, length) = escape(raw[index...]) {
                index += length
            } else {
                // The escaped character, all of its bytes.
                var end = min(index + 2, raw.endIndex)
                while end < raw.endIndex, raw[end] & 0xC0 == 0x80 { end += 1 }
                if raw[index...].starts(with: "\\u{".utf8),
                    let brace = raw[index...].prefix(16).firstIndex(of: UInt8(ascii: "}"))
                {
                    end = brace + 1
                } else {
                    let digits = codeDigits(raw[index...])
                    if digits > 0 { end = index + 2 + digits }
                }
                wrong.append(index..<end)
                index = end
            }
        }
        return wrong
    }

    /// How many hexadecimal digits follow the `\u`, `\U` or `\x` of other languages: all or none.
    private static func codeDigits(_ raw: ArraySlice<UInt8>) -> Int {
        let lengths: [UInt8: Int] = [
            UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8, UInt8(ascii: "x"): 2,
        ]
        guard let letter = raw.dropFirst().first, let length = lengths[letter] else { return 0 }
        let digits = raw.dropFirst(2).prefix(length)
        let isCode = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        return isCode && digits.count == length ? length : 0
    }

    /// The escape at the start of `raw`: what it stands for and how many bytes it takes.
    private static func escape(_ raw: ArraySlice<UInt8>) -> (bytes: [UInt8], length: Int)? {
        guard let letter = raw.dropFirst().first else { return nil }
        if let byte = simpleEscapes[letter] { return ([byte], 2) }
        guard letter == UInt8(ascii: "u"), raw.dropFirst(2).first == UInt8(ascii: "{") else {
            return nil
        }
        let digits = raw.dropFirst(3).prefix(9).prefix { $0 != UInt8(ascii: "}") }
        guard raw.dropFirst(3 + digits.count).first == UInt8(ascii: "}"),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
            digits.first != UInt8(ascii: "+"), let scalar = Unicode.Scalar(value)
        else { return nil }
        return (Array(String(Character(scalar)).utf8), digits.count + 4)
    }

    /// The pieces of a `"""` string less the newline after the opening quotes and the white space
    /// that all its lines begin with. `nil` stands for an interpolation. Lines of white space alone
    /// do not count.
    static func withoutIndentation(_ pieces: [[UInt8]?]) -> [[UInt8]?] {
        let common = commonIndentation(pieces)
        var result: [[UInt8]?] = []
        for (index, piece) in pieces.enumerated() {
            guard let piece else {
                result.append(nil)
                continue
            }
            var lines = piece.split(separator: newline, omittingEmptySubsequences: false)
            for line in lines.indices.dropFirst() {
                lines[line] = lines[line].dropFirst(sharedPrefix(lines[line], common).count)
            }
            if index == 0, lines.count > 1, lines[0].allSatisfy(isBlank) { lines.removeFirst() }
            result.append(Array(lines.joined(separator: [newline])))
        }
        return result
    }

    private static func commonIndentation(_ pieces: [[UInt8]?]) -> ArraySlice<UInt8> {
        var common: ArraySlice<UInt8>?
        for (index, piece) in pieces.enumerated() {
            guard let piece else { continue }
            let lines = piece.split(separator: newline, omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated().dropFirst() {
                // Before an interpolation a blank beginning of a line is indentation of something.
                let holdsMore = number == lines.count - 1 && index + 1 < pieces.count
                if line.allSatisfy(isBlank), !holdsMore { continue }
                let indentation = line.prefix(while: isBlank)
                common = common.map { sharedPrefix(indentation, $0) } ?? indentation
            }
        }
        return common ?? []
    }

    private static func sharedPrefix(
        _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>
    ) -> ArraySlice<UInt8> {
        left.prefix(zip(left, right).prefix { $0 == $1 }.count)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
