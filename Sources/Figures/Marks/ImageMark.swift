extension Mark {
    static let image = Mark(
        "image",
        """
        A picture `[H, W]` or `[C, H, W]` with 1, 3 (red, green, blue) or 4 (and opacity) channels.

        Values from 0 to 1, others are clipped; `range: "auto"` stretches what there is. For a
        matrix of data with a scale use `heatmap`.
        """,
        [.data("pixels", .numbers, "`[H, W]` or `[C, H, W]`")], common: pictureParameters,
        sample: Samples.image
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let array = try arguments.array("pixels")
        guard (2...3).contains(array.rank) else {
            throw arguments.wrongShape("pixels", "[H, W] or [C, H, W]", array)
        }
        let picture = try arguments.picture(array, "[H, W] or [C, H, W], C = 1, 3 or 4")
        var axes = AxesOptions()
        axes.title = try arguments.optionalText("title")
        let size = Picture.naturalSize(picture, longSide: 320)
        axes.naturalSize = Size(
            width: size.width + 4, height: size.height + 4 + (axes.title == nil ? 0 : 22))
        return try arguments.finished(Figure(Picture.panel(picture, axes)))
    }

    static let imageGrid = Mark(
        "imageGrid",
        """
        Several pictures of equal size in rows, each with a title if wanted.
        """,
        [
            .data("pixels", .numbers, "`[N, H, W]` or `[N, C, H, W]`"),
            MarkParameter("columns", .number, default: 8, "pictures in a row"),
            MarkParameter("titles", .texts, default: FigureValue.none, "a title for each picture"),
        ], common: pictureParameters,
        sample: Samples.imageGrid
    ) { (arguments: MarkArguments) throws(FigureError) -> Figure in
        let array = try arguments.array("pixels")
        guard (3...4).contains(array.rank) else {
            throw arguments.wrongShape("pixels", "[N, H, W] or [N, C, H, W]", array)
        }
        let count = array.shape[0]
        guard count <= 2500 else {
            throw .outOfRange(
                mark: "imageGrid", parameter: "pixels", rule: "at most 2500 pictures",
                given: Double(count))
        }
        let titles = try arguments.optionalTexts("titles")
        if let titles {
            try arguments.requireEqual("pictures", count, "titles", titles.count)
        }
        let columns = max(1, min(try arguments.integer("columns", 1...100), count))
        let figures = try arguments.pictures(array, titles, columns: columns)
        let rows = max(1, (count + columns - 1) / columns)
        var grid = Figure.Grid(rows: rows, columns: columns, cells: figures)
        grid.cells += Array(repeating: nil, count: rows * columns - count)
        grid.title = try arguments.optionalText("title")
        grid.gap = Size(width: 6, height: titles == nil ? 6 : 5)
        grid.shrinks = false
        return try arguments.finished(Figure(.grid(grid)))
    }

    private static let pictureParameters: [MarkParameter] =
        [
            MarkParameter(
                "range", .rangeOr(["auto"]), default: .numbers([0, 1]),
                "values shown darkest and brightest, or \"auto\""),
            CommonOptions.map("gray"),
            MarkParameter(
                "smooth", .boolean, default: false, "soft transitions instead of square pixels"),
        ] + CommonOptions.figure
}

extension MarkArguments {
    fileprivate func pictures(
        _ array: NumberArray, _ titles: [String]?, columns: Int
    ) throws(FigureError) -> [Figure.Content?] {
        let count = array.shape[0]
        let size = count == 0 ? 0 : array.values.count / count
        let shape = Array(array.shape.dropFirst())
        let range = try pictureRange(array.values)
        var result: [Figure.Content?] = []
        for index in 0..<count {
            let values = Array(array.values[index * size..<(index + 1) * size])
            guard let part = NumberArray(shape: shape, values: values) else { continue }
            let picture = try self.picture(
                part, "[N, H, W] or [N, C, H, W], C = 1, 3 or 4", range: range)
            var axes = AxesOptions()
            axes.title = titles?[index]
            axes.titleSize = 10.5
            let long = min(120, max(52, 620 / Double(columns)))
            axes.naturalSize = Picture.naturalSize(picture, longSide: long)
            if titles != nil { axes.naturalSize.height += 16 }
            result.append(.panel(Picture.panel(picture, axes)))
        }
        return result
    }

    /// The values shown darkest and brightest.
    private func pictureRange(_ values: [Double]) throws(FigureError) -> [Double] {
        if case .text = self["range"] {
            _ = try choice("range")
            let scale = Extent(values, .linear)?.scale(.linear, padding: 0)
            return scale.map { [$0.lower, $0.upper] } ?? [0, 1]
        }
        let given = try range("range")
        return given ?? [0, 1]
    }

    fileprivate func picture(
        _ array: NumberArray, _ expected: String, range: [Double]? = nil
    ) throws(FigureError) -> ImageLayer {
        let channels = array.rank == 3 ? array.shape[0] : 1
        guard [1, 3, 4].contains(channels) else { throw wrongShape("pixels", expected, array) }
        let height = array.shape[array.rank - 2]
        let width = array.shape[array.rank - 1]
        guard max(width, height) <= 16_384 else {
            throw wrongShape("pixels", "\(expected), sides up to 16384", array)
        }
        let ends: [Double]
        if let range { ends = range } else { ends = try pictureRange(array.values) }
        let map = try map() ?? .gray
        func pixels(_ map: ColorMap) -> PixelImage {
            Picture.pixels(array.values, size: (width, height, channels), ends: ends, map: map)
        }
        let inDark = Theme.dark.adapted(map)
        return ImageLayer(
            image: pixels(map), imageInDark: inDark == map ? nil : pixels(inDark),
            interpolation: try boolean("smooth") ? .smooth : .nearest)
    }
}

/// Making pixels of numbers.
enum Picture {
    static func pixels(
        _ values: [Double], size: (width: Int, height: Int, channels: Int), ends: [Double],
        map: ColorMap
    ) -> PixelImage {
        let area = size.width * size.height
        var image = PixelImage(width: size.width, height: size.height)
        func fraction(_ channel: Int, _ index: Int) -> Double {
            let value = values[channel * area + index]
            return min(max((value - ends[0]) / (ends[1] - ends[0]), 0), 1)
        }
        for index in 0..<area where values[index].isDrawable {
            let color: Color
            if size.channels == 1 {
                color = map.color(at: fraction(0, index))
            } else {
                color = Color(
                    fraction(0, index), fraction(1, index), fraction(2, index),
                    alpha: size.channels == 4 ? fraction(3, index) : 1)
            }
            image.set(index % size.width, index / size.width, color)
        }
        return image
    }

    /// A panel that shows nothing but the picture and its title.
    static func panel(_ layer: ImageLayer, _ axes: AxesOptions) -> Panel {
        var axes = axes
        axes.isVisible = false
        axes.isYDown = true
        axes.hasEqualUnits = true
        axes.gridLines = .none
        return Panel(layers: [layer], axes: axes)
    }

    static func naturalSize(_ layer: ImageLayer, longSide: Double) -> Size {
        let (width, height) = (Double(layer.image.width), Double(layer.image.height))
        guard width > 0, height > 0 else { return Size(width: longSide, height: longSide) }
        let scale = longSide / max(width, height)
        return Size(
            width: max(24, (width * scale).rounded()), height: max(24, (height * scale).rounded()))
    }
}
