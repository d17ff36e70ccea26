import ArgumentParser

/// The tool: one program for the prompt, for notebooks and for scripts.
struct DLRepl: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "dlrepl",
        abstract: "A notebook for deep learning.",
        discussion: "Documents are Markdown with code cells (.dln); scripts are .dl files.",
        version: version,
        subcommands: [
            RunCommand.self, ExportCommand.self, NewCommand.self, FormatCommand.self,
            CheckCommand.self, StatusCommand.self, VerifyCommand.self, DocCommand.self, DataCommand.self, TestCommand.self,
            EvaluateCommand.self,
        ],
        defaultSubcommand: EvaluateCommand.self)
}
