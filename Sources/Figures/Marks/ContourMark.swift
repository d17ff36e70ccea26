extension Mark {
    static let contour = Mark(
        "contour",
        """
        Lines of equal value of a function on a grid, or the bands between them.

        `contour(z)` counts rows and columns, `contour(x, y, z)` takes their places; row `i` of `z`
        belongs to `y[i]`.
        """,
        [
            .data("xs", .numbers, "places of the columns `[W]`, or the values if nothing follows"),
            .data("ys", .numbers, default: FigureValue.none, "places of the rows `[H]`"),
            .data("z", .numbers, default: FigureValue.none, "values `[H, W]`"),
            MarkParameter("filled", .boolean, default: true, "bands instead of lines"),
            MarkParameter(
                "levels", .numbers, default: 10, "about how many levels, or the levels themselves"),
            CommonOptions.map("sequential"),
            MarkParameter("label", .text, default: FigureValue.none, "name of the colour scale"),
            MarkParameter("alpha", .number, default: FigureValue.none, "opacity from 0 to 1"),
        ], common: CommonOptions.figure + CommonOptions.axes,
        sample: Samples.contour
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let hasPlaces = arguments.has("ys") || arguments.has("z")
        if hasPlaces, !arguments.has("z") { throw .missing(mark: "contour", parameter: "z") }
        if hasPlaces, !arguments.has("ys") { throw .missing(mark: "contour", parameter: "ys") }
        let z = try arguments.matrix(hasPlaces ? "z" : "xs")
        let x =
            hasPlaces
            ? try arguments.vector("xs").values : (0..<z.columns).map(Double.init)
        let y = hasPlaces ? try arguments.vector("ys").values : (0..<z.rows).map(Double.init)
        try arguments.requireEqual("x", x.count, "columns of z", z.columns)
        try arguments.requireEqual("y", y.count, "rows of z", z.rows)
        var layer = ContourLayer(
            x: x, y: y, z: z, levels: try arguments.levels(z.values),
            isFilled: try arguments.boolean("filled"), map: try arguments.map() ?? .sequential)
        layer.valueLabel = try arguments.label()
        layer.alpha = try arguments.alpha()
        var axes = AxesOptions()
        axes.isFramed = true
        axes.gridLines = .none
        return try arguments.figure([layer], try arguments.axes(axes))
    }
}

extension MarkArguments {
    /// The levels given, or round numbers over the range of the values.
    fileprivate func levels(_ values: [Double]) throws(FigureError) -> [Double] {
        let given = try array("levels")
        if given.rank > 0 {
            return Set(given.values.filter(\.isDrawable)).sorted()
        }
        let count = try integer("levels", 1...200)
        guard let extent = Extent(values, .linear) else { return [] }
        let scale = extent.scale(.linear, padding: 0)
        let step = Ticks.niceStep((scale.upper - scale.lower) / Double(count))
        let first = (scale.lower / step).rounded(.down)
        let last = (scale.upper / step).rounded(.down)
        guard first.magnitude < 1e15, last - first <= 1000 else { return [scale.lower] }
        // The first level is at or below the lowest value, so that bands cover everything.
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }
}
