/// Upright bars from zero.
struct BarLayer: Layer {
    struct Bar: Equatable, Sendable {
        var left: Double
        var right: Double
        var value: Double
        /// Half length of the error bar.
        var error: Double?
    }

    var bars: [Bar]
    var label: String?
    var alpha = 1.0
    var colorSource = ColorSource.next
    /// Whether neighbours touch and are told apart by a thin line.
    var isTouching = false

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        if axis == .x {
            var result = Extent(bars.flatMap { [$0.left, $0.right] }, kind)
            if !isTouching {
                result?.padsLower = false
                result?.padsUpper = false
            }
            return result
        }
        let ends = bars.flatMap { bar in
            [bar.value, bar.value + (bar.error ?? 0), bar.value - (bar.error ?? 0)]
        }
        guard var result = Extent(ends, kind) else { return nil }
        guard kind == .linear else { return result }
        // Bars show amounts by their length, so the axis starts at zero, without air below it.
        if result.lower >= 0 || bars.allSatisfy({ !($0.value < 0) }) && result.lower > 0 {
            result.lower = 0
            result.padsLower = false
        }
        if result.upper <= 0 {
            result.upper = 0
            result.padsUpper = false
        }
        return result
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        let area = context.area
        let floor = area.y.kind == .linear ? 0 : area.y.lower
        var path = Path()
        for bar in bars where bar.value.isDrawable {
            guard let rect = area.rect(bar.left, floor, bar.right, bar.value) else { continue }
            path.pieces.append(contentsOf: Path.rectangle(rect).pieces)
        }
        guard !path.pieces.isEmpty else { return }
        canvas.fill(path, with: context.color.opacity(alpha))
        if isTouching {
            canvas.stroke(path, with: Stroke(context.theme.background, width: 0.7))
        }
        if floor == 0, area.y.lower < 0 {
            let start = Point(area.rect.x, area.vertical(0) ?? area.rect.bottom)
            canvas.line(
                start, Point(area.rect.right, start.y),
                Stroke(context.theme.axis, width: Metrics.axisWidth))
        }
        for bar in bars {
            guard let error = bar.error else { continue }
            let middle = (bar.left + bar.right) / 2
            ErrorBar(x: middle, y: bar.value, low: error, high: error).draw(
                context.area, cap: 3, Stroke(context.theme.text, width: 1), on: &canvas)
        }
    }

    func legendEntries(_ color: Color, _ theme: Theme) -> [LegendEntry] {
        label.map { [LegendEntry(swatch: color.opacity(alpha), color: color, label: $0)] } ?? []
    }

    func obstacles(in area: PlotArea) -> [Point] {
        bars.flatMap { bar -> [Point] in
            guard bar.value.isDrawable,
                let rect = area.rect(
                    bar.left, area.y.kind == .linear ? 0 : area.y.lower, bar.right,
                    bar.value + (bar.error ?? 0))
            else { return [] }
            let steps = clampedInt(rect.height / 10, 1...60)
            return (0...steps).flatMap { step -> [Point] in
                let y = rect.y + rect.height * Double(step) / Double(steps)
                return [Point(rect.x, y), Point(rect.center.x, y), Point(rect.right, y)]
            }
        }
    }
}

/// One upright error bar.
struct ErrorBar {
    let x: Double
    let y: Double
    /// Lengths below and above.
    let low: Double
    let high: Double

    func draw(_ area: PlotArea, cap: Double, _ stroke: Stroke, on canvas: inout some Canvas) {
        guard low.isDrawable, high.isDrawable, let x = area.horizontal(x),
            let top = area.vertical(y + high),
            let bottom = area.vertical(y - low) ?? Optional(area.rect.bottom)
        else { return }
        let bounds = area.rect.grown(by: 20)
        guard x >= bounds.x, x <= bounds.right else { return }
        let y0 = min(max(top, bounds.y), bounds.bottom)
        let y1 = min(max(bottom, bounds.y), bounds.bottom)
        canvas.stroke(
            Path([
                .init([Point(x, y0), Point(x, y1)], isClosed: false),
                .init([Point(x - cap, y0), Point(x + cap, y0)], isClosed: false),
                .init([Point(x - cap, y1), Point(x + cap, y1)], isClosed: false),
            ]), with: stroke)
    }
}
