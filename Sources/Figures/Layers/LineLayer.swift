/// A line through points, markers at them, or both. A number without a place interrupts the line.
struct LineLayer: Layer {
    var x: [Double]
    var y: [Double]
    var style = LineStyle()
    var width = Metrics.lineWidth
    var label: String?
    var alpha = 1.0
    var colorSource = ColorSource.next

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        Extent(axis == .x ? x : y, kind)
    }

    /// Runs of points that all have a place.
    private func runs(in area: PlotArea) -> [[Point]] {
        var result: [[Point]] = []
        var run: [Point] = []
        for (x, y) in zip(x, y) {
            if let point = area.point(x, y) {
                run.append(point)
            } else if !run.isEmpty {
                result.append(run)
                run = []
            }
        }
        if !run.isEmpty { result.append(run) }
        return result
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        let color = context.color.opacity(alpha)
        let bounds = context.area.rect.grown(by: 20)
        let runs = runs(in: context.area)
        if style.isLine {
            var path = Path()
            for run in runs {
                for part in Clipping.line(run, to: bounds) {
                    path.pieces.append(.init(Decimation.line(part), isClosed: false))
                }
            }
            if !path.pieces.isEmpty {
                canvas.stroke(path, with: Stroke(color, width: width, dashes: style.dashes))
            }
        }
        // A single point between gaps has no line: show that it is there.
        let alone = style.marker == nil ? runs.filter { $0.count == 1 } : runs
        let places = alone.flatMap { $0 }.filter(bounds.contains)
        guard !places.isEmpty else { return }
        let size = style.marker == nil ? width * 2 : style.markerSize
        let cloud = MarkerCloud(
            points: places, shape: style.marker ?? .circle, size: size, color: color)
        cloud.draw(in: context.area.rect, on: &canvas)
    }

    func legendEntries(_ color: Color, _ theme: Theme) -> [LegendEntry] {
        guard let label else { return [] }
        var entry = LegendEntry(marker: style.marker, color: color.opacity(alpha), label: label)
        if style.isLine {
            entry.stroke = Stroke(color.opacity(alpha), width: width, dashes: style.dashes)
        }
        return [entry]
    }

    /// Points every few pixels along the line, so that a legend avoids long segments as well.
    func obstacles(in area: PlotArea) -> [Point] {
        var result: [Point] = []
        for run in runs(in: area) {
            for (a, b) in zip(run, run.dropFirst()) where style.isLine && run.count < 2000 {
                let length = max((a.x - b.x).magnitude, (a.y - b.y).magnitude)
                let count = clampedInt(length / 8, 1...60)
                for step in 0..<count {
                    let part = Double(step) / Double(count)
                    result.append(Point(a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)))
                }
            }
            result += Decimation.sample(run, limit: 2000)
        }
        return result.filter(area.rect.contains)
    }
}

/// How a series is drawn: `-`, `--`, `:`, `-.`, a marker, or a line and a marker as in `o-`.
struct LineStyle: Equatable, Sendable {
    var isLine = true
    var dashes: [Double] = []
    var marker: MarkerShape?
    var markerSize = Metrics.markerSize

    init() {}

    /// The style that text describes, or nil.
    init?(_ text: String) {
        var rest = text
        if let mark = text.first(where: { LineStyle.markers[$0] != nil && $0 != "." }) {
            marker = LineStyle.markers[mark]
            rest.removeAll { $0 == mark }
        } else if text == "." || text == ".-" || text == ".--" || text == ".:" {
            marker = .circle
            markerSize = 3
            rest.removeFirst()
        }
        if rest.isEmpty, marker != nil {
            isLine = false
            return
        }
        guard let dashes = LineStyle.dashes[rest] else { return nil }
        self.dashes = dashes
    }

    private static let markers: [Character: MarkerShape] = [
        "o": .circle, "s": .square, "^": .triangle, "v": .triangleDown, "d": .diamond,
        "x": .cross, "+": .plus, "*": .star, ".": .circle,
    ]

    private static let dashes: [String: [Double]] = [
        "-": [], "--": [6, 3.5], ":": [1.5, 2.5], "-.": [7, 3, 1.5, 3],
    ]

    /// What may be written.
    static let examples = ["-", "--", ":", "-.", "o", ".", "s", "^", "v", "d", "x", "+", "*", "o-"]
}
