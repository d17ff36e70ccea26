import Diagnostics
import Foundation
import Runtime

extension ColonCommand {
    static let load = ColonCommand(
        name: "load", argument: .file, argumentHelp: "FILE",
        summary: "run a .dl file as one entry",
        documentation: """
            Reads the file and runs it as if it had been pasted: its names are then yours, and \
            `:undo` takes all of it back. What it imports may lie beside it. `import` instead \
            keeps names in a module.
            """
    ) { state, path in
        do throws(PromptError) {
            let text = try state.text(ofFile: path)
            let folder = URL(fileURLWithPath: state.absolute(path)).deletingLastPathComponent().path
            state.enter(text, named: path, file: path) { session, source, stream in
                session.scriptFolder = folder
                defer { session.scriptFolder = nil }
                return session.run(source, stream: stream)
            }
        } catch {
            state.complain(error.diagnostic)
        }
        return .stay
    }

    static let save = ColonCommand(
        name: "save", argument: .file, argumentHelp: "FILE",
        summary: "what was typed, as a notebook .dln",
        documentation: """
            One cell for each entry that ran, in order, with the session's seed: running the \
            notebook \
            gives what you saw. After `:run` they follow the notebook's own cells. Entries that \
            were taken back or never ran are left out; an \
            interrupted one is marked `skip`, one that failed half-way `expect-error`. A file that \
            this session has not written, or that was changed since, stays: `:save!` replaces it.
            """
    ) { state, path in save(&state, path, replaces: false) }

    static let saveOver = ColonCommand(
        name: "save!", argument: .file, argumentHelp: "FILE",
        summary: "the same, in the place of a file that is there",
        documentation: "As `:save`, whoever wrote the file; what it holds is lost."
    ) { state, path in save(&state, path, replaces: true) }

    private static func save(_ state: inout PromptState, _ path: String, replaces: Bool) -> Result {
        do throws(PromptError) {
            let (path, count) = try state.save(to: path, replaces: replaces)
            state.screen.line("\(path): \(count) \(count == 1 ? "cell" : "cells")")
        } catch {
            state.complain(error.diagnostic)
        }
        return .stay
    }

    static let plot = ColonCommand(
        name: "plot", argument: .file, argumentHelp: "FILE",
        summary: "write the last figure to a .png, .svg or .pdf file",
        documentation:
            "The ending chooses the format. `save(figure, \"f.png\", dpi: 300)` does more."
    ) { state, path in
        do throws(PromptError) {
            try state.writeLastFigure(to: path)
            state.screen.line(path)
        } catch {
            state.complain(error.diagnostic)
        }
        return .stay
    }
}
