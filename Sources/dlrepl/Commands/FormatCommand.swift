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
        for file in files {
            let bytes: [UInt8]
            do {
                bytes = try NotebookFile.read(file)
            } catch {
                Console.error("dlrepl: \(error)\n")
                throw Exit.usage
            }
            let formatted = Self.formatted(bytes, file)
            guard formatted != bytes else { continue }
            differs = true
            Console.write("\(file)\n")
            if !check { try NotebookFile.write(formatted, to: file) }
        }
        if check, differs { throw Exit.cellFailed }
    }

    private static func formatted(_ bytes: [UInt8], _ file: String) -> [UInt8] {
        if file.hasSuffix(".dl") {
            return Array(Syntax.format(String(decoding: bytes, as: UTF8.self)).utf8)
        }
        var document = NotebookDocument(bytes: bytes, name: file)
        for cell in document.cells {
            let code = Syntax.format(cell.source.text)
            if code != cell.source.text {
                document = document.settingCode(code, ofCell: cell.position)
            }
        }
        return document.bytes
    }
}
