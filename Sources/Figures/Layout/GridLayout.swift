/// Content with everything decided but its place: a tree of plots and grids.
indirect enum PreparedContent: Sendable {
    case panel(PreparedPanel)
    case grid(PreparedGrid)

    init(_ content: Figure.Content, size: Size, theme: Theme, _ measurer: some TextMeasurer) {
        switch content {
        case .panel(let panel):
            self = .panel(PreparedPanel(panel, size: size, theme: theme, measurer))
        case .grid(let grid):
            self = .grid(PreparedGrid(grid, size: size, theme: theme, measurer))
        }
    }

    var margins: Insets {
        switch self {
        case .panel(let panel): panel.margins
        case .grid(let grid): grid.margins
        }
    }

    /// Draws in a rectangle whose margins are at least the content's own.
    func draw(in rect: Rect, margins: Insets, on canvas: inout some Canvas) {
        switch self {
        case .panel(let panel): panel.draw(in: rect, margins: margins, on: &canvas)
        case .grid(let grid): grid.draw(in: rect, margins: margins, on: &canvas)
        }
    }
}

/// Cells whose axes are aligned: all of a column have the same left and right margin, all of a row
/// the same above and below.
struct PreparedGrid: Sendable {
    let grid: Figure.Grid
    let theme: Theme
    let cells: [PreparedContent?]
    private var left: [Double]
    private var right: [Double]
    private var top: [Double]
    private var bottom: [Double]

    private var titleHeight: Double { grid.title == nil ? 0 : Metrics.titleSize * 1.25 + 9 }

    init(_ grid: Figure.Grid, size: Size, theme: Theme, _ measurer: some TextMeasurer) {
        self.grid = grid
        self.theme = theme
        let widths = PreparedGrid.shares(
            grid.columnWidths, of: size.width - grid.gap.width * Double(grid.columns - 1))
        let heights = PreparedGrid.shares(
            grid.rowHeights, of: size.height - grid.gap.height * Double(grid.rows - 1))
        var cells: [PreparedContent?] = []
        for index in 0..<grid.rows * grid.columns {
            let (row, column) = (index / grid.columns, index % grid.columns)
            let cellSize = Size(width: widths[column], height: heights[row])
            cells.append(
                grid.cell(row, column).map {
                    PreparedContent($0, size: cellSize, theme: theme, measurer)
                })
        }
        PreparedGrid.alignTitles(&cells, grid.columns)
        self.cells = cells
        func largest(_ count: Int, _ side: (Insets) -> Double, _ line: (Int) -> Int) -> [Double] {
            var result = Array(repeating: 0.0, count: count)
            for (index, cell) in cells.enumerated() {
                guard let cell else { continue }
                result[line(index)] = max(result[line(index)], side(cell.margins))
            }
            return result
        }
        let columns = grid.columns
        left = largest(columns, { $0.left }, { $0 % columns })
        right = largest(columns, { $0.right }, { $0 % columns })
        top = largest(grid.rows, { $0.top }, { $0 / columns })
        bottom = largest(grid.rows, { $0.bottom }, { $0 / columns })
    }

    /// The titles of a row stand at one height.
    private static func alignTitles(_ cells: inout [PreparedContent?], _ columns: Int) {
        for start in stride(from: 0, to: cells.count, by: columns) {
            let row = start..<min(start + columns, cells.count)
            let hasFactor = cells[row].contains {
                if case .panel(let panel)? = $0 { panel.hasFactorLine } else { false }
            }
            guard hasFactor else { continue }
            for index in row {
                guard case .panel(var panel)? = cells[index] else { continue }
                panel.addFactorLine()
                cells[index] = .panel(panel)
            }
        }
    }

    var margins: Insets {
        Insets(
            top: (top.first ?? 0) + titleHeight, left: left.first ?? 0, bottom: bottom.last ?? 0,
            right: right.last ?? 0)
    }

    func draw(in rect: Rect, margins: Insets, on canvas: inout some Canvas) {
        var (left, right, top, bottom) = (left, right, top, bottom)
        left[0] = margins.left
        right[grid.columns - 1] = margins.right
        top[0] = margins.top - titleHeight
        bottom[grid.rows - 1] = margins.bottom
        // Plots share what their margins leave; pictures keep their proportions, so that what a
        // title takes is not taken from the pictures below it.
        let isBare = Figure.Content.grid(grid).isBareImage
        let heights = zip(grid.rowHeights, zip(top, bottom)).map { height, around in
            isBare ? max(1, height - around.0 - around.1) : height
        }
        let columns = spans(rect.x, rect.width, grid.columnWidths, left, right, grid.gap.width)
        let rows = spans(
            rect.y + titleHeight, rect.height - titleHeight, heights, top, bottom, grid.gap.height)
        if let title = grid.title { drawTitle(title, in: rect, on: &canvas) }
        for (index, cell) in cells.enumerated() {
            let (row, column) = (index / grid.columns, index % grid.columns)
            let (x, width) = columns[column]
            let (y, height) = rows[row]
            cell?.draw(
                in: Rect(x: x, y: y, width: width, height: height),
                margins: Insets(
                    top: top[row], left: left[column], bottom: bottom[row], right: right[column]),
                on: &canvas)
        }
    }

    private func drawTitle(_ title: String, in rect: Rect, on canvas: inout some Canvas) {
        let text = Lines.fitted(title, width: rect.width, size: Metrics.titleSize, canvas)
        canvas.draw(
            text, at: Point(rect.center.x, rect.y),
            style: TextStyle(
                size: Metrics.titleSize, color: theme.text, weight: .bold, anchor: .middle,
                baseline: .top))
    }

    /// Start and length of each column or row. What the margins leave is shared by natural size.
    private func spans(
        _ start: Double, _ length: Double, _ weights: [Double], _ before: [Double],
        _ after: [Double], _ gap: Double
    ) -> [(Double, Double)] {
        let margins = before.reduce(0, +) + after.reduce(0, +) + gap * Double(weights.count - 1)
        let inner = PreparedGrid.shares(weights, of: max(0, length - margins))
        var position = start
        return weights.indices.map { index in
            let width = before[index] + inner[index] + after[index]
            defer { position += width + gap }
            return (position, width)
        }
    }

    private static func shares(_ weights: [Double], of length: Double) -> [Double] {
        let total = weights.reduce(0, +)
        guard total > 0 else { return weights.map { _ in length / Double(max(1, weights.count)) } }
        return weights.map { max(0, length) * $0 / total }
    }
}
