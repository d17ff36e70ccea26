import ArgumentParser
import Drawing
import Foundation
import Runtime
import Terminal

/// `dlrepl` without a command: the prompt, expressions after `-e`, or piped input as one cell.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "The prompt; with -e or piped input, evaluates that and ends.")

    @Option(name: [.customShort("e")], help: "An expression or statements; may be repeated.")
    var expressions: [String] = []

    @OptionGroup var session: SessionOptions

    func run() throws {
        do {
            try session.apply()
            let setup = try setup(try Installation.find())
            // The tool's commands run on the main thread, where readline has to be.
            let code = MainActor.assumeIsolated { evaluate(TerminalSession(setup)) }
            if code != 0 { throw ExitCode(code) }
        } catch let problem as Problem {
            Console.error("dlrepl: \(problem)\n")
            throw Exit.usage
        }
    }

    @MainActor
    private func evaluate(_ terminal: TerminalSession) -> Int32 {
        if !expressions.isEmpty {
            for text in expressions {
                let code = terminal.runExpression(text)
                if code != 0 { return code }
            }
            return 0
        }
        if TerminalSession.isInteractive { return terminal.run() }
        let data = FileHandle.standardInput.readDataToEndOfFile()
        return terminal.runPiped(String(decoding: data, as: UTF8.self))
    }

    private func setup(_ installation: Installation) throws -> TerminalSetup {
        let options = session
        let folder = FileManager.default.currentDirectoryPath
        let environment = ProcessInfo.processInfo.environment
        var setup = TerminalSetup(folder: folder) {
            var configuration = options.configuration(installation, folder: folder)
            configuration.isUnrestricted = true
            configuration.replaysSteps = environment["DLREPL_REPLAY"] != "0"
            return Session(configuration)
        }
        setup.environment = environment
        setup.standardLibrary = installation.standardLibrary
        setup.renderer = CairoRenderer()
        setup.terminalImage = terminalImage(environment)
        setup.version = DLRepl.version
        return setup
    }
}
