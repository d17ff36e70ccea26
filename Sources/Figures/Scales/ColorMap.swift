/// A way from numbers between 0 and 1 to colours.
public struct ColorMap: Sendable, Equatable {
    /// What options call it.
    public let name: String
    /// What it is for, in a few words.
    public let summary: String
    /// 256 colours from 0 to 1.
    let table: [Color]

    /// A colour in OKLab terms at a place of the map.
    private struct Key {
        let place, lightness, chroma, hue: Double

        init(_ place: Double, _ lightness: Double, _ chroma: Double, _ hue: Double) {
            self.place = place
            self.lightness = lightness
            self.chroma = chroma
            self.hue = hue
        }
    }

    /// The colour at a fraction, which is clipped to 0…1.
    public func color(at fraction: Double) -> Color {
        table[clampedInt((fraction * 255).rounded(), 0...255)]
    }

    /// Every map, by the names that options use.
    public static let all = [sequential, heat, blues, diverging, gray]

    /// Lightness rises evenly, so that equal steps of data look equal, in print without colour too.
    public static let sequential = ColorMap(
        "sequential", "purple over green to yellow: amounts",
        [
            Key(0, 0.28, 0.12, 312), Key(0.25, 0.44, 0.11, 262), Key(0.5, 0.60, 0.10, 198),
            Key(0.75, 0.76, 0.15, 150), Key(1, 0.92, 0.18, 106),
        ])

    public static let heat = ColorMap(
        "heat", "black over red to pale yellow: intensities",
        [
            Key(0, 0.13, 0.03, 290), Key(0.25, 0.34, 0.14, 312), Key(0.5, 0.55, 0.19, 362),
            Key(0.75, 0.76, 0.15, 410), Key(1, 0.97, 0.06, 460),
        ])

    public static let blues = ColorMap(
        "blues", "white to dark blue: tables with printed values",
        [Key(0, 0.985, 0.006, 250), Key(0.5, 0.74, 0.10, 247), Key(1, 0.34, 0.11, 258)])

    /// The same for dark grounds, where amounts shine instead of darken.
    static let bluesOnDark = ColorMap(
        "blues", "dark to pale blue: tables with printed values",
        [Key(0, 0.26, 0.03, 255), Key(0.5, 0.52, 0.11, 252), Key(1, 0.90, 0.06, 240)])

    /// Two hues of equal weight on both sides of white.
    public static let diverging = ColorMap(
        "diverging", "blue over white to red: deviations from zero",
        [
            Key(0, 0.38, 0.13, 258), Key(0.25, 0.68, 0.11, 248), Key(0.5, 0.97, 0, 248),
            Key(0.5, 0.97, 0, 45), Key(0.75, 0.68, 0.14, 40), Key(1, 0.38, 0.15, 25),
        ])

    /// sRGB grey levels as they are: an image of 0…1 is shown as a photograph would be.
    public static let gray = ColorMap(
        name: "gray", summary: "black to white: images",
        table: (0...255).map { Color(Double($0) / 255, Double($0) / 255, Double($0) / 255) })

    /// The map of a name, or nil.
    public static func named(_ name: String) -> ColorMap? {
        all.first { $0.name == name }
    }

    private init(name: String, summary: String, table: [Color]) {
        self.name = name
        self.summary = summary
        self.table = table
    }

    /// A map through key colours, straight in lightness, chroma and hue between them.
    private init(_ name: String, _ summary: String, _ keys: [Key]) {
        let table = (0...255).map { index in
            let place = Double(index) / 255
            let upper = keys.firstIndex { $0.place >= place && $0.place > 0 } ?? keys.count - 1
            let (low, high) = (keys[upper - 1], keys[upper])
            let part = (place - low.place) / max(high.place - low.place, 1e-9)
            func between(_ key: KeyPath<Key, Double>) -> Double {
                low[keyPath: key] + (high[keyPath: key] - low[keyPath: key]) * part
            }
            return Color.oklch(between(\.lightness), between(\.chroma), between(\.hue))
        }
        self.init(name: name, summary: summary, table: table)
    }
}

/// A colour map stretched over a range of data.
struct ColorScale: Sendable, Equatable {
    let map: ColorMap
    let lower: Double
    let upper: Double

    /// Where a value lies between the ends, or nil if it is not finite.
    func fraction(_ value: Double) -> Double? {
        guard value.isDrawable else { return nil }
        return (value - lower) / (upper - lower)
    }

    func color(_ value: Double) -> Color? { fraction(value).map(map.color(at:)) }

    /// A scale over the finite values; symmetric about zero for the diverging map.
    static func covering(
        _ values: some Sequence<Double>, map: ColorMap, range: (Double, Double)? = nil
    ) -> ColorScale {
        if let range { return ColorScale(map: map, lower: range.0, upper: range.1) }
        guard var extent = Extent(values, .linear) else {
            return ColorScale(map: map, lower: 0, upper: 1)
        }
        if map == .diverging {
            let reach = max(extent.lower.magnitude, extent.upper.magnitude)
            extent = Extent(-reach, reach)
        }
        let scale = extent.scale(.linear, padding: 0)
        return ColorScale(map: map, lower: scale.lower, upper: scale.upper)
    }
}
