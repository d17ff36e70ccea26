import CDrawing
import Figures

/// A canvas on a Cairo surface. Not shared between threads.
final class CairoCanvas: Canvas {
    private let context: OpaquePointer
    private let text: PangoText
    /// Device pixels for each CSS pixel; nil where there are no pixels.
    private let pixelsPerUnit: Double?

    /// A canvas that draws on a surface, `scale` surface units for each CSS pixel.
    init(surface: OpaquePointer, scale: Double, isRaster: Bool) throws(DrawingError) {
        guard let context = draw_cairo_create(surface) else { throw .failed("no context") }
        self.context = context
        pixelsPerUnit = isRaster ? scale : nil
        draw_cairo_scale(context, scale, scale)
        guard let text = PangoText(context) else {
            draw_cairo_destroy(context)
            throw .failed("no text layout")
        }
        self.text = text
        draw_cairo_set_line_join(context, Int32(DRAW_LINE_JOIN_ROUND))
    }

    deinit {
        text.close()
        draw_cairo_destroy(context)
    }

    /// - Throws: ``DrawingError/failed(_:)`` if any call went wrong.
    func check() throws(DrawingError) {
        let status = draw_cairo_status(context)
        guard status == Int32(DRAW_STATUS_SUCCESS) else {
            throw .failed(draw_cairo_status_to_string(status).map { String(cString: $0) } ?? "")
        }
    }

    // MARK: Paths

    func fill(_ path: Path, with color: Color) {
        add(path)
        set(color)
        draw_cairo_fill(context)
    }

    func stroke(_ path: Path, with stroke: Stroke) {
        var path = path
        var width = stroke.width
        if let scale = pixelsPerUnit { sharpen(&path, &width, scale) }
        add(path)
        set(stroke.color)
        draw_cairo_set_line_width(context, width)
        stroke.dashes.withUnsafeBufferPointer { dashes in
            draw_cairo_set_dash(context, dashes.baseAddress, Int32(dashes.count), 0)
        }
        draw_cairo_stroke(context)
        if !stroke.dashes.isEmpty { draw_cairo_set_dash(context, nil, 0, 0) }
    }

    /// Moves level and upright lines onto whole pixels, so that they are not smeared over two.
    private func sharpen(_ path: inout Path, _ width: inout Double, _ scale: Double) {
        let isStraight = path.pieces.allSatisfy { piece in
            piece.points.count <= 5
                && zip(piece.points, piece.points.dropFirst()).allSatisfy { a, b in
                    a.x == b.x || a.y == b.y
                }
        }
        guard isStraight, width * scale < 4 else { return }
        let pixels = max(1, (width * scale).rounded())
        width = pixels / scale
        let shift = pixels.truncatingRemainder(dividingBy: 2) / 2
        func snapped(_ value: Double) -> Double {
            ((value * scale - shift).rounded() + shift) / scale
        }
        for piece in path.pieces.indices {
            let points = path.pieces[piece].points
            let isLevel = points.allSatisfy { $0.y == points[0].y }
            let isUpright = points.allSatisfy { $0.x == points[0].x }
            // The ends of single lines stay where they are, or ticks would differ in length.
            path.pieces[piece].points = points.map { point in
                Point(
                    isLevel && !isUpright ? point.x : snapped(point.x),
                    isUpright && !isLevel ? point.y : snapped(point.y))
            }
        }
    }

    private func add(_ path: Path) {
        draw_cairo_new_path(context)
        for piece in path.pieces {
            guard let first = piece.points.first else { continue }
            draw_cairo_move_to(context, first.x, first.y)
            for point in piece.points.dropFirst() { draw_cairo_line_to(context, point.x, point.y) }
            if piece.isClosed { draw_cairo_close_path(context) }
        }
    }

    private func set(_ color: Color) {
        draw_cairo_set_source_rgba(context, color.red, color.green, color.blue, color.alpha)
    }

    // MARK: Markers

    func draw(_ markers: Markers) {
        let shape = MarkerOutline(markers.shape, radius: markers.size / 2)
        for point in markers.points {
            draw_cairo_new_path(context)
            switch shape {
            case .circle(let radius):
                draw_cairo_arc(context, point.x, point.y, radius, 0, 2 * Double.pi)
                draw_cairo_close_path(context)
            case .outline(let path), .strokes(let path):
                add(path, at: point)
            }
            set(markers.color)
            if case .strokes = shape {
                draw_cairo_set_line_width(context, max(1, markers.size / 5))
                draw_cairo_stroke(context)
                continue
            }
            guard let outline = markers.outline else {
                draw_cairo_fill(context)
                continue
            }
            draw_cairo_fill_preserve(context)
            set(outline.color)
            draw_cairo_set_line_width(context, outline.width)
            draw_cairo_stroke(context)
        }
    }

    private func add(_ path: Path, at origin: Point) {
        for piece in path.pieces {
            for (index, point) in piece.points.enumerated() {
                let (x, y) = (origin.x + point.x, origin.y + point.y)
                if index == 0 {
                    draw_cairo_move_to(context, x, y)
                } else {
                    draw_cairo_line_to(context, x, y)
                }
            }
            if piece.isClosed { draw_cairo_close_path(context) }
        }
    }

    // MARK: Text

    func width(of text: String, size: Double, weight: FontWeight) -> Double {
        self.text.width(of: text, size: size, weight: weight)
    }

    func draw(_ text: String, at point: Point, style: TextStyle) {
        draw_cairo_save(context)
        draw_cairo_translate(context, point.x, point.y)
        if style.rotation != 0 { draw_cairo_rotate(context, -style.rotation * Double.pi / 180) }
        let width =
            style.anchor == .start
            ? 0 : self.text.width(of: text, size: style.size, weight: style.weight)
        set(style.color)
        draw_cairo_move_to(context, -style.startOffset(width: width), style.baselineOffset)
        self.text.show(text, size: style.size, weight: style.weight)
        draw_cairo_restore(context)
    }

    // MARK: Images

    func draw(_ image: PixelImage, in rect: Rect, interpolation: Interpolation) {
        guard image.width > 0, image.height > 0, rect.width > 0, rect.height > 0 else { return }
        // Programs that show PDF and SVG may smooth what is enlarged; they cannot smooth squares
        // that are many pixels wide.
        let factor =
            pixelsPerUnit == nil && interpolation == .nearest
            ? min(16, 1024 / max(image.width, image.height)) : 1
        guard let surface = CairoSurface.image(image, repeated: max(1, factor)) else { return }
        defer { draw_cairo_surface_destroy(surface.pointer) }
        draw_cairo_save(context)
        draw_cairo_translate(context, rect.x, rect.y)
        draw_cairo_scale(
            context, rect.width / Double(surface.width), rect.height / Double(surface.height))
        draw_cairo_set_source_surface(context, surface.pointer, 0, 0)
        let source = draw_cairo_get_source(context)
        draw_cairo_pattern_set_filter(
            source, Int32(interpolation == .nearest ? DRAW_FILTER_NEAREST : DRAW_FILTER_GOOD))
        draw_cairo_pattern_set_extend(source, Int32(DRAW_EXTEND_PAD))
        draw_cairo_new_path(context)
        draw_cairo_rectangle(context, 0, 0, Double(surface.width), Double(surface.height))
        draw_cairo_fill(context)
        draw_cairo_restore(context)
    }

    // MARK: State

    func beginClip(_ rect: Rect) {
        draw_cairo_save(context)
        draw_cairo_new_path(context)
        draw_cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height)
        draw_cairo_clip(context)
    }

    func endClip() { draw_cairo_restore(context) }

    func beginGroup(_ name: String) {}

    func endGroup() {}
}

/// A marker around the origin.
private enum MarkerOutline {
    case circle(Double)
    case outline(Path)
    case strokes(Path)

    init(_ shape: MarkerShape, radius r: Double) {
        switch shape {
        case .circle: self = .circle(r)
        case .square:
            self = .outline(
                .rectangle(Rect(x: -0.88 * r, y: -0.88 * r, width: 1.76 * r, height: 1.76 * r)))
        case .triangle: self = .outline(MarkerOutline.regular(3, 1.2 * r, first: -90))
        case .triangleDown: self = .outline(MarkerOutline.regular(3, 1.2 * r, first: 90))
        case .diamond: self = .outline(MarkerOutline.regular(4, 1.2 * r, first: 0))
        case .cross:
            let d = 0.8 * r
            self = .strokes(
                Path([
                    .init([Point(-d, -d), Point(d, d)], isClosed: false),
                    .init([Point(-d, d), Point(d, -d)], isClosed: false),
                ]))
        case .plus:
            self = .strokes(
                Path([
                    .init([Point(-r, 0), Point(r, 0)], isClosed: false),
                    .init([Point(0, -r), Point(0, r)], isClosed: false),
                ]))
        case .star: self = .outline(MarkerOutline.star(1.25 * r))
        }
    }

    private static func regular(_ count: Int, _ radius: Double, first: Double) -> Path {
        .polygon(
            (0..<count).map { index in
                let angle = (first + 360 * Double(index) / Double(count)) * Double.pi / 180
                return Point(radius * Angle.cosine(angle), radius * Angle.sine(angle))
            })
    }

    private static func star(_ radius: Double) -> Path {
        .polygon(
            (0..<10).map { index in
                let r = index % 2 == 0 ? radius : radius * 0.42
                let angle = (-90 + 36 * Double(index)) * Double.pi / 180
                return Point(r * Angle.cosine(angle), r * Angle.sine(angle))
            })
    }
}
