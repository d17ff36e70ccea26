import ArgumentParser
import Diagnostics
import Figures
import Foundation
import Notebooks

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Runs notebooks and writes figures, pages or other files of them.",
        discussion: """
            `dl` writes the code alone and runs nothing. A script is exported as one cell. Figures of several \
            notebooks have a folder each in that of `--to`. Exit codes: 0 all well, 1 a cell failed, 2 bad \
            usage, unreadable notebook or a result that cannot be written, 4 time or memory budget reached, \
            130 interrupted.
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable { case figures, html, md, ipynb, dl }

    @Argument(help: "What to write: figures, html, md, ipynb or dl.")
    var kind: Kind

    @Argument(help: "Notebooks or scripts.", completion: .file(extensions: ["dln", "dl"]))
    var files: [String]

    @Option(help: "The folder for the results (default: figures/NOTEBOOK, or beside the notebook).")
    var to: String?

    @Option(help: "Formats of figures, joined by commas: png, svg, pdf.")
    var format = "png"

    @Option(help: "Pixels per inch of PNG figures.")
    var dpi = 150.0

    @Option(name: [.customShort("p"), .customLong("param")], help: "Sets a parameter: -p lr=0.01.")
    var parameters: [String] = []

    @OptionGroup var session: SessionOptions

    func run() throws {
        guard (1...4800).contains(dpi) else {
            Console.error("dlrepl: --dpi takes 1 to 4800, not \(dpi.formatted())\n")
            throw Exit.usage
        }
        let command = self
        try beforeAll {
            if kind == .dl, let script = files.first(where: NotebookFile.isScript) {
                throw Problem("\(script) is a script already")
            }
            try NotebookFile.requireApart(files, by: place)
            for file in files {
                try NotebookFile.requireNoInput(place(file), files)
                try NotebookFile.requireWritable(place(file))
            }
        }
        try forEachFile(files, session) { try command.export($0, $1) }
    }

    private func stem(_ file: String) -> String {
        ((file as NSString).lastPathComponent as NSString).deletingPathExtension
    }

    /// What is written of a notebook: the folder of its figures with a slash, or a file.
    private func place(_ file: String) -> String {
        if kind == .figures {
            return (to.map { files.count > 1 ? "\($0)/\(stem(file))" : $0 } ?? "figures/\(stem(file))") + "/"
        }
        let folder = to ?? NotebookFile.folder(of: file)
        return (folder.isEmpty ? "" : folder + "/") + "\(stem(file)).\(kind.rawValue)"
    }

    private func figureFolder(_ file: String) -> String {
        if kind == .figures { return String(place(file).dropLast()) }
        let folder = NotebookFile.folder(of: place(file))
        return (folder.isEmpty ? "" : folder + "/") + "figures/\(stem(file))"
    }

    private func export(_ file: String, _ installation: Installation) throws -> ExitCode {
        let document = try NotebookFile.parsed(file)
        if document.hasErrors {
            for diagnostic in document.diagnostics {
                Console.error(render(diagnostic, as: .plain) + "\n")
            }
            return Exit.usage
        }
        let values: [NotebookParameter]
        do {
            values = try document.override(params: parameters)
        } catch {
            throw Problem(render(error, as: .plain))
        }
        if kind == .dl { return try write(document, [], values, file) }
        var options = RunOptions(parameters: values)
        options.dpi = dpi
        options.formats = try formats()
        options.drawsDark = kind == .html
        options.origin = NotebookFile.origin(of: file, in: figureFolder(file))
        var run = NotebookRun(document: document, file: file, options: options)
        run.showsOutput = false
        let (results, ending) = try run.perform(session, installation)
        let code = Exit.code(of: ending)
        if kind == .figures {
            let lost = NotebookFile.write(figures: results.flatMap(\.figures), to: figureFolder(file))
            return lost.isEmpty || ending == .interrupted ? code : Exit.usage
        }
        let written = try write(document, results, values, file)
        return written == .success || ending == .interrupted ? code : written
    }

    private func formats() throws -> [FigureFormat] {
        guard kind == .figures else { return [.png] }
        return try format.split(separator: ",").map { name in
            guard let format = FigureFormat(rawValue: String(name)) else {
                throw Problem("figures are written as png, svg or pdf, not \(name)")
            }
            return format
        }
    }

    private func write(
        _ document: NotebookDocument, _ results: [CellResult], _ values: [NotebookParameter],
        _ file: String
    ) throws -> ExitCode {
        guard let exporter = Exporter.named(kind.rawValue) else { return Exit.usage }
        let path = place(file)
        let figures = figureFolder(file)
        let linked = exporter.linksFigures ? results.flatMap(\.figures) : []
        let lost = NotebookFile.write(figures: linked, to: figures)
        let input = ExportInput(
            document: document, results: results, parameters: values,
            figureFolder: NotebookFile.relative(figures, to: path),
            loadImage: NotebookFile.imageLoader(beside: file))
        try NotebookFile.write(exporter.export(input), to: path)
        Console.write("\(path)\n")
        return lost.isEmpty ? .success : Exit.usage
    }
}
