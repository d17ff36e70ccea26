extension Figure {
    /// The layers of both figures in the axes of this one.
    ///
    /// Titles, labels, category names and ranges that this figure lacks are taken from the other;
    /// an axis that one of them wants logarithmic is.
    /// - Throws: ``FigureError/overlayOfLayout`` if one of them holds several plots,
    ///   ``FigureError/tooLarge(what:limit:)``.
    public func overlaid(with other: Figure) throws(FigureError) -> Figure {
        guard case .panel(var panel) = content, case .panel(let added) = other.content else {
            throw .overlayOfLayout
        }
        guard panel.layers.count + added.layers.count <= Self.maximumLayers else {
            throw .tooLarge(what: "layers in one plot", limit: Self.maximumLayers)
        }
        panel.layers += added.layers
        panel.axes.title = panel.axes.title ?? added.axes.title
        panel.axes.xLabel = panel.axes.xLabel ?? added.axes.xLabel
        panel.axes.yLabel = panel.axes.yLabel ?? added.axes.yLabel
        panel.axes.xCategories = panel.axes.xCategories ?? added.axes.xCategories
        panel.axes.xRange = panel.axes.xRange ?? added.axes.xRange
        panel.axes.yRange = panel.axes.yRange ?? added.axes.yRange
        if added.axes.xKind == .logarithmic { panel.axes.xKind = .logarithmic }
        if added.axes.yKind == .logarithmic { panel.axes.yKind = .logarithmic }
        var result = merged(with: other)
        result.content = .panel(panel)
        return result
    }

    /// This figure left, the other right of it, their axes aligned.
    ///
    /// - Throws: ``FigureError/tooLarge(what:limit:)``.
    public func beside(_ other: Figure) throws(FigureError) -> Figure {
        try Self.requireRoom(for: [self, other])
        let cells = row(of: self) + row(of: other)
        var result = Figure(.grid(Grid(rows: 1, columns: cells.count, cells: cells)))
        result.theme = theme ?? other.theme
        return result
    }

    /// This figure above, the other below it, their axes aligned.
    ///
    /// - Throws: ``FigureError/tooLarge(what:limit:)``.
    public func above(_ other: Figure) throws(FigureError) -> Figure {
        try Self.requireRoom(for: [self, other])
        let cells = column(of: self) + column(of: other)
        var result = Figure(.grid(Grid(rows: cells.count, columns: 1, cells: cells)))
        result.theme = theme ?? other.theme
        return result
    }

    /// Figures in rows and columns, filled row by row; places may stay empty at the end.
    ///
    /// - Throws: ``FigureError/tooManyFigures(rows:columns:figures:)``,
    ///   ``FigureError/tooLarge(what:limit:)``, or
    ///   ``FigureError/outOfRange(mark:parameter:rule:given:)`` unless both counts are 1 to 100.
    public static func grid(
        rows: Int, columns: Int, figures: [Figure], title: String? = nil
    ) throws(FigureError) -> Figure {
        for (name, count) in [("rows", rows), ("columns", columns)] where !(1...100 ~= count) {
            throw .outOfRange(
                mark: "figure", parameter: name, rule: "from 1 to 100", given: Double(count))
        }
        guard figures.count <= rows * columns else {
            throw .tooManyFigures(rows: rows, columns: columns, figures: figures.count)
        }
        try requireRoom(for: figures)
        var cells: [Content?] = figures.map(\.sizedContent)
        cells += Array(repeating: nil, count: rows * columns - figures.count)
        var grid = Grid(rows: rows, columns: columns, cells: cells)
        grid.title = title.map(MarkArguments.oneLine)
        var result = Figure(.grid(grid))
        result.theme = figures.lazy.compactMap(\.theme).first
        return result
    }

    private static let maximumLayers = 10_000
    private static let maximumPlots = 2_500
    private static let maximumDepth = 50

    /// Refuses to lay out more than can be drawn: `f = f | f`, thirty times over, is a billion
    /// plots.
    private static func requireRoom(for figures: [Figure]) throws(FigureError) {
        let extents = figures.map(\.content.extent)
        guard extents.reduce(0, { $0 + $1.plots }) <= maximumPlots else {
            throw .tooLarge(what: "plots", limit: maximumPlots)
        }
        guard extents.allSatisfy({ $0.depth < maximumDepth }) else {
            throw .tooLarge(what: "layouts inside one another", limit: maximumDepth)
        }
    }

    private func merged(with other: Figure) -> Figure {
        var result = self
        result.requestedWidth = requestedWidth ?? other.requestedWidth
        result.requestedHeight = requestedHeight ?? other.requestedHeight
        result.theme = theme ?? other.theme
        return result
    }

    /// Figures already side by side gain a neighbour: `a | b | c` are three equal columns.
    private func row(of figure: Figure) -> [Content?] {
        if case .grid(let grid) = figure.content, grid.rows == 1, grid.title == nil,
            figure.requestedWidth == nil, figure.requestedHeight == nil
        {
            return grid.cells
        }
        return [figure.sizedContent]
    }

    private func column(of figure: Figure) -> [Content?] {
        if case .grid(let grid) = figure.content, grid.columns == 1, grid.title == nil,
            figure.requestedWidth == nil, figure.requestedHeight == nil
        {
            return grid.cells
        }
        return [figure.sizedContent]
    }

    /// The content, its natural size replaced by what was asked for.
    private var sizedContent: Content {
        guard case .panel(var panel) = content else { return content }
        let natural = panel.axes.naturalSize
        panel.axes.naturalSize = Size(
            width: requestedWidth ?? natural.width, height: requestedHeight ?? natural.height)
        return .panel(panel)
    }
}

extension Figure.Content {
    /// How many plots there are, and how many layouts stand inside one another.
    fileprivate var extent: (plots: Int, depth: Int) {
        guard case .grid(let grid) = self else { return (1, 0) }
        let extents = grid.cells.compactMap { $0?.extent }
        return (
            extents.reduce(0) { $0 + $1.plots }, 1 + (extents.map(\.depth).max() ?? 0)
        )
    }

    /// The size in CSS pixels that suits the content.
    ///
    /// Neighbours share a page, so each is smaller than it would be alone.
    var naturalSize: Size {
        switch self {
        case .panel(let panel): return panel.axes.naturalSize
        case .grid(let grid):
            let shrink = grid.shrinks ? [1, 0.76, 0.64][min(grid.columns, 3) - 1] : 1
            // Axes can be lower and still hold their data, a lower picture is a smaller one.
            let isBare = isBareImage
            let low = grid.rows > 1 && grid.shrinks && !isBare ? 0.86 : 1.0
            let title = grid.title == nil ? 0 : 26.0
            let gaps = grid.shrinks && !isBare ? Size(width: 0, height: 0) : grid.gap
            let width =
                grid.columnWidths.reduce(0, +) * shrink
                + gaps.width * Double(grid.columns - 1)
            let height =
                grid.rowHeights.reduce(0, +) * shrink * low
                + gaps.height * Double(grid.rows - 1)
            return Size(
                width: Figure.limited(width.rounded()),
                height: Figure.limited((height + title).rounded()))
        }
    }
}

extension Figure.Grid {
    func cell(_ row: Int, _ column: Int) -> Figure.Content? {
        let index = row * columns + column
        return cells.indices.contains(index) ? cells[index] : nil
    }

    /// The natural width of each column: that of its widest cell.
    var columnWidths: [Double] {
        (0..<columns).map { column in
            (0..<rows).compactMap { cell($0, column)?.naturalSize.width }.max() ?? 0
        }
    }

    /// The natural height of each row: that of its highest cell.
    var rowHeights: [Double] {
        (0..<rows).map { row in
            (0..<columns).compactMap { cell(row, $0)?.naturalSize.height }.max() ?? 0
        }
    }
}
