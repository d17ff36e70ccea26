import Diagnostics

/// A command of the prompt: `:name argument`.
///
/// `:help`, completion and their tests are derived from ``all``.
struct ColonCommand: Sendable {
    /// What a command takes; for completion and for the messages when it is missing.
    enum Argument: Sendable { case file, expression, name, number, cell }

    enum Result: Sendable { case stay, quit }

    let name: String
    let argument: Argument?
    /// The argument as help writes it: `FILE`, `[NAME]`; empty if there is none.
    let argumentHelp: String
    /// One line.
    let summary: String
    /// More, as Markdown.
    let documentation: String
    /// Carries it out on the interpreter's thread. The argument has no space at its ends.
    let carryOut: @Sendable (inout PromptState, _ argument: String) -> Result

    /// In the order of `:help`.
    static let all: [ColonCommand] = [
        help, load, run, rerun, save, saveOver, vars, shape, time, explain, plot, undo, reset, seed,
        quit,
    ]

    var needsArgument: Bool { !argumentHelp.isEmpty && !argumentHelp.hasPrefix("[") }

    var usage: String { argumentHelp.isEmpty ? ":\(name)" : ":\(name) \(argumentHelp)" }

    /// The command of a name, or of the beginning of just one name.
    static func named(_ text: String) -> ColonCommand? {
        if let exact = all.first(where: { $0.name == text }) { return exact }
        let fitting = beginning(with: text)
        return fitting.count == 1 ? fitting[0] : nil
    }

    /// The commands that begin so; `save!` is to be written out.
    private static func beginning(with text: String) -> [ColonCommand] {
        all.filter { !text.isEmpty && $0.name.hasPrefix(text) && !$0.name.hasSuffix("!") }
    }

    /// What is wrong with a name that no single command has.
    static func unknown(_ text: String) -> PromptError {
        let fitting = beginning(with: text).map { "`:\($0.name)`" }
        if let last = fitting.last, fitting.count > 1 {
            let list = fitting.dropLast().joined(separator: ", ") + " or " + last
            return PromptError("`:\(text)` may be \(list)", help: "write one letter more")
        }
        let close = Diagnostics.nearest(text, in: all.map(\.name))
        return PromptError(
            "there is no command `:\(text)`",
            help: close.map { "did you mean `:\($0)`?" } ?? "`:help` lists them")
    }

    /// The argument as the command takes it: a path may stand in quotes, as in a shell or in code.
    func read(_ argument: String) -> String {
        guard self.argument == .file, let mark = argument.first, mark == "\"" || mark == "'",
            argument.count > 2, argument.last == mark
        else { return argument }
        return String(argument.dropFirst().dropLast())
    }
}
