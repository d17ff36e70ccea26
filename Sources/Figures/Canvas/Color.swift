/// A colour of the sRGB space; all four numbers from 0 to 1.
public struct Color: Hashable, Sendable {
    public var red: Double
    public var green: Double
    public var blue: Double
    public var alpha: Double

    public init(_ red: Double, _ green: Double, _ blue: Double, alpha: Double = 1) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    /// A colour from `0xRRGGBB`.
    public init(hex: Int) {
        self.init(
            Double((hex >> 16) & 255) / 255, Double((hex >> 8) & 255) / 255,
            Double(hex & 255) / 255)
    }

    /// A colour from its name (``names``), `#rgb` or `#rrggbb`; nil if it is none of these.
    public init?(_ text: String) {
        if let hex = Color.names[text.lowercased()] {
            self.init(hex: hex)
            return
        }
        guard text.first == "#", let value = Int(text.dropFirst(), radix: 16) else { return nil }
        let digits = text.count - 1
        guard text.dropFirst().allSatisfy(\.isHexDigit) else { return nil }
        switch digits {
        case 6: self.init(hex: value)
        case 3:
            let (r, g, b) = (value >> 8, (value >> 4) & 15, value & 15)
            self.init(hex: (r * 17) << 16 | (g * 17) << 8 | b * 17)
        default: return nil
        }
    }

    /// The names that text may use; the hues are those of the colour-blind-safe palette.
    public static let names: [String: Int] = [
        "black": 0x000000, "white": 0xFFFFFF, "gray": 0x7F7F7F, "grey": 0x7F7F7F,
        "blue": 0x0072B2, "orange": 0xE69F00, "green": 0x009E73, "red": 0xD5432E,
        "purple": 0x8E4FA8, "pink": 0xCC79A7, "sky": 0x56B4E9, "yellow": 0xD9C400,
        "brown": 0x8C5A2B, "cyan": 0x17A2B8, "magenta": 0xC2359A, "navy": 0x26356E,
        "olive": 0x7A7A1F, "teal": 0x1B7F7A,
    ]

    public static let clear = Color(0, 0, 0, alpha: 0)
    public static let white = Color(1, 1, 1)
    public static let black = Color(0, 0, 0)

    /// This colour, its opacity multiplied by a number from 0 to 1.
    public func opacity(_ factor: Double) -> Color {
        Color(red, green, blue, alpha: alpha * factor)
    }

    /// Red, green, blue and alpha from 0 to 255.
    public var bytes: [UInt8] {
        [red, green, blue, alpha].map { UInt8(clampedInt(($0 * 255).rounded(), 0...255)) }
    }

    /// `#rrggbb`, with two more digits unless opaque.
    public var hexText: String {
        let used = alpha >= 1 ? bytes.dropLast() : bytes[...]
        return "#" + used.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Relative luminance, from 0 (black) to 1 (white).
    /// - Source: WCAG 2.1, definition of relative luminance.
    public var luminance: Double {
        0.2126 * Color.linear(red) + 0.7152 * Color.linear(green) + 0.0722 * Color.linear(blue)
    }

    /// Black or white, whichever is easier to read on this colour.
    var readableInk: Color {
        // Contrast with white is 1.05 / (L + 0.05), with black (L + 0.05) / 0.05; equal at 0.179.
        luminance > 0.179 ? .black : .white
    }

    /// A mixture in sRGB: 0 gives this colour, 1 the other.
    func mixed(with other: Color, _ part: Double) -> Color {
        Color(
            red + (other.red - red) * part, green + (other.green - green) * part,
            blue + (other.blue - blue) * part, alpha: alpha + (other.alpha - alpha) * part)
    }

    /// The colour of given OKLab lightness (0…1), chroma and hue (degrees), clipped to sRGB.
    ///
    /// - Source: B. Ottosson, "A perceptual color space for image processing", 2020.
    static func oklch(_ lightness: Double, _ chroma: Double, _ hue: Double) -> Color {
        let a = chroma * cosine(hue * .pi / 180)
        let b = chroma * sine(hue * .pi / 180)
        let l = lightness + 0.3963377774 * a + 0.2158037573 * b
        let m = lightness - 0.1055613458 * a - 0.0638541728 * b
        let s = lightness - 0.0894841775 * a - 1.2914855480 * b
        let (l3, m3, s3) = (l * l * l, m * m * m, s * s * s)
        return Color(
            encoded(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3),
            encoded(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3),
            encoded(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.7076147010 * s3))
    }

    /// From an sRGB number to light. - Source: IEC 61966-2-1.
    private static func linear(_ x: Double) -> Double {
        x <= 0.04045 ? x / 12.92 : power((x + 0.055) / 1.055, 2.4)
    }

    /// From light to an sRGB number, clipped to 0…1. - Source: IEC 61966-2-1.
    private static func encoded(_ x: Double) -> Double {
        let light = min(max(x, 0), 1)
        return light <= 0.0031308 ? light * 12.92 : 1.055 * power(light, 1 / 2.4) - 0.055
    }
}
