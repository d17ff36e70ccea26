import CZlib

/// Chunks of PNG files: where texts and the resolution are stored.
/// - Source: W3C, "Portable Network Graphics (PNG) Specification", 5.3, 11.3.
public enum PNGChunks {
    /// Length of signature and header chunk, after which other chunks may stand.
    private static let headerLength = 33

    /// The file with texts and its resolution added after the header.
    static func inserting(
        _ metadata: [(key: String, value: String)], dpi: Double, into png: [UInt8]
    ) -> [UInt8] {
        guard png.count >= headerLength else { return png }
        let perMeter = UInt32((dpi / 0.0254).rounded())
        var result = Array(png[..<headerLength])
        result += chunk("pHYs", bigEndian(perMeter) + bigEndian(perMeter) + [1])
        for entry in metadata { result += text(entry.key, entry.value) }
        return result + png[headerLength...]
    }

    /// Keys and values of all texts of a file, in their order; none if it is not a PNG file.
    public static func texts(of png: [UInt8]) -> [(key: String, value: String)] {
        var result: [(key: String, value: String)] = []
        var position = 8
        while position + 12 <= png.count {
            let length = png[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= png.count - position - 12 else { break }
            let type = String(decoding: png[position + 4..<position + 8], as: UTF8.self)
            let data = png[position + 8..<position + 8 + length]
            if let end = data.firstIndex(of: 0), type == "tEXt" || type == "iTXt" {
                // After the key of an iTXt: two flags, language and translated key, each ended.
                var value = data[(end + 1)...]
                if type == "iTXt" {
                    value = value.dropFirst(2)
                    for _ in 0..<2 { value = value.drop { $0 != 0 }.dropFirst() }
                }
                result.append(
                    (
                        String(decoding: data[..<end], as: UTF8.self),
                        String(decoding: value, as: UTF8.self)
                    ))
            }
            position += 12 + length
        }
        return result
    }

    /// A `tEXt` chunk, or `iTXt` for text beyond ASCII.
    private static func text(_ key: String, _ value: String) -> [UInt8] {
        let keyword = Array(
            key.unicodeScalars.filter { (33...126).contains($0.value) || $0 == " " }
                .prefix(79).map { UInt8($0.value) })
        let body = value.utf8.filter { $0 != 0 }
        let name = keyword.isEmpty ? Array("Comment".utf8) : keyword
        if body.allSatisfy({ $0 < 128 }) { return chunk("tEXt", name + [0] + body) }
        return chunk("iTXt", name + [0, 0, 0, 0, 0] + body)
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let checked = Array(type.utf8) + data
        let sum = crc32(0, checked, UInt32(checked.count))
        return bigEndian(UInt32(data.count)) + checked + bigEndian(UInt32(truncatingIfNeeded: sum))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8((value >> $0) & 255) }
    }
}
