/// The points at which a classifier is evaluated to show its decisions.
public struct DecisionGrid: Sendable {
    /// Points along each axis.
    public static let resolution = 150

    let xSpan: [Double]
    let ySpan: [Double]

    /// The grid around points `[N, 2]`, a tenth of their spread beyond them.
    init(around points: NumberArray) throws(FigureError) {
        guard points.rank == 2, points.shape[1] == 2 else {
            throw .wrongShape(
                mark: "decisionBoundary", parameter: "points", expected: "[N, 2]",
                given: points.shape)
        }
        func span(_ offset: Int) -> [Double] {
            let values = stride(from: offset, to: points.values.count, by: 2).map {
                points.values[$0]
            }
            let scale = Extent(values, .linear)?.scale(.linear, padding: 0.1)
            return scale.map { [$0.lower, $0.upper] } ?? [0, 1]
        }
        xSpan = span(0)
        ySpan = span(1)
    }

    /// The points `[resolution², 2]` of the grid around points `[N, 2]`, row by row from below.
    ///
    /// A mark with a parameter of kind `function` gets, in its place, what that function gives for
    /// these points.
    /// - Throws: ``FigureError/wrongShape(mark:parameter:expected:given:)``
    public static func points(around points: NumberArray) throws(FigureError) -> NumberArray {
        let grid = try DecisionGrid(around: points)
        func place(_ span: [Double], _ index: Int) -> Double {
            span[0] + (span[1] - span[0]) * Double(index) / Double(resolution - 1)
        }
        let values = (0..<resolution).flatMap { row in
            (0..<resolution).flatMap { [place(grid.xSpan, $0), place(grid.ySpan, row)] }
        }
        return NumberArray(shape: [resolution * resolution, 2], values: values)
            ?? NumberArray(values)
    }
}

extension Mark {
    static let decisionBoundary = Mark(
        "decisionBoundary",
        """
        What a classifier of two features decides where, and the points it learned from.

        `f` gets points `[G, 2]` and gives a logit `[G]` or `[G, 1]`, logits `[G, C]`, or classes
        as integers `[G]`.
        """,
        [
            .data("f", .function, "a model or function of points `[G, 2]`"),
            .data("points", .numbers, "points `[N, 2]`"),
            .data("targets", .numbers, default: FigureValue.none, "classes of the points `[N]`"),
            MarkParameter("classes", .texts, default: FigureValue.none, "names of the classes"),
            MarkParameter(
                "size", .number, default: 4.5, "diameter of points in points (1/72 inch)"),
        ], common: CommonOptions.figure + CommonOptions.labels + [CommonOptions.legend],
        sample: Samples.decisionBoundary
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let points = try arguments.array("points")
        let grid = try DecisionGrid(around: points)
        let side = DecisionGrid.resolution
        let region = RegionLayer(
            scores: try arguments.scores(count: side * side), rows: side, columns: side,
            xSpan: grid.xSpan, ySpan: grid.ySpan)
        let places = stride(from: 0, to: points.values.count, by: 2)
        var cloud = PointLayer(
            x: places.map { points.values[$0] }, y: places.map { points.values[$0 + 1] })
        cloud.sizes = [try arguments.number("size", 0...100)]
        cloud.isOutlined = true
        cloud.alpha = 1
        if let targets = try arguments.optionalVector("targets") {
            try arguments.requireEqual("points", cloud.x.count, "targets", targets.values.count)
            cloud.coloring = .classes(
                targets.values.map { clampedInt($0) },
                names: try arguments.optionalTexts("classes") ?? [])
        } else {
            cloud.colorSource = .none
        }
        var axes = AxesOptions()
        axes.isFramed = true
        axes.gridLines = .none
        axes.naturalSize = Size(width: 500, height: 400)
        return try arguments.figure([region, cloud], try arguments.axes(axes))
    }
}

extension MarkArguments {
    /// What the classifier gave, as one score for each class and point: `[class][point]`.
    fileprivate func scores(count: Int) throws(FigureError) -> [[Double]] {
        let output = try array("f")
        let shape = output.shape
        let isColumn = shape.count == 2 && shape[1] == 1
        guard shape.first == count, shape.count == 1 || shape.count == 2 else {
            throw wrongShape("f", "[\(count)] or [\(count), C]", output)
        }
        guard shape.count == 1 || isColumn else {
            let classes = shape[1]
            guard (2...100).contains(classes) else {
                throw wrongShape("f", "[\(count), C], C up to 100", output)
            }
            return (0..<classes).map { index in
                (0..<count).map { output.values[$0 * classes + index] }
            }
        }
        // One logit: positive means class 1.
        guard output.isInteger else {
            return [output.values.map { -$0 }, output.values]
        }
        let classes = output.values.map { clampedInt($0, 0...99) }
        return (0...max(1, classes.max() ?? 1)).map { index in
            classes.map { $0 == index ? 1 : 0 }
        }
    }
}
