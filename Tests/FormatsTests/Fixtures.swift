import Tensors

@testable import Formats

/// PNG files put together chunk by chunk, also wrong ones.
enum PNGFixture {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    static func big(_ number: Int) -> [UInt8] {
        (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + data
        return big(data.count) + body + big(Int(Deflate.crc32(body, in: 0..<body.count)))
    }

    /// - Parameter rows: the bytes of the rows, each after its filter byte.
    static func picture(
        width: Int, height: Int, depth: UInt8, colour: UInt8, chunks: [(String, [UInt8])] = [],
        rows: [UInt8]
    ) -> [UInt8] {
        let header = big(width) + big(height) + [depth, colour, 0, 0, 0]
        return signature + chunk("IHDR", header) + chunks.flatMap { chunk($0.0, $0.1) }
            + chunk("IDAT", zlibStored(rows)) + chunk("IEND", [])
    }

    /// A zlib stream with one stored block (RFC 1950 and 1951).
    private static func zlibStored(_ bytes: [UInt8]) -> [UInt8] {
        let count = bytes.count
        let low = UInt8(truncatingIfNeeded: count)
        let high = UInt8(truncatingIfNeeded: count >> 8)
        var a = 1
        var b = 0
        for byte in bytes {
            a = (a + Int(byte)) % 65521
            b = (b + a) % 65521
        }
        return [0x78, 0x01, 1, low, high, ~low, ~high] + bytes + big(b << 16 | a)
    }

    /// The same file with the check sums of all chunks made right, so that damage gets past them.
    static func withChecksums(_ file: [UInt8]) -> [UInt8] {
        var result = file
        var place = 8
        while place + 12 <= result.count {
            let length = (0..<4).reduce(0) { $0 << 8 | Int(result[place + $1]) }
            guard length <= result.count - place - 12 else { break }
            let end = place + 8 + length
            result.replaceSubrange(
                end..<(end + 4), with: big(Int(Deflate.crc32(result, in: (place + 4)..<end))))
            place = end + 4
        }
        return result
    }
}
