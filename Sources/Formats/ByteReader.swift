/// A position in bytes that only moves inside them. Whatever would pass the end throws.
struct ByteReader {
    let bytes: [UInt8]
    let format: String
    private(set) var position: Int
    /// One past the last byte that may be read.
    let end: Int

    /// - Precondition: the range lies in the bytes: callers pass one that they have checked.
    init(_ bytes: [UInt8], format: String, in range: Range<Int>? = nil) {
        self.bytes = bytes
        self.format = format
        self.position = range?.lowerBound ?? 0
        self.end = range?.upperBound ?? bytes.count
    }

    var remaining: Int { end - position }

    func fail(_ problem: FormatError.Problem, at offset: Int? = nil) -> FormatError {
        FormatError(format: format, place: .byte(offset ?? position), problem)
    }

    /// The next byte, which stays.
    var peek: UInt8? { position < end ? bytes[position] : nil }

    /// Moves over `count` bytes and says where they are.
    mutating func take(_ count: Int) throws(FormatError) -> Range<Int> {
        guard count >= 0, count <= remaining else {
            throw fail(.truncated(needed: count, available: remaining))
        }
        defer { position += count }
        return position..<(position + count)
    }

    mutating func byte() throws(FormatError) -> UInt8 { bytes[try take(1).lowerBound] }

    /// The next bytes as an unsigned number, least significant first.
    mutating func little<Number: FixedWidthInteger>(
        _: Number.Type = Number.self
    ) throws(FormatError) -> Number {
        let range = try take(MemoryLayout<Number>.size)
        return range.reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: bytes[$1]) }
    }

    /// The next bytes as an unsigned number, most significant first.
    mutating func big<Number: FixedWidthInteger>(
        _: Number.Type = Number.self
    ) throws(FormatError) -> Number {
        let range = try take(MemoryLayout<Number>.size)
        return range.reduce(0) { $0 << 8 | Number(truncatingIfNeeded: bytes[$1]) }
    }

    /// Moves over the bytes of an ASCII text if they are next.
    mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard count <= remaining else { return false }
        let matches = text.withUTF8Buffer { expected in
            (0..<count).allSatisfy { expected[$0] == bytes[position + $0] }
        }
        if matches { position += count }
        return matches
    }

    /// Goes to a place inside the range.
    mutating func seek(_ offset: Int) throws(FormatError) {
        guard offset >= 0, offset <= end else {
            throw fail(.truncated(needed: offset - position, available: remaining))
        }
        position = offset
    }
}

/// Bytes under construction.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }
    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
    mutating func little(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
    mutating func big(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
    mutating func append(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }
    mutating func pad(toMultipleOf unit: Int, with filler: UInt8) {
        while bytes.count % unit != 0 { bytes.append(filler) }
    }
}
