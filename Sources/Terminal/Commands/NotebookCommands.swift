extension ColonCommand {
    static let run = ColonCommand(
        name: "run", argument: .file, argumentHelp: "FILE",
        summary: "run a notebook in a session of its own and go on in it",
        documentation: """
            The names of this session are gone then, with all that was trained, and paths start at \
            the notebook's folder. It \
            stops at the first cell that fails; `:rerun` goes on after you have mended the file.
            """
    ) { state, path in
        do throws(PromptError) {
            try state.runNotebook(path)
        } catch {
            state.complain(error.diagnostic)
        }
        return .stay
    }

    static let rerun = ColonCommand(
        name: "rerun", argument: .cell, argumentHelp: "[NAME]",
        summary: "run a cell of the notebook again, or what changed in the file",
        documentation: """
            The file is read again. The cell starts from the state that the cells above left, \
            weights included: a training cell run twice trains the same model the same way. \
            Cells above that were changed run first. Without a name everything \
            runs from the first cell that \
            changed, or that has not run yet. What ^C ended and `fit` gave counts as run. \
            `:undo` goes back to what was there before `:rerun`.
            """
    ) { state, name in
        do throws(PromptError) {
            try state.rerun(name)
        } catch {
            state.complain(error.diagnostic)
        }
        return .stay
    }
}
