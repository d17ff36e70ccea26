/// Writes a zip archive in memory. Equal entries give equal bytes: the time is always 1980-01-01.
public struct ZipWriter {
    private var writer = ByteWriter()
    private var directory = ByteWriter()
    private var names: Set<String> = []

    public init() {}

    /// Adds a file.
    /// - Parameter deflate: compress it (stored if that does not make it smaller).
    /// - Throws: `duplicate`, `cannotWrite` for a name over 65535 bytes.
    public mutating func add(
        _ name: String, _ bytes: [UInt8], deflate: Bool = true
    ) throws(FormatError) {
        guard names.insert(name).inserted else {
            throw FormatError(format: "zip", .duplicate(name))
        }
        guard name.utf8.count <= Int(UInt16.max) else {
            throw FormatError(format: "zip", .cannotWrite("a name of an entry is too long"))
        }
        let compressed = deflate ? try Deflate.deflate(bytes, .raw, format: "zip") : bytes
        let isStored = compressed.count >= bytes.count
        let data = isStored ? bytes : compressed
        let offset = writer.bytes.count
        let fields = commonFields(name, bytes, storedSize: data.count, isStored: isStored)

        let local = wideField(
            [bytes.count, data.count], always: isWide(bytes.count) || isWide(data.count))
        writer.append("PK\u{3}\u{4}")
        writer.little(UInt16(local.isEmpty ? 20 : 45))
        writer.append(fields)
        writer.little(UInt16(local.count))
        writer.append(name)
        writer.append(local)
        writer.append(data)

        let central = wideField([bytes.count, data.count, offset], always: false)
        directory.append("PK\u{1}\u{2}")
        directory.little(UInt16(45))
        directory.little(UInt16(central.isEmpty ? 20 : 45))
        directory.append(fields)
        directory.little(UInt16(central.count))
        directory.append(repeatElement(0, count: 10))  // comment, volume, attributes
        directory.little(narrow(offset))
        directory.append(name)
        directory.append(central)
    }

    /// What the local header and the directory's record have in common: flags to the name's length.
    private func commonFields(
        _ name: String, _ bytes: [UInt8], storedSize: Int, isStored: Bool
    ) -> [UInt8] {
        var fields = ByteWriter()
        fields.little(UInt16(0x0800))  // the name is UTF-8
        fields.little(UInt16(isStored ? 0 : 8))
        fields.little(UInt32(0x0021_0000))  // 1980-01-01 00:00
        fields.little(Deflate.crc32(bytes, in: 0..<bytes.count))
        fields.little(narrow(storedSize))
        fields.little(narrow(bytes.count))
        fields.little(UInt16(name.utf8.count))
        return fields.bytes
    }

    /// The whole archive.
    public consuming func finish() -> [UInt8] {
        let start = writer.bytes.count
        let size = directory.bytes.count
        let count = names.count
        writer.append(directory.bytes)
        if isWide(start) || isWide(size) || count >= 0xFFFF {
            let place = writer.bytes.count
            writer.append("PK\u{6}\u{6}")
            writer.little(UInt64(44))
            writer.little(UInt16(45))
            writer.little(UInt16(45))
            writer.little(UInt64(0))
            for value in [count, count, size, start] { writer.little(UInt64(value)) }
            writer.append("PK\u{6}\u{7}")
            writer.little(UInt32(0))
            writer.little(UInt64(place))
            writer.little(UInt32(1))
        }
        writer.append("PK\u{5}\u{6}")
        writer.little(UInt32(0))
        writer.little(UInt16(min(count, 0xFFFF)))
        writer.little(UInt16(min(count, 0xFFFF)))
        writer.little(narrow(size))
        writer.little(narrow(start))
        writer.little(UInt16(0))
        return writer.bytes
    }

    private func isWide(_ value: Int) -> Bool { value >= 0xFFFF_FFFF }

    /// The 32-bit field: the number, or the mark that the 64-bit field has it.
    private func narrow(_ value: Int) -> UInt32 { isWide(value) ? .max : UInt32(value) }

    /// The 64-bit extra field of the numbers that do not fit, or of all; empty if all fit.
    private func wideField(_ values: [Int], always: Bool) -> [UInt8] {
        let wide = values.filter { always || isWide($0) }
        guard !wide.isEmpty else { return [] }
        var field = ByteWriter()
        field.little(UInt16(1))
        field.little(UInt16(wide.count * 8))
        for value in wide { field.little(UInt64(value)) }
        return field.bytes
    }
}

extension DataFormat {
    public static let zip = DataFormat(
        name: "zip", reader: nil, extensions: ["zip", "whl"],
        documentation: "An archive of files, stored or deflated.",
        read: { bytes throws(FormatError) in
            let archive = try ZipArchive(bytes)
            var files: [NamedBytes] = []
            for entry in archive.entries where !entry.isFolder {
                files.append(NamedBytes(entry.name, try archive.contents(of: entry)))
            }
            return .files(files)
        },
        write: { value throws(FormatError) in
            guard case .files(let files) = value else {
                throw unfitting("zip", needs: "a list of files")
            }
            var writer = ZipWriter()
            for file in files { try writer.add(file.name, file.bytes) }
            return writer.finish()
        })
}
