/// What text needs to be laid out: how wide it is. Heights follow from the font size alone
/// (``TextStyle/ascent``), so that a layout depends on a font in one number only.
public protocol TextMeasurer {
    /// The width in CSS pixels of one line of text.
    func width(of text: String, size: Double, weight: FontWeight) -> Double
}

/// A surface that figures draw on, in CSS pixels, `y` downwards.
///
/// Two implementations: ``TextCanvas`` writes a display list for tests, and `Drawing` has one on
/// Cairo. Calls of `begin…` and `end…` are balanced.
public protocol Canvas: TextMeasurer {
    /// Fills the inside (non-zero winding) of a path; open pieces are closed.
    mutating func fill(_ path: Path, with color: Color)

    /// Draws along a path.
    mutating func stroke(_ path: Path, with stroke: Stroke)

    /// Draws one marker at each of several places.
    mutating func draw(_ markers: Markers)

    /// Draws one line of text.
    mutating func draw(_ text: String, at point: Point, style: TextStyle)

    /// Stretches an image over a rectangle.
    mutating func draw(_ image: PixelImage, in rect: Rect, interpolation: Interpolation)

    /// Limits what follows to a rectangle, until `endClip()`.
    mutating func beginClip(_ rect: Rect)
    mutating func endClip()

    /// Names what follows, until `endGroup()`. It changes nothing that is visible.
    mutating func beginGroup(_ name: String)
    mutating func endGroup()
}

/// The line that a path is drawn with. Lengths are CSS pixels.
public struct Stroke: Hashable, Sendable {
    public var color: Color
    public var width: Double
    /// Lengths of dashes and gaps in turn; empty for a solid line.
    public var dashes: [Double]

    public init(_ color: Color, width: Double, dashes: [Double] = []) {
        self.color = color
        self.width = width
        self.dashes = dashes
    }
}

/// The shapes that mark a point.
public enum MarkerShape: String, CaseIterable, Sendable {
    case circle, square, triangle, diamond, cross, plus, triangleDown, star
}

/// Several markers of one shape, size and colour.
public struct Markers: Hashable, Sendable {
    public var points: [Point]
    public var shape: MarkerShape
    /// Diameter in CSS pixels.
    public var size: Double
    public var color: Color
    /// A thin line around filled shapes.
    public var outline: Stroke?

    public init(
        _ points: [Point], shape: MarkerShape, size: Double, color: Color, outline: Stroke? = nil
    ) {
        self.points = points
        self.shape = shape
        self.size = size
        self.color = color
        self.outline = outline
    }
}

public enum FontWeight: String, Hashable, Sendable {
    case regular, bold
}

/// How one line of text is set.
public struct TextStyle: Hashable, Sendable {
    /// Which part of the line lies at the given place, along the line.
    public enum Anchor: String, Hashable, Sendable {
        case start, middle, end
    }

    /// Which height of the line lies at the given place. `center` centres capital letters.
    public enum Baseline: String, Hashable, Sendable {
        case top, center, baseline, bottom
    }

    /// Font size in CSS pixels.
    public var size: Double
    public var color: Color
    public var weight: FontWeight
    public var anchor: Anchor
    public var baseline: Baseline
    /// Degrees, counter-clockwise, about the given place.
    public var rotation: Double

    public init(
        size: Double, color: Color, weight: FontWeight = .regular, anchor: Anchor = .start,
        baseline: Baseline = .baseline, rotation: Double = 0
    ) {
        self.size = size
        self.color = color
        self.weight = weight
        self.anchor = anchor
        self.baseline = baseline
        self.rotation = rotation
    }

    /// Height above the baseline, as a part of the font size (DejaVu Sans).
    public static let ascent = 0.93
    /// Depth below the baseline, as a part of the font size (DejaVu Sans).
    public static let descent = 0.24
    /// Height of capital letters, as a part of the font size (DejaVu Sans).
    public static let capHeight = 0.73

    /// How far the baseline lies below the given place, in CSS pixels.
    public var baselineOffset: Double {
        switch baseline {
        case .top: size * TextStyle.ascent
        case .center: size * TextStyle.capHeight / 2
        case .baseline: 0
        case .bottom: -size * TextStyle.descent
        }
    }

    /// How far the text starts to the left of the given place, for a line of this width.
    public func startOffset(width: Double) -> Double {
        switch anchor {
        case .start: 0
        case .middle: width / 2
        case .end: width
        }
    }
}

/// How pixels become larger: as squares, or smoothly.
public enum Interpolation: String, Hashable, Sendable {
    case nearest, smooth
}

/// An image of RGBA bytes, rows from the top, alpha not multiplied in.
public struct PixelImage: Hashable, Sendable {
    public let width: Int
    public let height: Int
    /// `4 * width * height` bytes.
    public internal(set) var bytes: [UInt8]

    /// An image of one colour.
    public init(width: Int, height: Int, filledWith color: Color = .clear) {
        self.width = max(0, width)
        self.height = max(0, height)
        let pixel = color.bytes
        bytes = []
        bytes.reserveCapacity(4 * self.width * self.height)
        for _ in 0..<self.width * self.height { bytes.append(contentsOf: pixel) }
    }

    /// An image of given bytes, or nil if their number is not `4 * width * height`.
    public init?(width: Int, height: Int, bytes: [UInt8]) {
        guard width >= 0, height >= 0 else { return nil }
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, bytes.count % 4 == 0, bytes.count / 4 == area else { return nil }
        self.width = width
        self.height = height
        self.bytes = bytes
    }

    /// Sets one pixel; outside the image nothing happens.
    mutating func set(_ column: Int, _ row: Int, _ color: Color) {
        guard column >= 0, column < width, row >= 0, row < height else { return }
        let start = 4 * (row * width + column)
        let pixel = color.bytes
        for channel in 0..<4 { bytes[start + channel] = pixel[channel] }
    }
}

extension Canvas {
    mutating func group(_ name: String, _ body: (inout Self) -> Void) {
        beginGroup(name)
        body(&self)
        endGroup()
    }

    mutating func clip(to rect: Rect, _ body: (inout Self) -> Void) {
        beginClip(rect)
        body(&self)
        endClip()
    }

    mutating func line(_ from: Point, _ to: Point, _ stroke: Stroke) {
        self.stroke(.line([from, to]), with: stroke)
    }
}
