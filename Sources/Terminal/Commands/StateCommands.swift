import Runtime

extension ColonCommand {
    static let undo = ColonCommand(
        name: "undo", argument: nil, argumentHelp: "",
        summary: "back to before the last entry: variables, weights, optimizers, random numbers",
        documentation: """
            May be repeated. Files that were written stay as they are. How far back it reaches \
            depends on the memory that old weights take.
            """
    ) { state, _ in
        if let entry = state.undo() {
            state.screen.line("back to before: " + EntryLog.firstLine(entry, limit: 60))
        } else {
            state.screen.line("there is nothing to take back")
        }
        return .stay
    }

    static let reset = ColonCommand(
        name: "reset", argument: nil, argumentHelp: "",
        summary: "forget all names and start anew, with the same seed",
        documentation: "The history of the keys ↑ and ↓ stays. It cannot be taken back."
    ) { state, _ in
        state.reset()
        state.screen.line("all names are gone")
        return .stay
    }

    static let seed = ColonCommand(
        name: "seed", argument: .number, argumentHelp: "[N]",
        summary: "show or set what random numbers are derived from",
        documentation: """
            It holds from the next entry on; best set before anything is drawn, so that a notebook \
            saved by `:save` gives the same numbers.
            """
    ) { state, text in
        if text.isEmpty {
            state.screen.line("\(state.session.randomSeed)")
        } else if let number = Int(text) {
            state.session.randomSeed = number
        } else {
            let error = PromptError("a seed is an Int, got `\(text)`", help: "`:seed 42`")
            state.complain(error.diagnostic)
        }
        return .stay
    }
}
