import Testing

@testable import Figures

@Suite("Degenerate data")
struct DegenerateDataTests {
    static let lists: [[Double]] = [
        [], [1], [0], [2, 2, 2], [.nan], [.nan, 1, .infinity, 2, -.infinity], [1e300, -1e300],
        [1e308, -1e308, 1], [.leastNormalMagnitude, 0], [-1, 0, -2], [1, 1 + 1e-15],
        [.leastNonzeroMagnitude, 1],
    ]

    private func check(_ mark: String, _ arguments: [String: FigureValue]) throws {
        for logarithmic in [false, true] {
            var arguments = arguments
            let known = Mark.named(mark)?.parameters.contains { $0.name == "logY" } ?? false
            if logarithmic, !known { continue }
            if known {
                arguments["logX"] = .boolean(logarithmic)
                arguments["logY"] = .boolean(logarithmic)
            }
            let numbers = drawnNumbers(try figure(mark, arguments))
            // Neither nan nor far off the page, where drawing libraries lose count.
            let areGood = numbers.allSatisfy { $0.magnitude < 1e5 }
            #expect(areGood, "\(mark) \(arguments)")
        }
    }

    @Test("marks of one list draw whatever is in it", arguments: lists)
    func oneList(values: [Double]) throws {
        let numbers = FigureValue.numbers(values)
        try check("plot", ["xs": numbers])
        try check("plot", ["xs": numbers, "style": "o"])
        try check("hist", ["values": numbers])
        try check("box", ["groups": .rows([values])])
        try check("violin", ["groups": .rows([values, values])])
        try check("bar", ["names": .texts(values.indices.map(String.init)), "values": numbers])
        try check("line", ["x": numbers, "y": numbers])
        try check("spectrogram", ["samples": numbers])
    }

    @Test("marks of several lists draw whatever is in them", arguments: lists)
    func severalLists(values: [Double]) throws {
        let (x, y) = (FigureValue.numbers(values), FigureValue.numbers(values.reversed()))
        let words = FigureValue.texts(values.map { _ in "word" })
        try check("scatter", ["xs": x, "ys": y, "color": x])
        try check("errorBars", ["xs": x, "ys": y, "errors": x])
        try check("band", ["xs": x, "low": y, "high": x])
        try check("quiver", ["xs": x, "ys": y, "us": x, "vs": y])
        try check("text", ["xs": x, "ys": y, "words": words])
        try check("rocPlot", ["scores": x, "targets": .integers(values.indices.map { $0 % 2 })])
        try check("scatter", ["xs": x, "ys": y, "size": .numbers(values.isEmpty ? [4] : values)])
    }

    @Test("marks of matrices draw whatever is in them", arguments: lists)
    func matrices(values: [Double]) throws {
        for rows in [[values], values.map { [$0] }, [values, values, values]] {
            let matrix = FigureValue.rows(rows)
            try check("heatmap", ["z": matrix, "values": true])
            try check("contour", ["xs": matrix])
            try check("contour", ["xs": matrix, "filled": false])
            guard !values.isEmpty else { continue }
            try check("image", ["pixels": matrix])
            try check("image", ["pixels": matrix, "range": "auto"])
        }
    }

    @Test("what lies outside given ranges is cut off")
    func outside() throws {
        try check(
            "plot",
            [
                "xs": .numbers([0.5, 1, 1e200, 2]), "ys": .numbers([1e250, 1, 2, 1e-250]),
                "xRange": .numbers([1, 2]), "yRange": .numbers([1, 1.5]),
            ])
    }

    @Test("numbers without a place interrupt a line")
    func gaps() throws {
        let line = LineLayer(x: [0, 1, 2, 3, 4, 5], y: [1, 2, .nan, 3, 4, 5])
        var canvas = TextCanvas()
        let area = PlotArea(
            rect: Rect(x: 0, y: 0, width: 50, height: 50), x: Scale(.linear, 0, 5),
            y: Scale(.linear, 0, 5), isYDown: false)
        line.draw(LayerContext(area: area, theme: .light, color: .black), on: &canvas)
        #expect(canvas.text == "stroke #000000 1.6 0,40 10,30 | 30,20 40,10 50,0\n")
    }

    @Test("a million points of a line become a few thousand that reach as high and low")
    func million() throws {
        var points = (0..<1_000_000).map { (index: Int) -> Point in
            Point(Double(index) / 2500, Double(index * 7919 % 1000))
        }
        points[777_777].y = -99
        let kept = Decimation.line(points)
        #expect(kept.count < 5000)
        #expect(kept.first == points.first && kept.last == points.last)
        #expect(kept.contains(points[777_777]))
    }

    @Test("a huge cloud of points becomes one picture")
    func cloud() throws {
        let count = MarkerCloud.pictureThreshold
        let x = (0..<count).map { Double($0 % 173) }
        let y = (0..<count).map { Double($0 % 211) }
        let text = displayList(try figure("scatter", ["xs": .numbers(x), "ys": .numbers(y)]))
        #expect(text.contains("image "))
        #expect(text.count < 10_000)
    }
}
