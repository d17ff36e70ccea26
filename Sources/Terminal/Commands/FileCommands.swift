import Diagnostics
import Foundation
import Runtime

extension ColonCommand {
    static let load = ColonCommand(
        name: "load", argument: .file, argumentHelp: "FILE",
        summary: "run a .dl file as one entry",
        documentation: """
            Reads the file and runs it as if it had been pasted: its names are then yours, and \
            `:undo` takes all of it back. `import` instead keeps names in a module.
            """
    ) { state, path in
        do throws(PromptError) {
            let text = try state.text(ofFile: path)
            state.enter(text, named: path, file: path)
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
            interrupted one is marked `skip`, one that failed half-way `expect-error`.
            """
    ) { state, path in
        do throws(PromptError) {
            let path = path.contains(".") ? path : path + ".dln"
            let target = state.absolute(path)
            if FileManager.default.fileExists(atPath: target), !path.hasSuffix(".dln") {
                throw PromptError(
                    "`\(path)` exists and is no notebook", help: "notebooks end in .dln")
            }
            let title = URL(fileURLWithPath: target).deletingPathExtension().lastPathComponent
            let (text, count) = state.savedNotebook(title: title)
            try state.write(text, to: path)
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
