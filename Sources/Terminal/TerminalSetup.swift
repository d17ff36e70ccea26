public import Figures
public import Runtime

/// What a session at a terminal needs from whoever wires the modules together.
public struct TerminalSetup: Sendable {
    /// Makes a session whose relative paths start at a folder; called on the interpreter's thread,
    /// again for `:reset` and `:run`.
    public var makeSession: @Sendable (_ folder: String) -> Session
    /// Writes figures to files; without one they are only named.
    public var renderer: (any FigureRenderer)?
    /// The escape sequence that shows a figure, if the terminal can show images.
    public var terminalImage: (@Sendable (Figure) throws -> String)?
    public var environment: [String: String] = [:]
    /// Where relative paths start.
    public var folder: String
    /// The folder of importable modules, for completion.
    public var standardLibrary: String?
    /// Shown when a session begins.
    public var version = ""

    public init(folder: String, makeSession: @escaping @Sendable (String) -> Session) {
        self.folder = folder
        self.makeSession = makeSession
    }

    /// `$XDG_STATE_HOME/dlrepl`, by default below `~/.local/state`: the history, and figures.
    public var stateFolder: String {
        if let path = environment["XDG_STATE_HOME"], path.hasPrefix("/") { return path + "/dlrepl" }
        return (environment["HOME"] ?? "/tmp") + "/.local/state/dlrepl"
    }

    /// Colours are used at a terminal, unless `NO_COLOR` is set or the terminal has none.
    static func usesColor(isTerminal: Bool, _ environment: [String: String]) -> Bool {
        isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    func usesColor(isTerminal: Bool) -> Bool { Self.usesColor(isTerminal: isTerminal, environment) }
}
