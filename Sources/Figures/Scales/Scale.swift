/// The map from data to a position between 0 and 1 along an axis.
struct Scale: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case linear, logarithmic

        /// Whether a value has a place on such a scale.
        func accepts(_ value: Double) -> Bool {
            value.isDrawable && (self == .linear || value >= Kind.smallestOnLogScale)
        }

        /// Smaller positive numbers are drawn as zero is: not at all.
        static let smallestOnLogScale = 1e-300
    }

    let kind: Kind
    let lower: Double
    let upper: Double

    /// A scale whose ends are apart; the caller has seen to `lower < upper`, and to `lower > 0`
    /// on a logarithmic scale.
    init(_ kind: Kind, _ lower: Double, _ upper: Double) {
        self.kind = kind
        self.lower = lower
        self.upper = upper
    }

    /// Where a value lies: 0 at the lower end, 1 at the upper; nil if it has no place.
    func fraction(_ value: Double) -> Double? {
        guard kind.accepts(value) else { return nil }
        switch kind {
        case .linear: return (value - lower) / (upper - lower)
        case .logarithmic:
            let low = decimalLogarithm(lower)
            return (decimalLogarithm(value) - low) / (decimalLogarithm(upper) - low)
        }
    }
}

/// The range that data cover on one axis, and on which sides air is wanted.
struct Extent: Equatable, Sendable {
    var lower: Double
    var upper: Double
    /// Whether the axis should end a little beyond the data on each side.
    var padsLower = true
    var padsUpper = true

    init(_ lower: Double, _ upper: Double, pads: Bool = true) {
        self.lower = lower
        self.upper = upper
        padsLower = pads
        padsUpper = pads
    }

    /// The range of those values that have a place on the scale; nil if none has.
    init?(_ values: some Sequence<Double>, _ kind: Scale.Kind) {
        var (low, high) = (Double.infinity, -Double.infinity)
        for value in values where kind.accepts(value) {
            low = min(low, value)
            high = max(high, value)
        }
        guard low <= high else { return nil }
        self.init(low, high)
    }

    func union(_ other: Extent?) -> Extent {
        guard let other else { return self }
        var result = Extent(min(lower, other.lower), max(upper, other.upper))
        result.padsLower =
            lower < other.lower
            ? padsLower
            : lower > other.lower ? other.padsLower : padsLower && other.padsLower
        result.padsUpper =
            upper > other.upper
            ? padsUpper
            : upper < other.upper ? other.padsUpper : padsUpper && other.padsUpper
        return result
    }

    /// The scale for these data: apart if they are all equal, with air where wanted.
    func scale(_ kind: Scale.Kind, padding: Double = 0.04) -> Scale {
        switch kind {
        case .linear:
            var (low, high) = (lower, upper)
            // Data closer together than this are equal for the eye and for tick labels.
            if high - low <= 1e-10 * max(low.magnitude, high.magnitude) {
                let half = low == 0 ? 0.5 : max(low.magnitude * 0.1, 1e-300)
                (low, high) = (low - half, high + half)
            }
            let air = padding * (high - low)
            return Scale(.linear, padsLower ? low - air : low, padsUpper ? high + air : high)
        case .logarithmic:
            var (low, high) = (decimalLogarithm(lower), decimalLogarithm(upper))
            if high - low < 1e-6 { (low, high) = (low - 0.5, high + 0.5) }
            let air = padding * (high - low)
            return Scale(
                .logarithmic, power(10, max(-305, padsLower ? low - air : low)),
                power(10, min(305, padsUpper ? high + air : high)))
        }
    }

    /// The scale where there are no data.
    static func emptyScale(_ kind: Scale.Kind) -> Scale {
        kind == .linear ? Scale(.linear, 0, 1) : Scale(.logarithmic, 1, 10)
    }
}
