/// The labels along an axis, chosen so that they do not touch.
struct TickLabels: Equatable, Sendable {
    var ticks: Ticks
    /// Degrees, counter-clockwise; 0 or 45.
    var rotation = 0.0
    /// The widest label as set, in CSS pixels.
    var width = 0.0

    static let none = TickLabels(ticks: Ticks(categories: []))

    private static let size = Metrics.tickSize

    /// Numbers along an axis of some length.
    static func numbers(
        _ scale: Scale, length: Double, axis: Axis, integersOnly: Bool,
        _ measurer: some TextMeasurer
    ) -> TickLabels {
        // Powers of ten are short and tell little if some are left out.
        let spacing = scale.kind == .logarithmic ? (axis == .x ? 44 : 26) : axis == .x ? 76.0 : 50
        let least = axis == .y && length >= 90 ? 3 : 2
        var count = clampedInt((length / spacing).rounded(), least...10)
        var ticks = Ticks(scale, count: count, integersOnly: integersOnly)
        while axis == .x, count > 1, !fit(ticks, scale, length, measurer) {
            count -= 1
            ticks = Ticks(scale, count: count, integersOnly: integersOnly)
        }
        return TickLabels(ticks: ticks, width: widest(ticks, measurer))
    }

    /// Names along an axis of some length: slanted if they do not fit, and only every second,
    /// third … where even that is too close.
    static func categories(
        _ names: [String], length: Double, axis: Axis, limit: Double,
        _ measurer: some TextMeasurer
    ) -> TickLabels {
        let step = length / Double(max(1, names.count))
        let short = names.map { Lines.fitted($0, width: limit, size: size, measurer) }
        var labels = TickLabels(ticks: Ticks(categories: short))
        labels.width = widest(labels.ticks, measurer)
        var needed = size * 1.1
        if axis == .x, labels.width + 6 > step {
            if labels.width > 26 { labels.rotation = 45 } else { needed = labels.width + 10 }
        }
        // Whoever reads 0, 5, 10 misses no number between; a name that is left out is missed.
        if needed > step, names.allSatisfy({ Double($0) != nil }) {
            needed = max(needed + 8, size * 2.2)
        }
        let least = clampedInt((needed / max(step, 1e-6)).rounded(.up), 1...max(1, names.count))
        if least > 1 {
            // Every 2nd, 5th, 10th … reads better than every 3rd.
            let unit = clampedInt(powerOfTen(NumberText.magnitude(of: Double(least))))
            let stride = [unit, 2 * unit, 5 * unit].first { $0 >= least } ?? 10 * unit
            labels.ticks.major = labels.ticks.major.enumerated()
                .filter { $0.offset % stride == 0 }.map(\.element)
        }
        return labels
    }

    /// How far labels reach away from a horizontal axis.
    var depth: Double {
        rotation == 0 ? TickLabels.size * 1.15 : (width + TickLabels.size) * 0.7072
    }

    private static func widest(_ ticks: Ticks, _ measurer: some TextMeasurer) -> Double {
        ticks.major.map { measurer.width(of: $0.label, size: size, weight: .regular) }.max() ?? 0
    }

    private static func fit(
        _ ticks: Ticks, _ scale: Scale, _ length: Double, _ measurer: some TextMeasurer
    ) -> Bool {
        var end = -Double.infinity
        for tick in ticks.major {
            guard let place = scale.fraction(tick.value) else { continue }
            let half = measurer.width(of: tick.label, size: size, weight: .regular) / 2
            if place * length - half < end + 8 { return false }
            end = place * length + half
        }
        return true
    }
}
