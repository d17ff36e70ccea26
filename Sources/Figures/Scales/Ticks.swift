/// The marks along an axis: labelled ones, small ones between them, and a common factor.
struct Ticks: Equatable, Sendable {
    struct Tick: Equatable, Sendable {
        let value: Double
        let label: String
    }

    var major: [Tick] = []
    var minor: [Double] = []
    /// What every label is to be multiplied by or added to: `×10³`, `+ 10⁶`.
    var common: String?

    var values: [Double] { major.map(\.value) }

    /// Ticks for a scale, about `count` of them.
    init(_ scale: Scale, count: Int, integersOnly: Bool = false) {
        switch scale.kind {
        case .linear:
            self.init(linear: scale, count: count, integersOnly: integersOnly)
        case .logarithmic: self.init(logarithmic: scale, count: count)
        }
    }

    /// A tick at each place 0, 1, 2 … of a category.
    init(categories: [String]) {
        major = categories.enumerated().map { Tick(value: Double($0.offset), label: $0.element) }
    }

    /// Ticks at given values, labelled alike.
    init(at values: [Double]) {
        let gaps = zip(values, values.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }
        self.init(values: values, step: Ticks.finest(gaps.min() ?? 1, in: values))
    }

    private init(major: [Tick]) {
        self.major = major
    }

    // MARK: Linear

    /// Multiples of 1, 2 or 5 times a power of ten that lie on the scale.
    private init(linear scale: Scale, count: Int, integersOnly: Bool) {
        let step = Ticks.niceStep(
            (scale.upper - scale.lower) / Double(max(1, count)), integersOnly: integersOnly)
        let slack = 1e-9
        let first = (scale.lower / step - slack).rounded(.up)
        let last = (scale.upper / step + slack).rounded(.down)
        guard first.magnitude < 1e15, last.magnitude < 1e15, last - first < 1000 else {
            self.init(values: [scale.lower, scale.upper], step: scale.upper - scale.lower)
            return
        }
        let values = stride(from: first, through: last, by: 1).map { $0 == 0 ? 0 : $0 * step }
        self.init(values: values, step: step)
    }

    /// The one of 1, 2, 5, 10 times a power of ten that is nearest to `raw` by ratio.
    static func niceStep(_ raw: Double, integersOnly: Bool = false) -> Double {
        guard raw.isFinite, raw > 1e-300 else { return integersOnly ? 1 : 1e-300 }
        let unit = powerOfTen(NumberText.magnitude(of: raw))
        // Bounds are the geometric means √2, √10, √50.
        let ratio = raw / unit
        let factor = ratio < 1.414 ? 1.0 : ratio < 3.162 ? 2 : ratio < 7.071 ? 5 : 10
        return integersOnly ? max(1, factor * unit) : factor * unit
    }

    /// Labels for equally spaced values: fixed decimals, a power of ten factored out of large and
    /// small numbers, an offset taken off where the differences are tiny.
    private init(values: [Double], step: Double) {
        let largest = values.map(\.magnitude).max() ?? 0
        let size = NumberText.magnitude(of: largest)
        let finest = NumberText.magnitude(of: step)
        if let base = values.first, size - finest > 5, base != 0 {
            let rest = Ticks(values: values.map { $0 - base }, step: step)
            let sign = base < 0 ? " \(NumberText.minus) " : " + "
            let labels = rest.major.map(\.label)
            major = zip(values, labels).map { Tick(value: $0, label: $1) }
            common =
                (rest.common ?? "") + sign
                + NumberText.exponent(base.magnitude, digits: min(15, size - finest + 1))
            return
        }
        let isPlain = largest == 0 || (size < 5 && size >= -3)
        let exponent = isPlain ? 0 : Int((Double(size) / 3).rounded(.down)) * 3
        let decimals = max(0, exponent - finest)
        major = values.map {
            let scaled = $0 / powerOfTen(exponent / 2) / powerOfTen(exponent - exponent / 2)
            return Tick(value: $0, label: NumberText.fixed(scaled, decimals: decimals))
        }
        common = exponent == 0 ? nil : "×10" + NumberText.raised(exponent)
    }

    /// The power of ten of the last decimal that tells the values apart, at most three places
    /// finer than their distance.
    private static func finest(_ gap: Double, in values: [Double]) -> Double {
        let unit = powerOfTen(NumberText.magnitude(of: gap))
        let candidates = [1, 0.1, 0.01, 0.001].map { $0 * unit }
        return candidates.first { step in
            values.allSatisfy { value in
                let steps = value / step
                return (steps - steps.rounded()).magnitude < 1e-6
            }
        } ?? candidates[2]
    }

    // MARK: Logarithmic

    /// Powers of ten, or 1, 2, 5 times them where there are too few powers.
    private init(logarithmic scale: Scale, count: Int) {
        let slack = 1e-9
        let first = clampedInt((decimalLogarithm(scale.lower) - slack).rounded(.up))
        let last = clampedInt((decimalLogarithm(scale.upper) + slack).rounded(.down))
        if last - first >= 1 {
            self.init(decades: first...last, on: scale, count: count)
            return
        }
        let unit = powerOfTen(first - 1)
        let all = [unit, unit * 10].flatMap { u in (1...9).map { u * Double($0) } }
        let inside = all.filter { $0 >= scale.lower && $0 <= scale.upper }
        let labelled =
            inside.count <= 6
            ? inside
            : inside.filter { value in
                [1.0, 2, 5].contains { factor in
                    [unit, unit * 10].contains { (value / ($0 * factor) - 1).magnitude < 1e-9 }
                }
            }
        guard labelled.count >= 2 else {
            self.init(
                linear: Scale(.linear, scale.lower, scale.upper), count: count,
                integersOnly: false)
            return
        }
        self.init(major: labelled.map { Tick(value: $0, label: NumberText.short($0)) })
        minor = inside.filter { !labelled.contains($0) }
    }

    private init(decades: ClosedRange<Int>, on scale: Scale, count: Int) {
        let stride = (decades.count + max(1, count) - 1) / max(1, count)
        let powers = decades.filter { stride == 1 || $0 % stride == 0 }
        let isPlain = decades.lowerBound >= -2 && decades.upperBound <= 3
        if decades.count <= 2, isPlain, count >= 5 {
            // Two labels say little about what lies between them and beyond.
            let values = (decades.lowerBound - 1...decades.upperBound).flatMap { exponent in
                (1...9).map { (factor: $0, value: Double($0) * powerOfTen(exponent)) }
            }.filter { $0.value >= scale.lower && $0.value <= scale.upper }
            for (factor, value) in values {
                if [1, 2, 5].contains(factor) {
                    major.append(Tick(value: value, label: NumberText.short(value)))
                } else {
                    minor.append(value)
                }
            }
            return
        }
        major = powers.map { exponent in
            let value = powerOfTen(exponent)
            let label = isPlain ? NumberText.short(value) : "10" + NumberText.raised(exponent)
            return Tick(value: value, label: label)
        }
        if stride > 1 {
            minor = decades.filter { $0 % stride != 0 }.map(powerOfTen)
            return
        }
        minor = (decades.lowerBound - 1...decades.upperBound).flatMap { exponent in
            (2...9).map { Double($0) * powerOfTen(exponent) }
        }.filter { $0 >= scale.lower && $0 <= scale.upper }
    }
}
