import ArgumentParser
import Diagnostics
import Foundation
import Runtime
import Terminal

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
            // A module is known once it is imported.
            let module = name.prefix { $0 != "." }
            let isModule = FileManager.default.fileExists(
                atPath: "\(installation.standardLibrary)/\(module).dl")
            if isModule {
                _ = session.run(SourceText(name: "doc", text: "import \(module)"), stream: "#1")
            }
            let environment = ProcessInfo.processInfo.environment
            guard
                let page = documentation(
                    of: name, in: session, showsSource: source, environment: environment)
            else {
                let near = session.nearestName(to: name).map { "; did you mean \($0)?" } ?? ""
                throw Problem("no documentation of \(name)\(near)")
            }
            Console.write(page + "\n")
            return .success
        }
    }
}
