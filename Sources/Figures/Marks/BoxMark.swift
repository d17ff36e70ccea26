extension Mark {
    static let box = Mark(
        "box",
        """
        Box plots: median, quartiles, whiskers to the last value within 1.5 box lengths, outliers.

        With fewer than about ten values in a group show the points themselves.
        """,
        groupParameters, common: CommonOptions.figure + CommonOptions.axes,
        sample: Samples.box
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let groups = try arguments.groups("groups")
        var layer = BoxLayer(summaries: groups.map(BoxSummary.init))
        layer.alpha = try arguments.alpha()
        layer.colorSource = try arguments.colorSource()
        return try arguments.figure([layer], try arguments.groupAxes(groups.count))
    }

    static let violin = Mark(
        "violin",
        """
        Smoothed distributions of several samples, with median and quartiles.

        The smoothing invents a shape for small samples: use `box` for fewer than about 30 values.
        """,
        groupParameters, common: CommonOptions.figure + CommonOptions.axes,
        sample: Samples.violin
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let groups = try arguments.groups("groups")
        var layer = ViolinLayer(groups: groups)
        layer.alpha = try arguments.alpha()
        layer.colorSource = try arguments.colorSource()
        return try arguments.figure([layer], try arguments.groupAxes(groups.count))
    }

    private static let groupParameters: [MarkParameter] =
        [
            .data("groups", .groups, "lists of numbers, or rows of an array `[groups, N]`"),
            .data("names", .texts, default: FigureValue.none, "a name for each group"),
            MarkParameter(
                "color", .text, default: FigureValue.none,
                "a name or \"#rrggbb\"; else the next of the palette"),
            MarkParameter("alpha", .number, default: FigureValue.none, "opacity from 0 to 1"),
        ]
}

extension MarkArguments {
    /// Axes with a place for each group.
    fileprivate func groupAxes(_ count: Int) throws(FigureError) -> AxesOptions {
        var axes = try axes()
        if case .record(let series) = self["groups"], !has("names") {
            axes.xCategories = series.map(\.name)
        } else {
            let names = try optionalTexts("names") ?? (0..<count).map { String($0 + 1) }
            try requireEqual("groups", count, "names", names.count)
            axes.xCategories = names
        }
        axes.gridLines = .horizontal
        return axes
    }
}
