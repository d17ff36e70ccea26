import Figures
import Foundation

/// The figures of a session: each is written to a file of a folder of the session's own.
struct FigureGallery {
    /// For screens of high resolution; the terminal gets CSS pixels.
    private static let dpi = 192.0

    private let setup: TerminalSetup
    /// Named after the time of the first figure; to ask the calendar takes a while.
    private lazy var folder = Self.newFolder(setup)
    private var newest: Figure?
    private var names: Set<String> = []

    init(_ setup: TerminalSetup) {
        self.setup = setup
    }

    private static func newFolder(_ setup: TerminalSetup) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd-HHmmss"
        let name = "\(format.string(from: Date()))-\(getpid())"
        return "\(setup.stateFolder)/figures/\(name)"
    }

    /// Writes a figure; gives its path.
    mutating func add(_ figure: Figure, named stem: String) throws(PromptError) -> String {
        newest = figure
        let bytes = try render(figure, .png)
        var name = stem
        var copy = 1
        while !names.insert(name).inserted {
            copy += 1
            name = "\(stem)-\(copy)"
        }
        let path = "\(folder)/\(name).png"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        } catch {
            throw PromptError("`\(path)` cannot be written: \(error.localizedDescription)")
        }
        return path
    }

    /// The newest figure as a file of the kind that the path's ending names.
    func last(for path: String) throws(PromptError) -> [UInt8] {
        guard let newest else {
            throw PromptError("there is no figure yet", help: "`plot([1, 2, 4])` makes one")
        }
        guard let format = FigureFormat(fileName: path) else {
            throw PromptError(
                "a figure cannot be written to `\(path)`",
                help: "endings that can: .png, .svg, .pdf")
        }
        return try render(newest, format)
    }

    /// What makes the terminal show a figure, if it can.
    func image(of figure: Figure) -> String? { try? setup.terminalImage?(figure) }

    private func render(_ figure: Figure, _ format: FigureFormat) throws(PromptError) -> [UInt8] {
        guard let renderer = setup.renderer else {
            throw PromptError("figures cannot be drawn here")
        }
        do {
            return try renderer.render(figure, format: format, dpi: Self.dpi, metadata: [])
        } catch {
            throw PromptError("the figure cannot be drawn: \(error)")
        }
    }
}
