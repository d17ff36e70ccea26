import ArgumentParser
import Foundation
import Notebooks

struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Starts a notebook.")

    @Argument(help: "Its name: `digits` makes digits.dln.")
    var name: String

    func run() throws {
        let path = name.hasSuffix(".dln") ? name : name + ".dln"
        guard !FileManager.default.fileExists(atPath: path) else {
            Console.error("dlrepl: \(path) is there already\n")
            throw Exit.usage
        }
        let stem = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
        try beforeAll {
            try NotebookFile.write(Array(NotebookTemplate.text(name: stem).utf8), to: path)
        }
        Console.write("\(path)\n")
    }
}
