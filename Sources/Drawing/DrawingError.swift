/// Why a figure could not be drawn. Cases carry facts; ``description`` makes the sentence.
public enum DrawingError: Error, Equatable, Sendable {
    /// A library or font system is missing; the text names the package to install.
    case libraryMissing(String)
    /// The image would be larger than can be made, in pixels.
    case tooLarge(width: Double, height: Double)
    /// Not a positive number of pixels per inch.
    case badResolution(Double)
    /// The library gave up, with its own words.
    case failed(String)
}

extension DrawingError: CustomStringConvertible {
    /// One line: lower case, no full stop.
    public var description: String {
        switch self {
        case .libraryMissing(let text): text
        case .tooLarge(let width, let height):
            "an image of \(width.rounded()) × \(height.rounded()) pixels is too large; "
                + "give a smaller size or dpi"
        case .badResolution(let dpi): "dpi must be from 1 to 4800, got \(dpi)"
        case .failed(let text): "drawing failed: \(text)"
        }
    }
}
