/// What running a cell gave: all that a page or file shows of it.
public struct CellResult: Equatable, Sendable {
    public enum Status: String, Equatable, Sendable, CaseIterable {
        case ran
        case failed
        /// Not run, because it says `skip` or because a cell above failed.
        case skipped
        /// It failed and says `expect-error`.
        case failedAsExpected
    }

    /// The position of the cell in its document.
    public var position: Int
    public var status: Status
    /// What it printed.
    public var printed: String
    /// The text of its last value; `nil` if it shows none.
    public var value: String?
    public var figures: [CellFigure]
    /// Why it failed.
    public var error: CellError?
    /// How long it ran. Exports leave it out: a second run gives the same bytes.
    public var duration: Duration

    public init(
        position: Int, status: Status, printed: String = "", value: String? = nil,
        figures: [CellFigure] = [], error: CellError? = nil, duration: Duration = .zero
    ) {
        self.position = position
        self.status = status
        self.printed = printed
        self.value = value
        self.figures = figures
        self.error = error
        self.duration = duration
    }

    /// The printed text and the value, as they follow each other on a terminal, without a newline
    /// at the end.
    public var text: String {
        let lines = printed.hasSuffix("\n") ? String(printed.dropLast()) : printed
        return [lines, value ?? ""].filter { !$0.isEmpty }.joined(separator: "\n")
    }
}

/// The picture of an error, drawn for a file and for a page.
public struct CellError: Equatable, Sendable {
    /// The first line's message, without `error:`.
    public var message: String
    /// The whole picture: source line, caret, help.
    public var text: String
    /// The same for the inside of a `<pre>`.
    public var html: String
    /// The picture with lines counted within each cell, for the notebook's own file.
    public var storedText: String

    public init(message: String, text: String, html: String? = nil, storedText: String? = nil) {
        self.message = message
        self.text = text
        self.storedText = storedText ?? text
        self.html = html ?? escapedHTML(text)
    }
}

/// A figure of a cell as the bytes of an image file.
public struct CellFigure: Equatable, Sendable {
    /// The name of its file without folder: `train.png`, `train-2.png`.
    public var fileName: String
    /// PNG or SVG.
    public var bytes: [UInt8]
    /// The same in the dark theme, for pages; `nil` if there is none.
    public var darkBytes: [UInt8]?
    /// Its size in CSS pixels, if it differs from the image's own (a PNG of more than 96 dpi).
    public var width: Int?
    public var height: Int?
    /// What it shows, for those who cannot see it: its title, if it has one.
    public var description: String

    public init(
        fileName: String, bytes: [UInt8], darkBytes: [UInt8]? = nil, width: Int? = nil,
        height: Int? = nil, description: String = ""
    ) {
        self.fileName = fileName
        self.bytes = bytes
        self.darkBytes = darkBytes
        self.width = width
        self.height = height
        self.description = description
    }
}
