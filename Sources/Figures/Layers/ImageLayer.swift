/// A picture over a rectangle of the plot.
struct ImageLayer: Layer {
    var image: PixelImage
    /// In the dark theme, where the colour map is another one.
    var imageInDark: PixelImage?
    var interpolation = Interpolation.nearest
    let colorSource = ColorSource.none

    /// Pixel (0, 0) is centred at (0, 0).
    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        let count = axis == .x ? image.width : image.height
        return Extent(-0.5, Double(max(1, count)) - 0.5, pads: false)
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        guard image.width > 0, image.height > 0,
            let rect = context.area.rect(
                -0.5, -0.5, Double(image.width) - 0.5, Double(image.height) - 0.5)
        else { return }
        let isEnlarged = Double(image.width) <= rect.width
        canvas.draw(
            (context.theme.isDark ? imageInDark : nil) ?? image, in: rect,
            interpolation: isEnlarged ? interpolation : .smooth)
    }
}

/// The parts of the plane that belong to classes, tinted in the colours of the classes.
struct RegionLayer: Layer {
    /// Scores of each class on a grid, rows upwards: `[class][row * columns + column]`.
    var scores: [[Double]]
    var rows: Int
    var columns: Int
    var xSpan: [Double]
    var ySpan: [Double]
    let colorSource = ColorSource.none

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        let span = axis == .x ? xSpan : ySpan
        return Extent(span[0], span[1], pads: false)
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        guard rows > 1, columns > 1,
            let rect = context.area.rect(xSpan[0], ySpan[0], xSpan[1], ySpan[1])
        else { return }
        let tints = scores.indices.map {
            context.theme.series($0).mixed(with: context.theme.background, 0.72)
        }
        canvas.draw(picture(tints), in: rect, interpolation: .smooth)
        let boundaries = scores.count == 2 ? [0] : Array(scores.indices)
        for index in boundaries {
            let margin = Matrix(rows: rows, columns: columns, self.margin(of: index))
            let contour = ContourLayer(
                x: places(xSpan, columns), y: places(ySpan, rows), z: margin, levels: [0],
                isFilled: false, map: .gray, isInk: true)
            contour.draw(context, on: &canvas)
        }
    }

    private func places(_ span: [Double], _ count: Int) -> [Double] {
        (0..<count).map { span[0] + (span[1] - span[0]) * Double($0) / Double(count - 1) }
    }

    /// How far a class is ahead of the best other one.
    private func margin(of index: Int) -> [Double] {
        (0..<rows * columns).map { place in
            var best = -Double.infinity
            for other in scores.indices where other != index {
                best = max(best, scores[other][place])
            }
            return scores[index][place] - best
        }
    }

    /// Three pixels for each step of the grid, so that borders between tints look smooth.
    private func picture(_ tints: [Color]) -> PixelImage {
        let factor = 3
        let (width, height) = ((columns - 1) * factor, (rows - 1) * factor)
        let pixels = tints.map(\.bytes)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * width * height)
        for py in 0..<height {
            let (row, t) = RegionLayer.place(height - 1 - py, factor)
            let lines = scores.map { line($0, row, t) }
            for px in 0..<width {
                let (column, s) = RegionLayer.place(px, factor)
                var best = -Double.infinity
                var winner: Int?
                for index in lines.indices {
                    let (left, right) = (lines[index][column], lines[index][column + 1])
                    let score = left + (right - left) * s
                    if score > best { (best, winner) = (score, index) }
                }
                bytes += winner.map { pixels[$0] } ?? [0, 0, 0, 0]
            }
        }
        return PixelImage(width: width, height: height, bytes: bytes)
            ?? PixelImage(width: 1, height: 1)
    }

    /// The grid point before the centre of a pixel, and how far the centre is from it.
    private static func place(_ pixel: Int, _ factor: Int) -> (Int, Double) {
        (pixel / factor, (Double(pixel % factor) + 0.5) / Double(factor))
    }

    /// Scores between two rows of the grid.
    private func line(_ grid: [Double], _ row: Int, _ t: Double) -> [Double] {
        let start = row * columns
        return (start..<start + columns).map { grid[$0] + (grid[$0 + columns] - grid[$0]) * t }
    }
}
