import Figures

/// An image as sixels: bands of six rows, drawn once for each colour.
struct Sixels {
    private let width: Int
    private let height: Int
    /// A palette index for each pixel.
    private let pixels: [UInt8]
    /// Colours as 15 bits, most frequent first.
    private let palette: [Int]

    /// Counts colours of 5 bits for each channel, keeps the 255 most frequent, and takes the
    /// nearest of them for the others. Figures consist of few colours and their mixtures.
    init(_ image: PixelImage) {
        width = image.width
        height = image.height
        let colors = (0..<image.width * image.height).map { index in
            Sixels.reduced(image.bytes[4 * index..<4 * index + 4])
        }
        var counts = [Int](repeating: 0, count: 1 << 15)
        for color in colors { counts[color] += 1 }
        let used = counts.indices.filter { counts[$0] > 0 }
            .sorted { (counts[$0], $1) > (counts[$1], $0) }
        let palette = Array(used.prefix(255))
        var places = [UInt8](repeating: 0, count: 1 << 15)
        for color in used {
            let nearest = palette.indices.min {
                Sixels.distance(palette[$0], color) < Sixels.distance(palette[$1], color)
            }
            places[color] = UInt8(nearest ?? 0)
        }
        self.palette = palette
        pixels = colors.map { places[$0] }
    }

    /// Five bits for each channel, over white where the image is clear.
    private static func reduced(_ bytes: ArraySlice<UInt8>) -> Int {
        let start = bytes.startIndex
        let alpha = Int(bytes[start + 3])
        return (0..<3).reduce(0) { word, channel in
            let value = (Int(bytes[start + channel]) * alpha + 255 * (255 - alpha)) / 255
            return word << 5 | value >> 3
        }
    }

    private static func distance(_ a: Int, _ b: Int) -> Int {
        [10, 5, 0].reduce(0) { sum, shift in
            let difference = (a >> shift & 31) - (b >> shift & 31)
            return sum + difference * difference
        }
    }

    var text: String {
        var result = "\u{1B}Pq\"1;1;\(width);\(height)"
        for (index, color) in palette.enumerated() {
            let parts = [10, 5, 0].map { String((color >> $0 & 31) * 100 / 31) }
            result += "#\(index);2;" + parts.joined(separator: ";")
        }
        for top in stride(from: 0, to: height, by: 6) { result += band(top) + "-" }
        return result + "\u{1B}\\"
    }

    private func band(_ top: Int) -> String {
        let rows = min(6, height - top)
        var bits: [UInt8: [UInt8]] = [:]
        for row in 0..<rows {
            for column in 0..<width {
                let color = pixels[(top + row) * width + column]
                bits[color, default: Array(repeating: 0, count: width)][column] |= 1 << UInt8(row)
            }
        }
        return bits.sorted { $0.key < $1.key }
            .map { "#\($0.key)" + Sixels.compressed($0.value) }.joined(separator: "$")
    }

    /// Sixel characters, runs of more than three shortened.
    private static func compressed(_ bits: [UInt8]) -> String {
        var result = ""
        var start = 0
        while start < bits.count {
            var end = start + 1
            while end < bits.count, bits[end] == bits[start] { end += 1 }
            let character = String(UnicodeScalar(63 + bits[start]))
            result +=
                end - start > 3
                ? "!\(end - start)\(character)" : String(repeating: character, count: end - start)
            start = end
        }
        return result
    }
}
