import Diagnostics
import Foundation
import Notebooks
import Runtime

/// A notebook that `:run` ran, as far as it got.
struct OpenNotebook {
    var path: String
    /// As it was read last.
    var document: NotebookDocument
    var states: CellStates
}

extension PromptState {
    /// Runs a notebook in a session of its own, which the prompt then goes on with.
    mutating func runNotebook(_ path: String) throws(PromptError) {
        try open(absolute(path), try document(path))
    }

    private mutating func open(
        _ path: String, _ document: NotebookDocument
    ) throws(PromptError) {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        startSession(in: folder, seed: document.frontMatter.seed)
        let parameters = document.frontMatter.parameters
        if !parameters.isEmpty {
            let text = parameters.map { "let \($0.name) = \($0.value.literal)\n" }.joined()
            _ = session.run(SourceText(name: "parameters", text: text), stream: "parameters")
        }
        notebook = OpenNotebook(
            path: path, document: document, states: CellStates(of: document, in: session))
        run(document, from: 0, to: document.cells.count)
    }

    /// Runs a cell of the open notebook, as the file has it now, from the state that the cells
    /// above leave; those above that were changed, or did not run yet, run first.
    ///
    /// - Parameter name: a cell's name or position; empty for all from the first that changed.
    mutating func rerun(_ name: String) throws(PromptError) {
        guard let open = notebook else {
            throw PromptError("no notebook is open", help: "`:run FILE` opens one")
        }
        let document = try document(open.path)
        guard let unchanged = open.states.unchanged(in: document) else {
            let note = "seed or parameters have changed: everything runs"
            screen.line(screen.styled(note, .quiet))
            return try self.open(open.path, document)
        }
        guard !name.isEmpty else {
            guard unchanged < document.cells.count else {
                throw PromptError(
                    "every cell has run as it stands", help: "`:rerun NAME` repeats one")
            }
            return run(document, from: unchanged, to: document.cells.count, before: step(":rerun"))
        }
        guard let cell = document.cell(called: name) else {
            let names = document.cells.compactMap(\.name)
            throw PromptError(
                "`\(document.name)` has no cell `\(name)`",
                help: nearest(name, in: names).map { "did you mean `\($0)`?" })
        }
        let before = step(":rerun \(name)")
        run(document, from: min(unchanged, cell.position - 1), to: cell.position, before: before)
    }

    private func document(_ path: String) throws(PromptError) -> NotebookDocument {
        if path.hasSuffix(".dl") {
            throw PromptError("`\(path)` is a script", help: "`:load \(path)` runs it")
        }
        guard let data = FileManager.default.contents(atPath: absolute(path)) else {
            throw PromptError("`\(path)` cannot be read", help: "Tab completes paths")
        }
        let name = URL(fileURLWithPath: path).lastPathComponent
        let document = NotebookDocument(bytes: Array(data), name: name)
        for diagnostic in document.diagnostics { complain(diagnostic) }
        guard !document.hasErrors else { throw PromptError("`\(path)` was not run") }
        return document
    }

    private mutating func run(
        _ document: NotebookDocument, from first: Int, to end: Int, before: Step? = nil
    ) {
        guard var open = notebook else { return }
        forgetEntries(before: before)
        open.states.restart(session, at: first)
        open.document = document
        streamOffset = document.cells.count { $0.unnamedPosition != nil }
        var last = Fate.done
        for cell in document.cells[min(first, end)..<end] {
            last = cell.attributes.isSkipped ? .done : run(cell)
            guard last == .done || last == .cutShort else { break }
            open.states.add(cell, in: session)
            guard last == .done else { break }
        }
        noteRest(of: document, after: open.states.count, last)
        notebook = open
    }

    /// What became of a cell.
    private enum Fate {
        case done
        /// ^C ended it, but it gave what it had, as `fit` does.
        case cutShort
        case failed, interrupted
    }

    /// Says which cells are still to run.
    private func noteRest(of document: NotebookDocument, after done: Int, _ last: Fate) {
        let isBroken = last == .failed || last == .interrupted
        let rest = document.cells.dropFirst(done + (isBroken ? 1 : 0))
        let below = rest.count { !$0.attributes.isSkipped }
        var notes: [String] = []
        if below > 0 {
            let cells = below == 1 ? "1 cell below has" : "\(below) cells below have"
            notes.append("\(cells) not run")
        }
        if isBroken, document.cells.indices.contains(done) {
            let hint = "`:rerun` starts \(document.cells[done].label) anew"
            let undo = ", `:undo` then brings back what is there now"
            notes.append(last == .interrupted ? hint + undo : hint)
        } else if below > 0 {
            notes.append("`:rerun` runs what is left")
        }
        if !notes.isEmpty { screen.line(screen.styled(notes.joined(separator: "; "), .quiet)) }
    }

    /// Runs a cell and shows what came of it.
    private mutating func run(_ cell: Cell) -> Fate {
        screen.line(screen.styled("── \(cell.label)", .quiet))
        session.deadline = cell.attributes.timeout.map { Session.now + $0.inSeconds }
        let isUnrestricted = session.isUnrestricted
        session.isUnrestricted = false
        defer {
            session.deadline = nil
            session.isUnrestricted = isUnrestricted
        }
        var outcome = interruptible { $0.run(cell.source, stream: cell.stream) }
        if outcome.ending == .timedOut, let limit = cell.attributes.timeout {
            let timeOut = TimeOut(limit: .cell(limit))
            outcome.diagnostics.append(timeOut.diagnostic(of: cell.label, at: outcome.place))
        }
        finish(outcome, figureName: cell.fileStem)
        switch outcome.ending {
        case .succeeded where outcome.wasInterrupted: return .cutShort
        case .succeeded: return cell.attributes.expectsError ? .failed : .done
        case .failed, .rejected, .outOfMemory: return cell.attributes.expectsError ? .done : .failed
        case .timedOut: return .failed
        case .interrupted: return .interrupted
        }
    }
}
