import ArgumentParser
import Diagnostics
import Foundation
import Notebooks
import Runtime

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks names, arguments, shapes and files of every cell, with nothing trained.",
        discussion: """
            Data files are read, but no tensor is computed. What only a run can know is accepted.
            With --json each line of stdout is an object with the fields file, cell, line, column,
            severity, id, message, location, label, secondary, notes, help and trace.
            Exit codes: 0 no errors, 1 errors, 2 bad usage or unreadable notebook.
            """)

    @Argument(help: "Notebooks or scripts.", completion: .file(extensions: ["dln", "dl"]))
    var files: [String]

    @Option(name: [.customShort("p"), .customLong("param")], help: "Sets a parameter: -p lr=0.01.")
    var parameters: [String] = []

    @Flag(help: "Writes one JSON object a line on stdout, for editors.")
    var json = false

    @OptionGroup var session: SessionOptions

    func run() throws {
        let command = self
        try forEachFile(files, session) { try command.check($0, $1) }
    }

    private func check(_ file: String, _ installation: Installation) throws -> ExitCode {
        let start = Session.now
        let bytes = try NotebookFile.read(file)
        let folder = (NotebookFile.absolute(file) as NSString).deletingLastPathComponent
        var configuration = session.configuration(installation, folder: folder)
        configuration.checksShapes = true
        var found: [(cell: String?, diagnostics: [Diagnostic])] = []
        if file.hasSuffix(".dl") {
            let source = SourceText(
                name: file, text: String(decoding: bytes, as: UTF8.self), file: file)
            found = [(nil, NotebookChecker.check(script: source, in: Session(configuration)))]
        } else {
            let document = NotebookDocument(
                bytes: bytes, name: (file as NSString).lastPathComponent)
            show(document.diagnostics, file, cell: nil)
            if document.hasErrors { return Exit.usage }
            configuration.seed = document.frontMatter.seed
            let checker = NotebookChecker(
                document, session: Session(configuration), parameters: try values(document))
            found = checker.check().map { ($0.cell.name ?? String($0.cell.position), $0.diagnostics) }
        }
        for (cell, diagnostics) in found { show(diagnostics, file, cell: cell) }
        let all = found.flatMap(\.diagnostics)
        let errors = all.filter { $0.severity == .error }.count
        if !json { summarise(file, found.count, errors, all.count - errors, Session.now - start) }
        return errors == 0 ? .success : Exit.cellFailed
    }

    private func values(_ document: NotebookDocument) throws -> [NotebookParameter] {
        do {
            return try document.override(params: parameters)
        } catch {
            throw Problem(render(error, as: .plain))
        }
    }

    private func show(_ diagnostics: [Diagnostic], _ file: String, cell: String?) {
        for diagnostic in diagnostics {
            if json {
                Console.write(renderJSON(diagnostic, file: file, cell: cell) + "\n")
            } else {
                Console.error(render(diagnostic, as: Console.usesColor ? .ansi : .plain) + "\n")
            }
        }
    }

    private func summarise(
        _ file: String, _ cells: Int, _ errors: Int, _ warnings: Int, _ seconds: Double
    ) {
        func plural(_ count: Int, _ word: String) -> String {
            "\(count) \(word)\(count == 1 ? "" : "s")"
        }
        let time = String(format: "%.2f s", seconds)
        Console.write(
            "\(file): \(plural(cells, "cell")), \(plural(errors, "error")),"
                + " \(plural(warnings, "warning")) (\(time))\n")
    }
}
