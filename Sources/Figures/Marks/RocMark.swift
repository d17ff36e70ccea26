extension Mark {
    static let rocPlot = Mark(
        "rocPlot",
        """
        The receiver operating characteristic: the rate of true positives over that of false ones
        as the threshold falls, with the area under the curve.
        """,
        [
            .data(
                "scores", .numbers,
                "how likely each example is positive `[N]`: logits or probabilities"),
            .data("targets", .numbers, "1 or true for the positive examples `[N]`"),
        ],
        common: CommonOptions.series + CommonOptions.figure + CommonOptions.labels
            + [CommonOptions.legend],
        sample: Samples.rocPlot
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let scores = try arguments.vector("scores").values
        let targets = try arguments.vector("targets").values
        try arguments.requireEqual("scores", scores.count, "targets", targets.count)
        let curve = RocCurve(scores: scores, isPositive: targets.map { $0 > 0.5 })
        var line = LineLayer(x: curve.falseRates, y: curve.trueRates)
        let area = curve.area.isNaN ? nil : "AUC " + NumberText.fixed(curve.area, decimals: 3)
        let words = [try arguments.label(), area].compactMap { $0 }
        line.label = words.isEmpty ? nil : words.joined(separator: ", ")
        line.alpha = try arguments.alpha()
        line.colorSource = try arguments.colorSource()
        var chance = LineLayer(x: [0, 1], y: [0, 1], style: LineStyle(":") ?? LineStyle())
        chance.width = 1.1
        chance.colorSource = .fixed(Color.names["gray"].map(Color.init(hex:)) ?? .black)
        var axes = AxesOptions()
        axes.xLabel = "false positive rate"
        axes.yLabel = "true positive rate"
        axes.hasEqualUnits = true
        axes.naturalSize = Size(width: 400, height: 400)
        return try arguments.figure([chance, line], try arguments.axes(axes))
    }
}

/// A receiver operating characteristic.
struct RocCurve: Equatable, Sendable {
    private(set) var falseRates = [0.0]
    private(set) var trueRates = [0.0]
    /// Area under the curve by trapezoids; nan unless there are positives and negatives.
    private(set) var area = 0.0

    /// Examples whose score is not a number are left out; equal scores are one step.
    /// - Source: T. Fawcett, "An introduction to ROC analysis", 2006, algorithms 1 and 2.
    init(scores: [Double], isPositive: [Bool]) {
        let order = scores.indices.filter { !scores[$0].isNaN }.sorted { scores[$0] > scores[$1] }
        let positives = order.filter { isPositive[$0] }.count
        let negatives = order.count - positives
        guard positives > 0, negatives > 0 else {
            area = .nan
            falseRates = [0, 1]
            trueRates = [.nan, .nan]
            return
        }
        var (hits, alarms) = (0, 0)
        for (place, index) in order.enumerated() {
            if isPositive[index] { hits += 1 } else { alarms += 1 }
            let isTied = place + 1 < order.count && scores[order[place + 1]] == scores[index]
            guard !isTied else { continue }
            let (x, y) = (Double(alarms) / Double(negatives), Double(hits) / Double(positives))
            area += (x - (falseRates.last ?? 0)) * (y + (trueRates.last ?? 0)) / 2
            falseRates.append(x)
            trueRates.append(y)
        }
    }
}
