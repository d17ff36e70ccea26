/// A line across the whole plot at one value.
struct RuleLayer: Layer {
    var axis: Axis
    var value: Double
    var style = LineStyle()
    var label: String?
    var alpha = 1.0
    var colorSource = ColorSource.none

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        axis == self.axis ? Extent([value], kind) : nil
    }

    private func stroke(_ color: Color) -> Stroke {
        Stroke(color.opacity(alpha), width: 1.1, dashes: style.dashes)
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        let area = context.area
        switch axis {
        case .x:
            guard let x = area.horizontal(value), x >= area.rect.x - 5, x <= area.rect.right + 5
            else { return }
            canvas.line(
                Point(x, area.rect.y), Point(x, area.rect.bottom), stroke(context.color))
        case .y:
            guard let y = area.vertical(value), y >= area.rect.y - 5, y <= area.rect.bottom + 5
            else { return }
            canvas.line(
                Point(area.rect.x, y), Point(area.rect.right, y), stroke(context.color))
        }
    }

    func legendEntries(_ color: Color, _ theme: Theme) -> [LegendEntry] {
        label.map { [LegendEntry(stroke: stroke(color), color: color, label: $0)] } ?? []
    }

    func obstacles(in area: PlotArea) -> [Point] {
        (0...40).compactMap { step in
            let part = Double(step) / 40
            switch axis {
            case .x:
                return area.horizontal(value).map {
                    Point($0, area.rect.y + part * area.rect.height)
                }
            case .y:
                return area.vertical(value).map { Point(area.rect.x + part * area.rect.width, $0) }
            }
        }
    }
}

/// Words at places of the plot.
struct TextLayer: Layer {
    struct Item: Equatable, Sendable {
        let x: Double
        let y: Double
        let text: String
    }

    var items: [Item]
    var size = 11.0
    var anchor = TextStyle.Anchor.middle
    var rotation = 0.0
    var alpha = 1.0
    var colorSource = ColorSource.none

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        Extent(items.map { axis == .x ? $0.x : $0.y }, kind)
    }

    /// Words that would leave the plot at its edge are moved into it.
    private func inside(
        _ point: Point, _ text: String, _ area: Rect, _ measurer: some TextMeasurer
    ) -> Point {
        guard rotation == 0, area.contains(point) else { return point }
        let width = measurer.width(of: text, size: size, weight: .regular)
        let before = anchor == .start ? 0 : anchor == .middle ? 0.5 : 1
        let gap = 3.0
        let (least, most) = (area.x + gap + before * width, area.right - gap - (1 - before) * width)
        let half = size * 0.6
        return Point(
            least < most ? min(max(point.x, least), most) : point.x,
            min(max(point.y, area.y + half), max(area.y + half, area.bottom - half)))
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        let style = TextStyle(
            size: size, color: context.color.opacity(alpha), anchor: anchor, baseline: .center,
            rotation: rotation)
        let bounds = context.area.rect.grown(by: 200)
        for item in items {
            guard let point = context.area.point(item.x, item.y), bounds.contains(point) else {
                continue
            }
            let place = inside(point, item.text, context.area.rect, canvas)
            canvas.draw(item.text, at: place, style: style)
        }
    }

    func obstacles(in area: PlotArea) -> [Point] {
        items.compactMap { area.point($0.x, $0.y) }
    }
}

/// Arrows from points along vectors.
struct ArrowLayer: Layer {
    struct Arrow: Equatable, Sendable {
        let x: Double
        let y: Double
        /// End of the arrow, in data units.
        let toX: Double
        let toY: Double
    }

    var arrows: [Arrow]
    var label: String?
    var alpha = 1.0
    var colorSource = ColorSource.next

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        Extent(arrows.flatMap { axis == .x ? [$0.x, $0.toX] : [$0.y, $0.toY] }, kind)
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        let bounds = context.area.rect.grown(by: 20)
        var shafts = Path()
        var heads = Path()
        for arrow in arrows {
            guard let from = context.area.point(arrow.x, arrow.y),
                let to = context.area.point(arrow.toX, arrow.toY)
            else { continue }
            let (dx, dy) = (to.x - from.x, to.y - from.y)
            let length = (dx * dx + dy * dy).squareRoot()
            guard length > 0.5, length.isDrawable, bounds.contains(from) else { continue }
            let head = min(6, length * 0.45)
            let (ux, uy) = (dx / length, dy / length)
            let neck = Point(to.x - head * ux, to.y - head * uy)
            let clipped = Clipping.line([from, neck], to: bounds)
            shafts.pieces += clipped.map { .init($0, isClosed: false) }
            guard bounds.contains(to) else { continue }
            let half = head * 0.38
            heads.pieces.append(
                .init(
                    [
                        to, Point(neck.x - half * uy, neck.y + half * ux),
                        Point(neck.x + half * uy, neck.y - half * ux),
                    ], isClosed: true))
        }
        let color = context.color.opacity(alpha)
        if !shafts.pieces.isEmpty { canvas.stroke(shafts, with: Stroke(color, width: 1.2)) }
        if !heads.pieces.isEmpty { canvas.fill(heads, with: color) }
    }

    func legendEntries(_ color: Color, _ theme: Theme) -> [LegendEntry] {
        guard let label else { return [] }
        let stroke = Stroke(color.opacity(alpha), width: 1.2)
        return [LegendEntry(stroke: stroke, color: color, label: label)]
    }

    func obstacles(in area: PlotArea) -> [Point] {
        arrows.flatMap { [area.point($0.x, $0.y), area.point($0.toX, $0.toY)].compactMap { $0 } }
    }
}
