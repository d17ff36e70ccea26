import ArgumentParser
import Diagnostics
import Foundation
import Notebooks

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Runs notebooks again and compares with the outputs that are stored in them.",
        discussion: """
            Words and whole numbers have to be the same, other numbers close; figures have to be \
            made again, their pixels are not compared. Nothing is written. Exit codes: 0 the same, \
            1 a cell failed, 2 bad usage or unreadable notebook, 3 outputs differ or are not \
            stored, 4 time or memory budget reached, 130 interrupted.
            """)

    @Argument(help: "Notebooks.", completion: .file(extensions: ["dln"]))
    var files: [String]

    @Option(help: "How far numbers may be apart, absolutely or relative to their size.")
    var tolerance = 1e-3

    @Option(name: [.customShort("p"), .customLong("param")], help: "Sets a parameter: -p lr=0.01.")
    var parameters: [String] = []

    @Option(help: "Time for each notebook: 500ms, 90s, 5m, 1h.")
    var timeout: String?

    @OptionGroup var session: SessionOptions

    func validate() throws {
        guard tolerance >= 0, tolerance.isFinite else {
            throw ValidationError("--tolerance takes a number of 0 or more")
        }
    }

    func run() throws {
        let command = self
        try forEachFile(files, session) { try command.verify($0, $1) }
    }

    private func verify(_ file: String, _ installation: Installation) throws -> ExitCode {
        try NotebookFile.requireNotebook(file)
        let document = try NotebookFile.document(file)
        var options = RunOptions(
            parameters: try NotebookFile.parameters(parameters, of: document))
        options.timeout = try timeout.map(NotebookFile.seconds)
        var run = NotebookRun(document: document, file: file, options: options)
        run.showsOutput = false
        let (results, ending) = try run.perform(session, installation)
        guard ending == .succeeded else { return Exit.code(of: ending) }
        var differences = 0
        for (cell, result) in zip(document.cells, results) where result.status != .skipped {
            let stored = document.outputs.last { $0.cellPosition == cell.position }
            guard let difference = difference(stored, result) else { continue }
            differences += 1
            if document.outputs.isEmpty { continue }
            Console.write("\(file), \(cell.label): \(difference)\n")
        }
        if document.outputs.isEmpty, differences > 0 {
            Console.write("\(file): no outputs are stored; `dlrepl run --write \(file)` stores them\n")
            return Exit.differs
        }
        let cells = "\(document.cells.count) \(document.cells.count == 1 ? "cell" : "cells")"
        Console.write("\(file): \(cells), \(differences == 0 ? "the same" : "\(differences) differ")\n")
        return differences == 0 ? .success : Exit.differs
    }

    private func difference(_ stored: StoredOutput?, _ result: CellResult) -> String? {
        let new = result.storedText
        guard let stored else {
            return new.isEmpty && result.figures.isEmpty
                ? nil : "nothing is stored, now it shows something"
        }
        if stored.hasConflict { return "what is stored holds the marks of a merge" }
        let comparison = OutputComparison(tolerance: tolerance)
        if let (old, new) = comparison.difference(stored.text, new) {
            return "`\(old)` is stored, now it is `\(new)`"
        }
        guard stored.figures.count != result.figures.count else { return nil }
        return "figures: \(stored.figures.count) stored, now \(result.figures.count)"
    }
}
