/// tar archives: regular files and folders, with the long names of GNU and of POSIX.
/// - Source: POSIX.1-2024, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
public enum Tar {
    public struct Entry: Equatable, Sendable {
        /// With `/` between its parts, as stored.
        public let name: String
        /// Where its bytes lie in the archive; empty for a folder.
        public let range: Range<Int>
        public let isFolder: Bool
    }

    private static let block = 512

    /// Whether the bytes begin with a header block whose check sum is right.
    public static func isArchive(_ bytes: [UInt8]) -> Bool {
        bytes.count >= block && checkSumFits(bytes, 0)
    }

    /// The files and folders, in order. Links and devices are left out.
    /// - Throws: `notThisFormat`, `truncated` or `malformed`, with the byte.
    public static func entries(_ bytes: [UInt8]) throws(FormatError) -> [Entry] {
        guard isArchive(bytes) else {
            throw FormatError(
                format: "tar", place: .byte(0), .notThisFormat(expected: "a header block"))
        }
        var entries: [Entry] = []
        var position = 0
        var longName: String?
        while position + block <= bytes.count, bytes[position] != 0 {
            guard checkSumFits(bytes, position) else {
                throw fail(position, .malformed("the check sum of a header is wrong"))
            }
            guard let size = number(bytes, position + 124, 12) else {
                throw fail(position + 124, .malformed("the size of a file is no number"))
            }
            let start = position + block
            guard size <= bytes.count - start else {
                throw fail(start, .truncated(needed: size, available: bytes.count - start))
            }
            let kind = bytes[position + 156]
            let range = start..<start + size
            switch kind {
            case UInt8(ascii: "L"): longName = text(bytes[range])
            case UInt8(ascii: "x"): longName = paxPath(bytes[range]) ?? longName
            case UInt8(ascii: "0"), 0, UInt8(ascii: "5"):
                let name = longName ?? shortName(bytes, position)
                let isFolder = kind == UInt8(ascii: "5") || name.hasSuffix("/")
                entries.append(
                    Entry(name: name, range: isFolder ? start..<start : range, isFolder: isFolder))
                longName = nil
            default: longName = nil
            }
            position = start + (size + block - 1) / block * block
        }
        return entries
    }

    private static func fail(_ place: Int, _ problem: FormatError.Problem) -> FormatError {
        FormatError(format: "tar", place: .byte(place), problem)
    }

    /// The sum of a header's bytes, its own field taken as spaces.
    private static func checkSumFits(_ bytes: [UInt8], _ position: Int) -> Bool {
        guard let wanted = number(bytes, position + 148, 8) else { return false }
        var sum = 8 * 0x20
        for index in 0..<block where !(148..<156).contains(index) {
            sum += Int(bytes[position + index])
        }
        return sum == wanted
    }

    /// Octal digits between spaces and zeros; sizes beyond them are stored in base 256.
    private static func number(_ bytes: [UInt8], _ position: Int, _ count: Int) -> Int? {
        let field = bytes[position..<position + count]
        if field.first == 0x80 {
            var value = 0
            for byte in field.dropFirst() {
                guard value < 1 << 48 else { return nil }
                value = value << 8 | Int(byte)
            }
            return value
        }
        let digits = field.filter { $0 != 0 && $0 != 0x20 }
        guard !digits.isEmpty, digits.count <= 12, digits.allSatisfy({ (0x30...0x37).contains($0) })
        else { return nil }
        return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
    }

    private static func shortName(_ bytes: [UInt8], _ position: Int) -> String {
        let name = text(bytes[position..<position + 100])
        let isPOSIX = bytes[position + 257..<position + 262].elementsEqual("ustar".utf8)
        let prefix = isPOSIX ? text(bytes[position + 345..<position + 500]) : ""
        return prefix.isEmpty ? name : prefix + "/" + name
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The last `path` among records `LENGTH KEY=VALUE\n`.
    private static func paxPath(_ bytes: ArraySlice<UInt8>) -> String? {
        var path: String?
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let record = line.drop { $0 != " " }.dropFirst()
            if record.hasPrefix("path=") { path = String(record.dropFirst(5)) }
        }
        return path
    }
}
