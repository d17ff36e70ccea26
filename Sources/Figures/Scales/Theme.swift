/// Colours and line widths of everything that is not data.
public struct Theme: Sendable, Equatable {
    /// What the option `theme` calls it.
    public let name: String
    public let background: Color
    /// Titles and axis labels.
    public let text: Color
    /// Tick labels and other lesser text.
    public let faintText: Color
    public let axis: Color
    public let grid: Color
    /// Colours of series and classes, in this order; safe for the common kinds of colour blindness
    /// in the first eight.
    public let palette: [Color]

    /// Every theme.
    public static let all = [light, dark]

    /// For paper and white pages.
    public static let light = Theme(
        name: "light", background: .white, text: Color(hex: 0x1A1A1A),
        faintText: Color(hex: 0x3D3D3D), axis: Color(hex: 0x4A4A4A), grid: Color(hex: 0xE7E7E7),
        palette: [
            0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x555555, 0x7B4FA3,
            0x8C5A2B, 0xA89B00,
        ].map(Color.init(hex:)))

    /// For dark pages and slides.
    public static let dark = Theme(
        name: "dark", background: Color(hex: 0x16181C), text: Color(hex: 0xECECEC),
        faintText: Color(hex: 0xC4C6CA), axis: Color(hex: 0x9A9DA3), grid: Color(hex: 0x2C3036),
        palette: [
            0x4DA6E0, 0xFF8A4C, 0x35C79A, 0xE29BC4, 0xF5B83D, 0x9ADAF8, 0xB8B8B8, 0xB48BDB,
            0xC79A6B, 0xDCCF4A,
        ].map(Color.init(hex:)))

    /// The theme of a name, or nil.
    public static func named(_ name: String) -> Theme? {
        all.first { $0.name == name }
    }

    var isDark: Bool { background.luminance < 0.2 }

    /// The colour of a series or class; they repeat after the last.
    func series(_ index: Int) -> Color {
        let count = palette.count
        return palette[((index % count) + count) % count]
    }

    /// A map for this theme: the one that begins at paper white begins at the dark ground here.
    func adapted(_ map: ColorMap) -> ColorMap {
        isDark && map == .blues ? .bluesOnDark : map
    }
}

/// Font sizes, line widths and distances, in CSS pixels.
enum Metrics {
    static let titleSize = 13.5
    static let labelSize = 12.0
    static let tickSize = 10.5
    static let legendSize = 11.0
    static let lineWidth = 1.6
    static let axisWidth = 0.9
    static let gridWidth = 0.7
    static let tickLength = 4.0
    static let minorTickLength = 2.2
    static let tickGap = 3.0
    static let labelGap = 7.5
    static let outerMargin = 8.0
    static let colorBarWidth = 12.0
    static let colorBarGap = 10.0
    static let markerSize = 5.0
    /// CSS pixels in a point of 1/72 inch, the unit in which users give sizes of markers.
    static let pixelsPerPoint = 96.0 / 72
}
