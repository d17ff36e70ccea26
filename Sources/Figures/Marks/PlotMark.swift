extension Mark {
    static let plot = Mark(
        "plot",
        """
        Lines through points.

        `plot(y)` counts from 0, `plot(x, y)` takes places; `y` of shape `[N, K]` makes K lines.
        `plot(history)` of a record of lists shows learning curves: losses in one plot, other
        quantities beside it. For points without order use `scatter`.
        """,
        [
            .data("xs", .series, "places `[N]`, or the values if nothing follows, or a record"),
            .data(
                "ys", .numbers, default: FigureValue.none, "values `[N]`, or `[N, K]` for K lines"),
            MarkParameter(
                "style", .text, default: "-",
                "`-` `--` `:` `-.`, a marker of `o . s ^ v d x + *`, or both as in `o-`"),
            MarkParameter(
                "lineWidth", .number, default: .array(NumberArray(Metrics.lineWidth)),
                "width of lines in CSS pixels"),
        ], common: CommonOptions.everything,
        sample: Samples.plot
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        if case .record(let series) = arguments["xs"] {
            return try LearningCurves(series, arguments).figure()
        }
        let columns: [[Double]]
        let x: [Double]
        var axes = try arguments.axes()
        if arguments.has("ys") {
            x = try arguments.vector("xs").values
            columns = try arguments.columns("ys")
            if let column = columns.first {
                try arguments.requireEqual("x", x.count, "y", column.count)
            }
        } else {
            columns = try arguments.columns("xs")
            x = (0..<(columns.first?.count ?? 0)).map(Double.init)
            axes.hasIntegerX = true
        }
        return try arguments.figure(try arguments.lines(x, columns), axes)
    }
}

extension MarkArguments {
    /// An array of one or two axes as columns.
    func columns(_ name: String) throws(FigureError) -> [[Double]] {
        if case .arrays(let lists) = self[name], let first = lists.first {
            for list in lists {
                try requireEqual("\(name)[0]", first.values.count, name, list.values.count)
            }
            return lists.map(\.values)
        }
        let array = try array(name)
        switch array.rank {
        case 0, 1: return [array.values]
        case 2:
            let width = array.shape[1]
            guard width <= 200 else { throw wrongShape(name, "[N] or [N, K], K up to 200", array) }
            return (0..<width).map { column in
                stride(from: column, to: array.values.count, by: width).map { array.values[$0] }
            }
        default: throw wrongShape(name, "[N] or [N, K]", array)
        }
    }

    /// One line for each column.
    fileprivate func lines(
        _ x: [Double], _ columns: [[Double]]
    ) throws(FigureError) -> [any Layer] {
        let text = try optionalText("style") ?? "-"
        guard let style = LineStyle(text) else {
            throw .unknownChoice(
                mark: mark.name, parameter: "style", given: text, choices: LineStyle.examples)
        }
        let labels = try optionalTexts("label") ?? []
        if labels.count > 1 {
            try requireEqual("label", labels.count, "y", columns.count)
        }
        let (source, alpha) = (try colorSource(), try alpha())
        let width = try number("lineWidth", 0.1...50)
        return columns.enumerated().map { index, y in
            var layer = LineLayer(x: x, y: y, style: style, width: width)
            layer.label = labels.indices.contains(index) ? labels[index] : nil
            layer.alpha = alpha
            layer.colorSource = source
            return layer
        }
    }
}

/// Curves of a record of lists by epoch: losses in one plot, other quantities beside it. A
/// quantity and its `val…` share a colour, the latter is dashed.
private struct LearningCurves {
    private let series: [FigureValue.Series]
    private let arguments: MarkArguments
    private var x: [Double] = []
    private var xName = "step"

    /// Names that count epochs, or measure what is not learned.
    private static let counters = ["epoch", "step"]
    private static let ignored = ["seconds", "time"]

    init(_ all: [FigureValue.Series], _ arguments: MarkArguments) throws(FigureError) {
        self.arguments = arguments
        let counter = all.first { LearningCurves.counters.contains($0.name) }
        series = all.filter {
            // What is more than a number an epoch, such as a matrix, has no curve.
            $0.values.rank < 2
                && !(LearningCurves.counters + LearningCurves.ignored).contains($0.name)
        }
        let longest = series.map(\.values.values.count).max() ?? 0
        x = counter?.values.values ?? (0..<longest).map { Double($0 + 1) }
        // What was noted without a counter may be by epoch or by batch.
        xName = counter?.name ?? "step"
        for entry in series where entry.values.values.count > x.count {
            try arguments.requireEqual(
                xName, x.count, entry.name, entry.values.values.count)
        }
    }

    func figure() throws(FigureError) -> Figure {
        let groups = panels()
        var result: Figure?
        for names in groups {
            let panel = try panel(names, isAlone: groups.count == 1)
            result = try result?.beside(panel) ?? panel
        }
        guard var figure = result else { return try arguments.figure([]) }
        if groups.count > 1, case .grid(var grid) = figure.content {
            grid.title = try arguments.optionalText("title")
            figure.content = .grid(grid)
        }
        return try arguments.finished(figure)
    }

    private static func base(_ name: String) -> String {
        guard name.hasPrefix("val"), let first = name.dropFirst(3).first, first.isUppercase else {
            return name
        }
        return first.lowercased() + name.dropFirst(4)
    }

    private static func isLoss(_ name: String) -> Bool { name.lowercased().contains("loss") }

    /// Names of quantities by plot: losses, then those from 0 to 1, then each other alone.
    private func panels() -> [[String]] {
        var bases: [String] = []
        for name in series.map({ LearningCurves.base($0.name) }) where !bases.contains(name) {
            bases.append(name)
        }
        func isFraction(_ base: String) -> Bool {
            series.filter { LearningCurves.base($0.name) == base }
                .flatMap(\.values.values).allSatisfy { !$0.isFinite || (0...1).contains($0) }
        }
        let losses = bases.filter(LearningCurves.isLoss)
        let others = bases.filter { !LearningCurves.isLoss($0) }
        let fractions = others.filter(isFraction)
        let rest = others.filter { !isFraction($0) }.map { [$0] }
        return ([losses, fractions] + rest).filter { !$0.isEmpty }
    }

    private func panel(_ bases: [String], isAlone: Bool) throws(FigureError) -> Figure {
        var layers: [any Layer] = []
        let names = series.map(\.name).filter { bases.contains(LearningCurves.base($0)) }
        // Where the axis says which quantity it is, the legend need not.
        let isPair = bases.count == 1 && names.count == 2
        for base in bases {
            for entry in series where LearningCurves.base(entry.name) == base {
                let isValidation = entry.name != base
                var layer = LineLayer(x: x, y: entry.values.values)
                if isValidation { layer.style = LineStyle("--") ?? LineStyle() }
                layer.label = isPair ? (isValidation ? "validation" : "training") : entry.name
                layer.colorSource = isValidation && !layers.isEmpty ? .previous : .next
                layers.append(layer)
            }
        }
        var axes = AxesOptions()
        axes.xLabel = xName
        axes.yLabel = bases.count == 1 ? bases[0] : nil
        axes.hasIntegerX = true
        axes = try arguments.axes(axes)
        if !isAlone {
            axes.title = nil
            if !bases.contains(where: LearningCurves.isLoss) {
                axes.yKind = .linear
                axes.yRange = nil
            }
            axes.yLabel = bases.count == 1 ? bases[0] : nil
        }
        return Figure(Panel(layers: layers, axes: axes))
    }
}
