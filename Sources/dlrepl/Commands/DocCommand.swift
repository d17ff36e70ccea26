import ArgumentParser
import Foundation
import Runtime

struct DocCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doc", abstract: "Shows the documentation of a name.")

    @Argument(help: "A function, layer, loss, optimizer …")
    var name: String

    @Flag(help: "Shows the source too, where it is written in dl.")
    var source = false

    func run() throws {
        let (name, source) = (name, source)
        try onInterpreterThread {
            let installation = try Installation.find()
            let session = Session(
                SessionConfiguration(
                    standardLibrary: installation.standardLibrary, data: installation.data,
                    folder: FileManager.default.currentDirectoryPath))
            guard let page = session.documentation(of: name) else {
                let near = session.nearestName(to: name).map { "; did you mean \($0)?" } ?? ""
                throw Problem("no documentation of \(name)\(near)")
            }
            Console.write(page.signature + "\n\n" + page.text + "\n")
            if source, !page.source.isEmpty { Console.write("\n" + page.source + "\n") }
            return .success
        }
    }
}
