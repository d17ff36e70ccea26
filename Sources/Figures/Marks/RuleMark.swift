extension Mark {
    static let line = Mark(
        "line",
        """
        Straight lines across a plot, at places of the horizontal axis (`x:`) or of the vertical
        one (`y:`), to be laid over another figure with `+`.
        """,
        [
            MarkParameter(
                "x", .numbers, default: FigureValue.none, "place or places on the horizontal axis"),
            MarkParameter(
                "y", .numbers, default: FigureValue.none, "place or places on the vertical axis"),
            MarkParameter("style", .text, default: "--", "`-` `--` `:` `-.`"),
        ], common: CommonOptions.series + CommonOptions.figure,
        sample: Samples.line
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        guard arguments.has("x") || arguments.has("y") else {
            throw .missing(mark: "line", parameter: "x")
        }
        let text = try arguments.optionalText("style") ?? "--"
        guard let style = LineStyle(text), style.isLine, style.marker == nil else {
            throw .unknownChoice(
                mark: "line", parameter: "style", given: text, choices: ["-", "--", ":", "-."])
        }
        let (source, alpha) = (try arguments.colorSource(.none), try arguments.alpha())
        let label = try arguments.label()
        var layers: [any Layer] = []
        for (name, axis) in [("x", Axis.x), ("y", Axis.y)] {
            for value in try arguments.optionalVector(name)?.values ?? [] {
                var layer = RuleLayer(axis: axis, value: value, style: style)
                layer.label = layers.isEmpty ? label : nil
                layer.alpha = alpha
                layer.colorSource = source
                layers.append(layer)
            }
        }
        return try arguments.figure(layers)
    }

    static let text = Mark(
        "text",
        """
        Words at places of a plot, to be laid over another figure with `+`.
        """,
        [
            .data("xs", .numbers, "places `[N]` or one number"),
            .data("ys", .numbers, "values `[N]` or one number"),
            .data("words", .texts, "a text for each point"),
            MarkParameter("size", .number, default: 11, "font size in CSS pixels"),
            MarkParameter(
                "anchor", .choice(["start", "middle", "end"]), default: "middle",
                "which part of the text stands at the place"),
            MarkParameter("angle", .number, default: 0, "degrees, counter-clockwise"),
            MarkParameter(
                "color", .text, default: FigureValue.none, "a name or \"#rrggbb\"; else ink"),
            MarkParameter("alpha", .number, default: FigureValue.none, "opacity from 0 to 1"),
        ], common: CommonOptions.figure + CommonOptions.axes,
        sample: Samples.text
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let (x, y) = (try arguments.vector("xs").values, try arguments.vector("ys").values)
        let words = try arguments.optionalTexts("words") ?? []
        try arguments.requireEqual("x", x.count, "y", y.count)
        try arguments.requireEqual("x", x.count, "words", words.count)
        var layer = TextLayer(
            items: x.indices.map { TextLayer.Item(x: x[$0], y: y[$0], text: words[$0]) })
        layer.size = try arguments.number("size", 1...200)
        layer.rotation = try arguments.number("angle", -360...360)
        layer.anchor =
            try arguments.choice("anchor").flatMap(TextStyle.Anchor.init) ?? .middle
        layer.alpha = try arguments.alpha()
        layer.colorSource = try arguments.colorSource(.none)
        return try arguments.figure([layer])
    }

    static let quiver = Mark(
        "quiver",
        """
        Arrows `(u, v)` at points `(x, y)`: gradients, flows.
        """,
        [
            .data("xs", .numbers, "places `[N]`"),
            .data("ys", .numbers, "places `[N]`"),
            .data("us", .numbers, "horizontal parts `[N]`"),
            .data("vs", .numbers, "vertical parts `[N]`"),
            MarkParameter(
                "scale", .number, default: FigureValue.none,
                "length of an arrow in units of the axes for a vector of length 1; "
                    + "by default arrows fit between their neighbours"),
        ], common: CommonOptions.everything,
        sample: Samples.quiver
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let x = try arguments.vector("xs").values
        var parts: [[Double]] = []
        for (name, shown) in [("ys", "y"), ("us", "u"), ("vs", "v")] {
            let values = try arguments.vector(name).values
            try arguments.requireEqual("x", x.count, shown, values.count)
            parts.append(values)
        }
        let scale =
            try arguments.optionalNumber("scale")
            ?? arrowScale(x, parts[0], parts[1], parts[2])
        let arrows = x.indices.map { index in
            ArrowLayer.Arrow(
                x: x[index], y: parts[0][index], toX: x[index] + scale * parts[1][index],
                toY: parts[0][index] + scale * parts[2][index])
        }
        var layer = ArrowLayer(arrows: arrows)
        layer.label = try arguments.label()
        layer.alpha = try arguments.alpha()
        layer.colorSource = try arguments.colorSource()
        return try arguments.figure([layer])
    }

    /// The factor that makes the longest arrow as long as points are apart on a square grid.
    private static func arrowScale(
        _ x: [Double], _ y: [Double], _ u: [Double], _ v: [Double]
    ) -> Double {
        let longest = zip(u, v).map { ($0 * $0 + $1 * $1).squareRoot() }.filter(\.isDrawable).max()
        guard let longest, longest > 0, let xs = Extent(x, .linear), let ys = Extent(y, .linear)
        else { return 1 }
        let side = max(xs.upper - xs.lower, ys.upper - ys.lower)
        let spacing = side / max(1, Double(x.count).squareRoot() - 1)
        return spacing > 0 ? 0.9 * spacing / longest : 1
    }
}
