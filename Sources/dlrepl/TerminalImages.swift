import Drawing
import Figures

/// What shows a figure in the terminal of this environment; `nil` if it cannot show images.
func terminalImage(
    _ environment: [String: String]
) -> (@Sendable (Figure) throws -> String)? {
    guard let kind = TerminalImage.detect(environment) else { return nil }
    return { figure in
        let renderer = CairoRenderer()
        switch kind {
        case .sixel: return TerminalImage.sixelImage(try renderer.pixels(figure, dpi: 96))
        case .kitty, .iTerm:
            let png = try renderer.render(figure, format: .png, dpi: 96, metadata: [])
            return kind == .kitty
                ? TerminalImage.kittyImage(png: png) : TerminalImage.iTermImage(png: png)
        }
    }
}
