extension Mark {
    static let scatter = Mark(
        "scatter",
        """
        Points.

        `color:` takes a colour as text, integers as classes, which the legend names by `classes:`,
        or other numbers as a scale beside the plot. From 20 000 points on they are drawn as a
        picture.
        """,
        [
            .data("xs", .numbers, "places `[N]`, or pairs `[N, 2]` if no values follow"),
            .data("ys", .numbers, default: FigureValue.none, "values `[N]`"),
            MarkParameter(
                "color", .color, default: FigureValue.none, "text, classes `[N]` or numbers `[N]`"),
            MarkParameter(
                "size", .numbers, default: 4,
                "diameter in points (1/72 inch), for all or each `[N]`"),
            MarkParameter("classes", .texts, default: FigureValue.none, "names of the classes"),
            CommonOptions.map("sequential"),
            MarkParameter(
                "label", .text, default: FigureValue.none, "name in the legend or of the scale"),
            MarkParameter("alpha", .number, default: FigureValue.none, "opacity from 0 to 1"),
        ], common: CommonOptions.figure + CommonOptions.axes + [CommonOptions.legend],
        sample: Samples.scatter
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let (x, y) = try arguments.pairs()
        var layer = PointLayer(x: x, y: y)
        layer.sizes = try arguments.vector("size").values
        if layer.sizes.count != 1 {
            try arguments.requireEqual("x", x.count, "size", layer.sizes.count)
        }
        if arguments.has("alpha") { layer.alpha = try arguments.alpha() }
        layer.isOutlined = x.count <= 3000
        try arguments.color(&layer)
        return try arguments.figure([layer])
    }
}

extension MarkArguments {
    /// Two lists of equal length, or the columns of an `[N, 2]` array.
    fileprivate func pairs() throws(FigureError) -> ([Double], [Double]) {
        guard has("ys") else {
            let array = try array("xs")
            guard array.rank == 2, array.shape[1] == 2 else {
                if array.values.isEmpty { return ([], []) }
                throw has("ys") || array.rank == 2
                    ? wrongShape("xs", "[N, 2]", array)
                    : .missing(mark: mark.name, parameter: "ys")
            }
            let places = stride(from: 0, to: array.values.count, by: 2)
            return (places.map { array.values[$0] }, places.map { array.values[$0 + 1] })
        }
        let (x, y) = (try vector("xs").values, try vector("ys").values)
        try requireEqual("x", x.count, "y", y.count)
        return (x, y)
    }

    fileprivate func color(_ layer: inout PointLayer) throws(FigureError) {
        layer.label = try label()
        guard case .array = self["color"] else {
            layer.colorSource = try colorSource()
            return
        }
        let numbers = try vector("color")
        try requireEqual("x", layer.x.count, "color", numbers.values.count)
        layer.colorSource = .none
        if numbers.isInteger {
            layer.coloring = .classes(
                numbers.values.map { clampedInt($0) }, names: try optionalTexts("classes") ?? [])
        } else {
            let scale = ColorScale.covering(numbers.values, map: try map() ?? .sequential)
            layer.coloring = .values(numbers.values, scale)
            layer.valueLabel = layer.label
            layer.label = nil
        }
    }
}
