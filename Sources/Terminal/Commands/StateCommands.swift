import Runtime

extension ColonCommand {
    static let undo = ColonCommand(
        name: "undo", argument: .number, argumentHelp: "[N]",
        summary: "back to before the last entry, or the last N: names, weights, random numbers",
        documentation: """
            Variables, weights, optimizers and random numbers are what they were. May be repeated. \
            Files that were written stay as they are. How far back it reaches depends on the \
            memory that old weights take.
            """
    ) { state, text in
        guard let count = text.isEmpty ? 1 : Int(text), count > 0 else {
            let error = PromptError(
                "`:undo` takes how many entries, got `\(text)`", help: "`:undo 2`")
            state.complain(error.diagnostic)
            return .stay
        }
        var first: String?
        var taken = 0
        while taken < count, let entry = state.undo() {
            first = entry
            taken += 1
        }
        if let first {
            let note = taken < count ? "; \(taken) of \(count), it reaches no further back" : ""
            state.screen.line("back to before: " + EntryLog.firstLine(first, limit: 60) + note)
        } else {
            let note = "there is nothing to take back; `:run` and `:reset` begin anew"
            state.screen.line(note)
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
