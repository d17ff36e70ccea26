/// A zip archive in memory: stored and deflated entries, also with 64-bit sizes.
///
/// The directory at the end is believed only as far as it agrees with the local headers and the
/// entries do not overlap, so an archive cannot inflate to more than 1032 times its size.
/// - Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
public struct ZipArchive: Sendable {
    public struct Entry: Equatable, Sendable {
        /// As stored: `/` between folders, not checked to be a safe path (`isSafe`).
        public let name: String
        /// Bytes after inflating.
        public let size: Int
        /// Whether the name stays in the folder that the archive is unpacked to.
        public let isSafe: Bool
        let method: Method
        let checksum: UInt32
        let data: Range<Int>
        let start: Int

        public var isFolder: Bool { name.hasSuffix("/") }
    }

    enum Method: UInt16 {
        case stored = 0
        case deflated = 8
    }

    public let entries: [Entry]
    private let bytes: [UInt8]

    /// Reads the directory.
    /// - Throws: `notThisFormat`, `truncated`, `malformed`, `unsupported` (encryption, other
    ///   compressions, several volumes), `duplicate`, all with the byte offset.
    public init(_ bytes: [UInt8]) throws(FormatError) {
        self.bytes = bytes
        let directory = try ZipDirectory(bytes)
        var reader = ByteReader(bytes, format: "zip", in: directory.range)
        var entries: [Entry] = []
        var names: Set<String> = []
        while reader.remaining > 0 {
            let start = reader.position
            let entry = try Self.entry(&reader, bytes, dataEnd: directory.range.lowerBound)
            guard names.insert(entry.name).inserted else {
                throw reader.fail(.duplicate(entry.name), at: start)
            }
            entries.append(entry)
        }
        guard entries.count == directory.count else {
            throw reader.fail(
                .disagree(
                    what: "the number of entries", declared: directory.count, found: entries.count),
                at: directory.range.lowerBound)
        }
        try Self.checkOverlaps(entries)
        self.entries = entries
    }

    /// The bytes of an entry, with the check sum verified.
    /// - Throws: `malformed`, `tooBig`, `checksum`, `disagree`.
    public func contents(of entry: Entry) throws(FormatError) -> [UInt8] {
        let output: [UInt8]
        switch entry.method {
        case .stored: output = Array(bytes[entry.data])
        case .deflated:
            guard entry.size <= Deflate.memoryLeft else {
                throw fail(
                    .tooBig(what: entry.name, size: entry.size, limit: Deflate.memoryLeft), entry)
            }
            let limit = Deflate.Limit(bytes: entry.size, ratio: Deflate.Limit.highestRatio)
            let inflated = try Deflate.inflate(
                bytes, in: entry.data, .raw, limit: limit, format: "zip")
            output = inflated.output
            guard inflated.inputEnd == entry.data.upperBound else {
                throw fail(.excess(bytes: entry.data.upperBound - inflated.inputEnd), entry)
            }
        }
        guard output.count == entry.size else {
            throw fail(
                .disagree(
                    what: "the size of \(entry.name)", declared: entry.size, found: output.count),
                entry)
        }
        guard Deflate.crc32(output, in: 0..<output.count) == entry.checksum else {
            throw fail(.checksum(of: entry.name), entry)
        }
        return output
    }

    private func fail(_ problem: FormatError.Problem, _ entry: Entry) -> FormatError {
        FormatError(format: "zip", place: .byte(entry.data.lowerBound), problem)
    }

    private static func checkOverlaps(_ entries: [Entry]) throws(FormatError) {
        var end = 0
        for entry in entries.sorted(by: { $0.start < $1.start }) {
            guard entry.start >= end else {
                throw FormatError(
                    format: "zip", place: .byte(entry.start),
                    .malformed("the entry \(entry.name) overlaps another one"))
            }
            end = entry.data.upperBound
        }
    }
}

extension ZipArchive {
    /// One record of the central directory, checked against the local header that it points to.
    private static func entry(
        _ reader: inout ByteReader, _ bytes: [UInt8], dataEnd: Int
    ) throws(FormatError) -> Entry {
        let start = reader.position
        let record = try ZipRecord(&reader)
        guard record.flags & 0x2041 == 0 else {
            throw reader.fail(.unsupported("an encrypted entry"), at: start)
        }
        guard let method = Method(rawValue: record.method) else {
            throw reader.fail(.unsupported("compression method \(record.method)"), at: start)
        }
        let nameBytes = bytes[record.name]
        guard let name = String(validating: nameBytes, as: UTF8.self) else {
            throw reader.fail(.notText(encoding: "UTF-8"), at: record.name.lowerBound)
        }
        let sizes = record.sizes
        guard let offset = Int(exactly: sizes.offset), let size = Int(exactly: sizes.size),
            let compressed = Int(exactly: sizes.compressed), offset <= dataEnd
        else {
            throw reader.fail(.malformed("the place of \(name) is outside the file"), at: start)
        }
        let isPossible =
            method == .stored
            ? size == compressed : size / (Deflate.Limit.highestRatio + 1) <= compressed
        guard isPossible else {
            throw reader.fail(
                .malformed("the entry \(name) cannot have \(size) bytes in \(compressed)"),
                at: start)
        }
        var local = ByteReader(bytes, format: "zip", in: offset..<dataEnd)
        let data = try localData(&local, name: nameBytes, compressed: compressed)
        return Entry(
            name: name, size: size, isSafe: isSafe(name), method: method,
            checksum: record.checksum, data: data, start: offset)
    }

    /// Where the data behind a local header lie. The sizes there may be left out, the name may not.
    private static func localData(
        _ local: inout ByteReader, name: ArraySlice<UInt8>, compressed: Int
    ) throws(FormatError) -> Range<Int> {
        let start = local.position
        guard local.skip("PK\u{3}\u{4}") else {
            throw local.fail(.malformed("an entry's header is damaged"))
        }
        _ = try local.take(22)
        let nameLength = Int(try local.little(UInt16.self))
        let extraLength = Int(try local.little(UInt16.self))
        guard local.bytes[try local.take(nameLength)].elementsEqual(name) else {
            throw local.fail(
                .malformed("an entry has another name than in the directory"), at: start)
        }
        _ = try local.take(extraLength)
        return try local.take(compressed)
    }

    /// Compares bytes, as the file system does: for Swift a slash with an accent on it is no slash.
    private static func isSafe(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return !name.isEmpty && parts.first?.isEmpty == false
            && !name.utf8.contains { $0 == UInt8(ascii: "\\") || $0 == 0 }
            && !parts.contains { $0.elementsEqual("..".utf8) }
    }
}

/// The fields of a record of the central directory, as they stand.
private struct ZipRecord {
    let flags: UInt16
    let method: UInt16
    let checksum: UInt32
    let sizes: ZipSizes
    /// Where the name's bytes lie.
    let name: Range<Int>

    init(_ reader: inout ByteReader) throws(FormatError) {
        guard reader.skip("PK\u{1}\u{2}") else {
            throw reader.fail(.malformed("a directory record is damaged"))
        }
        _ = try reader.take(4)  // versions
        flags = try reader.little()
        method = try reader.little()
        _ = try reader.take(4)  // time and date
        checksum = try reader.little()
        var sizes = ZipSizes(
            compressed: UInt64(try reader.little(UInt32.self)),
            size: UInt64(try reader.little(UInt32.self)))
        let nameLength = Int(try reader.little(UInt16.self))
        let extraLength = Int(try reader.little(UInt16.self))
        let commentLength = Int(try reader.little(UInt16.self))
        _ = try reader.take(8)  // volume, attributes
        sizes.offset = UInt64(try reader.little(UInt32.self))
        name = try reader.take(nameLength)
        let extra = try reader.take(extraLength)
        try sizes.widen(ByteReader(reader.bytes, format: "zip", in: extra))
        self.sizes = sizes
        _ = try reader.take(commentLength)
    }
}

/// The sizes and the place of an entry, from 32-bit fields or the 64-bit extra field.
private struct ZipSizes {
    var compressed: UInt64
    var size: UInt64
    var offset: UInt64 = 0

    /// Replaces fields that say 0xFFFFFFFF by those of the extra field with id 1.
    mutating func widen(_ extra: ByteReader) throws(FormatError) {
        let unknown = UInt64(UInt32.max)
        guard size == unknown || compressed == unknown || offset == unknown else { return }
        var reader = extra
        while reader.remaining >= 4 {
            let id: UInt16 = try reader.little()
            let range = try reader.take(Int(try reader.little(UInt16.self)))
            guard id == 1 else { continue }
            var field = ByteReader(reader.bytes, format: "zip", in: range)
            if size == unknown { size = try field.little() }
            if compressed == unknown { compressed = try field.little() }
            if offset == unknown { offset = try field.little() }
            return
        }
    }
}

/// Where the central directory is, from the record at the end of the file.
private struct ZipDirectory {
    let range: Range<Int>
    let count: Int

    init(_ bytes: [UInt8]) throws(FormatError) {
        guard bytes.starts(with: [0x50, 0x4B]) || bytes.count >= 22 else {
            throw FormatError(
                format: "zip", place: .byte(0), .notThisFormat(expected: "the parts of a zip archive"))
        }
        guard bytes.count >= 22 else {
            throw FormatError(
                format: "zip", place: .byte(0), .truncated(needed: 22, available: bytes.count))
        }
        // The record is the last thing but a comment of at most 65535 bytes.
        let lowest = max(0, bytes.count - 22 - 0xFFFF)
        let end = stride(from: bytes.count - 22, through: lowest, by: -1).first { place in
            bytes[place] == 0x50 && bytes[place + 1] == 0x4B && bytes[place + 2] == 5
                && bytes[place + 3] == 6
                && place + 22 + Int(bytes[place + 20]) + Int(bytes[place + 21]) << 8 == bytes.count
        }
        guard let end else {
            let isCut = bytes.starts(with: [0x50, 0x4B, 3, 4])
            throw FormatError(
                format: "zip", place: .byte(isCut ? bytes.count : 0),
                isCut
                    ? .malformed("it is cut off: the directory at its end is missing")
                    : .notThisFormat(expected: "the parts of a zip archive"))
        }
        var reader = ByteReader(bytes, format: "zip", in: end..<bytes.count)
        _ = try reader.take(4)
        let volumes: UInt32 = try reader.little()
        _ = try reader.take(2)
        var count = UInt64(try reader.little(UInt16.self))
        var size = UInt64(try reader.little(UInt32.self))
        var start = UInt64(try reader.little(UInt32.self))
        if volumes == 0xFFFF_FFFF || count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF,
            var wide = try Self.wideRecord(bytes, before: end)
        {
            count = try wide.little()
            size = try wide.little()
            start = try wide.little()
        } else if volumes != 0 {
            throw reader.fail(.unsupported("an archive of several volumes"), at: end)
        }
        guard start <= UInt64(end), size <= UInt64(end) - start, let count = Int(exactly: count)
        else {
            throw reader.fail(.malformed("the directory is outside the file"), at: end)
        }
        self.count = count
        range = Int(start)..<Int(start + size)
    }

    /// The 64-bit record's number of entries, where there is one, with size and place following.
    private static func wideRecord(_ bytes: [UInt8], before end: Int) throws(FormatError)
        -> ByteReader?
    {
        guard end >= 20 else { return nil }
        var locator = ByteReader(bytes, format: "zip", in: (end - 20)..<end)
        guard locator.skip("PK\u{6}\u{7}") else { return nil }
        _ = try locator.take(4)
        let place: UInt64 = try locator.little()
        guard let place = Int(exactly: place), place <= end - 20 else {
            throw locator.fail(.malformed("the 64-bit directory is outside the file"))
        }
        var record = ByteReader(bytes, format: "zip", in: place..<(end - 20))
        guard record.skip("PK\u{6}\u{6}") else {
            throw record.fail(.malformed("the 64-bit directory is damaged"))
        }
        _ = try record.take(28)
        return record
    }
}
