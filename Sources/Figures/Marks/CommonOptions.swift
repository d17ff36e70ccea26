/// The options that marks have in common.
enum CommonOptions {
    /// Options of every figure.
    static let figure: [MarkParameter] = [
        MarkParameter("title", .text, default: FigureValue.none, "title above the plot"),
        MarkParameter(
            "width", .number, default: FigureValue.none, "width in CSS pixels, 96 to the inch"),
        MarkParameter("height", .number, default: FigureValue.none, "height in CSS pixels"),
        MarkParameter(
            "theme", .choice(Theme.all.map(\.name)), default: FigureValue.none,
            "colours of ground and axes"),
    ]

    /// Options of plots whose axes carry labels.
    static let labels: [MarkParameter] = [
        MarkParameter("x", .text, default: FigureValue.none, "label of the horizontal axis"),
        MarkParameter("y", .text, default: FigureValue.none, "label of the vertical axis"),
    ]

    /// Options of plots with two numeric axes.
    static let axes: [MarkParameter] =
        labels + [
            MarkParameter(
                "xRange", .range, default: FigureValue.none, "ends of the horizontal axis"),
            MarkParameter("yRange", .range, default: FigureValue.none, "ends of the vertical axis"),
            MarkParameter("logX", .boolean, default: false, "logarithmic horizontal axis"),
            MarkParameter("logY", .boolean, default: false, "logarithmic vertical axis"),
        ]

    static let legend = MarkParameter(
        "legend", .switchOr(LegendPlacement.allCases.map(\.rawValue)), default: true,
        "whether or where the legend stands")

    /// Options of drawn series.
    static let series: [MarkParameter] = [
        MarkParameter("label", .texts, default: FigureValue.none, "name in the legend"),
        MarkParameter(
            "color", .text, default: FigureValue.none,
            "a name or \"#rrggbb\"; else the next of the palette"),
        MarkParameter("alpha", .number, default: FigureValue.none, "opacity from 0 to 1"),
    ]

    static let everything = series + figure + axes + [legend]

    static func map(_ otherwise: FigureValue) -> MarkParameter {
        MarkParameter(
            "map", .choice(ColorMap.all.map(\.name)), default: otherwise, "colours of the values")
    }
}

extension MarkArguments {
    /// The axes that the common options describe, starting from what the mark prefers.
    func axes(_ start: AxesOptions = AxesOptions()) throws(FigureError) -> AxesOptions {
        var axes = start
        let names = Set(mark.parameters.map(\.name))
        axes.title = try optionalText("title") ?? axes.title
        // In `line` these two are places.
        let labels = Set(mark.parameters.filter { $0.kind == .text }.map(\.name))
        if labels.contains("x") { axes.xLabel = try optionalText("x") ?? axes.xLabel }
        if labels.contains("y") { axes.yLabel = try optionalText("y") ?? axes.yLabel }
        if names.contains("legend") { axes.legend = try legend() }
        guard names.contains("logX") else { return axes }
        axes.xRange = try range("xRange") ?? axes.xRange
        axes.yRange = try range("yRange") ?? axes.yRange
        if try boolean("logX") { axes.xKind = .logarithmic }
        if try boolean("logY") { axes.yKind = .logarithmic }
        for (name, ends, kind) in [
            ("xRange", axes.xRange, axes.xKind), ("yRange", axes.yRange, axes.yKind),
        ] {
            if let low = ends?.first, !kind.accepts(low) {
                throw .outOfRange(
                    mark: mark.name, parameter: name, rule: "positive on a logarithmic axis",
                    given: low)
            }
        }
        return axes
    }

    private func legend() throws(FigureError) -> LegendPlacement {
        if case .boolean(let isShown) = self["legend"] { return isShown ? .automatic : .none }
        let word = try choice("legend")
        return word.flatMap(LegendPlacement.init) ?? .automatic
    }

    /// A figure of one panel with the common options of size and theme.
    func figure(
        _ layers: [any Layer], _ axes: AxesOptions? = nil
    ) throws(FigureError) -> Figure {
        let resolved: AxesOptions
        if let axes { resolved = axes } else { resolved = try self.axes() }
        return try finished(Figure(Panel(layers: layers, axes: resolved)))
    }

    /// A figure with the size and theme that were asked for.
    func finished(_ figure: Figure) throws(FigureError) -> Figure {
        var result = figure
        if has("width") { result.requestedWidth = try number("width", 16...20_000) }
        if has("height") { result.requestedHeight = try number("height", 16...20_000) }
        result.theme = try choice("theme").flatMap(Theme.named)
        return result
    }

    /// The label of a single series.
    func label() throws(FigureError) -> String? { try optionalTexts("label")?.first }

    /// A colour map by name; nil if none was given.
    func map() throws(FigureError) -> ColorMap? { try choice("map").flatMap(ColorMap.named) }
}
