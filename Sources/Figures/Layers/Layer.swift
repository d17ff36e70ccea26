/// One drawn thing of a plot, holding its data: the geometry that marks are made of.
protocol Layer: Sendable {
    /// Whether the layer takes the next colour of the palette.
    var colorSource: ColorSource { get }
    /// The range of its data along an axis; nil if it has none.
    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent?
    /// What the legend says about it.
    func legendEntries(_ color: Color, _ theme: Theme) -> [LegendEntry]
    /// What the colour bar beside the plot shows.
    func colorBar(_ theme: Theme) -> ColorBar?
    /// Places that a legend should not cover.
    func obstacles(in area: PlotArea) -> [Point]
    func draw(_ context: LayerContext, on canvas: inout some Canvas)
}

extension Layer {
    func legendEntries(_ color: Color, _ theme: Theme) -> [LegendEntry] { [] }
    func colorBar(_ theme: Theme) -> ColorBar? { nil }
    func obstacles(in area: PlotArea) -> [Point] { [] }
}

enum Axis: Sendable {
    case x, y
}

/// Where the colour of a layer comes from.
enum ColorSource: Equatable, Sendable {
    /// The next colour of the palette.
    case next
    /// The colour of the layer before, as an error band has that of its line.
    case previous
    case fixed(Color)
    /// The layer brings its own colours, or is drawn in ink.
    case none
}

/// What a layer is drawn with.
struct LayerContext {
    let area: PlotArea
    let theme: Theme
    let color: Color
}

/// The rectangle of a plot and its two scales.
struct PlotArea {
    let rect: Rect
    let x: Scale
    let y: Scale
    /// Whether `y` grows downwards, as the rows of images do.
    let isYDown: Bool

    func horizontal(_ value: Double) -> Double? {
        x.fraction(value).map { rect.x + $0 * rect.width }
    }

    func vertical(_ value: Double) -> Double? {
        y.fraction(value).map { rect.y + (isYDown ? $0 : 1 - $0) * rect.height }
    }

    /// Where a pair lies on the page; nil if one of the numbers has no place on its scale.
    func point(_ x: Double, _ y: Double) -> Point? {
        guard let px = horizontal(x), let py = vertical(y) else { return nil }
        return Point(px, py)
    }

    /// The rectangle between two corners, limited to a little more than the plot.
    func rect(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double) -> Rect? {
        guard let a = point(x0, y0), let b = point(x1, y1) else { return nil }
        let bounds = rect.grown(by: 100)
        func limited(_ v: Double, _ low: Double, _ high: Double) -> Double {
            min(max(v, low), high)
        }
        let left = limited(min(a.x, b.x), bounds.x, bounds.right)
        let right = limited(max(a.x, b.x), bounds.x, bounds.right)
        let top = limited(min(a.y, b.y), bounds.y, bounds.bottom)
        let bottom = limited(max(a.y, b.y), bounds.y, bounds.bottom)
        return Rect(x: left, y: top, width: right - left, height: bottom - top)
    }
}

/// One line of a legend.
struct LegendEntry: Equatable, Sendable {
    /// A line, a marker, a filled square, or the first two together.
    var stroke: Stroke?
    var marker: MarkerShape?
    var swatch: Color?
    var color: Color
    var label: String
}

/// The strip beside a plot that tells what colours mean.
struct ColorBar: Equatable, Sendable {
    var scale: ColorScale
    /// Bounds of bands of one colour; empty for a smooth strip.
    var levels: [Double] = []
    var label: String?
}
