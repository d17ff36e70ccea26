extension PreparedPanel {
    /// Draws the plot with its margins given: those of its row and column.
    func draw(in rect: Rect, margins: Insets, on canvas: inout some Canvas) {
        let area = area(in: rect.inset(by: margins))
        canvas.group("plot") { canvas in
            if axes.isVisible { drawGrid(area, on: &canvas) }
            canvas.clip(to: area.rect) { canvas in
                let layers = Array(zip(panel.layers, colors))
                // A band would dull the lines that were added before it.
                let bands = layers.filter { $0.0 is BandLayer }
                for (layer, color) in bands + layers.filter({ !($0.0 is BandLayer) }) {
                    let context = LayerContext(area: area, theme: theme, color: color)
                    layer.draw(context, on: &canvas)
                }
            }
            if axes.isVisible {
                drawAxisLines(area.rect, on: &canvas)
                drawTicks(area, on: &canvas)
                drawLabels(area.rect, in: rect, on: &canvas)
            }
            if !axes.isVisible {
                // A picture that is white at its edge needs one.
                canvas.stroke(
                    .rectangle(area.rect), with: Stroke(theme.axis.opacity(0.35), width: 0.6))
            }
            drawTitle(area.rect, on: &canvas)
            colorBar?.draw(beside: area.rect, theme: theme, on: &canvas)
            legend.draw(
                beside: area.rect, rightEdge: area.rect.right + (colorBar?.width ?? 0),
                bottom: area.rect.bottom + self.margins.bottom - legend.bottomMargin, theme: theme,
                on: &canvas)
        }
    }

    private func drawGrid(_ area: PlotArea, on canvas: inout some Canvas) {
        let stroke = Stroke(theme.grid, width: Metrics.gridWidth)
        var path = Path()
        if axes.gridLines == .both || axes.gridLines == .vertical {
            for x in xLabels.ticks.values.compactMap(area.horizontal) {
                path.pieces.append(
                    .init([Point(x, area.rect.y), Point(x, area.rect.bottom)], isClosed: false))
            }
        }
        if axes.gridLines == .both || axes.gridLines == .horizontal {
            for y in yLabels.ticks.values.compactMap(area.vertical) {
                path.pieces.append(
                    .init([Point(area.rect.x, y), Point(area.rect.right, y)], isClosed: false))
            }
        }
        if !path.pieces.isEmpty { canvas.stroke(path, with: stroke) }
    }

    private func drawAxisLines(_ rect: Rect, on canvas: inout some Canvas) {
        let stroke = Stroke(theme.axis, width: Metrics.axisWidth)
        if axes.isFramed {
            canvas.stroke(.rectangle(rect), with: stroke)
            return
        }
        let corners = [
            Point(rect.x, rect.y), Point(rect.x, rect.bottom), Point(rect.right, rect.bottom),
        ]
        canvas.stroke(.line(corners), with: stroke)
    }

    private func drawTicks(_ area: PlotArea, on canvas: inout some Canvas) {
        let rect = area.rect
        var path = Path()
        func add(_ from: Point, _ to: Point) {
            path.pieces.append(.init([from, to], isClosed: false))
        }
        func mark(_ values: [Double], _ axis: Axis, _ length: Double) {
            for value in values {
                if axis == .x, let x = area.horizontal(value) {
                    add(Point(x, rect.bottom), Point(x, rect.bottom + length))
                } else if axis == .y, let y = area.vertical(value) {
                    add(Point(rect.x, y), Point(rect.x - length, y))
                }
            }
        }
        if axes.hasTicks {
            if axes.gridLines != .horizontal || axes.xCategories == nil {
                mark(xLabels.ticks.values, .x, Metrics.tickLength)
            }
            mark(yLabels.ticks.values, .y, Metrics.tickLength)
            mark(xLabels.ticks.minor, .x, Metrics.minorTickLength)
            mark(yLabels.ticks.minor, .y, Metrics.minorTickLength)
        }
        if !path.pieces.isEmpty {
            canvas.stroke(path, with: Stroke(theme.axis, width: Metrics.axisWidth))
        }
        drawTickLabels(area, on: &canvas)
    }

    private func drawTickLabels(_ area: PlotArea, on canvas: inout some Canvas) {
        let rect = area.rect
        let toLabel = (axes.hasTicks ? Metrics.tickLength : 1) + Metrics.tickGap
        var style = TextStyle(
            size: Metrics.tickSize, color: theme.faintText, anchor: .end, baseline: .center)
        for tick in yLabels.ticks.major {
            guard let y = area.vertical(tick.value) else { continue }
            canvas.draw(tick.label, at: Point(rect.x - toLabel, y), style: style)
        }
        if xLabels.rotation == 0 {
            style.anchor = .middle
            style.baseline = .top
        }
        style.rotation = xLabels.rotation
        let drop = xLabels.rotation == 0 ? 0 : 3.0
        for tick in xLabels.ticks.major {
            guard let x = area.horizontal(tick.value) else { continue }
            canvas.draw(
                tick.label, at: Point(x + drop, rect.bottom + toLabel - 1 + drop), style: style)
        }
        style.rotation = 0
        if let common = yLabels.ticks.common {
            style.anchor = .start
            style.baseline = .bottom
            canvas.draw(common, at: Point(rect.x, rect.y - 4), style: style)
        }
        if let common = xLabels.ticks.common {
            style.anchor = .end
            style.baseline = .top
            let y = rect.bottom + toLabel + xLabels.depth + 2
            canvas.draw(common, at: Point(rect.right, y), style: style)
        }
    }

    private func drawLabels(_ area: Rect, in rect: Rect, on canvas: inout some Canvas) {
        let toLabel = (axes.hasTicks ? Metrics.tickLength : 1) + Metrics.tickGap
        var style = TextStyle(size: Metrics.labelSize, color: theme.text, anchor: .middle)
        if let label = axes.xLabel {
            style.baseline = .top
            let y = area.bottom + toLabel + xLabels.depth + Metrics.labelGap - 2
            let text = Lines.fitted(label, width: rect.width, size: style.size, canvas)
            canvas.draw(text, at: Point(area.center.x, y), style: style)
        }
        if let label = axes.yLabel {
            style.baseline = .center
            style.rotation = 90
            let x = area.x - toLabel - yLabels.width - Metrics.labelGap - style.size * 0.5
            let text = Lines.fitted(label, width: rect.height, size: style.size, canvas)
            canvas.draw(text, at: Point(x, area.center.y), style: style)
        }
    }

    private func drawTitle(_ area: Rect, on canvas: inout some Canvas) {
        let lineHeight = axes.titleSize * 1.25
        var y = area.y - (axes.isVisible ? 7 : 3)
        if axes.isVisible, hasFactorLine { y -= Metrics.tickSize + 6 }
        y -= Double(titleLines.count - 1) * lineHeight
        let style = TextStyle(
            size: axes.titleSize, color: theme.text,
            weight: axes.isVisible || axes.titleSize >= Metrics.titleSize ? .bold : .regular,
            anchor: .middle, baseline: .bottom)
        for line in titleLines {
            canvas.draw(line, at: Point(area.center.x, y), style: style)
            y += lineHeight
        }
    }
}
