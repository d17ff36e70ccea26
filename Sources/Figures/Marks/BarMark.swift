extension Mark {
    static let bar = Mark(
        "bar",
        """
        Bars from zero, one for each name.

        Values of shape `[N, K]` make K bars beside each other for each name; `label:` names them.
        For the distribution of a sample use `hist`, for several samples `box`.
        """,
        [
            .data("names", .texts, "names `[N]`, texts or numbers"),
            .data("values", .numbers, "heights `[N]` or `[N, K]`"),
            MarkParameter(
                "errors", .numbers, default: FigureValue.none,
                "half lengths of error bars, as `values`"),
        ], common: CommonOptions.everything,
        sample: Samples.bar
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let names = try arguments.optionalTexts("names") ?? []
        let columns = try arguments.columns("values")
        let errors = arguments.has("errors") ? try arguments.columns("errors") : nil
        if let column = columns.first {
            try arguments.requireEqual("names", names.count, "values", column.count)
        }
        if let errors {
            try arguments.requireEqual(
                "values", columns.joined().count, "errors", errors.joined().count)
            try arguments.requireEqual("values", columns.count, "errors", errors.count)
        }
        var axes = try arguments.axes()
        axes.xCategories = names
        axes.gridLines = .horizontal
        let labels = try arguments.optionalTexts("label") ?? []
        let (source, alpha) = (try arguments.colorSource(), try arguments.alpha())
        let width = 0.72 / Double(max(1, columns.count))
        let layers = columns.enumerated().map { series, column in
            let bars = column.enumerated().map { index, value in
                let left = Double(index) - 0.36 + Double(series) * width
                return BarLayer.Bar(
                    left: left, right: left + width, value: value, error: errors?[series][index])
            }
            var layer = BarLayer(bars: bars)
            layer.label = labels.indices.contains(series) ? labels[series] : nil
            layer.colorSource = source
            layer.alpha = alpha
            return layer
        }
        return try arguments.figure(layers, axes)
    }

    static let histogram = Mark(
        "hist",
        """
        How often values fall into bins of equal width.

        Several samples compare better as `box` or `violin`.
        """,
        [
            .data("values", .numbers, "the sample, of any shape"),
            MarkParameter("bins", .number, default: 30, "number of bins"),
            MarkParameter(
                "density", .boolean, default: false, "areas that sum to 1 instead of counts"),
        ], common: CommonOptions.everything,
        sample: Samples.histogram
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let values = try arguments.array("values").values.filter(\.isDrawable)
        let count = try arguments.integer("bins", 1...10_000)
        let isDensity = try arguments.boolean("density")
        var layer = BarLayer(
            bars: histogramBars(
                values, count: count, isDensity: isDensity, range: try arguments.range("xRange")))
        layer.isTouching = true
        layer.label = try arguments.label()
        layer.alpha = try arguments.alpha()
        layer.colorSource = try arguments.colorSource()
        var axes = try arguments.axes()
        axes.gridLines = .horizontal
        if axes.yLabel == nil { axes.yLabel = isDensity ? "density" : "count" }
        return try arguments.figure([layer], axes)
    }

    /// Bars over bins of equal width; the last bin includes its end.
    private static func histogramBars(
        _ values: [Double], count: Int, isDensity: Bool, range: [Double]?
    ) -> [BarLayer.Bar] {
        guard let extent = range.map({ Extent($0[0], $0[1]) }) ?? Extent(values, .linear) else {
            return []
        }
        // All values equal: one bin around them instead of an empty range.
        let scale = extent.scale(.linear, padding: 0)
        let inside = values.filter { $0 >= scale.lower && $0 <= scale.upper }
        var counts = Array(repeating: 0, count: count)
        for value in inside {
            let part = (value - scale.lower) / (scale.upper - scale.lower)
            counts[clampedInt(part * Double(count), 0...count - 1)] += 1
        }
        let width = (scale.upper - scale.lower) / Double(count)
        let unit = isDensity ? 1 / (width * Double(max(1, inside.count))) : 1
        return counts.enumerated().map { index, count in
            let left = scale.lower + Double(index) * width
            return BarLayer.Bar(left: left, right: left + width, value: Double(count) * unit)
        }
    }
}
