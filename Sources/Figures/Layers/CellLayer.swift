/// A matrix as coloured cells, the first row at the start of the vertical axis, if wanted with the
/// values printed in them.
struct CellLayer: Layer {
    var matrix: Matrix
    var map: ColorMap
    var range: [Double]?
    /// Ends of the axes, at the outer edges of the cells.
    var xSpan: [Double]
    var ySpan: [Double]
    var printsValues = false
    var hasColorBar = true
    var valueLabel: String?
    let colorSource = ColorSource.none

    /// Cells around whole numbers: column 0 reaches from -0.5 to 0.5.
    init(_ matrix: Matrix, map: ColorMap, range: [Double]? = nil) {
        self.matrix = matrix
        self.map = map
        self.range = range
        xSpan = [-0.5, Double(max(1, matrix.columns)) - 0.5]
        ySpan = [-0.5, Double(max(1, matrix.rows)) - 0.5]
    }

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        let span = axis == .x ? xSpan : ySpan
        return Extent(span[0], span[1], pads: false)
    }

    private func scale(_ theme: Theme) -> ColorScale {
        ColorScale.covering(
            matrix.values, map: theme.adapted(map), range: range.map { ($0[0], $0[1]) })
    }

    func colorBar(_ theme: Theme) -> ColorBar? {
        guard hasColorBar, !matrix.values.isEmpty else { return nil }
        return ColorBar(scale: scale(theme), label: valueLabel)
    }

    /// Up to this many cells are drawn as rectangles, sharp at every magnification.
    private static let rectangleLimit = 2500

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        guard matrix.rows > 0, matrix.columns > 0,
            let whole = context.area.rect(xSpan[0], ySpan[0], xSpan[1], ySpan[1])
        else { return }
        let scale = scale(context.theme)
        if matrix.rows * matrix.columns > CellLayer.rectangleLimit {
            drawPicture(in: whole, scale, context, on: &canvas)
        } else {
            drawRectangles(in: whole, scale, context, on: &canvas)
        }
        if printsValues { drawValues(in: whole, scale, context, on: &canvas) }
    }

    private func cell(_ row: Int, _ column: Int, _ whole: Rect, _ area: PlotArea) -> Rect {
        let width = whole.width / Double(matrix.columns)
        let height = whole.height / Double(matrix.rows)
        let line = area.isYDown ? row : matrix.rows - 1 - row
        return Rect(
            x: whole.x + Double(column) * width, y: whole.y + Double(line) * height,
            width: width, height: height)
    }

    private func drawRectangles(
        in whole: Rect, _ scale: ColorScale, _ context: LayerContext, on canvas: inout some Canvas
    ) {
        // From the top left, whatever the direction of the axis: each cell covers the rim of those
        // before it.
        for line in 0..<matrix.rows {
            let row = context.area.isYDown ? line : matrix.rows - 1 - line
            for column in 0..<matrix.columns {
                guard let color = scale.color(matrix[row, column]) else { continue }
                var rect = cell(row, column, whole, context.area)
                // Half a pixel under the next cell, so that no seam shows between them.
                rect.width = min(rect.width + 0.5, whole.right - rect.x)
                rect.height = min(rect.height + 0.5, whole.bottom - rect.y)
                canvas.fill(.rectangle(rect), with: color)
            }
        }
    }

    private func drawPicture(
        in whole: Rect, _ scale: ColorScale, _ context: LayerContext, on canvas: inout some Canvas
    ) {
        let reduced = matrix.reduced(to: 2048)
        var image = PixelImage(width: reduced.columns, height: reduced.rows)
        for row in 0..<reduced.rows {
            let line = context.area.isYDown ? row : reduced.rows - 1 - row
            for column in 0..<reduced.columns {
                if let color = scale.color(reduced[row, column]) { image.set(column, line, color) }
            }
        }
        let isEnlarged = Double(reduced.columns) <= whole.width
        canvas.draw(image, in: whole, interpolation: isEnlarged ? .nearest : .smooth)
    }

    private func drawValues(
        in whole: Rect, _ scale: ColorScale, _ context: LayerContext, on canvas: inout some Canvas
    ) {
        let texts = CellLayer.texts(matrix.values)
        let widest = texts.map { canvas.width(of: $0, size: 1, weight: .regular) }.max() ?? 1
        let cellSize = cell(0, 0, whole, context.area)
        let size = min(12, cellSize.height * 0.55, cellSize.width * 0.88 / max(widest, 0.1))
        guard size >= 4 else { return }
        for row in 0..<matrix.rows {
            for column in 0..<matrix.columns {
                guard let color = scale.color(matrix[row, column]) else { continue }
                canvas.draw(
                    texts[row * matrix.columns + column],
                    at: cell(row, column, whole, context.area).center,
                    style: TextStyle(
                        size: size, color: color.readableInk, anchor: .middle, baseline: .center))
            }
        }
    }

    /// Values as printed in cells: whole numbers as they are, others with equal decimals.
    static func texts(_ values: [Double]) -> [String] {
        let finite = values.filter(\.isDrawable)
        let largest = finite.map(\.magnitude).max() ?? 0
        if finite.allSatisfy({ $0 == $0.rounded() }), largest < 1e7 {
            return values.map { NumberText.fixed($0, decimals: 0) }
        }
        let size = NumberText.magnitude(of: largest)
        guard size >= -2, size < 5 else { return values.map { NumberText.short($0, digits: 2) } }
        let decimals = max(size < 0 ? 1 - size : 2 - size, 0)
        return values.map { NumberText.fixed($0, decimals: decimals) }
    }
}

extension Matrix {
    /// Means over blocks, so that neither side is longer than `limit`.
    func reduced(to limit: Int) -> Matrix {
        guard rows > limit || columns > limit else { return self }
        let (newRows, newColumns) = (min(rows, limit), min(columns, limit))
        var sums = [Double](repeating: 0, count: newRows * newColumns)
        var counts = [Double](repeating: 0, count: newRows * newColumns)
        for row in 0..<rows {
            let start = row * newRows / rows * newColumns
            for column in 0..<columns where self[row, column].isDrawable {
                let index = start + column * newColumns / columns
                sums[index] += self[row, column]
                counts[index] += 1
            }
        }
        return Matrix(
            rows: newRows, columns: newColumns,
            zip(sums, counts).map { $1 == 0 ? .nan : $0 / $1 })
    }
}
