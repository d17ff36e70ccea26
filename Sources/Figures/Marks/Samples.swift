/// Arguments that show what each mark is good for: the gallery of the reference, and test data.
enum Samples {
    typealias Arguments = [String: FigureValue]

    /// `count` numbers made by a function of the index.
    private static func list(_ count: Int, _ value: (Int) -> Double) -> FigureValue {
        .numbers((0..<count).map(value))
    }

    /// Rows and columns of numbers made by a function of both indices.
    private static func table(
        _ rows: Int, _ columns: Int, _ value: (Int, Int) -> Double
    ) -> FigureValue {
        .rows((0..<rows).map { row in (0..<columns).map { value(row, $0) } })
    }

    static var plot: Arguments {
        let y = table(81, 2) { row, column in
            let t = Double(row) / 8
            return exponential(-t / 4) * (column == 0 ? cosine(2 * t) : 1)
        }
        return [
            "xs": list(81) { Double($0) / 8 }, "ys": y,
            "label": .texts(["oscillation", "envelope"]), "title": "Damped oscillation",
            "x": "time / s", "y": "deflection / cm",
        ]
    }

    static var scatter: Arguments {
        let x = list(36) { index in
            cosine(Double(index) * 2.4) * Double(index % 12) / 4 + Double(index / 12) * 2
        }
        let y = list(36) { index in
            sine(Double(index) * 2.4) * Double(index % 12) / 4 + Double(index / 12)
        }
        return [
            "xs": x, "ys": y, "color": .integers((0..<36).map { $0 / 12 }),
            "classes": .texts(["first", "second", "third"]), "x": "feature 1", "y": "feature 2",
            "title": "Three classes",
        ]
    }

    static var bar: Arguments {
        let scores = [[0.912, 0.874], [0.987, 0.951], [0.943, 0.921], [0.981, 0.964]]
        let errors = [[0.02, 0.03], [0.006, 0.01], [0.015, 0.02], [0.008, 0.012]]
        return [
            "names": .texts(["MLP", "CNN", "LSTM", "Transformer"]), "values": .rows(scores),
            "errors": .rows(errors), "label": .texts(["train", "test"]), "y": "accuracy",
            "title": "Four models",
        ]
    }

    static var histogram: Arguments {
        let values = list(400) { index in
            var sum = 0.0
            for factor in 1...6 { sum += sine(Double(index * factor) * 12.9898) }
            return sum
        }
        return ["values": values, "bins": 16, "x": "weight", "title": "Distribution of weights"]
    }

    static var errorBars: Arguments {
        [
            "xs": .integers(Array(1...8)),
            "ys": .numbers([2.1, 3.9, 6.2, 7.8, 10.1, 12.2, 13.8, 16.1]),
            "errors": .numbers([0.4, 0.6, 0.5, 0.9, 0.7, 1.1, 0.8, 1.3]), "x": "load / N",
            "y": "elongation / mm", "label": "measured",
        ]
    }

    static var band: Arguments {
        func curve(_ side: Double) -> FigureValue {
            list(31) { sine(Double($0) / 5) + side * (0.1 + Double($0) / 60) }
        }
        return [
            "xs": list(31) { Double($0) / 5 }, "low": curve(-1), "high": curve(1),
            "label": "95 % interval", "x": "x", "y": "prediction",
        ]
    }

    static var line: Arguments { ["x": 2.5, "y": .numbers([0.5, 1]), "label": "limits"] }

    static var text: Arguments {
        [
            "xs": .numbers([1, 2, 3]), "ys": .numbers([1, 4, 9]),
            "words": .texts(["cat", "dog", "猫头鹰"]), "xRange": .numbers([0, 4]),
        ]
    }

    static var box: Arguments {
        let losses = [
            [4.1, 5.2, 5.8, 6.0, 6.1, 6.4, 7.0, 7.9], [3.0, 4.4, 4.9, 5.1, 5.2, 5.9, 6.2, 9.6],
            [6.2, 6.8, 7.1, 7.5, 7.7, 8.0, 8.4, 9.1],
        ]
        return [
            "groups": .rows(losses), "names": .texts(["SGD", "Adam", "AdamW"]), "y": "test loss",
        ]
    }

    static var violin: Arguments {
        let groups = table(3, 60) { group, index in
            let t = Double(index) * 0.7
            return sine(t) + 0.6 * sine(2.3 * t) * Double(group) + Double(group)
        }
        return [
            "groups": groups, "names": .texts(["layer 1", "layer 2", "layer 3"]),
            "y": "activation",
        ]
    }

    static var heatmap: Arguments {
        [
            "z": .rows([[48, 2, 0], [3, 41, 6], [0, 5, 45]]),
            "labels": .texts(["cat", "dog", "bird"]), "values": true, "x": "predicted",
            "y": "actual", "title": "Confusion matrix",
        ]
    }

    static var contour: Arguments {
        let heights = table(23, 31) { row, column in
            let (x, y) = (Double(column) / 5 - 3, Double(row) / 5 - 2.2)
            let near = exponential(-x * x / 4 - y * y)
            return near + 0.7 * exponential(-(x - 2) * (x - 2) - (y - 1) * (y - 1))
        }
        return [
            "xs": list(31) { Double($0) / 5 - 3 }, "ys": list(23) { Double($0) / 5 - 2.2 },
            "z": heights, "levels": 6, "title": "Two hills", "x": "x", "y": "y",
            "label": "height",
        ]
    }

    static var quiver: Arguments {
        [
            "xs": list(36) { Double($0 % 6) - 2.5 }, "ys": list(36) { Double($0 / 6) - 2.5 },
            "us": list(36) { 2.5 - Double($0 / 6) }, "vs": list(36) { Double($0 % 6) - 2.5 },
            "title": "Rotation", "x": "x", "y": "y",
        ]
    }

    static var image: Arguments {
        ["pixels": table(8, 12) { Double(($0 + $1) % 8) / 7 }, "title": "Gradient"]
    }

    static var imageGrid: Arguments {
        let values = (0..<80).map { index in
            let (row, column) = (index % 16 / 4, index % 4)
            return Double((row * (index / 16 + 1) + column) % 4) / 3
        }
        return [
            "pixels": NumberArray(shape: [5, 4, 4], values: values).map(FigureValue.array) ?? .none,
            "columns": 3, "titles": .texts(["zero", "one", "two", "three", "four"]),
            "title": "Five filters",
        ]
    }

    static var decisionBoundary: Arguments {
        let side = DecisionGrid.resolution
        let logits = list(side * side) { index in
            let (x, y) = (Double(index % side) / 60, Double(index / side) / 60)
            return y - 1.25 + 0.6 * sine(3 * x)
        }
        let points = table(20, 2) { index, axis in
            let x = Double(index) / 19
            return axis == 0 ? x : 0.5 + (index % 2 == 0 ? 0.3 : -0.3) - 0.15 * sine(7 * x)
        }
        return [
            "f": logits, "points": points, "targets": .integers((0..<20).map { 1 - $0 % 2 }),
            "classes": .texts(["below", "above"]), "x": "feature 1", "y": "feature 2",
        ]
    }

    static var rocPlot: Arguments {
        [
            "scores": .numbers([0.95, 0.9, 0.82, 0.8, 0.71, 0.65, 0.6, 0.44, 0.4, 0.31, 0.2, 0.1]),
            "targets": .integers([1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 0]), "label": "model",
        ]
    }

    static var spectrogram: Arguments {
        let samples = list(560) { index in
            let t = Double(index) / 1000
            return sine(2 * .pi * (40 * t + 300 * t * t)) + 0.5 * sine(2 * .pi * 90 * t)
        }
        return ["samples": samples, "rate": 1000, "window": 32, "title": "A rising tone"]
    }
}
