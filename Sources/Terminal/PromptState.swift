import CSupport
import Diagnostics
import Figures
import Foundation
import Notebooks
import Runtime
import Syntax

/// A session with what a prompt adds to it: the entries, the way back, the figures.
///
/// Lives on the interpreter's thread.
struct PromptState {
    /// The state before an entry.
    struct Step {
        var snapshot: SessionSnapshot
        var entries: [EntryLog.Entry]
        var notebook: OpenNotebook?
        var streamOffset: Int
        /// What is done then.
        var text: String
        /// Bytes of tensors that only this step and older ones keep.
        var bytes = 0
    }

    private static let mostSteps = 50
    /// Bytes of a value that a person is shown: more would push away what was asked before.
    private static let longestValue = 4000
    /// Old weights may take this much memory; the last step is always kept.
    private static let mostBytes = 512 << 20

    /// Replaced as a whole only; see `startSession`.
    private(set) var session: Session
    /// What `:run` ran.
    var notebook: OpenNotebook?
    /// How many unnamed cells come before the first entry.
    var streamOffset = 0
    let screen: Screen
    let setup: TerminalSetup
    /// What `:save` writes.
    private(set) var entries: [EntryLog.Entry] = []
    /// What `:save` wrote in this session, by path.
    var saved: [String: [UInt8]] = [:]
    /// The number that the prompt shows.
    private(set) var number = 1
    /// Whether ^C came during the last entry, even if it went on.
    private(set) var wasInterrupted = false
    private var steps: [Step] = []
    private let keepsSteps: Bool
    var figures: FigureGallery

    init(_ setup: TerminalSetup, screen: Screen, keepsSteps: Bool) {
        self.setup = setup
        self.screen = screen
        self.keepsSteps = keepsSteps
        self.figures = FigureGallery(setup)
        self.session = setup.makeSession(setup.folder)
        connect()
    }

    private func connect() {
        let screen = screen
        session.output = { screen.write($0) }
        session.progressChanged = { screen.progress($0, $1, $2, $3) }
        session.progressEnded = { screen.progressEnded($0) }
        if screen.isTerminal { session.longestValue = Self.longestValue }
        guard screen.isTerminal, let image = setup.terminalImage else { return }
        session.figureDrawn = { figure in
            if let text = try? image(figure) { screen.line(text) }
        }
    }

    /// The random stream of the next entry: that of its cell in the notebook that `:save` writes.
    var nextStream: String { "#\(streamOffset + entries.count + 1)" }

    // MARK: Running

    /// Runs an entry and shows what comes of it.
    ///
    /// - Parameters:
    ///   - name: What errors call the text; by default its number.
    ///   - run: How; by default as a cell.
    @discardableResult
    mutating func enter(
        _ text: String, named name: String? = nil, file: String? = nil,
        run: (Session, SourceText, _ stream: String) -> CellOutcome = { $0.run($1, stream: $2) }
    ) -> CellOutcome.Ending {
        let before = keepsSteps ? step(text) : nil
        let source = SourceText(name: name ?? "entry \(number)", text: text, file: file)
        let stream = nextStream
        let outcome = interruptible { run($0, source, stream) }
        number += 1
        wasInterrupted = outcome.wasInterrupted
        finish(outcome)
        if let before {
            if outcome.ending == .rejected {
                session.restore(before.snapshot)
            } else {
                keep(before)
            }
        }
        note(text, outcome.ending)
        // What was freed lies between what was not, and would count for the session for ever.
        support_release_freed_memory()
        return outcome.ending
    }

    /// Gives the work a clean slate for ^C.
    func interruptible(_ body: (Session) -> CellOutcome) -> CellOutcome {
        support_clear_interrupt()
        defer { support_clear_interrupt() }
        return body(session)
    }

    private mutating func note(_ text: String, _ ending: CellOutcome.Ending) {
        switch ending {
        case .rejected: return
        case .succeeded: entries.append(EntryLog.Entry(text: text, fate: .succeeded))
        case .interrupted, .timedOut:
            entries.append(EntryLog.Entry(text: text, fate: .interrupted))
        case .failed, .outOfMemory:
            // A single line that failed was a slip; more may have defined what later entries use.
            guard text.trimmed.contains("\n") else { return }
            entries.append(EntryLog.Entry(text: text, fate: .failed))
        }
    }

    // MARK: Showing

    /// Shows messages, the value and the figure of an entry.
    mutating func finish(_ outcome: CellOutcome, figureName: String? = nil) {
        screen.settle()
        for diagnostic in outcome.notices + outcome.diagnostics { complain(diagnostic) }
        if let value = outcome.value, !screen.line(value), screen.problem == nil {
            screen.message("")
            screen.interruption(screen.styled("interrupted", .error))
        }
        if let figure = outcome.figure { show(figure, named: figureName) }
        switch outcome.ending {
        case .interrupted: screen.interruption(screen.styled("interrupted", .error))
        case .succeeded where outcome.wasInterrupted:
            screen.line(screen.styled("interrupted; what was trained is kept", .quiet))
        case .rejected, .succeeded, .failed, .outOfMemory, .timedOut: break
        }
    }

    func complain(_ diagnostic: Diagnostic) {
        screen.message(render(diagnostic, as: screen.usesColor ? .ansi : .plain))
    }

    private mutating func show(_ figure: Figure, named name: String?) {
        do throws(PromptError) {
            let last = max(1, number - 1)
            let path = try figures.add(
                figure, named: name ?? (last < 10 ? "entry-0\(last)" : "entry-\(last)"))
            if let image = figures.image(of: figure) { screen.line(image) }
            screen.line(path)
        } catch {
            complain(error.diagnostic)
        }
    }

    /// `?name` and `??name`.
    func describe(_ name: String, showsSource: Bool) {
        let path = name.split(separator: ".").map(String.init)
        let page = DocumentationPage(screen: screen)
        if let information = session.information(about: path) {
            screen.line(showsSource ? page.source(information) : page.text(information))
            return
        }
        complain(unknown(path, name).diagnostic)
    }

    private func unknown(_ path: [String], _ name: String) -> PromptError {
        if Keyword(rawValue: name) != nil {
            return PromptError(
                "`\(name)` is a word of the language and names nothing",
                help: Keyword(rawValue: name).map { "it is used as in `\($0.example)`" })
        }
        let holder = path.dropLast()
        let members = holder.isEmpty ? nil : session.members(of: Array(holder))
        let known =
            members.map { $0.members + $0.functions } ?? session.userNames + session.libraryNames
        let close = nearest(path.last ?? name, in: known).map {
            (members == nil ? [$0] : holder + [$0]).joined(separator: ".")
        }
        return PromptError(
            "there is no `\(name)`",
            help: close.map { "did you mean `?\($0)`?" } ?? "Tab lists the names that begin so")
    }

    // MARK: The way back

    /// The state as it is, before a text is carried out.
    func step(_ text: String) -> Step {
        Step(
            snapshot: session.snapshot(), entries: entries, notebook: notebook,
            streamOffset: streamOffset, text: text)
    }

    private mutating func keep(_ before: Step) {
        if let last = steps.indices.last {
            steps[last].bytes = steps[last].snapshot.bytesHeld(beyond: before.snapshot)
        }
        steps.append(before)
        var bytes = steps.reduce(0) { $0 + $1.bytes }
        while steps.count > 1, steps.count > Self.mostSteps || bytes > Self.mostBytes {
            bytes -= steps.removeFirst().bytes
        }
    }

    /// Goes back to before the last entry that ran; gives its text.
    mutating func undo() -> String? {
        guard let step = steps.popLast() else { return nil }
        session.restore(step.snapshot)
        entries = step.entries
        notebook = step.notebook
        streamOffset = step.streamOffset
        return step.text
    }

    /// Before a cell of the notebook runs again: what was typed below it is gone with its state.
    ///
    /// - Parameter before: the state that `:undo` goes back to.
    mutating func forgetEntries(before: Step?) {
        if !entries.isEmpty {
            let note = "what was typed since then is taken back; ↑ brings it"
            screen.line(screen.styled(note, .quiet))
        }
        steps = before.map { [$0] } ?? []
        entries = []
    }

    mutating func reset() { startSession(in: setup.folder, seed: session.randomSeed) }

    /// Begins anew in a session without names.
    mutating func startSession(in folder: String, seed: Int) {
        session = setup.makeSession(folder)
        session.randomSeed = seed
        connect()
        steps = []
        entries = []
        notebook = nil
        streamOffset = 0
        saved = [:]
    }

    // MARK: Completion

    func completion(_ text: String) -> CompletionAnswer {
        let cells = notebook.map { open in
            NotebookDocument(
                bytes: Array(FileManager.default.contents(atPath: absolute(open.path)) ?? Data()),
                name: open.path
            ).cells.map { $0.name ?? String($0.position) }
        }
        return Completer(
            session: session, folder: setup.folder, library: setup.standardLibrary,
            cells: cells ?? []
        ).answer(CompletionContext(text))
    }
}
