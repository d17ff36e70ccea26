import ArgumentParser
import Diagnostics
import Foundation
import Notebooks

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Says which outputs that are stored in notebooks are stale; runs nothing.",
        discussion: """
            An output (`dlrepl run --write`) is stale when its cell, a cell above that shares names with it, \
            a parameter, the seed, a data file or the version has changed since; comments and layout do not \
            count. Exit codes: 0 nothing stale, \
            2 bad usage or unreadable notebook, 3 something stale.
            """)

    @Argument(help: "Notebooks.", completion: .file(extensions: ["dln"]))
    var files: [String]

    @Option(name: [.customShort("p"), .customLong("param")], help: "Sets a parameter: -p lr=0.01.")
    var parameters: [String] = []

    @Flag(help: "Lists every cell.")
    var verbose = false

    func run() throws {
        let command = self
        try onInterpreterThread {
            let installation = try Installation.find()
            var isStale = false
            for file in command.files {
                if try command.report(file, installation) { isStale = true }
            }
            return isStale ? Exit.differs : .success
        }
    }

    /// Writes a line for a notebook; whether something in it is stale.
    private func report(_ file: String, _ installation: Installation) throws -> Bool {
        try NotebookFile.requireNotebook(file)
        let document = try NotebookFile.document(file)
        let keys = NotebookFile.keys(
            of: document, file, try NotebookFile.parameters(parameters, of: document),
            installation)
        let found = document.outputStatus(keys)
        let counts = OutputStatus.allCases.compactMap { status -> String? in
            let count = found.count { $0.status == status }
            return count == 0 ? nil : "\(count) \(status == .missing ? "without output" : status.rawValue)"
        }
        Console.write("\(file): \(counts.isEmpty ? "no cells" : counts.joined(separator: ", "))\n")
        for (cell, status) in found where verbose || status == .stale {
            Console.write("  \(status.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0))\(cell.label)\n")
        }
        return found.contains { $0.status == .stale }
    }
}
