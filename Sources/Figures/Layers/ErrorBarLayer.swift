/// Error bars around points.
struct ErrorBarLayer: Layer {
    var bars: [ErrorBar]
    var label: String?
    var alpha = 1.0
    var colorSource = ColorSource.next

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        axis == .x
            ? Extent(bars.map(\.x), kind)
            : Extent(bars.flatMap { [$0.y, $0.y - $0.low, $0.y + $0.high] }, kind)
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        let color = context.color.opacity(alpha)
        for bar in bars {
            bar.draw(context.area, cap: 3, Stroke(color, width: 1.1), on: &canvas)
        }
        let bounds = context.area.rect.grown(by: 20)
        let places = bars.compactMap { context.area.point($0.x, $0.y) }.filter(bounds.contains)
        guard !places.isEmpty else { return }
        canvas.draw(
            Markers(places, shape: .circle, size: Metrics.markerSize, color: color))
    }

    func legendEntries(_ color: Color, _ theme: Theme) -> [LegendEntry] {
        label.map { [LegendEntry(marker: .circle, color: color.opacity(alpha), label: $0)] } ?? []
    }

    func obstacles(in area: PlotArea) -> [Point] {
        bars.flatMap { bar in
            [bar.y - bar.low, bar.y, bar.y + bar.high].compactMap { area.point(bar.x, $0) }
        }
    }
}

/// The area between two curves.
struct BandLayer: Layer {
    var x: [Double]
    var low: [Double]
    var high: [Double]
    var label: String?
    var alpha = 0.22
    var colorSource = ColorSource.previous

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        axis == .x ? Extent(x, kind) : Extent(low + high, kind)
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        var path = Path()
        var run: [(Point, Point)] = []
        func close() {
            let outline = Decimation.line(run.map(\.0)) + Decimation.line(run.map(\.1)).reversed()
            let inside = Clipping.polygon(outline, to: context.area.rect.grown(by: 20))
            if run.count > 1, inside.count > 2 { path.pieces.append(.init(inside, isClosed: true)) }
            run = []
        }
        for index in x.indices {
            if let a = context.area.point(x[index], low[index]),
                let b = context.area.point(x[index], high[index])
            {
                run.append((a, b))
            } else {
                close()
            }
        }
        close()
        if !path.pieces.isEmpty { canvas.fill(path, with: context.color.opacity(alpha)) }
    }

    func legendEntries(_ color: Color, _ theme: Theme) -> [LegendEntry] {
        label.map { [LegendEntry(swatch: color.opacity(alpha), color: color, label: $0)] } ?? []
    }

    func obstacles(in area: PlotArea) -> [Point] {
        let indices = Decimation.sample(Array(x.indices), limit: 1000)
        return indices.flatMap { index in
            [low[index], (low[index] + high[index]) / 2, high[index]].compactMap {
                area.point(x[index], $0)
            }
        }.filter(area.rect.contains)
    }
}
