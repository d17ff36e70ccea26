import ArgumentParser
import Diagnostics
import Foundation
import Notebooks
import Syntax

struct FormatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt", abstract: "Lays out the code of notebooks and scripts.")

    @ArgumentParser.Argument(help: "Notebooks or scripts.", completion: .file(extensions: ["dln", "dl"]))
    var files: [String]

    @Flag(help: "Changes nothing; exit code 1 if a file would change.")
    var check = false

    func run() throws {
        var differs = false
        var isBroken = false
        for file in files {
            let layout: Layout
            do {
                layout = try Self.layout(of: file)
            } catch {
                Console.error("dlrepl: \(error)\n")
                throw Exit.usage
            }
            for diagnostic in layout.problems {
                isBroken = true
                Console.error(render(diagnostic, as: Console.usesColor ? .ansi : .plain) + "\n")
            }
            guard let formatted = layout.formatted else { continue }
            differs = true
            Console.write("\(file)\n")
            if !check { try beforeAll { try NotebookFile.write(formatted, to: file) } }
        }
        if isBroken || check && differs { throw Exit.cellFailed }
    }

    private struct Layout {
        /// `nil` if the file is laid out well.
        var formatted: [UInt8]?
        /// Why code is left as it is.
        var problems: [Diagnostic] = []
    }

    private static func layout(of file: String) throws -> Layout {
        let bytes = try NotebookFile.read(file)
        // What is read as text would be written back with other bytes.
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem("\(file) is not UTF-8 text and is left as it is")
        }
        var layout = Layout()
        let result: [UInt8]
        if file.hasSuffix(".dl") {
            let source = SourceText(name: file, text: text, file: file)
            result = Array(code(of: source, &layout.problems).utf8)
        } else {
            let document = NotebookDocument(bytes: bytes, name: file)
            var codes: [Int: String] = [:]
            for cell in document.cells {
                // What does not run, or is meant to fail, may be no code at all.
                let mayBeBroken = cell.attributes.isSkipped || cell.attributes.expectsError
                var problems: [Diagnostic] = []
                let code = code(of: cell.source, &problems)
                if !mayBeBroken { layout.problems += problems }
                if code != cell.source.text { codes[cell.position] = code }
            }
            result = codes.isEmpty ? bytes : document.settingCode(codes).bytes
        }
        if result != bytes { layout.formatted = result }
        return layout
    }

    /// The code laid out; as it is after a syntax error, the first of which joins the problems.
    private static func code(of source: SourceText, _ problems: inout [Diagnostic]) -> String {
        let errors = Parser.parse(source).diagnostics.filter { $0.severity == .error }
        if let first = errors.first {
            problems.append(first)
            return source.text
        }
        return Syntax.format(source.text)
    }
}
