/// gzip files, also of several members, and dictionaries (`.dict.dz`), which are gzip files.
/// - Source: RFC 1952.
public enum Gzip {
    /// The most bytes that a gzip file may hold unless the caller says otherwise: 2 GiB.
    public static let defaultLimit = 2 << 30

    /// Whether the bytes begin as a gzip file does.
    public static func isCompressed(_ bytes: [UInt8]) -> Bool {
        begins(bytes, at: 0, end: bytes.count)
    }

    /// The contents of a gzip file, other bytes as they are: for formats that are stored either way.
    /// - Throws: as `decompress`.
    public static func unwrapped(_ bytes: [UInt8]) throws(FormatError) -> [UInt8] {
        isCompressed(bytes) ? try decompress(bytes) : bytes
    }

    /// Whether a member begins at this place.
    static func begins(_ bytes: [UInt8], at position: Int, end: Int) -> Bool {
        end - position > 2 && bytes[position] == 0x1F && bytes[position + 1] == 0x8B
    }

    /// The contents, with the check sums verified.
    ///
    /// Output beyond 64 MiB must not be more than 250 times the input, which only a bomb is.
    /// - Throws: `notThisFormat`, `truncated`, `malformed`, `tooBig`, `excess` (bytes after the
    ///   last member other than zeros).
    public static func decompress(
        _ bytes: [UInt8], limit: Int = defaultLimit
    ) throws(FormatError) -> [UInt8] {
        guard isCompressed(bytes) else {
            throw FormatError(
                format: "gzip", place: .byte(0), .notThisFormat(expected: "\\x1f\\x8b"))
        }
        let bound = Deflate.Limit(bytes: min(limit, Deflate.memoryLeft), ratio: 250)
        let inflated = try Deflate.inflate(
            bytes, in: 0..<bytes.count, .gzip, limit: bound, format: "gzip")
        guard bytes[inflated.inputEnd...].allSatisfy({ $0 == 0 }) else {
            throw FormatError(
                format: "gzip", place: .byte(inflated.inputEnd),
                .excess(bytes: bytes.count - inflated.inputEnd))
        }
        return inflated.output
    }

    /// One member without name and time, so that equal contents give equal files.
    /// - Throws: `system` if zlib has no memory.
    public static func compress(_ bytes: [UInt8]) throws(FormatError) -> [UInt8] {
        try Deflate.deflate(bytes, .gzip, format: "gzip")
    }
}

extension DataFormat {
    public static let gzip = DataFormat(
        name: "gzip", reader: nil, extensions: ["gz", "dz"],
        documentation: "A compressed file. Files such as .csv.gz are read as what is inside.",
        read: { bytes throws(FormatError) in .files([NamedBytes("", try Gzip.decompress(bytes))]) },
        write: { value throws(FormatError) in
            guard case .files(let files) = value, files.count == 1 else {
                throw unfitting("gzip", needs: "one file")
            }
            return try Gzip.compress(files[0].bytes)
        })
}
