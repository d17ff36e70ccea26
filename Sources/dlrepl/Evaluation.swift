import Drawing
import Foundation
import Runtime
import Terminal

/// The prompt, expressions of `-e`, or piped input as one cell.
struct Evaluation: Sendable {
    var expressions: [String] = []
    var settings = SessionSettings()

    /// The expressions, if the arguments are `-e EXPR …` or none at all.
    ///
    /// To read the command line takes longer than to start a session, and a prompt must be there at
    /// once; so these two forms are read here.
    static func simple(_ arguments: [String]) -> Evaluation? {
        var result = Evaluation()
        var rest = arguments.dropFirst()
        while rest.popFirst() == "-e" {
            guard let text = rest.popFirst() else { return nil }
            result.expressions.append(text)
        }
        return arguments.count == 1 + 2 * result.expressions.count ? result : nil
    }

    /// - Returns: the exit code.
    @MainActor
    func run() -> Int32 {
        do {
            try settings.apply()
            return run(TerminalSession(try setup(try Installation.find())))
        } catch {
            Console.error("dlrepl: \(error)\n")
            return 2
        }
    }

    @MainActor
    private func run(_ terminal: TerminalSession) -> Int32 {
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
        let settings = settings
        let folder = FileManager.default.currentDirectoryPath
        let environment = ProcessInfo.processInfo.environment
        var setup = TerminalSetup(folder: folder) { folder in
            var configuration = settings.configuration(installation, folder: folder)
            configuration.isUnrestricted = true
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
