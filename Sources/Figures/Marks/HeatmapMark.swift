extension Mark {
    static let heatmap = Mark(
        "heatmap",
        """
        A matrix as coloured cells, the first row on top: confusion matrices, attention, weights.

        `values: true` prints the numbers in the cells. `map: "diverging"` puts white at zero.
        """,
        [
            .data("z", .numbers, "values `[rows, columns]`"),
            MarkParameter("rows", .texts, default: FigureValue.none, "names of the rows"),
            MarkParameter("columns", .texts, default: FigureValue.none, "names of the columns"),
            MarkParameter(
                "labels", .texts, default: FigureValue.none, "names of both rows and columns"),
            MarkParameter("values", .boolean, default: false, "whether numbers are printed"),
            CommonOptions.map(.none),
            MarkParameter(
                "range", .range, default: FigureValue.none, "values at the ends of the colours"),
            MarkParameter("label", .text, default: FigureValue.none, "name of the colour scale"),
        ], common: CommonOptions.figure + CommonOptions.labels,
        sample: Samples.heatmap
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let matrix = try arguments.matrix("z")
        let printsValues = try arguments.boolean("values")
        var layer = CellLayer(
            matrix, map: try arguments.map() ?? (printsValues ? .blues : .sequential),
            range: try arguments.range("range"))
        layer.printsValues = printsValues
        layer.valueLabel = try arguments.label()
        var axes = AxesOptions()
        let both = try arguments.optionalTexts("labels")
        axes.yCategories = try arguments.optionalTexts("rows") ?? both
        axes.xCategories = try arguments.optionalTexts("columns") ?? both
        if let names = axes.yCategories {
            try arguments.requireEqual(
                "rows of z", matrix.rows, arguments.has("rows") ? "rows" : "labels", names.count)
        }
        if let names = axes.xCategories {
            try arguments.requireEqual(
                "columns of z", matrix.columns, arguments.has("columns") ? "columns" : "labels",
                names.count)
        }
        axes.yCategories = axes.yCategories ?? (0..<matrix.rows).map(String.init)
        axes.xCategories = axes.xCategories ?? (0..<matrix.columns).map(String.init)
        axes.isYDown = true
        axes.isFramed = true
        axes.hasTicks = false
        axes.gridLines = .none
        let aspect = Double(max(1, matrix.columns)) / Double(max(1, matrix.rows))
        axes.hasEqualUnits = (0.2...5).contains(aspect)
        let side = min(420, max(260, 40 * Double(max(matrix.rows, matrix.columns))))
        let width = min(aspect, 1.6) * (aspect < 1 ? max(side, 300) : side)
        let height = aspect < 1 ? side : axes.hasEqualUnits ? width / aspect : side / 2.5
        axes.naturalSize = Size(width: width.rounded() + 130, height: height.rounded() + 80)
        return try arguments.figure([layer], try arguments.axes(axes))
    }

    static let spectrogram = Mark(
        "spectrogram",
        """
        The strength of frequencies over time, in decibels.

        A list of samples is cut into overlapping windows (Hann, half a window apart) and
        transformed; a matrix `[frequencies, times]` is shown as it is.
        """,
        [
            .data("samples", .numbers, "samples `[N]`, or a matrix `[frequencies, times]`"),
            .data("rate", .number, default: FigureValue.none, "samples per second"),
            MarkParameter(
                "window", .number, default: 256, "length of a window, a power of two from 16"),
            CommonOptions.map("heat"),
            MarkParameter(
                "range", .range, default: FigureValue.none, "values at the ends of the colours"),
            MarkParameter("label", .text, default: FigureValue.none, "name of the colour scale"),
        ], common: CommonOptions.figure + CommonOptions.labels,
        sample: Samples.spectrogram
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let array = try arguments.array("samples")
        let rate = try arguments.optionalNumber("rate")
        let isMatrix = array.rank == 2
        let window = try arguments.integer("window", 16...65_536)
        guard window & (window - 1) == 0 else {
            throw .outOfRange(
                mark: "spectrogram", parameter: "window", rule: "a power of two",
                given: Double(window))
        }
        let spectra =
            isMatrix
            ? try arguments.matrix("samples")
            : ShortTimeSpectrum(window: window).decibels(try arguments.vector("samples").values)
        var layer = CellLayer(
            spectra, map: try arguments.map() ?? .heat, range: try arguments.range("range"))
        var axes = AxesOptions()
        if !isMatrix {
            let hop = Double(window / 2)
            let seconds = rate.map { 1 / max($0, 1e-300) } ?? 1
            layer.xSpan = [0, max(1, Double(spectra.columns)) * hop * seconds]
            layer.ySpan = [0, (rate ?? 1) / 2]
            axes.xLabel = rate == nil ? "sample" : "time (s)"
            axes.yLabel = rate == nil ? "cycles per sample" : "frequency (Hz)"
            layer.valueLabel = "dB"
        }
        layer.valueLabel = try arguments.label() ?? layer.valueLabel
        axes.isFramed = true
        axes.gridLines = .none
        return try arguments.figure([layer], try arguments.axes(axes))
    }
}

/// Power spectra of overlapping windows.
struct ShortTimeSpectrum {
    /// A power of two.
    let window: Int

    /// `[window / 2, windows]`: 10 log₁₀ of the power, not below -100 dB of the largest.
    func decibels(_ samples: [Double]) -> Matrix {
        let hop = window / 2
        guard samples.count >= window else { return Matrix(rows: 0, columns: 0, []) }
        let count = (samples.count - window) / hop + 1
        let rows = window / 2
        var powers = [Double](repeating: 0, count: rows * count)
        let hann = (0..<window).map { 0.5 - 0.5 * cosine(2 * .pi * Double($0) / Double(window)) }
        for column in 0..<count {
            var real = (0..<window).map { index in
                let sample = samples[column * hop + index]
                return sample.magnitude < 1e100 ? sample * hann[index] : 0
            }
            var imaginary = [Double](repeating: 0, count: window)
            transform(&real, &imaginary)
            for row in 0..<rows {
                powers[row * count + column] =
                    real[row] * real[row] + imaginary[row] * imaginary[row]
            }
        }
        let floor = max((powers.max() ?? 0) * 1e-10, 1e-300)
        return Matrix(
            rows: rows, columns: count, powers.map { 10 * decimalLogarithm(max($0, floor)) })
    }

    /// Fast Fourier transform in place.
    /// - Source: J. Cooley, J. Tukey, "An algorithm for the machine calculation of complex
    ///   Fourier series", 1965.
    private func transform(_ real: inout [Double], _ imaginary: inout [Double]) {
        var target = 0
        for index in 1..<window {
            var bit = window >> 1
            while target & bit != 0 {
                target ^= bit
                bit >>= 1
            }
            target |= bit
            if index < target {
                real.swapAt(index, target)
                imaginary.swapAt(index, target)
            }
        }
        var length = 2
        while length <= window {
            let half = length / 2
            for k in 0..<half {
                let angle = -2 * .pi * Double(k) / Double(length)
                let (c, s) = (cosine(angle), sine(angle))
                for start in stride(from: k, to: window, by: length) {
                    let (re, im) = (real[start + half], imaginary[start + half])
                    let (tr, ti) = (re * c - im * s, re * s + im * c)
                    (real[start + half], imaginary[start + half]) = (
                        real[start] - tr, imaginary[start] - ti
                    )
                    (real[start], imaginary[start]) = (real[start] + tr, imaginary[start] + ti)
                }
            }
            length *= 2
        }
    }
}
