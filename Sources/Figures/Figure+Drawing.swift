extension Figure {
    /// Draws the figure from the top left corner of a canvas.
    ///
    /// - Parameter size: In CSS pixels; by default the figure's own.
    public func draw(on canvas: inout some Canvas, size: Size? = nil) {
        let size = size ?? self.size
        let theme = resolvedTheme
        let page = Rect(x: 0, y: 0, width: size.width, height: size.height)
        let isBare = content.isBareImage
        let margin = isBare ? 2.0 : min(Metrics.outerMargin, size.width / 20, size.height / 20)
        let inner = page.grown(by: -margin)
        let prepared = PreparedContent(
            content, size: Size(width: inner.width, height: inner.height), theme: theme, canvas)
        canvas.group("figure") { canvas in
            canvas.fill(.rectangle(page), with: theme.background)
            prepared.draw(in: inner, margins: prepared.margins, on: &canvas)
        }
    }
}

extension Figure.Content {
    /// Whether only pictures without axes are shown, which need little margin.
    var isBareImage: Bool {
        switch self {
        case .panel(let panel): !panel.axes.isVisible
        case .grid(let grid): grid.cells.allSatisfy { $0?.isBareImage ?? true }
        }
    }
}

/// File types that figures are written in.
public enum FigureFormat: String, CaseIterable, Sendable {
    case png, svg, pdf

    /// The format that a file name's ending asks for, or nil.
    public init?(fileName: String) {
        guard let dot = fileName.lastIndex(of: ".") else { return nil }
        self.init(rawValue: fileName[fileName.index(after: dot)...].lowercased())
    }
}

/// What turns figures into files. `Drawing` has one; whoever wires the modules together hands it
/// in.
public protocol FigureRenderer: Sendable {
    /// The bytes of a file: the same for the same arguments on one machine.
    ///
    /// - Parameters:
    ///   - dpi: Pixels per inch of a PNG; 96 makes one pixel of each CSS pixel.
    ///   - metadata: Keys and values that are stored in the file.
    /// - Throws: If the libraries for drawing are missing or fail.
    func render(
        _ figure: Figure, format: FigureFormat, dpi: Double,
        metadata: [(key: String, value: String)]
    ) throws -> [UInt8]
}
