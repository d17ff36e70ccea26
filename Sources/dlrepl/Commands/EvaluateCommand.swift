import ArgumentParser

/// `dlrepl` without a command: the prompt, expressions after `-e`, or piped input as one cell.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "The prompt; with -e or piped input, evaluates that and ends.")

    @Option(
        name: [.customShort("e")],
        help: ArgumentHelp("An expression or statements; may be repeated.", valueName: "code"))
    var expressions: [String] = []

    @OptionGroup var session: SessionOptions

    func run() throws {
        let evaluation = Evaluation(expressions: expressions, settings: session.settings)
        // The tool's commands run on the main thread, where readline has to be.
        let code = MainActor.assumeIsolated { evaluation.run() }
        if code != 0 { throw ExitCode(code) }
    }
}
