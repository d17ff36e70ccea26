import ArgumentParser
import Diagnostics
import Foundation
import Notebooks
import Runtime

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs notebooks (.dln) or scripts (.dl) from the top.",
        discussion: """
            Outputs go to stdout, progress to stderr. What ran is saved even when a cell fails; figures
            of several notebooks have a folder each.
            Exit codes: 0 all well, 1 a cell failed, 2 bad usage or unreadable notebook, 4 time or
            memory budget reached, 130 interrupted.
            """)

    @Argument(help: "Notebooks or scripts.", completion: .file(extensions: ["dln", "dl"]))
    var files: [String]

    @Option(name: [.customShort("p"), .customLong("param")], help: "Sets a parameter: -p lr=0.01.")
    var parameters: [String] = []

    @Option(help: "Writes a page or file of the run: .html, .md, .ipynb or .dl.")
    var out: String?

    @Option(help: "The folder for figures, or none (default: figures/NOTEBOOK).")
    var figures: String?

    @Option(help: "What a failing cell does to those below: stop or continue.")
    var onError: ErrorPolicy = .stop

    @Option(help: "Time for the whole run: 90, 90s, 5m, 1h.")
    var timeout: String?

    @Flag(help: "Writes the outputs into the notebook, below their cells.")
    var write = false

    @Flag(help: "Shows no outputs.")
    var quiet = false

    @OptionGroup var session: SessionOptions

    enum ErrorPolicy: String, ExpressibleByArgument, CaseIterable { case stop, `continue` }

    func run() throws {
        let command = self
        try beforeAll(checkPlaces)
        try forEachFile(files, session) { file, installation in
            return try command.run(file, installation)
        }
    }

    private func checkPlaces() throws {
        if figures != "none" {
            let notebooks = files.filter { !$0.hasSuffix(".dl") }
            try NotebookFile.requireApart(notebooks, by: figureFolder)
            for file in notebooks {
                do {
                    try NotebookFile.requireWritable(figureFolder(file) + "/figure.png")
                } catch {
                    let problem = "\(error): `--figures` takes another folder, or none"
                    // Where nobody asked for them there may be no figures.
                    guard figures == nil else { throw Problem(problem) }
                    Console.error("dlrepl: warning: \(problem)\n")
                }
            }
        }
        guard let out else { return }
        _ = try Self.exporter(out)
        guard files.count == 1 else {
            throw Problem("--out takes one notebook; `dlrepl export` writes a file of each")
        }
        try NotebookFile.requireWritable(out)
    }

    /// Where the figures of a notebook go: below the folder that is given, where several share it.
    private func figureFolder(_ file: String) -> String {
        let stem = ((file as NSString).lastPathComponent as NSString).deletingPathExtension
        return figures.map { files.count > 1 ? "\($0)/\(stem)" : $0 } ?? "figures/\(stem)"
    }

    private func run(_ file: String, _ installation: Installation) throws -> ExitCode {
        let bytes = try NotebookFile.read(file)
        if file.hasSuffix(".dl") { return try runScript(bytes, file, installation) }
        let document = NotebookDocument(bytes: bytes, name: (file as NSString).lastPathComponent)
        for diagnostic in document.diagnostics {
            Console.error(render(diagnostic, as: Console.usesColor ? .ansi : .plain) + "\n")
        }
        if document.hasErrors { return Exit.usage }
        var run = NotebookRun(document: document, file: file, options: try options(document))
        run.showsOutput = !quiet
        let (results, ending) = try run.perform(session, installation)
        try save(results, of: document, file, installation)
        return Exit.code(of: ending)
    }

    private func options(_ document: NotebookDocument) throws -> RunOptions {
        let values: [NotebookParameter]
        do {
            values = try document.override(params: parameters)
        } catch {
            throw Problem(render(error, as: .plain))
        }
        var options = RunOptions(parameters: values)
        options.drawsDark = out.flatMap(Exporter.forPath)?.name == "html"
        options.continuesAfterError = onError == .continue
        options.timeout = try timeout.map(NotebookFile.seconds)
        return options
    }

    // MARK: Results

    private func save(
        _ results: [CellResult], of document: NotebookDocument, _ file: String,
        _ installation: Installation
    ) throws {
        let folder = figureFolder(file)
        if figures != "none" {
            try NotebookFile.write(figures: results.flatMap(\.figures), to: folder)
        }
        if let out {
            let exporter = try Self.exporter(out)
            let input = ExportInput(
                document: document, results: results, parameters: try document.override(params: parameters),
                figureFolder: NotebookFile.relative(folder, to: out),
                loadImage: NotebookFile.imageLoader(beside: file))
            try NotebookFile.write(exporter.export(input), to: out)
            Console.write("page: \(out)\n")
        }
        if write { try store(results, of: document, in: file, folder, installation) }
    }

    private static func exporter(_ path: String) throws -> Exporter {
        guard let exporter = Exporter.forPath(path) else {
            throw Problem("--out takes .html, .md, .ipynb or .dl, not \(path)")
        }
        return exporter
    }

    /// Puts the outputs below their cells in the notebook itself.
    private func store(
        _ results: [CellResult], of document: NotebookDocument, in file: String, _ folder: String,
        _ installation: Installation
    ) throws {
        let keys = NotebookFile.keys(
            of: document, file, try NotebookFile.parameters(parameters, of: document),
            installation)
        var results = results
        if figures == "none" { for index in results.indices { results[index].figures = [] } }
        let outputs = document.outputs(of: results, keys) {
            NotebookFile.relative(folder, to: file) + "/" + $0.fileName
        }
        try NotebookFile.write(document.storingOutputs(outputs).bytes, to: file)
    }

    // MARK: Scripts

    private func runScript(
        _ bytes: [UInt8], _ file: String, _ installation: Installation
    ) throws -> ExitCode {
        let folder = (NotebookFile.absolute(file) as NSString).deletingLastPathComponent
        let session = Session(self.session.configuration(installation, folder: folder))
        if !quiet {
            session.output = { Console.write($0) }
            session.progressEnded = { Console.write($0 + "\n") }
        }
        if let timeout { session.deadline = Session.now + (try NotebookFile.seconds(timeout)) }
        let source = SourceText(
            name: file, text: String(decoding: bytes, as: UTF8.self), file: file)
        return ScriptOutcome(session.run(source, stream: "#1")).report(showsValue: !quiet)
    }
}

/// The end of a script, a piped text or an expression.
struct ScriptOutcome {
    let outcome: CellOutcome
    init(_ outcome: CellOutcome) { self.outcome = outcome }

    /// Writes value and errors, and gives the exit code.
    func report(showsValue: Bool) -> ExitCode {
        for diagnostic in outcome.notices + outcome.diagnostics {
            Console.error(render(diagnostic, as: Console.usesColor ? .ansi : .plain) + "\n")
        }
        if showsValue, let value = outcome.value { Console.write(value + "\n") }
        if showsValue, outcome.figure != nil { Console.write("figure\n") }
        switch outcome.ending {
        case .succeeded where outcome.wasInterrupted: return Exit.interrupted
        case .succeeded: return .success
        case .rejected, .failed: return Exit.cellFailed
        case .timedOut, .outOfMemory: return Exit.budget
        case .interrupted: return Exit.interrupted
        }
    }
}
