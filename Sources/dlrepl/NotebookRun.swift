import ArgumentParser
import Diagnostics
import Drawing
import Foundation
import Notebooks
import Runtime
import Terminal

/// One run of one notebook, with what is seen of it on the terminal.
struct NotebookRun {
    let document: NotebookDocument
    let file: String
    var options: RunOptions
    var showsOutput = true

    func perform(
        _ sessionOptions: SessionOptions, _ installation: Installation
    ) throws -> (results: [CellResult], ending: RunEnding) {
        let folder = (NotebookFile.absolute(file) as NSString).deletingLastPathComponent
        var configuration = sessionOptions.configuration(installation, folder: folder)
        configuration.seed = document.frontMatter.seed
        var options = options
        options.renderer = configuration.renderer
        options.version = DLRepl.version
        var runner = NotebookRunner(document, session: Session(configuration), options: options)
        let line = ProgressLine()
        if showsOutput { runner.events.printed = { line.write($0) } }
        runner.events.progressed = { line.show($0, $1, $2, $3) }
        runner.events.started = { line.start($0.label) }
        runner.events.finished = { cell, result in
            line.clear()
            if let error = result.error, result.status == .failed {
                Console.error(error.text + "\n")
            } else if showsOutput {
                if let value = result.value { Console.write(value + "\n") }
                if let error = result.error { Console.write(error.text + "\n") }
            }
        }
        return runner.run()
    }
}

/// One line on stderr that says what runs; nothing where stderr is no terminal.
final class ProgressLine {
    private var cell = ""
    private var isShown = false
    /// Whether the program left its line open: nothing is drawn over it.
    private var isMidLine = false

    private static var width: Int { terminalWidth(of: STDERR_FILENO) }

    func start(_ cell: String) {
        self.cell = cell
        draw(progressText(cell, width: Self.width))
    }

    func show(_ label: String, _ done: Int, _ total: Int, _ values: String) {
        let width = Self.width
        draw(progressText("\(cell)  \(label)", done, total, values, width: width))
    }

    /// Program output, in the place of the line.
    func write(_ text: String) {
        clear()
        Console.write(text)
        isMidLine = !text.hasSuffix("\n")
    }

    func clear() {
        guard isShown else { return }
        Console.error("\r\u{1B}[K")
        isShown = false
    }

    private func draw(_ text: String) {
        guard Console.isErrorTerminal, !Console.isDumb, !isMidLine else { return }
        isShown = true
        Console.error("\r\u{1B}[K" + text)
    }
}
