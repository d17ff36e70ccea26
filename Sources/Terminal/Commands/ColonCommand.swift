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
        help, load, run, rerun, save, vars, shape, time, explain, plot, undo, reset, seed, quit,
    ]

    var needsArgument: Bool { !argumentHelp.isEmpty && !argumentHelp.hasPrefix("[") }

    var usage: String { argumentHelp.isEmpty ? ":\(name)" : ":\(name) \(argumentHelp)" }

    /// The command of a name, or of the beginning of just one name.
    static func named(_ text: String) -> ColonCommand? {
        if let exact = all.first(where: { $0.name == text }) { return exact }
        let fitting = all.filter { !text.isEmpty && $0.name.hasPrefix(text) }
        return fitting.count == 1 ? fitting[0] : nil
    }

    /// A name that was perhaps meant: one that is close, or those that begin so.
    static func nearest(_ text: String) -> String? {
        let fitting = all.filter { !text.isEmpty && $0.name.hasPrefix(text) }
        return fitting.first?.name ?? Diagnostics.nearest(text, in: all.map(\.name))
    }
}
