import Testing

@testable import Figures

@Suite("Composition")
struct CompositionTests {
    private func line(_ scale: Double, title: String? = nil) throws -> Figure {
        try figure(
            "plot",
            [
                "xs": .numbers([1, 2, 3].map { $0 * scale }), "x": "step", "y": "loss",
                "title": title.map(FigureValue.text) ?? .none,
            ])
    }

    private func cells() throws -> Figure {
        try figure("heatmap", ["z": .rows([[1, 2], [3, 4]]), "values": true])
    }

    @Test("layouts draw as recorded")
    func snapshots() throws {
        let (a, b) = (try line(1, title: "A"), try line(1000))
        try expectSnapshot(displayList(a.beside(b).above(try cells())), named: "layout-nested")
        try expectSnapshot(displayList(try a.overlaid(with: try rule())), named: "layout-overlay")
        let grid = try Figure.grid(
            rows: 2, columns: 2, figures: [a, b, try cells()], title: "Three of four")
        try expectSnapshot(displayList(grid), named: "layout-grid")
        try expectSnapshot(displayList(a.beside(b).themed(.dark)), named: "layout-dark")
        try expectSnapshot(displayList(try history()), named: "layout-history")
    }

    private func rule() throws -> Figure {
        try figure("line", ["y": 2, "label": "limit"])
    }

    private func history() throws -> Figure {
        try figure(
            "plot",
            [
                "xs": .record([
                    .init("epoch", NumberArray([1, 2, 3])),
                    .init("loss", NumberArray([2.3, 1.1, 0.6])),
                    .init("accuracy", NumberArray([0.3, 0.6, 0.8])),
                    .init("valLoss", NumberArray([2.4, 1.3, 0.9])),
                    .init("valAccuracy", NumberArray([0.25, 0.55, 0.7])),
                ])
            ])
    }

    /// The clip rectangles of the plots: their areas.
    private func areas(_ figure: Figure) -> [[Double]] {
        displayList(figure).split(separator: "\n").filter { $0.contains("clip ") }.map { text in
            text.split { !"-.0123456789".contains($0) }.compactMap { Double($0) }
        }
    }

    @Test("plots side by side have level axes, stacked ones share their left edge")
    func alignment() throws {
        let (a, b) = (try line(1, title: "A"), try line(1_000_000))
        let row = areas(try a.beside(b))
        #expect(row[0][1] == row[1][1] && row[0][3] == row[1][3], "tops and heights")
        #expect((row[0][2] - row[1][2]).magnitude < 0.02, "widths")
        let column = areas(try a.above(b))
        #expect(column[0][0] == column[1][0] && column[0][2] == column[1][2])
        #expect((column[0][3] - column[1][3]).magnitude < 0.02)
    }

    @Test("stacked grids of pictures keep the size of their pictures")
    func stackedPictures() throws {
        func pictures(_ count: Int) throws -> Figure {
            let values = [Double](repeating: 0.5, count: count * 16)
            let array = try #require(NumberArray(shape: [count, 4, 4], values: values))
            return try figure(
                "imageGrid", ["pixels": .array(array), "columns": 2, "title": "pictures"])
        }
        let alone = try #require(areas(try pictures(2)).first)
        let stacked = areas(try pictures(2).above(try pictures(6)))
        #expect(stacked.count == 8)
        for area in stacked {
            #expect((area[2] - alone[2]).magnitude < 3 && (area[2] - area[3]).magnitude < 0.02)
        }
    }

    @Test("a single line that the axis already names has no legend")
    func namedLine() throws {
        func curve(_ label: FigureValue) throws -> String {
            let series = FigureValue.record([.init("loss", NumberArray([2, 1]))])
            return displayList(try figure("plot", ["xs": series, "y": label]))
        }
        #expect(try curve("loss (nats)").ranges(of: "loss").count == 1, "the axis")
        #expect(try curve("surprise").ranges(of: "loss").count == 1, "the legend")
    }

    @Test("three figures side by side are three equal columns")
    func flattening() throws {
        let a = try line(1)
        let row = areas(try a.beside(a).beside(a))
        #expect(row.count == 3)
        #expect((row[0][2] - row[2][2]).magnitude < 0.02)
    }

    @Test("nothing is drawn outside of the page")
    func page() throws {
        let (a, b) = (try line(1, title: "A"), try line(1000))
        let figure = try a.beside(b).above(try cells())
        for area in areas(figure) {
            #expect(area[0] >= 0 && area[1] >= 0)
            #expect(area[0] + area[2] <= figure.size.width)
            #expect(area[1] + area[3] <= figure.size.height)
        }
    }

    @Test("overlaying needs single plots and keeps the axes of the left one")
    func overlay() throws {
        let a = try line(1)
        #expect(throws: FigureError.overlayOfLayout) { try a.overlaid(with: a.beside(a)) }
        let left = try figure(
            "plot",
            ["xs": .numbers([1, 10]), "logY": true, "y": "left", "yRange": .numbers([1, 100])])
        let right = try figure("plot", ["xs": .numbers([5]), "y": "right", "x": "only right"])
        guard case .panel(let panel) = try left.overlaid(with: right).content else {
            Issue.record("not a plot")
            return
        }
        #expect(panel.layers.count == 2)
        #expect(panel.axes.yKind == .logarithmic && panel.axes.yLabel == "left")
        #expect(panel.axes.yRange == [1, 100] && panel.axes.xLabel == "only right")
    }

    @Test("a grid refuses more figures than places, and odd counts")
    func grid() throws {
        let a = try line(1)
        #expect(throws: FigureError.tooManyFigures(rows: 1, columns: 1, figures: 2)) {
            try Figure.grid(rows: 1, columns: 1, figures: [a, a])
        }
        for rows in [0, -1, 101, Int.max] {
            #expect(throws: FigureError.self) {
                try Figure.grid(rows: rows, columns: 1, figures: [a])
            }
        }
    }

    @Test("a band takes the colour of its line, the next line the next colour")
    func colors() throws {
        let band = try figure(
            "band",
            ["xs": .numbers([0, 1]), "low": .numbers([0, 0]), "high": .numbers([1, 1])])
        let both = try line(1).overlaid(with: band).overlaid(with: try line(2))
        guard case .panel(let panel) = both.content else { return }
        let colors = panel.colors(.light)
        #expect(colors == [Theme.light.series(0), Theme.light.series(0), Theme.light.series(1)])
    }

    @Test("a band lies below the lines, whatever was added first")
    func bandsLieBelow() throws {
        let band = try figure(
            "band",
            ["xs": .numbers([0, 1]), "low": .numbers([0, 0]), "high": .numbers([1, 1])])
        let drawn = displayList(try line(1).overlaid(with: band).overlaid(with: try line(2)))
            .split(separator: "\n").map { $0.drop { $0 == " " } }
        let clip = try #require(drawn.firstIndex { $0.hasPrefix("clip ") })
        let kinds = drawn[clip...].prefix(4).map { $0.prefix(4) }
        #expect(kinds == ["clip", "fill", "stro", "stro"])
    }

    @Test("sizes are limited to what a page can have")
    func sizes() throws {
        let a = try line(1)
        #expect(a.sized(width: 800, height: nil).size.width == 800)
        #expect(a.sized(width: .nan, height: .infinity).size == Size(width: 100, height: 20_000))
        #expect(a.sized(width: -5, height: 0).size == Size(width: 16, height: 16))
    }
}
