/// Five numbers of a sample, and what lies far from them.
struct BoxSummary: Equatable, Sendable {
    let lowerWhisker: Double
    let lowerQuartile: Double
    let median: Double
    let upperQuartile: Double
    let upperWhisker: Double
    let outliers: [Double]

    /// Whiskers reach to the last value within 1.5 box lengths of the box.
    ///
    /// nil if no value is finite.
    /// - Source: J. Tukey, "Exploratory data analysis", 1977.
    init?(_ values: [Double]) {
        let sorted = values.filter(\.isDrawable).sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        lowerQuartile = BoxSummary.quantile(sorted, 0.25)
        median = BoxSummary.quantile(sorted, 0.5)
        upperQuartile = BoxSummary.quantile(sorted, 0.75)
        let reach = 1.5 * (upperQuartile - lowerQuartile)
        let (low, high) = (lowerQuartile - reach, upperQuartile + reach)
        lowerWhisker = min(sorted.first { $0 >= low } ?? first, lowerQuartile)
        upperWhisker = max(sorted.last { $0 <= high } ?? last, upperQuartile)
        outliers = sorted.filter { $0 < low || $0 > high }
    }

    /// A quantile, linear between the two nearest values.
    /// - Source: R. Hyndman, Y. Fan, "Sample quantiles in statistical packages", 1996, type 7.
    static func quantile(_ sorted: [Double], _ part: Double) -> Double {
        guard let last = sorted.last else { return .nan }
        let place = part * Double(sorted.count - 1)
        let index = clampedInt(place, 0...sorted.count - 1)
        guard index + 1 < sorted.count else { return last }
        return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
    }
}

/// Box plots at places 0, 1, 2 …
struct BoxLayer: Layer {
    var summaries: [BoxSummary?]
    var alpha = 1.0
    var colorSource = ColorSource.next

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        if axis == .x { return Extent(-0.5, Double(max(1, summaries.count)) - 0.5, pads: false) }
        return Extent(
            summaries.compactMap { $0 }.flatMap {
                [$0.lowerWhisker, $0.upperWhisker] + $0.outliers
            }, kind)
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        let area = context.area
        let ink = Stroke(context.color.opacity(alpha), width: 1.2)
        let fill = context.color.mixed(with: context.theme.background, 0.75).opacity(alpha)
        let half = 0.28
        for (index, summary) in summaries.enumerated() {
            guard let summary else { continue }
            let x = Double(index)
            guard
                let box = area.rect(
                    x - half, summary.lowerQuartile, x + half, summary.upperQuartile),
                let middle = area.horizontal(x)
            else { continue }
            var whiskers = Path()
            for (from, to) in [
                (summary.upperQuartile, summary.upperWhisker),
                (summary.lowerQuartile, summary.lowerWhisker),
            ] {
                guard let y0 = area.vertical(from), let y1 = area.vertical(to) else { continue }
                let cap = box.width * 0.22
                whiskers.pieces.append(
                    .init([Point(middle, y0), Point(middle, y1)], isClosed: false))
                whiskers.pieces.append(
                    .init([Point(middle - cap, y1), Point(middle + cap, y1)], isClosed: false))
            }
            canvas.stroke(whiskers, with: ink)
            canvas.fill(.rectangle(box), with: fill)
            canvas.stroke(.rectangle(box), with: ink)
            if let y = area.vertical(summary.median) {
                canvas.line(
                    Point(box.x, y), Point(box.right, y), Stroke(context.theme.text, width: 1.8))
            }
            let places = summary.outliers.compactMap { area.point(x, $0) }
            if !places.isEmpty {
                canvas.draw(Markers(places, shape: .circle, size: 3.5, color: ink.color))
            }
        }
    }
}

/// Densities of samples at places 0, 1, 2 …, mirrored, with median and quartiles.
struct ViolinLayer: Layer {
    var groups: [[Double]]
    var alpha = 1.0
    var colorSource = ColorSource.next

    private func densities() -> [KernelDensity?] {
        groups.map { KernelDensity($0) }
    }

    func extent(_ axis: Axis, _ kind: Scale.Kind) -> Extent? {
        if axis == .x { return Extent(-0.5, Double(max(1, groups.count)) - 0.5, pads: false) }
        let ends = densities().compactMap { $0 }.flatMap { [$0.places.first, $0.places.last] }
        return Extent(ends.compactMap { $0 } + groups.flatMap { $0 }, kind)
    }

    func draw(_ context: LayerContext, on canvas: inout some Canvas) {
        let fill = context.color.mixed(with: context.theme.background, 0.6).opacity(alpha)
        for (index, density) in densities().enumerated() {
            guard let summary = BoxSummary(groups[index]) else { continue }
            let x = Double(index)
            guard let density else {
                drawConstant(summary.median, at: x, context, on: &canvas)
                continue
            }
            let peak = max(density.heights.max() ?? 1, 1e-300)
            let right = zip(density.places, density.heights).compactMap { place, height in
                context.area.point(x + 0.4 * height / peak, place)
            }
            let left = zip(density.places, density.heights).compactMap { place, height in
                context.area.point(x - 0.4 * height / peak, place)
            }
            let outline = Clipping.polygon(
                right + left.reversed(), to: context.area.rect.grown(by: 20))
            if outline.count > 2 {
                canvas.fill(.polygon(outline), with: fill)
                canvas.stroke(
                    .polygon(outline), with: Stroke(context.color.opacity(alpha), width: 1))
            }
            drawSummary(summary, at: x, context, on: &canvas)
        }
    }

    /// All of the sample is one number: its density is a line.
    private func drawConstant(
        _ value: Double, at x: Double, _ context: LayerContext, on canvas: inout some Canvas
    ) {
        guard let left = context.area.point(x - 0.4, value),
            let right = context.area.point(x + 0.4, value)
        else { return }
        canvas.line(left, right, Stroke(context.color.opacity(alpha), width: 2))
    }

    private func drawSummary(
        _ summary: BoxSummary, at x: Double, _ context: LayerContext,
        on canvas: inout some Canvas
    ) {
        let area = context.area
        let ink = context.theme.text
        if let low = area.point(x, summary.lowerQuartile),
            let high = area.point(x, summary.upperQuartile), area.rect.grown(by: 99).contains(low),
            area.rect.grown(by: 99).contains(high)
        {
            canvas.line(low, high, Stroke(ink, width: 3))
        }
        guard let median = area.point(x, summary.median) else { return }
        canvas.draw(
            Markers(
                [median], shape: .circle, size: 5, color: context.theme.background,
                outline: Stroke(ink, width: 1.2)))
    }
}

/// A smooth density of a sample: the mean of normal curves around its values.
struct KernelDensity: Equatable, Sendable {
    /// Where the density is known, rising.
    let places: [Double]
    let heights: [Double]

    /// nil with fewer than two different finite values.
    /// - Source: B. Silverman, "Density estimation", 1986, eq. 3.31 (rule for the bandwidth).
    init?(_ values: [Double], count: Int = 96) {
        let sample = Decimation.sample(values.filter(\.isDrawable).sorted(), limit: 2000)
        guard let low = sample.first, let high = sample.last, low < high else { return nil }
        let n = Double(sample.count)
        let mean = sample.reduce(0) { $0 + $1 / n }
        // Scaled by the range, so that squares of large values stay finite.
        let range = high - low
        let variance = sample.reduce(0) { sum, value in
            let step = (value - mean) / range
            return sum + step * step / max(1, n - 1)
        }
        let spread = BoxSummary.quantile(sample, 0.75) - BoxSummary.quantile(sample, 0.25)
        let deviation = variance.squareRoot() * range
        let narrow = spread > 0 ? min(deviation, spread / 1.34) : deviation
        let bandwidth = 0.9 * narrow * power(n, -0.2)
        let start = low - 3 * bandwidth
        let step = (high + 3 * bandwidth - start) / Double(count - 1)
        let places = (0..<count).map { start + Double($0) * step }
        self.places = places
        heights = places.map { place in
            sample.reduce(0) { sum, value in
                let distance = (place - value) / bandwidth
                return sum + exponential(-0.5 * distance * distance)
            }
        }
    }
}
