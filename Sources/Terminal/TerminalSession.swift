import CSupport
import Foundation
import Runtime
import Syntax

/// The session at a terminal: `dlrepl` alone, with piped input, or with `-e`.
///
/// The main thread reads lines and answers ^C; everything else happens on a thread with a large
/// stack.
@MainActor
public final class TerminalSession {
    private let setup: TerminalSetup

    public init(_ setup: TerminalSetup) { self.setup = setup }

    /// Whether there is somebody to talk to: standard input and output are a terminal.
    public static var isInteractive: Bool { isatty(0) == 1 && isatty(1) == 1 }

    // MARK: Scripts

    private var script: InterpreterThread<PromptState>?

    /// Runs standard input as one cell.
    ///
    /// - Returns: the exit code: 0, 1 after an error, 4 out of time or memory, 130 interrupted.
    public func runPiped(_ text: String) -> Int32 { runScript(text, named: "stdin") }

    /// Runs the text of `-e` as a cell; further ones see what it defined.
    ///
    /// - Returns: as `runPiped`.
    public func runExpression(_ text: String) -> Int32 { runScript(text, named: "-e") }

    private func runScript(_ text: String, named name: String) -> Int32 {
        let thread = script ?? scriptThread()
        script = thread
        if let mark = text.first(where: { !$0.isWhitespace }), ":?".contains(mark) {
            let problem = Self.noPrompt(mark)
            thread.perform { $0.complain(problem.diagnostic) }
            return 1
        }
        let ending = thread.perform { state in
            let ending = state.enter(text, named: name)
            state.screen.settle()
            if let problem = state.screen.problem {
                state.complain(PromptError("the output cannot be written: \(problem)").diagnostic)
                return CellOutcome.Ending.failed
            }
            return ending == .succeeded && state.wasInterrupted ? .interrupted : ending
        }
        switch ending {
        case .succeeded: return 0
        case .rejected, .failed: return 1
        case .timedOut, .outOfMemory: return 4
        case .interrupted: return 130
        }
    }

    private static func noPrompt(_ mark: Character) -> PromptError {
        PromptError(
            "what starts with `\(mark)` is a command of the prompt, and this is a script",
            help: "`dlrepl` alone starts the prompt; `dlrepl doc NAME` shows what a name is")
    }

    private func scriptThread() -> InterpreterThread<PromptState> {
        support_install_interrupt_handler()
        let isTerminal = isatty(1) == 1
        let setup = setup
        let screen = Screen(
            isTerminal: isTerminal, usesColor: setup.usesColor(isTerminal: isatty(2) == 1),
            messages: 2)
        return InterpreterThread { PromptState(setup, screen: screen, keepsSteps: false) }
    }

    // MARK: The prompt

    /// Talks until ^D or `:quit`.
    ///
    /// - Returns: the exit code: 0, or 128 and the number of the signal that ended it.
    public func run() -> Int32 {
        support_install_interrupt_handler()
        support_survive_interrupts()
        support_install_leave_handler()
        support_install_continue_handler()
        let setup = setup
        let screen = Screen(
            isTerminal: true, usesColor: setup.usesColor(isTerminal: true),
            rewritesLines: setup.environment["TERM"] != "dumb")
        let thread = InterpreterThread { PromptState(setup, screen: screen, keepsSteps: true) }
        let editor = LineEditor { text in
            thread.perform(within: 0.3) { $0.completion(text) } ?? .nothing
        }
        let history = History(path: setup.stateFolder + "/history")
        let (earlier, setAside) = history.load()
        for entry in earlier { editor.remember(entry) }
        screen.line("dlrepl \(setup.version)".trimmed + "  :help helps, ^D leaves")
        if let setAside {
            screen.line("the history was damaged and is set aside: \(setAside)")
        }
        let prompt = Prompt(screen: screen, thread: thread, editor: editor, history: history)
        return prompt.run()
    }
}

/// The loop of reading entries and running them.
@MainActor
private struct Prompt {
    let screen: Screen
    let thread: InterpreterThread<PromptState>
    let editor: LineEditor
    let history: History

    func run() -> Int32 {
        var number = 1
        var lines = ""
        while true {
            switch editor.read(prompt: prompt(number, isFirst: lines.isEmpty), before: lines) {
            case .interrupted:
                screen.line("")
                lines = ""
            case .left:
                screen.line("")
                return 128 + support_leave_signal()
            case .end:
                screen.line("")
                if lines.isEmpty { return 0 }
                number = submit(lines)
                lines = ""
            case .line(let line):
                if lines.isEmpty, line.allSatisfy(\.isWhitespace) { continue }
                lines += line
                if needsMore(lines) {
                    lines += "\n"
                    continue
                }
                let entry = Parser.withoutFences(lines).trimmed
                lines = ""
                if entry.isEmpty { continue }
                if let (command, argument) = command(entry) {
                    guard carryOut(command, argument, entry) == .stay else { return 0 }
                    number = thread.perform { $0.number }
                } else {
                    number = submit(entry)
                }
            }
        }
    }

    private func prompt(_ number: Int, isFirst: Bool) -> String {
        let text = "dl \(number)> "
        let shown = isFirst ? text : String(repeating: ".", count: text.count - 1) + " "
        // readline must not count what takes no column.
        return screen.usesColor
            ? "\u{1}\u{1B}[\(Screen.Role.prompt.rawValue)m\u{2}\(shown)\u{1}\u{1B}[0m\u{2}" : shown
    }

    /// Whether the entry goes on: of a command, the code that it takes.
    private func needsMore(_ text: String) -> Bool {
        guard text.hasPrefix(":") || text.hasPrefix("?") else { return Parser.needsMore(text) }
        guard let space = text.firstIndex(of: " "), text.hasPrefix(":"),
            ColonCommand.named(String(text.dropFirst().prefix { $0 != " " }))?.argument
                == .expression
        else { return false }
        return Parser.needsMore(String(text[space...]))
    }

    private func submit(_ entry: String) -> Int {
        remember(entry)
        return thread.perform { state in
            let words = ["exit", "quit", "exit()", "quit()"]
            let isDefined = state.session.userNames.contains(String(entry.prefix(4)))
            if words.contains(entry), !isDefined {
                state.screen.line("to leave: :quit or ^D")
            } else if ["help", "help()"].contains(entry), !isDefined {
                state.screen.line(":help shows the commands, ?name what a name is")
            } else if entry.hasPrefix("help("), entry.hasSuffix(")"), !isDefined {
                state.describe(String(entry.dropFirst(5).dropLast()).trimmed, showsSource: false)
            } else if entry.hasPrefix("%") {
                let error = PromptError(
                    "commands start with a colon here",
                    help: "`:time EXPR` for `%timeit`; `:help` lists them")
                state.complain(error.diagnostic)
            } else {
                state.enter(entry)
            }
            return state.number
        }
    }

    private func remember(_ entry: String) {
        if editor.remember(entry) { history.append(entry) }
    }

    // MARK: Commands

    /// The name and argument of `:name argument`, `?name` and `??name`.
    private func command(_ entry: String) -> (name: String, argument: String)? {
        if let name = asked(entry) { return name }
        let isQuestion = entry.hasPrefix("?")
        guard isQuestion || entry.hasPrefix(":") else { return nil }
        let marks = isQuestion ? String(entry.prefix { $0 == "?" }) : ":"
        let rest = entry.dropFirst(marks.count)
        if isQuestion { return (marks, rest.trimmedSpaces) }
        // `: help` is meant as `:help`, and `:` alone asks for it.
        let words = rest.drop(while: \.isWhitespace)
        let name = words.prefix { !$0.isWhitespace }
        return (String(name), words.dropFirst(name.count).trimmedSpaces)
    }

    /// The habits of other prompts: `name?`, `name??`.
    private func asked(_ entry: String) -> (name: String, argument: String)? {
        let name = entry.prefix { $0 != "?" }
        let marks = entry.dropFirst(name.count)
        guard ["?", "??"].contains(marks), let first = name.first, first.isLetter || first == "_",
            name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." })
        else { return nil }
        return (String(marks), String(name))
    }

    private func carryOut(
        _ name: String, _ argument: String, _ entry: String
    ) -> ColonCommand.Result {
        remember(entry)
        if name.hasPrefix("?"), argument.hasPrefix(":") {
            return thread.perform { ColonCommand.help.carryOut(&$0, argument) }
        }
        if name.hasPrefix("?"), !argument.isEmpty {
            thread.perform { $0.describe(argument, showsSource: name.count > 1) }
            return .stay
        }
        let wanted = name.hasPrefix("?") || name.isEmpty ? "help" : name
        guard let command = ColonCommand.named(wanted) else {
            complain(ColonCommand.unknown(wanted))
            return .stay
        }
        let argument = command.read(argument)
        guard !argument.isEmpty || !command.needsArgument else {
            complain(
                PromptError(
                    "`:\(command.name)` needs an argument", help: "`\(command.usage)`"))
            return .stay
        }
        return thread.perform { command.carryOut(&$0, argument) }
    }

    private func complain(_ error: PromptError) {
        thread.perform { $0.complain(error.diagnostic) }
    }
}

extension Substring {
    /// Without white space at its ends.
    fileprivate var trimmedSpaces: String {
        let start = drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { String(start[...$0]) } ?? ""
    }
}
