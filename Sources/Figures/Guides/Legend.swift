/// The list that names series and classes.
struct Legend: Sendable {
    let entries: [LegendEntry]
    private(set) var placement: LegendPlacement
    /// Labels as they fit.
    private var labels: [String] = []
    private var labelWidths: [Double] = []
    /// Widths that the rows below the plot may take.
    private var availableWidth = 0.0

    private static let size = Metrics.legendSize
    private static let rowHeight = 16.0
    private static let keyWidth = 20.0
    private static let keyGap = 6.0
    private static let padding = 6.0
    private static let offset = 6.0

    init(entries: [LegendEntry], placement: LegendPlacement) {
        self.entries = entries
        self.placement = entries.isEmpty ? .none : placement
    }

    /// Fits the labels and, if the place is left open, takes the corner that covers least, or the
    /// side of the plot if every corner covers something.
    mutating func decide(
        in area: PlotArea, obstacles: [Point], _ measurer: some TextMeasurer
    ) {
        guard placement != .none else { return }
        availableWidth = area.rect.width
        fit(labels: max(60, availableWidth - Legend.keyWidth - Legend.keyGap), measurer)
        if placement == .automatic { placement = freePlace(in: area, obstacles) }
        // Below the plot is room for long labels; elsewhere they take the plot's.
        if placement != .below { fit(labels: max(60, availableWidth * 0.4), measurer) }
    }

    private mutating func fit(labels width: Double, _ measurer: some TextMeasurer) {
        labels = entries.map {
            Lines.fitted($0.label, width: width, size: Legend.size, measurer)
        }
        labelWidths = labels.map { measurer.width(of: $0, size: Legend.size, weight: .regular) }
    }

    private func freePlace(in area: PlotArea, _ obstacles: [Point]) -> LegendPlacement {
        let corners: [LegendPlacement] = [.topRight, .topLeft, .bottomRight, .bottomLeft]
        let counts = corners.map { corner in
            let box = box(at: corner, in: area.rect).grown(by: 5)
            return obstacles.reduce(0) { $0 + (box.contains($1) ? 1 : 0) }
        }
        let best = counts.indices.min { counts[$0] < counts[$1] } ?? 0
        let isHigh = boxSize.height > area.rect.height * 0.55
        let isWide = boxSize.width > area.rect.width * 0.45
        if counts[best] == 0, !isHigh, !isWide { return corners[best] }
        return isWide ? .below : .right
    }

    /// The room it takes beside the plot.
    var rightMargin: Double { placement == .right ? boxSize.width + Legend.offset : 0 }

    /// The room it takes below the plot.
    var bottomMargin: Double {
        placement == .below ? Double(rows.count) * Legend.rowHeight + 8 : 0
    }

    private var boxSize: Size {
        Size(
            width: Legend.keyWidth + Legend.keyGap + (labelWidths.max() ?? 0) + 2 * Legend.padding,
            height: Double(entries.count) * Legend.rowHeight + 2 * Legend.padding - 3)
    }

    private func box(at corner: LegendPlacement, in rect: Rect) -> Rect {
        let size = boxSize
        let gap = Legend.offset
        let left = rect.x + gap
        let right = rect.right - gap - size.width
        let bottom = rect.bottom - gap - size.height
        switch corner {
        case .topLeft: return Rect(x: left, y: rect.y + gap, width: size.width, height: size.height)
        case .bottomLeft: return Rect(x: left, y: bottom, width: size.width, height: size.height)
        case .bottomRight:
            return Rect(x: right, y: bottom, width: size.width, height: size.height)
        case .right:
            return Rect(x: rect.right + gap, y: rect.y, width: size.width, height: size.height)
        case .topRight, .automatic, .below, .none:
            return Rect(x: right, y: rect.y + gap, width: size.width, height: size.height)
        }
    }

    /// Indices of entries, filled into rows of the available width.
    private var rows: [[Int]] {
        var result: [[Int]] = [[]]
        var used = 0.0
        for index in entries.indices {
            let width = cellWidth(index)
            if used + width > availableWidth, used > 0 {
                result.append([])
                used = 0
            }
            result[result.count - 1].append(index)
            used += width
        }
        return result
    }

    private func cellWidth(_ index: Int) -> Double {
        Legend.keyWidth + Legend.keyGap + labelWidths[index] + 16
    }

    // MARK: Drawing

    /// Draws the legend in or beside the plot. `bottom` is where the axis and its labels end.
    func draw(
        beside rect: Rect, rightEdge: Double, bottom: Double, theme: Theme,
        on canvas: inout some Canvas
    ) {
        guard placement != .none, !entries.isEmpty else { return }
        canvas.group("legend") { canvas in
            if placement == .below {
                drawRows(below: bottom, around: rect, theme: theme, on: &canvas)
                return
            }
            var box = box(at: placement, in: rect)
            if placement == .right {
                box.x = rightEdge + Legend.offset
            } else {
                canvas.fill(.rectangle(box), with: theme.background.opacity(0.85))
            }
            for index in entries.indices {
                let y = box.y + Legend.padding - 1.5 + (Double(index) + 0.5) * Legend.rowHeight
                drawEntry(
                    index, at: Point(box.x + Legend.padding, y), theme: theme, on: &canvas)
            }
        }
    }

    private func drawRows(
        below bottom: Double, around rect: Rect, theme: Theme, on canvas: inout some Canvas
    ) {
        for (number, row) in rows.enumerated() {
            let width = row.reduce(0) { $0 + cellWidth($1) } - 16
            var x = max(0, rect.center.x - width / 2)
            let y = bottom + 8 + (Double(number) + 0.5) * Legend.rowHeight
            for index in row {
                drawEntry(index, at: Point(x, y), theme: theme, on: &canvas)
                x += cellWidth(index)
            }
        }
    }

    private func drawEntry(
        _ index: Int, at point: Point, theme: Theme, on canvas: inout some Canvas
    ) {
        let entry = entries[index]
        let middle = Point(point.x + Legend.keyWidth / 2, point.y)
        if let swatch = entry.swatch {
            let box = Rect(x: middle.x - 7, y: point.y - 5, width: 14, height: 10)
            canvas.fill(.rectangle(box), with: swatch)
        }
        if let stroke = entry.stroke {
            canvas.line(point, Point(point.x + Legend.keyWidth, point.y), stroke)
        }
        if let marker = entry.marker {
            canvas.draw(Markers([middle], shape: marker, size: 6, color: entry.color))
        }
        canvas.draw(
            labels[index], at: Point(point.x + Legend.keyWidth + Legend.keyGap, point.y),
            style: TextStyle(size: Legend.size, color: theme.text, baseline: .center))
    }
}
