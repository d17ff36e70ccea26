/// What a run left in the notebook under a cell (`run --write`).
///
/// It is written as
///
///     <!-- dln:out train 5f3a9c -->
///     ```text
///     accuracy 0.98
///     ```
///     ![train](figures/digits/train.png)
///     <!-- dln:end -->
public struct StoredOutput: Equatable, Sendable {
    /// The cell's name or file stem when it was written; after an edit it may say something else
    /// than the cell above it.
    public let name: String
    /// The digest of everything that the output depends on; an opaque word for this module.
    public let key: String
    /// The printed text, without the final newline.
    public let text: String
    /// Paths of the figures, as written.
    public let figures: [String]
    /// The position of the cell that it stands under; `nil` above the first cell.
    public let cellPosition: Int?
    /// True if a merge left conflict markers in it: it then belongs to no run, whatever its key.
    public let hasConflict: Bool

    /// An output to be written.
    /// - Parameter key: letters, digits, `-`, `_`, `.`, `:` and `=` only; others are left out.
    public init(name: String, key: String, text: String, figures: [String] = []) {
        self.init(
            name: name, key: key, text: text, figures: figures, cellPosition: nil,
            hasConflict: false)
    }

    /// The same as one of no known run.
    public var stale: StoredOutput {
        StoredOutput(name: name, key: "-", text: text, figures: figures)
    }

    init(
        name: String, key: String, text: String, figures: [String], cellPosition: Int?,
        hasConflict: Bool
    ) {
        self.name = name
        self.key = key
        self.text = text
        self.figures = figures
        self.cellPosition = cellPosition
        self.hasConflict = hasConflict
    }
}
