import Testing

@testable import Figures

@Suite("Layers")
struct LayerTests {
    @Test("a box summary has quartiles between values and whiskers at values")
    func box() throws {
        let summary = try #require(BoxSummary([1, 2, 3, 4, 5, 6, 7, 8, 9, 30, .nan]))
        #expect(summary.median == 5.5)
        #expect(summary.lowerQuartile == 3.25 && summary.upperQuartile == 7.75)
        #expect(summary.lowerWhisker == 1 && summary.upperWhisker == 9)
        #expect(summary.outliers == [30])
        #expect(BoxSummary([.nan]) == nil)
    }

    @Test("a kernel density integrates to the number of values, times its bandwidth")
    func density() throws {
        let density = try #require(KernelDensity([1, 2, 2, 3, 5, 8]))
        let peak = try #require(density.heights.max())
        #expect(density.heights[0] < peak * 0.02)
        #expect(density.places[0] < 1 && density.places[95] > 8)
        #expect(KernelDensity([3, 3]) == nil)
    }

    @Test("the area under a receiver operating characteristic counts ordered pairs")
    func roc() {
        let scores = [0.9, 0.8, 0.7, 0.7, 0.3, 0.1]
        let targets = [true, false, true, false, true, false]
        // Pairs in which the positive one is higher count 1, ties 1/2.
        var pairs = 0.0
        for p in scores.indices where targets[p] {
            for n in scores.indices where !targets[n] {
                pairs += scores[p] > scores[n] ? 1 : scores[p] == scores[n] ? 0.5 : 0
            }
        }
        let curve = RocCurve(scores: scores, isPositive: targets)
        #expect((curve.area - pairs / 9).magnitude < 1e-12)
        #expect(curve.falseRates.last == 1 && curve.trueRates.last == 1)
        #expect(RocCurve(scores: [1], isPositive: [true]).area.isNaN)
    }

    @Test("the fast spectrum is that of the definition")
    func spectrum() {
        let samples = (0..<48).map { sine(Double($0) * 0.9) + cosine(Double($0 * $0) / 50) }
        let spectra = ShortTimeSpectrum(window: 16).decibels(samples)
        #expect(spectra.rows == 8 && spectra.columns == 5)
        for column in 0..<5 {
            for row in 0..<8 {
                var (re, im) = (0.0, 0.0)
                for index in 0..<16 {
                    let hann = 0.5 - 0.5 * cosine(2 * .pi * Double(index) / 16)
                    let sample = samples[column * 8 + index] * hann
                    re += sample * cosine(2 * .pi * Double(row * index) / 16)
                    im -= sample * sine(2 * .pi * Double(row * index) / 16)
                }
                let expected = 10 * decimalLogarithm(re * re + im * im)
                #expect((spectra[row, column] - expected).magnitude < 1e-6)
            }
        }
    }

    /// Area by the shoelace formula, counting direction.
    private func area(_ path: Path) -> Double {
        path.pieces.reduce(0) { sum, piece in
            let points = piece.points
            return sum
                + zip(points, points.dropFirst() + points.prefix(1)).reduce(0) {
                    $0 + ($1.0.x * $1.1.y - $1.1.x * $1.0.y) / 2
                }
        }
    }

    @Test("the parts above and below a level fill the grid together, whatever the values")
    func contour() {
        for seed in 1...20 {
            let values = (0..<30).map { sine(Double($0 * $0 * seed) * 0.37) }
            let z = Matrix(rows: 5, columns: 6, values)
            let (xs, ys) = ((0..<6).map(Double.init), (0..<5).map(Double.init))
            let above = ContourRegion(z: z, level: 0.1, xs: xs, ys: ys)
            let opposite = Matrix(rows: 5, columns: 6, values.map { -$0 })
            let below = ContourRegion(z: opposite, level: -0.1, xs: xs, ys: ys)
            let saddles = (0..<4).flatMap { r in (0..<5).map { c in (r, c) } }.filter { r, c in
                let signs = [z[r, c], z[r, c + 1], z[r + 1, c + 1], z[r + 1, c]].map { $0 >= 0.1 }
                return signs[0] == signs[2] && signs[1] == signs[3] && signs[0] != signs[1]
            }
            // In a saddle both sides claim the middle; without saddles nothing is claimed twice.
            let sum = area(above.inside) + area(below.inside)
            if saddles.isEmpty {
                #expect((sum - 20).magnitude < 1e-9)
            } else {
                #expect(sum > 20 && sum < 20 + Double(saddles.count))
            }
        }
    }

    @Test("a contour of a plane is a straight line")
    func plane() {
        let z = Matrix(rows: 3, columns: 3, [0, 1, 2, 0, 1, 2, 0, 1, 2])
        let region = ContourRegion(z: z, level: 0.5, xs: [0, 1, 2], ys: [0, 1, 2])
        #expect(region.border.pieces.count == 2)
        #expect(region.border.pieces.allSatisfy { $0.points.allSatisfy { $0.x == 0.5 } })
    }

    @Test("clipping keeps what is inside")
    func clipping() {
        let rect = Rect(x: 0, y: 0, width: 10, height: 10)
        let parts = Clipping.line(
            [Point(-5, 5), Point(15, 5), Point(15, 20), Point(5, 5)], to: rect)
        #expect(parts.count == 2)
        #expect(parts[0] == [Point(0, 5), Point(10, 5)])
        #expect(parts[1].last == Point(5, 5))
        let square = [Point(-5, -5), Point(5, -5), Point(5, 5), Point(-5, 5)]
        #expect(area(.polygon(Clipping.polygon(square, to: rect))) == 25)
    }

    @Test("line styles are read as a dash, a marker, or both")
    func styles() {
        #expect(LineStyle("-")?.isLine == true && LineStyle("-")?.marker == nil)
        #expect(LineStyle("o")?.isLine == false && LineStyle("o")?.marker == .circle)
        #expect(LineStyle("s--")?.marker == .square && LineStyle("--s")?.dashes == [6, 3.5])
        #expect(LineStyle("-.")?.marker == nil && LineStyle(".")?.markerSize == 3)
        for text in ["", "oo-x", "~", "---", "o-s"] { #expect(LineStyle(text) == nil, "\(text)") }
        for text in LineStyle.examples { #expect(LineStyle(text) != nil, "\(text)") }
    }

    @Test("the grid of a decision boundary surrounds the points")
    func decisionGrid() throws {
        let points = try #require(NumberArray(shape: [2, 2], values: [0, 0, 10, 20]))
        let grid = try DecisionGrid.points(around: points)
        #expect(grid.shape == [DecisionGrid.resolution * DecisionGrid.resolution, 2])
        #expect(Array(grid.values[..<2]) == [-1, -2])
        #expect(Array(grid.values.suffix(2)) == [11, 22])
        #expect(throws: FigureError.self) { try DecisionGrid.points(around: NumberArray([1, 2])) }
    }

    @Test("logits of one class, of several and class numbers give the same decisions")
    func decisions() throws {
        let side = DecisionGrid.resolution
        let logits = (0..<side * side).map { Double($0 % side) - 70.5 }
        let points = FigureValue.rows([[0, 0], [1, 1]])
        func tint(_ f: FigureValue) throws -> String {
            let text = displayList(try figure("decisionBoundary", ["f": f, "points": points]))
            return String(text.split(separator: "\n").first { $0.contains("image") } ?? "")
        }
        let one = try tint(.numbers(logits))
        let two = try #require(
            NumberArray(shape: [side * side, 2], values: logits.flatMap { [-$0, $0] }))
        #expect(try tint(.array(two)) == one)
        // Known only at the points of the grid, classes meet halfway between them.
        #expect(try tint(.integers(logits.map { $0 > 0 ? 1 : 0 })) == one)
    }
}
