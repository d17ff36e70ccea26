/// The strip beside a plot that tells what colours mean, with its ticks.
struct PreparedColorBar: Sendable {
    let bar: ColorBar
    private let labels: TickLabels

    /// Ticks for a strip of about this height.
    init(_ bar: ColorBar, height: Double, _ measurer: some TextMeasurer) {
        self.bar = bar
        let scale = Scale(.linear, bar.scale.lower, bar.scale.upper)
        labels = .numbers(scale, length: height, axis: .y, integersOnly: false, measurer)
    }

    /// The room it takes beside the plot, in CSS pixels.
    var width: Double {
        let label = bar.label == nil ? 0 : Metrics.labelSize * 1.2 + Metrics.labelGap
        let common = labels.ticks.common == nil ? 0 : 14.0
        return Metrics.colorBarGap + Metrics.colorBarWidth + Metrics.tickLength + Metrics.tickGap
            + max(labels.width, common) + label + 2
    }

    func draw(beside rect: Rect, theme: Theme, on canvas: inout some Canvas) {
        let strip = Rect(
            x: rect.right + Metrics.colorBarGap, y: rect.y, width: Metrics.colorBarWidth,
            height: rect.height)
        canvas.group("colour bar") { canvas in
            canvas.draw(pixels(), in: strip, interpolation: bar.levels.isEmpty ? .smooth : .nearest)
            let frame = Stroke(theme.axis, width: 0.6)
            canvas.stroke(.rectangle(strip), with: frame)
            drawTicks(beside: strip, theme: theme, on: &canvas)
        }
    }

    /// A column of colours, the highest value on top.
    private func pixels() -> PixelImage {
        let count = 256
        var image = PixelImage(width: 1, height: count)
        for row in 0..<count {
            var fraction = 1 - (Double(row) + 0.5) / Double(count)
            if !bar.levels.isEmpty {
                let value = bar.scale.lower + fraction * (bar.scale.upper - bar.scale.lower)
                fraction = ContourBands.fraction(of: value, levels: bar.levels, scale: bar.scale)
            }
            image.set(0, row, bar.scale.map.color(at: fraction))
        }
        return image
    }

    private func drawTicks(beside strip: Rect, theme: Theme, on canvas: inout some Canvas) {
        let scale = Scale(.linear, bar.scale.lower, bar.scale.upper)
        let style = TextStyle(size: Metrics.tickSize, color: theme.faintText, baseline: .center)
        for tick in labels.ticks.major {
            guard let place = scale.fraction(tick.value) else { continue }
            let y = strip.bottom - place * strip.height
            let end = strip.right + Metrics.tickLength
            canvas.line(
                Point(strip.right, y), Point(end, y), Stroke(theme.axis, width: Metrics.axisWidth))
            canvas.draw(tick.label, at: Point(end + Metrics.tickGap, y), style: style)
        }
        if let common = labels.ticks.common {
            var above = style
            above.baseline = .bottom
            canvas.draw(common, at: Point(strip.x, strip.y - 3), style: above)
        }
        if let label = bar.label {
            let x =
                strip.right + Metrics.tickLength + Metrics.tickGap + labels.width
                + Metrics.labelGap + Metrics.labelSize * 0.6
            canvas.draw(
                label, at: Point(x, strip.center.y),
                style: TextStyle(
                    size: Metrics.labelSize, color: theme.text, anchor: .middle, baseline: .center,
                    rotation: 90))
        }
    }
}
