import Testing

@testable import Figures

@Suite("Ticks")
struct TicksTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let lower, upper: Double
        let count: Int
        let labels: [String]
        var common: String?
        var kind = Scale.Kind.linear
        var testDescription: String { "\(lower)…\(upper)" }
    }

    static let cases: [Case] = [
        Case(lower: 0, upper: 1, count: 5, labels: ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        Case(lower: -3, upper: 3, count: 3, labels: ["−2", "0", "2"]),
        Case(lower: 0, upper: 10, count: 5, labels: ["0", "2", "4", "6", "8", "10"]),
        Case(lower: 0.1, upper: 0.32, count: 4, labels: ["0.10", "0.15", "0.20", "0.25", "0.30"]),
        Case(lower: 0, upper: 30_000, count: 3, labels: ["0", "10000", "20000", "30000"]),
        Case(lower: 0, upper: 3e8, count: 3, labels: ["0", "100", "200", "300"], common: "×10⁶"),
        Case(
            lower: 0, upper: 5e-5, count: 5, labels: ["0", "10", "20", "30", "40", "50"],
            common: "×10⁻⁶"),
        Case(
            lower: 1e6, upper: 1e6 + 0.03, count: 3, labels: ["0.00", "0.01", "0.02", "0.03"],
            common: " + 10⁶"),
        Case(
            lower: 1e-4, upper: 2, count: 5, labels: ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"],
            kind: .logarithmic),
        Case(
            lower: 0.05, upper: 200, count: 6, labels: ["0.1", "1", "10", "100"], kind: .logarithmic
        ),
        Case(lower: 1, upper: 9, count: 5, labels: ["1", "2", "5"], kind: .logarithmic),
        Case(
            lower: 0.9, upper: 60, count: 8, labels: ["1", "2", "5", "10", "20", "50"],
            kind: .logarithmic),
        Case(lower: 0.9, upper: 60, count: 4, labels: ["1", "10"], kind: .logarithmic),
        Case(
            lower: 20, upper: 24, count: 4, labels: ["20", "21", "22", "23", "24"],
            kind: .logarithmic),
        Case(
            lower: 1e-9, upper: 1e9, count: 4, labels: ["10⁻⁵", "10⁰", "10⁵"], kind: .logarithmic),
    ]

    @Test("labels are round, equally spaced and short", arguments: cases)
    func labels(test: Case) {
        let ticks = Ticks(Scale(test.kind, test.lower, test.upper), count: test.count)
        #expect(ticks.major.map(\.label) == test.labels)
        #expect(ticks.common == test.common)
    }

    @Test("ticks lie on the scale, rise, and have different labels, over many ranges")
    func manyRanges() {
        for exponent in stride(from: -290, through: 290, by: 7) {
            for (low, high) in [(0.0, 1.0), (-0.37, 2.6), (1, 1.0001), (-9, -8.2), (0.4, 12_345)] {
                let unit = powerOfTen(exponent)
                let scale = Scale(.linear, low * unit, high * unit)
                let ticks = Ticks(scale, count: 6)
                let values = ticks.values
                #expect((2...16).contains(values.count), "\(low)…\(high) e\(exponent)")
                let slack = (scale.upper - scale.lower) * 1e-6
                #expect(
                    values.allSatisfy { $0 >= scale.lower - slack && $0 <= scale.upper + slack })
                #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
                #expect(Set(ticks.major.map(\.label)).count == values.count)
            }
        }
    }

    @Test("counts of epochs have whole ticks")
    func integers() {
        let ticks = Ticks(Scale(.linear, 0.9, 3.1), count: 8, integersOnly: true)
        #expect(ticks.major.map(\.label) == ["1", "2", "3"])
    }

    @Test("numbers of columns are thinned until they stand apart, names until they do not touch")
    func thinning() {
        func labels(_ names: [String], _ length: Double) -> [String] {
            TickLabels.categories(names, length: length, axis: .x, limit: 100, TextCanvas())
                .ticks.major.map(\.label)
        }
        let numbers = (0..<50).map(String.init)
        #expect(labels(numbers, 2_000) == numbers)
        #expect(labels(numbers, 600) == stride(from: 0, to: 50, by: 5).map(String.init))
        let names = (0..<50).map { "n\($0)" }
        #expect(labels(names, 900) == stride(from: 0, to: 50, by: 2).map { "n\($0)" })
    }

    @Test("a logarithmic axis has small ticks at 2 to 9")
    func minor() {
        let ticks = Ticks(Scale(.logarithmic, 1, 100), count: 5)
        #expect(ticks.minor.count == 16)
        #expect(ticks.minor.contains { ($0 - 30).magnitude < 1e-9 })
    }
}

@Suite("Numbers as text")
struct NumberTextTests {
    @Test("fixed decimals")
    func fixed() {
        let cases: [(Double, Int, String)] = [
            (1.005, 1, "1.0"), (0, 2, "0.00"), (-0.001, 2, "0.00"), (-2.5, 1, "−2.5"),
            (123456.789, 2, "123456.79"), (0.04, 1, "0.0"), (9.999, 2, "10.00"),
            (.nan, 2, "nan"), (-.infinity, 2, "−inf"), (1e300, 2, "10³⁰⁰"), (0.5, -3, "1"),
        ]
        for (value, decimals, text) in cases {
            #expect(NumberText.fixed(value, decimals: decimals) == text)
        }
    }

    @Test("few digits")
    func short() {
        let cases: [(Double, String)] = [
            (0, "0"), (1, "1"), (0.12345, "0.123"), (12345, "12345"), (1.5e-7, "1.5×10⁻⁷"),
            (1e6, "10⁶"), (-1e6, "−10⁶"), (2.5e12, "2.5×10¹²"), (0.9999, "1"),
            (.leastNonzeroMagnitude, "4.94×10⁻³²⁴"),
        ]
        for (value, text) in cases { #expect(NumberText.short(value) == text) }
    }
}
