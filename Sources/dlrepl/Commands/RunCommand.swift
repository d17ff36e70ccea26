import ArgumentParser
import Diagnostics
import Drawing
import Figures
import Foundation
import Notebooks
import Runtime

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs notebooks (.dln) or scripts (.dl) from the top.",
        discussion: """
            Outputs go to stdout, progress to stderr. What ran is saved even when a cell fails; figures
            of several notebooks have a folder each. A script is run as one cell. A notebook that is
            changed while --write runs keeps the change.
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

    @Option(help: "Time for the whole run: 500ms, 90s, 5m, 1h.")
    var timeout: String?

    @Flag(help: "Writes the outputs into the notebook, below their cells.")
    var write = false

    @Flag(help: "Shows no outputs.")
    var quiet = false

    @OptionGroup var session: SessionOptions

    enum ErrorPolicy: String, ExpressibleByArgument, CaseIterable { case stop, `continue` }

    func run() throws {
        let command = self
        try beforeAll {
            try checkScripts()
            try checkPlaces()
        }
        try forEachFile(files, session) { file, installation in
            return try command.run(file, installation)
        }
    }

    /// What a script cannot have.
    private func checkScripts() throws {
        guard let script = files.first(where: NotebookFile.isScript) else { return }
        if write { throw Problem("\(script) is a script: only notebooks store outputs (--write)") }
        if !parameters.isEmpty { throw Problem("\(script) is a script: only notebooks have parameters (-p)") }
    }

    /// Whether a file is run as one text that only prints.
    private func isPlain(_ file: String) -> Bool {
        NotebookFile.isScript(file) && out == nil && (figures == nil || figures == "none")
    }

    private func checkPlaces() throws {
        if figures != "none" {
            let notebooks = files.filter { !isPlain($0) }
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
        try NotebookFile.requireNoInput(out, files)
        try NotebookFile.requireWritable(out)
    }

    /// Where the figures of a notebook go: below the folder that is given, where several share it.
    private func figureFolder(_ file: String) -> String {
        let stem = ((file as NSString).lastPathComponent as NSString).deletingPathExtension
        return figures.map { files.count > 1 ? "\($0)/\(stem)" : $0 } ?? "figures/\(stem)"
    }

    private func run(_ file: String, _ installation: Installation) throws -> ExitCode {
        if isPlain(file) { return try runScript(file, installation) }
        let document = try NotebookFile.parsed(file)
        for diagnostic in document.diagnostics {
            Console.error(render(diagnostic, as: Console.usesColor ? .ansi : .plain) + "\n")
        }
        if document.hasErrors { return Exit.usage }
        var run = NotebookRun(document: document, file: file, options: try options(document))
        run.options.origin = NotebookFile.origin(of: file, in: figureFolder(file))
        run.showsOutput = !quiet
        let (results, ending) = try run.perform(session, installation)
        let isSaved = try save(results, of: document, file, installation)
        return isSaved || ending == .interrupted ? Exit.code(of: ending) : Exit.usage
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

    /// Writes whatever can be written; whether that is all.
    private func save(
        _ results: [CellResult], of document: NotebookDocument, _ file: String,
        _ installation: Installation
    ) throws -> Bool {
        let folder = figureFolder(file)
        let all = results.flatMap(\.figures)
        let lost = figures == "none" ? [] : NotebookFile.write(figures: all, to: folder)
        let hasPage = try NotebookFile.attempt { try writePage(results, of: document, file, folder) }
        guard write else { return lost.isEmpty && hasPage }
        var results = results
        var unsaved: Set<Int> = []
        for index in results.indices {
            let count = results[index].figures.count
            results[index].figures.removeAll { figures == "none" || lost.contains($0.fileName) }
            if figures != "none", results[index].figures.count < count { unsaved.insert(results[index].position) }
        }
        let isStored = try NotebookFile.attempt {
            try store(results, unsaved, of: document, in: file, folder, installation)
        }
        return lost.isEmpty && hasPage && isStored
    }

    private func writePage(
        _ results: [CellResult], of document: NotebookDocument, _ file: String, _ folder: String
    ) throws {
        if let out {
            let exporter = try Self.exporter(out)
            let input = ExportInput(
                document: document, results: results, parameters: try document.override(params: parameters),
                figureFolder: NotebookFile.relative(folder, to: out),
                loadImage: NotebookFile.imageLoader(beside: file))
            try NotebookFile.write(exporter.export(input), to: out)
            Console.write("page: \(out)\n")
        }
    }

    private static func exporter(_ path: String) throws -> Exporter {
        guard let exporter = Exporter.forPath(path) else {
            throw Problem("--out takes .html, .md, .ipynb or .dl, not \(path)")
        }
        return exporter
    }

    /// Puts the outputs below their cells in the notebook itself.
    ///
    /// - Parameter unsaved: the cells whose figures could not be written: what is stored of them is stale.
    private func store(
        _ results: [CellResult], _ unsaved: Set<Int>, of document: NotebookDocument, in file: String,
        _ folder: String, _ installation: Installation
    ) throws {
        func keys(_ document: NotebookDocument) throws -> CellKeys {
            NotebookFile.keys(
                of: document, file, try NotebookFile.parameters(parameters, of: document), installation)
        }
        let ran = try keys(document)
        var outputs = document.outputs(of: results, ran) {
            NotebookFile.relative(folder, to: file) + "/" + $0.fileName
        }
        for position in unsaved {
            if let output = outputs[position], let output { outputs[position] = output.stale }
        }
        // It may have been edited meanwhile, for hours: what is there now counts.
        let now = FileManager.default.contents(atPath: file).map { Array($0) } ?? document.bytes
        guard now != document.bytes else {
            return try NotebookFile.write(document.storingOutputs(outputs).bytes, to: file)
        }
        let newer = NotebookDocument(bytes: now, name: document.name)
        let (kept, left) = document.transferring(outputs, ran, to: newer, try keys(newer))
        try NotebookFile.write(newer.storingOutputs(kept).bytes, to: file)
        let note = left == 0 ? "" : "; the outputs of \(left) cells that have changed are not stored"
        Console.error("dlrepl: \(file) has changed while it ran and keeps that\(note)\n")
    }

    // MARK: Scripts

    private func runScript(_ file: String, _ installation: Installation) throws -> ExitCode {
        let bytes = try NotebookFile.read(file)
        let folder = (NotebookFile.absolute(file) as NSString).deletingLastPathComponent
        let session = Session(self.session.configuration(installation, folder: folder))
        if !quiet {
            session.output = { Console.write($0) }
            session.progressEnded = { Console.write($0 + "\n") }
        }
        let limit = try timeout.map(NotebookFile.seconds)
        if let limit { session.deadline = Session.now + limit }
        let source = SourceText(
            name: file, text: String(decoding: bytes, as: UTF8.self), file: file)
        var outcome = session.run(source, stream: "#1")
        if outcome.ending == .timedOut, let limit {
            outcome.diagnostics.append(TimeOut(limit: .run(limit)).diagnostic(of: file, at: outcome.place))
        }
        let code = ScriptOutcome(outcome).report(showsValue: !quiet)
        guard let figure = outcome.figure, figures != "none" else { return code }
        return try write(figure, of: file) ? code : Exit.usage
    }

    /// Writes the figure that a script ends with, as that of a cell.
    private func write(_ figure: Figure, of file: String) throws -> Bool {
        let folder = figureFolder(file)
        let options = RunOptions(parameters: [])
        let metadata = [
            ("notebook", (file as NSString).lastPathComponent), ("cell", "1"), ("version", DLRepl.version),
            ("origin", NotebookFile.origin(of: file, in: folder)),
        ]
        let bytes = try CairoRenderer().render(figure, format: .png, dpi: options.dpi, metadata: metadata)
        return NotebookFile.write(figures: [CellFigure(fileName: "cell-01.png", bytes: bytes)], to: folder).isEmpty
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
