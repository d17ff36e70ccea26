import ArgumentParser
import Diagnostics
import Drawing
import Foundation
import Notebooks
import Runtime

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
        if showsOutput { runner.events.printed = { Console.write($0) } }
        let line = ProgressLine()
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

    func start(_ cell: String) {
        self.cell = cell
        draw(cell)
    }

    func show(_ label: String, _ done: Int, _ total: Int, _ values: String) {
        let width = 24
        // A program says how far it is, with any numbers.
        let part = total > 0 ? min(1, max(0, Double(done) / Double(total))) : 0
        let filled = Int(part * Double(width))
        let bar = String(repeating: "━", count: filled) + String(repeating: "╌", count: width - filled)
        draw("\(cell)  \(label)  \(bar) \(done)/\(total)  \(values)")
    }

    func clear() {
        guard isShown else { return }
        Console.error("\r\u{1B}[K")
        isShown = false
    }

    private func draw(_ text: String) {
        guard Console.isErrorTerminal else { return }
        isShown = true
        Console.error("\r\u{1B}[K" + text)
    }
}
