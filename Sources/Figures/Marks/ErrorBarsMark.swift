extension Mark {
    static let errorBars = Mark(
        "errorBars",
        """
        Points with upright error bars, and optionally a line through them.

        For many points on a curve `band` is easier to read.
        """,
        [
            .data("xs", .numbers, "places `[N]`"),
            .data("ys", .numbers, "values `[N]`"),
            .data(
                "errors", .numbers,
                "half lengths `[N]`, one number, or `[N, 2]` for below and above"),
        ], common: CommonOptions.everything,
        sample: Samples.errorBars
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let x = try arguments.vector("xs").values
        let y = try arguments.vector("ys").values
        try arguments.requireEqual("x", x.count, "y", y.count)
        let errors = try arguments.errors(count: x.count)
        let bars = x.indices.map {
            ErrorBar(x: x[$0], y: y[$0], low: errors[$0].0, high: errors[$0].1)
        }
        var layer = ErrorBarLayer(bars: bars)
        layer.label = try arguments.label()
        layer.alpha = try arguments.alpha()
        layer.colorSource = try arguments.colorSource(layer.label == nil ? .previous : .next)
        return try arguments.figure([layer])
    }

    static let band = Mark(
        "band",
        """
        The area between two curves: an interval around a line.

        In `plot(x, y) + band(x, low, high)` it takes the colour of the line.
        """,
        [
            .data("xs", .numbers, "places `[N]`"),
            .data("low", .numbers, "lower curve `[N]`"),
            .data("high", .numbers, "upper curve `[N]`"),
        ], common: CommonOptions.everything,
        sample: Samples.band
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let x = try arguments.vector("xs").values
        let (low, high) = (try arguments.vector("low").values, try arguments.vector("high").values)
        try arguments.requireEqual("x", x.count, "low", low.count)
        try arguments.requireEqual("x", x.count, "high", high.count)
        var layer = BandLayer(x: x, low: low, high: high)
        layer.label = try arguments.label()
        if arguments.has("alpha") { layer.alpha = try arguments.alpha() }
        layer.colorSource = try arguments.colorSource(.previous)
        return try arguments.figure([layer])
    }
}

extension MarkArguments {
    /// Lengths below and above for each point.
    fileprivate func errors(count: Int) throws(FigureError) -> [(Double, Double)] {
        let array = try array("errors")
        if array.rank == 2, array.shape[1] == 2 {
            try requireEqual("x", count, "error", array.shape[0])
            return (0..<count).map {
                (array.values[2 * $0].magnitude, array.values[2 * $0 + 1].magnitude)
            }
        }
        let values = try vector("errors").values
        if values.count == 1 {
            return Array(repeating: (values[0].magnitude, values[0].magnitude), count: count)
        }
        try requireEqual("x", count, "error", values.count)
        return values.map { ($0.magnitude, $0.magnitude) }
    }
}
