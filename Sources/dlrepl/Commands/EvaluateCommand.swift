import ArgumentParser
import Diagnostics
import Foundation
import Runtime

/// `dlrepl` without a command: expressions after `-e`, or piped input as one cell.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Evaluates expressions, or what is piped in.")

    @Option(name: [.customShort("e")], help: "An expression or statements; may be repeated.")
    var expressions: [String] = []

    @OptionGroup var session: SessionOptions

    func run() throws {
        let command = self
        try onInterpreterThread {
            try command.session.apply()
            let installation = try Installation.find()
            var configuration = command.session.configuration(
                installation, folder: FileManager.default.currentDirectoryPath)
            configuration.isUnrestricted = true
            configuration.replaysSteps = ProcessInfo.processInfo.environment["DLREPL_REPLAY"] != "0"
            let session = Session(configuration)
            session.output = { Console.write($0) }
            session.progressEnded = { Console.write($0 + "\n") }
            var texts = command.expressions
            if texts.isEmpty {
                let data = FileHandle.standardInput.readDataToEndOfFile()
                texts = [String(decoding: data, as: UTF8.self)]
            }
            for (index, text) in texts.enumerated() {
                let name = command.expressions.isEmpty ? "stdin" : "-e"
                let outcome = session.run(
                    SourceText(name: name, text: text), stream: "#\(index + 1)")
                let code = ScriptOutcome(outcome).report(showsValue: true)
                if code != .success { return code }
            }
            return .success
        }
    }
}
