/// A plot with everything decided that does not depend on where it stands: scales, ticks, colours,
/// legend, and the margins that these need.
struct PreparedPanel: Sendable {
    let panel: Panel
    let theme: Theme
    let x: Scale
    let y: Scale
    var xLabels = TickLabels.none
    var yLabels = TickLabels.none
    /// One for each layer.
    let colors: [Color]
    var titleLines: [String] = []
    var legend = Legend(entries: [], placement: .none)
    var colorBar: PreparedColorBar?
    var margins = Insets()
    /// Whether there is room above the axis for a power of ten.
    private(set) var hasFactorLine = false

    var axes: AxesOptions { panel.axes }

    /// Decides all for a plot of about this size, margins included.
    init(_ panel: Panel, size: Size, theme: Theme, _ measurer: some TextMeasurer) {
        self.panel = panel
        self.theme = theme
        x = panel.scale(.x)
        y = panel.scale(.y)
        colors = panel.colors(theme)
        var inner = Size(
            width: max(20, size.width - 50), height: max(20, size.height - 60))
        if axes.isVisible {
            let limit = min(150, size.width * 0.33)
            yLabels = labels(.y, length: inner.height, limit: limit, measurer)
            inner.width = max(20, inner.width - yLabels.width)
            if axes.hasEqualUnits {
                let aspect = max(1e-3, min((x.upper - x.lower) / (y.upper - y.lower), 1e3))
                inner.width = max(20, min(inner.width, inner.height * aspect))
                inner.height = max(20, min(inner.height, inner.width / aspect))
                yLabels = labels(.y, length: inner.height, limit: limit, measurer)
            }
            xLabels = labels(.x, length: inner.width, limit: limit, measurer)
        }
        if let title = axes.title {
            titleLines = Lines.wrapped(
                title, width: size.width * (axes.isVisible ? 0.86 : 1), size: axes.titleSize,
                limit: 3, measurer)
        }
        let bar = panel.layers.lazy.compactMap { $0.colorBar(theme) }.first
        colorBar = bar.map { PreparedColorBar($0, height: inner.height, measurer) }
        let entries = zip(panel.layers, colors).flatMap { $0.legendEntries($1, theme) }
        hasFactorLine = yLabels.ticks.common != nil
        margins = ownMargins()
        // The name of the axis already says what a single line is.
        let isNamed = entries.count == 1 && axes.yLabel?.hasPrefix(entries[0].label) == true
        legend = Legend(entries: entries, placement: isNamed ? .none : axes.legend)
        let area = PlotArea(
            rect: Rect(x: 0, y: 0, width: size.width, height: size.height).inset(by: margins),
            x: x, y: y, isYDown: axes.isYDown)
        legend.decide(
            in: area, obstacles: panel.layers.flatMap { $0.obstacles(in: area) }, measurer)
        margins.right += legend.rightMargin
        margins.bottom += legend.bottomMargin
    }

    private func labels(
        _ axis: Axis, length: Double, limit: Double, _ measurer: some TextMeasurer
    ) -> TickLabels {
        let names = axis == .x ? axes.xCategories : axes.yCategories
        if let names {
            return .categories(names, length: length, axis: axis, limit: limit, measurer)
        }
        // Equal units have equal ticks: as far apart as the wider labels of `x` need.
        return .numbers(
            axis == .x ? x : y, length: length, axis: axes.hasEqualUnits ? .x : axis,
            integersOnly: axis == .x && axes.hasIntegerX, measurer)
    }

    private static let factorLine = Metrics.tickSize + 6

    /// Moves the title as far up as a neighbour's, which has a power of ten below it.
    mutating func addFactorLine() {
        guard axes.isVisible, !hasFactorLine, !titleLines.isEmpty else { return }
        hasFactorLine = true
        margins.top += PreparedPanel.factorLine - 5
    }

    /// The margins without the legend.
    private func ownMargins() -> Insets {
        var result = Insets()
        if !titleLines.isEmpty {
            result.top +=
                Double(titleLines.count) * axes.titleSize * 1.25
                + (axes.isVisible ? 7 : 3)
        }
        if let colorBar { result.right += colorBar.width }
        guard axes.isVisible else { return result }
        result.top += hasFactorLine ? PreparedPanel.factorLine : 5
        let toLabel = (axes.hasTicks ? Metrics.tickLength : 1) + Metrics.tickGap
        let labelHeight = Metrics.labelSize * 1.2 + Metrics.labelGap
        result.left = toLabel + yLabels.width + (axes.yLabel == nil ? 0 : labelHeight)
        result.bottom = toLabel + xLabels.depth + (axes.xLabel == nil ? 0 : labelHeight)
        if xLabels.ticks.common != nil, axes.xLabel == nil {
            result.bottom += Metrics.tickSize * 1.2
        }
        // Half of the last label reaches out to the right.
        result.right = max(result.right, xLabels.rotation == 0 ? min(xLabels.width / 2, 24) : 6)
        // A slanted label of the first place reaches out to the left of the axis.
        if xLabels.rotation != 0 { result.left = max(result.left, xLabels.depth * 0.6) }
        return result
    }

    /// The plot itself inside its margins, smaller where units must be equal on both axes.
    func area(in rect: Rect) -> PlotArea {
        var area = rect
        if axes.hasEqualUnits, area.width > 0, area.height > 0 {
            let aspect = (x.upper - x.lower) / (y.upper - y.lower)
            let width = min(area.width, area.height * aspect)
            let height = min(area.height, area.width / aspect)
            if width > 1, height > 1 {
                area = Rect(
                    x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2,
                    width: width, height: height)
            }
        }
        return PlotArea(rect: area, x: x, y: y, isYDown: axes.isYDown)
    }
}

extension Panel {
    /// The scale that the options, or else the data of all layers, ask for.
    func scale(_ axis: Axis) -> Scale {
        let kind = axis == .x ? axes.xKind : axes.yKind
        if let range = axis == .x ? axes.xRange : axes.yRange {
            return Scale(kind, range[0], range[1])
        }
        let names = axis == .x ? axes.xCategories : axes.yCategories
        var extent: Extent?
        if let names, kind == .linear {
            extent = Extent(-0.5, Double(max(1, names.count)) - 0.5, pads: false)
        }
        for layer in layers {
            guard let next = layer.extent(axis, kind) else { continue }
            extent = extent?.union(next) ?? next
        }
        return extent?.scale(kind) ?? Extent.emptyScale(kind)
    }

    /// The colour of each layer: given, that of the one before, or the next of the palette.
    func colors(_ theme: Theme) -> [Color] {
        var next = 0
        var previous: Color?
        return layers.map { layer in
            switch layer.colorSource {
            case .fixed(let color): previous = color
            case .none: return theme.text
            case .previous where previous != nil: break
            case .previous, .next:
                previous = theme.series(next)
                next += 1
            }
            return previous ?? theme.text
        }
    }
}
