public import Figures
import Formats

/// What a session may use of the world.
public struct SessionConfiguration {
    /// The folders that hold `prelude/` and importable files.
    public var standardLibrary: String
    /// The folder of the shipped data sets.
    public var data: String
    /// Environment variables, for the places of installed data.
    public var environment: [String: String]
    /// Where relative paths start: the notebook's folder, or the current one.
    public var folder: String
    public var seed: Int
    /// Folders outside of `folder` that may be read or written.
    public var readable: [String]
    public var writable: [String]
    /// Whether any file may be read and written, as at the prompt.
    public var isUnrestricted: Bool
    public var renderer: (any FigureRenderer)?
    /// Whether cells are only checked, on shapes alone: see `Session.check`.
    public var checksShapes = false
    /// Whether `step` blocks are compiled and replayed; without, they are recorded and computed node by node
    /// each time, which gives the same numbers.
    public var replaysSteps: Bool

    public init(standardLibrary: String, data: String, folder: String) {
        self.standardLibrary = standardLibrary
        self.data = data
        self.folder = folder
        self.environment = [:]
        self.seed = 0
        self.readable = []
        self.writable = []
        self.isUnrestricted = false
        self.renderer = nil
        self.replaysSteps = true
    }
}
