/// Points as markers: in one colour, by class, or by a number.
struct PointLayer: Layer {
    enum Coloring: Sendable {
        case single
        /// A class for each point, and the names of classes.
        case classes([Int], names: [String])
        case values([Double], ColorScale)
    }

    var x: [Double]
    var y: [Double]
    /// Diameters in points of 1/72 inch: one for all, or one for each point.
    var sizes: [Double] = [4]
    var coloring = Coloring.single
    var shape = MarkerShape.circle
    var label: String?
    var valueLabel: String?
    var alpha = 0.85
    var colorSource = ColorSource.next
    /// A line around each point, in the colour of the ground.
    var isOutlined = false

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        Extent(axis == .x ? x : y, kind)
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        let bounds = context.area.rect.grown(by: 20)
        var batches = Batches()
        for index in 0..<min(x.count, y.count) {
            guard let point = context.area.point(x[index], y[index]), bounds.contains(point),
                let (color, shape) = look(index, context)
            else { continue }
            batches.add(point, shape, size(index), color.opacity(alpha))
        }
        let outline = isOutlined ? Stroke(context.theme.background, width: 0.5) : nil
        for batch in batches.all {
            MarkerCloud(
                points: batch.points, shape: batch.shape, size: batch.size, color: batch.color,
                outline: outline
            ).draw(in: context.area.rect, on: &canvas)
        }
    }

    private func size(_ index: Int) -> Double {
        let size = sizes.count == 1 ? sizes[0] : sizes.indices.contains(index) ? sizes[index] : 4
        return size.isNaN ? 0 : min(max(size, 0), 150) * Metrics.pixelsPerPoint
    }

    /// Colour and shape of a point; nil if its number is not finite.
    private func look(_ index: Int, _ context: LayerContext) -> (Color, MarkerShape)? {
        switch coloring {
        case .single: return (context.color, shape)
        case .classes(let classes, _):
            guard classes.indices.contains(index) else { return nil }
            return PointLayer.look(classes[index], context.theme)
        case .values(let values, let scale):
            guard values.indices.contains(index), let color = scale.color(values[index]) else {
                return nil
            }
            return (color, shape)
        }
    }

    /// Colour and shape of a class: when colours repeat, shapes change.
    static func look(_ index: Int, _ theme: Theme) -> (Color, MarkerShape) {
        let shapes: [MarkerShape] = [.circle, .square, .triangle, .diamond, .triangleDown]
        let round = max(0, index) / theme.palette.count
        return (theme.series(index), shapes[round % shapes.count])
    }

    func legendEntries(_ color: Color, _ theme: Theme) -> [LegendEntry] {
        switch coloring {
        case .single, .values:
            guard let label else { return [] }
            let shown = colorBar(theme) == nil ? color : theme.faintText
            return [LegendEntry(marker: shape, color: shown, label: label)]
        case .classes(let classes, let names):
            return Set(classes).sorted().prefix(40).map { index in
                let (color, shape) = PointLayer.look(index, theme)
                let name = names.indices.contains(index) ? names[index] : String(index)
                return LegendEntry(marker: shape, color: color, label: name)
            }
        }
    }

    func colorBar(_ theme: Theme) -> ColorBar? {
        guard case .values(_, let scale) = coloring else { return nil }
        return ColorBar(scale: scale, label: valueLabel)
    }

    func obstacles(in area: PlotArea) -> [Point] {
        let indices = Decimation.sample(Array(0..<min(x.count, y.count)), limit: 4000)
        return indices.compactMap { area.point(x[$0], y[$0]) }.filter(area.rect.contains)
    }
}

/// Markers sorted by look, in order of first appearance.
private struct Batches {
    private struct Key: Hashable {
        let shape: MarkerShape
        let size: Double
        let color: Color
    }

    private var places: [Key: Int] = [:]
    private(set) var all: [Markers] = []

    mutating func add(_ point: Point, _ shape: MarkerShape, _ size: Double, _ color: Color) {
        let key = Key(shape: shape, size: size, color: color)
        if let place = places[key] {
            all[place].points.append(point)
        } else {
            places[key] = all.count
            all.append(Markers([point], shape: shape, size: size, color: color))
        }
    }
}
