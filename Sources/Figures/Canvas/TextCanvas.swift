/// A canvas that writes down what is drawn: one line per call, numbers rounded to 0.01.
///
/// Text has fixed metrics (0.6 of the size per character, 1 for East Asian ones), so the list is
/// the same on every machine, with or without fonts.
public struct TextCanvas: Canvas {
    /// The lines written so far.
    public private(set) var lines: [String] = []
    private var depth = 0

    public init() {}

    /// All lines, with a line end after each.
    public var text: String { lines.map { $0 + "\n" }.joined() }

    public func width(of text: String, size: Double, weight: FontWeight) -> Double {
        text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? size : 0.6 * size) }
    }

    public mutating func fill(_ path: Path, with color: Color) {
        write("fill \(color.hexText) \(describe(path))")
    }

    public mutating func stroke(_ path: Path, with stroke: Stroke) {
        write("stroke \(describe(stroke)) \(describe(path))")
    }

    public mutating func draw(_ markers: Markers) {
        let outline = markers.outline.map { " outline \(describe($0))" } ?? ""
        write(
            "\(markers.shape.rawValue) \(number(markers.size)) \(markers.color.hexText)\(outline) "
                + markers.points.map(describe).joined(separator: " "))
    }

    public mutating func draw(_ text: String, at point: Point, style: TextStyle) {
        var words = [
            "text", "\"\(text)\"", describe(point), number(style.size), style.color.hexText,
            style.anchor.rawValue, style.baseline.rawValue,
        ]
        if style.weight != .regular { words.append(style.weight.rawValue) }
        if style.rotation != 0 { words.append("rotate " + number(style.rotation)) }
        write(words.joined(separator: " "))
    }

    public mutating func draw(
        _ image: PixelImage, in rect: Rect, interpolation: Interpolation
    ) {
        write(
            "image \(image.width)x\(image.height) \(interpolation.rawValue) \(describe(rect)) "
                + "pixels \(String(digest(image.bytes), radix: 16))")
    }

    public mutating func beginClip(_ rect: Rect) {
        write("clip \(describe(rect)) {")
        depth += 1
    }

    public mutating func endClip() { close() }

    public mutating func beginGroup(_ name: String) {
        write("\(name) {")
        depth += 1
    }

    public mutating func endGroup() { close() }

    private mutating func close() {
        depth -= 1
        write("}")
    }

    private mutating func write(_ line: String) {
        lines.append(String(repeating: "  ", count: max(0, depth)) + line)
    }

    private func number(_ value: Double) -> String {
        NumberText.trimmed(NumberText.fixed(value, decimals: 2, minus: "-"))
    }

    private func describe(_ point: Point) -> String { number(point.x) + "," + number(point.y) }

    private func describe(_ rect: Rect) -> String {
        "\(number(rect.x)),\(number(rect.y)) \(number(rect.width))x\(number(rect.height))"
    }

    private func describe(_ stroke: Stroke) -> String {
        let dashes = stroke.dashes.map(number).joined(separator: ",")
        return "\(stroke.color.hexText) \(number(stroke.width))"
            + (dashes.isEmpty ? "" : " dashed \(dashes)")
    }

    private func describe(_ path: Path) -> String {
        path.pieces.map { piece in
            let points = piece.points.map(describe).joined(separator: " ")
            return piece.isClosed ? "(\(points))" : points
        }.joined(separator: " | ")
    }

    /// FNV-1a: enough to see that pixels changed.
    private func digest(_ bytes: [UInt8]) -> UInt64 {
        var result: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { result = (result ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return result
    }
}
