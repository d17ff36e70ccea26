import CDrawing
public import Figures

/// Turns figures into files and pixels by Cairo and Pango.
///
/// The libraries are opened at the first call. The same figure gives the same bytes on one machine.
public struct CairoRenderer: FigureRenderer {
    public init() {}

    /// The bytes of a file.
    ///
    /// - Parameters:
    ///   - dpi: Pixels per inch of a PNG, from 1 to 4800; vector formats do not depend on it.
    ///   - metadata: Stored as text chunks (PNG), `<metadata>` (SVG) or subject (PDF).
    /// - Throws: Any ``DrawingError``.
    public func render(
        _ figure: Figure, format: FigureFormat, dpi: Double,
        metadata: [(key: String, value: String)]
    ) throws -> [UInt8] {
        try open()
        switch format {
        case .png:
            let bytes = try png(figure, dpi: dpi)
            return PNGChunks.inserting(metadata, dpi: dpi, into: bytes)
        case .svg: return SVGCleaning.cleaned(try svg(figure), metadata: metadata)
        case .pdf: return try pdf(figure, metadata: metadata)
        }
    }

    /// The figure as pixels, for terminals.
    ///
    /// - Throws: Any ``DrawingError``.
    public func pixels(_ figure: Figure, dpi: Double) throws -> PixelImage {
        try open()
        return try withRaster(figure, dpi: dpi) { surface, width, height throws(DrawingError) in
            guard let image = CairoSurface.read(surface, width: width, height: height) else {
                throw .failed("no pixels")
            }
            return image
        }
    }

    private func open() throws(DrawingError) {
        if let message = draw_open() { throw .libraryMissing(String(cString: message)) }
    }

    // MARK: Pixels

    private func png(_ figure: Figure, dpi: Double) throws(DrawingError) -> [UInt8] {
        try withRaster(figure, dpi: dpi) { surface, _, _ throws(DrawingError) in
            let sink = ByteSink()
            let status = withExtendedLifetime(sink) {
                draw_cairo_surface_write_to_png_stream(surface, ByteSink.write, sink.closure)
            }
            guard status == Int32(DRAW_STATUS_SUCCESS) else { throw .failed("PNG: \(status)") }
            return sink.bytes
        }
    }

    /// Draws on a new surface of pixels and hands it on.
    private func withRaster<Result>(
        _ figure: Figure, dpi: Double,
        _ body: (OpaquePointer, Int, Int) throws(DrawingError) -> Result
    ) throws(DrawingError) -> Result {
        guard dpi >= 1, dpi <= 4800 else { throw .badResolution(dpi) }
        let size = figure.size
        let scale = dpi / 96
        let (width, height) = ((size.width * scale).rounded(), (size.height * scale).rounded())
        guard width <= 30_000, height <= 30_000, width * height <= 120_000_000 else {
            throw .tooLarge(width: width, height: height)
        }
        let (columns, rows) = (max(1, Int(width)), max(1, Int(height)))
        guard
            let surface = draw_cairo_image_surface_create(
                Int32(DRAW_FORMAT_ARGB32), Int32(columns), Int32(rows))
        else { throw .failed("no surface") }
        defer { draw_cairo_surface_destroy(surface) }
        try draw(figure, on: surface, scale: scale, isRaster: true)
        return try body(surface, columns, rows)
    }

    private func draw(
        _ figure: Figure, on surface: OpaquePointer, scale: Double, isRaster: Bool
    ) throws(DrawingError) {
        var canvas = try CairoCanvas(surface: surface, scale: scale, isRaster: isRaster)
        if isRaster {
            // The last column and row of pixels may lie partly beyond the figure.
            let page = Rect(
                x: 0, y: 0, width: figure.size.width + 2 / scale,
                height: figure.size.height + 2 / scale)
            canvas.fill(.rectangle(page), with: figure.resolvedTheme.background)
        }
        figure.draw(on: &canvas)
        try canvas.check()
    }

    // MARK: Vectors

    private func svg(_ figure: Figure) throws(DrawingError) -> [UInt8] {
        let size = figure.size
        return try vectors { sink in
            draw_cairo_svg_surface_create_for_stream(
                ByteSink.write, sink.closure, size.width, size.height)
        } drawing: { surface throws(DrawingError) in
            draw_cairo_svg_surface_set_document_unit(surface, Int32(DRAW_SVG_UNIT_PX))
            try draw(figure, on: surface, scale: 1, isRaster: false)
        }
    }

    private func pdf(
        _ figure: Figure, metadata: [(key: String, value: String)]
    ) throws(DrawingError) -> [UInt8] {
        let size = figure.size
        // Points of 1/72 inch, CSS pixels are 1/96.
        return try vectors { sink in
            draw_cairo_pdf_surface_create_for_stream(
                ByteSink.write, sink.closure, size.width * 0.75, size.height * 0.75)
        } drawing: { surface throws(DrawingError) in
            let subject = metadata.map { "\($0.key): \($0.value)" }.joined(separator: "; ")
            draw_cairo_pdf_surface_set_metadata(
                surface, Int32(DRAW_PDF_SUBJECT), PrintableText.cleaned(subject))
            // Not the time of drawing: a second run must give the same bytes.
            draw_cairo_pdf_surface_set_metadata(
                surface, Int32(DRAW_PDF_CREATE_DATE), "2000-01-01T00:00:00Z")
            try draw(figure, on: surface, scale: 0.75, isRaster: false)
        }
    }

    private func vectors(
        _ create: (ByteSink) -> OpaquePointer?,
        drawing: (OpaquePointer) throws(DrawingError) -> Void
    ) throws(DrawingError) -> [UInt8] {
        let sink = ByteSink()
        guard let surface = create(sink) else { throw .failed("no surface") }
        defer { draw_cairo_surface_destroy(surface) }
        try drawing(surface)
        draw_cairo_surface_finish(surface)
        let status = draw_cairo_surface_status(surface)
        guard status == Int32(DRAW_STATUS_SUCCESS) else {
            throw .failed(draw_cairo_status_to_string(status).map { String(cString: $0) } ?? "")
        }
        return withExtendedLifetime(sink) { sink.bytes }
    }
}
