/// Lines of equal value of a function on a grid, or the bands between them.
struct ContourLayer: Layer {
    /// Places of columns and rows, rising or falling.
    var x: [Double]
    var y: [Double]
    var z: Matrix
    /// Rising.
    var levels: [Double]
    var isFilled = true
    var map: ColorMap
    /// Lines in ink instead of the colours of the map.
    var isInk = false
    var valueLabel: String?
    var alpha = 1.0
    let colorSource = ColorSource.none

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        guard var result = Extent(axis == .x ? x : y, kind) else { return nil }
        result.padsLower = false
        result.padsUpper = false
        return result
    }

    private func scale(_ theme: Theme) -> ColorScale {
        let low = levels.first ?? 0
        let high = max(levels.last ?? 1, low)
        let gap = levels.count > 1 ? levels[1] - low : 1
        let upper = isFilled ? high + gap : high
        // Apart, even for a single level or levels so large that the gap vanishes beside them.
        let scale = Extent(low, upper).scale(.linear, padding: 0)
        return ColorScale(map: theme.adapted(map), lower: scale.lower, upper: scale.upper)
    }

    func colorBar(_ theme: Theme) -> ColorBar? {
        guard !isInk, !levels.isEmpty, !z.values.isEmpty else { return nil }
        let scale = scale(theme)
        return ColorBar(
            scale: scale, levels: isFilled ? levels + [scale.upper] : [], label: valueLabel)
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        guard z.rows > 1, z.columns > 1 else { return }
        let xs = x.map(context.area.horizontal)
        let ys = y.map(context.area.vertical)
        let scale = scale(context.theme)
        for (index, level) in levels.enumerated() {
            // The lowest band takes all there is below it too.
            let bound = isFilled && index == 0 ? -Double.infinity : level
            let region = ContourRegion(z: z, level: bound, xs: xs, ys: ys)
            if isFilled {
                guard !region.inside.pieces.isEmpty else { continue }
                let fraction = ContourBands.fraction(
                    of: level, levels: levels + [scale.upper], scale: scale)
                canvas.fill(region.inside, with: scale.map.color(at: fraction).opacity(alpha))
            } else if !region.border.pieces.isEmpty {
                let color = isInk ? context.theme.axis : scale.color(level) ?? context.color
                canvas.stroke(region.border, with: Stroke(color.opacity(alpha), width: 1.2))
            }
        }
    }
}

/// The colours of filled bands: the lowest band has the first colour of the map, the highest the
/// last.
enum ContourBands {
    /// Where the colour of the band that holds a value lies on the map.
    static func fraction(of value: Double, levels: [Double], scale: ColorScale) -> Double {
        guard levels.count > 2 else { return 0.5 }
        let band = max(0, (levels.lastIndex { $0 <= value } ?? 0))
        return Double(min(band, levels.count - 2)) / Double(levels.count - 2)
    }
}

/// The part of a grid where a function, linear along the edges of the cells, is at least `level`.
///
/// Each cell is walked around once: corners inside and crossings of edges make the polygon, each
/// pair of crossings a piece of the border. All polygons turn the same way, so neighbours in one
/// path join without a seam.
/// - Source: W. Lorensen, H. Cline, "Marching cubes", 1987, in two dimensions.
struct ContourRegion {
    private(set) var inside = Path()
    private(set) var border = Path()
    private let z: Matrix
    private let level: Double

    /// - Parameters:
    ///   - xs: Places of the columns on the page; nil where there is none.
    ///   - ys: Places of the rows on the page.
    init(z: Matrix, level: Double, xs: [Double?], ys: [Double?]) {
        self.z = z
        self.level = level
        for row in 0..<z.rows - 1 {
            guard let top = ys[row], let bottom = ys[row + 1] else { continue }
            var runStart: Double?
            for column in 0..<z.columns - 1 {
                guard let left = xs[column], let right = xs[column + 1],
                    let corners = corners(row, column)
                else {
                    closeRun(&runStart, xs[column], top, bottom)
                    continue
                }
                if corners.allSatisfy({ $0 >= level }) {
                    runStart = runStart ?? left
                    continue
                }
                closeRun(&runStart, left, top, bottom)
                let places = [
                    Point(left, top), Point(right, top), Point(right, bottom), Point(left, bottom),
                ]
                walk(corners, places)
            }
            closeRun(&runStart, xs[z.columns - 1], top, bottom)
        }
    }

    /// Values at the corners of a cell, going round; nil unless all are finite.
    private func corners(_ row: Int, _ column: Int) -> [Double]? {
        let values = [
            z[row, column], z[row, column + 1], z[row + 1, column + 1], z[row + 1, column],
        ]
        return values.allSatisfy(\.isDrawable) ? values : nil
    }

    /// Adds the rectangle of neighbouring cells that lie inside as a whole.
    private mutating func closeRun(
        _ start: inout Double?, _ end: Double?, _ top: Double, _ bottom: Double
    ) {
        defer { start = nil }
        guard let left = start, let right = end else { return }
        inside.pieces.append(
            .init(
                [
                    Point(left, top), Point(right, top), Point(right, bottom), Point(left, bottom),
                ], isClosed: true))
    }

    private mutating func walk(_ values: [Double], _ places: [Point]) {
        var polygon: [Point] = []
        var exits: [Point] = []
        var entries: [Point] = []
        var startsWithEntry = false
        for corner in 0..<4 {
            let next = (corner + 1) % 4
            let isInside = values[corner] >= level
            if isInside { polygon.append(places[corner]) }
            guard isInside != (values[next] >= level) else { continue }
            let part = (level - values[corner]) / (values[next] - values[corner])
            let (a, b) = (places[corner], places[next])
            let crossing = Point(a.x + part * (b.x - a.x), a.y + part * (b.y - a.y))
            polygon.append(crossing)
            if exits.isEmpty, entries.isEmpty { startsWithEntry = !isInside }
            if isInside { exits.append(crossing) } else { entries.append(crossing) }
        }
        if polygon.count > 2 { inside.pieces.append(.init(polygon, isClosed: true)) }
        // The border runs from where the walk leaves the inside to where it comes back.
        for (index, exit) in exits.enumerated() {
            let back = startsWithEntry ? (index + 1) % entries.count : index
            border.pieces.append(.init([exit, entries[back]], isClosed: false))
        }
    }
}
