public import Figures
public import Testing

extension Mark: CustomTestStringConvertible {
    public var testDescription: String { name }
}

@Suite("Marks")
struct MarkTests {
    @Test("the sample of every mark draws as recorded", arguments: Mark.all)
    func sample(mark: Mark) throws {
        try expectSnapshot(displayList(try mark.sampleFigure()), named: mark.name)
    }

    @Test("parameters of every mark have unique names and documentation", arguments: Mark.all)
    func parameters(mark: Mark) {
        #expect(Set(mark.parameters.map(\.name)).count == mark.parameters.count)
        #expect(mark.parameters.allSatisfy { !$0.documentation.isEmpty })
        #expect(mark.documentation.count > 20)
        // What is given by place comes first.
        let positional = mark.parameters.prefix { $0.isData }.count
        #expect(mark.parameters.filter(\.isData).count == positional)
    }

    @Test("names of marks are unique and found")
    func names() {
        #expect(Set(Mark.all.map(\.name)).count == Mark.all.count)
        for mark in Mark.all { #expect(Mark.named(mark.name)?.name == mark.name) }
        #expect(Mark.named("pie") == nil)
    }

    @Test("an unknown parameter is an error that lists the known ones", arguments: Mark.all)
    func unknownParameter(mark: Mark) {
        var arguments = mark.sample
        arguments["colour"] = "red"
        #expect(
            throws: FigureError.unknownParameter(
                mark: mark.name, given: "colour", parameters: mark.parameters.map(\.name))
        ) { try mark.figure(arguments) }
    }

    @Test("a required parameter that is absent is an error", arguments: Mark.all)
    func missingParameter(mark: Mark) {
        for parameter in mark.parameters where parameter.isRequired {
            var arguments = mark.sample
            arguments[parameter.name] = nil
            #expect(
                throws: FigureError.missing(mark: mark.name, parameter: parameter.name)
            ) { try mark.figure(arguments) }
        }
    }

    @Test("every parameter survives every kind of value", arguments: Mark.all)
    func kinds(mark: Mark) throws {
        let values: [FigureValue] = [
            .boolean(true), 3, -1, .numbers([]), .numbers([.nan, .infinity, 1e300]), "", "x",
            .texts([]), .texts(["a", "b"]), .rows([[1, 2], [3, 4]]), .rows([[1], [2, 3]]),
            .record([.init("loss", NumberArray([1, 2]))]), .arrays([]), .numbers([0, 1]),
        ]
        for parameter in mark.parameters {
            for value in values {
                var arguments = mark.sample
                arguments[parameter.name] = value
                // Any answer but a trap: a figure that can be drawn, or a typed error.
                do {
                    let numbers = drawnNumbers(try mark.figure(arguments))
                    let areGood = numbers.allSatisfy { $0.magnitude < 1e5 }
                    #expect(areGood, "\(parameter.name): \(value)")
                } catch {
                    #expect(!error.description.isEmpty)
                }
            }
        }
    }

    @Test("width and height in CSS pixels become the size", arguments: Mark.all)
    func size(mark: Mark) throws {
        var arguments = mark.sample
        guard mark.parameters.contains(where: { $0.name == "width" }) else { return }
        arguments["width"] = 333
        arguments["height"] = 222
        #expect(try mark.figure(arguments).size == Size(width: 333, height: 222))
    }
}

@Suite("Errors of marks")
struct MarkErrorTests {
    @Test("facts become one line of text")
    func descriptions() {
        let cases: [(FigureError, String)] = [
            (
                .unequalLengths(mark: "plot", first: .init("x", 3), second: .init("y", 2)),
                "plot: x has 3 elements, y has 2"
            ),
            (
                .wrongShape(mark: "image", parameter: "pixels", expected: "[H, W]", given: [2]),
                "image: pixels must have shape [H, W], got [2]"
            ),
            (
                .unknownChoice(
                    mark: "plot", parameter: "theme", given: "neon", choices: ["a", "b"]),
                "plot: theme cannot be \"neon\"; it can be \"a\", \"b\""
            ),
            (
                .outOfRange(mark: "hist", parameter: "bins", rule: "whole", given: 2.5),
                "hist: bins must be whole, got 2.5"
            ),
            (.missing(mark: "bar", parameter: "values"), "bar: values is missing"),
            (
                .tooManyFigures(rows: 1, columns: 2, figures: 3),
                "3 figures do not fit in 1 × 2 places"
            ),
        ]
        for (error, text) in cases { #expect(error.description == text) }
    }

    @Test("lengths that differ are named")
    func lengths() {
        #expect(
            throws: FigureError.unequalLengths(
                mark: "plot", first: .init("x", 3), second: .init("y", 2))
        ) { try figure("plot", ["xs": .numbers([1, 2, 3]), "ys": .numbers([1, 2])]) }
        #expect(
            throws: FigureError.unequalLengths(
                mark: "scatter", first: .init("x", 2), second: .init("color", 3))
        ) {
            try figure(
                "scatter",
                ["xs": .numbers([1, 2]), "ys": .numbers([1, 2]), "color": .integers([1, 2, 3])])
        }
        #expect(
            throws: FigureError.unequalLengths(
                mark: "heatmap", first: .init("rows of z", 2), second: .init("labels", 3))
        ) {
            try figure(
                "heatmap", ["z": .rows([[1, 2], [3, 4]]), "labels": .texts(["a", "b", "c"])])
        }
    }

    @Test("an impossible range or axis is an error")
    func ranges() {
        #expect(throws: FigureError.self) {
            try figure("plot", ["xs": .numbers([1]), "xRange": .numbers([2, 1])])
        }
        #expect(
            throws: FigureError.outOfRange(
                mark: "plot", parameter: "yRange", rule: "positive on a logarithmic axis", given: 0)
        ) {
            try figure(
                "plot", ["xs": .numbers([1]), "yRange": .numbers([0, 1]), "logY": true])
        }
    }
}
