/// A figure: one plot, or several of them laid out in rows and columns. An immutable value.
public struct Figure: Sendable {
    indirect enum Content: Sendable {
        case panel(Panel)
        case grid(Grid)
    }

    /// Figures in places of equal standing, row by row; a place may stay empty.
    struct Grid: Sendable {
        var rows: Int
        var columns: Int
        var cells: [Content?]
        var title: String?
        /// Distance between neighbours, in CSS pixels.
        var gap = Size(width: 18, height: 14)
        /// Whether the cells become smaller than they would be alone.
        var shrinks = true
    }

    var content: Content
    /// Width and height in CSS pixels where the user asked for them.
    var requestedWidth: Double?
    var requestedHeight: Double?
    var theme: Theme?

    init(_ content: Content) {
        self.content = content
    }

    init(_ panel: Panel) {
        content = .panel(panel)
    }

    /// This figure with another size in CSS pixels (96 to the inch); nil keeps what it has.
    public func sized(width: Double?, height: Double?) -> Figure {
        var result = self
        if let width { result.requestedWidth = Figure.limited(width) }
        if let height { result.requestedHeight = Figure.limited(height) }
        return result
    }

    /// This figure in another theme, also where a theme was given for it.
    public func themed(_ theme: Theme) -> Figure {
        var result = self
        result.theme = theme
        return result
    }

    /// This figure with a default theme, for those that name none.
    public func themedByDefault(_ theme: Theme) -> Figure {
        self.theme == nil ? themed(theme) : self
    }

    /// The theme that the figure is drawn in.
    public var resolvedTheme: Theme { theme ?? .light }

    /// Sizes that a page or an image file can have.
    static func limited(_ length: Double) -> Double {
        length.isNaN ? 100 : min(max(length, 16), 20_000)
    }

    /// The size in CSS pixels: as asked for, or fitting the content.
    public var size: Size {
        let natural = content.naturalSize
        switch (requestedWidth, requestedHeight) {
        case (let width?, let height?): return Size(width: width, height: height)
        case (let width?, nil):
            return Size(
                width: width,
                height: Figure.limited((natural.height * width / natural.width).rounded()))
        case (nil, let height?):
            return Size(width: natural.width, height: height)
        case (nil, nil): return natural
        }
    }
}

/// One plot: layers in common axes.
struct Panel: Sendable {
    var layers: [any Layer] = []
    var axes = AxesOptions()
}

/// What is fixed about the axes of a plot; the rest follows from the data.
struct AxesOptions: Sendable, Equatable {
    /// Where lines are drawn behind the data.
    enum GridLines: Sendable {
        case both, horizontal, vertical, none
    }

    var title: String?
    var xLabel: String?
    var yLabel: String?
    var xRange: [Double]?
    var yRange: [Double]?
    var xKind = Scale.Kind.linear
    var yKind = Scale.Kind.linear
    /// Names of the places 0, 1, 2 …
    var xCategories: [String]?
    var yCategories: [String]?
    var hasIntegerX = false
    var isYDown = false
    /// One unit of `x` is as long as one of `y`.
    var hasEqualUnits = false
    /// Axes, ticks and labels are drawn.
    var isVisible = true
    /// A frame all around instead of two axis lines.
    var isFramed = false
    /// Ticks without lines, as beside cells.
    var hasTicks = true
    var gridLines = GridLines.both
    var legend = LegendPlacement.automatic
    /// Width and height that suit the content, in CSS pixels, without those asked for.
    var naturalSize = Size(width: 560, height: 380)
    var titleSize = Metrics.titleSize
}

/// Where the legend stands.
enum LegendPlacement: String, CaseIterable, Sendable {
    case automatic = "auto"
    case topLeft, topRight, bottomLeft, bottomRight
    /// Outside, beside or below the axes.
    case right, below
    case none
}
