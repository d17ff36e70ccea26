import Diagnostics
import Runtime

extension ColonCommand {
    static let vars = ColonCommand(
        name: "vars", argument: nil, argumentHelp: "",
        summary: "your names with types and values",
        documentation: "Nothing is computed for it: of a tensor the shape is shown."
    ) { state, _ in
        let variables = state.session.variables()
        guard !variables.isEmpty else {
            state.screen.line("no names yet")
            return .stay
        }
        let names = variables.map(\.name.count).max() ?? 0
        let types = variables.map(\.type.count).max() ?? 0
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        for variable in variables {
            let name = state.screen.styled(padded(variable.name, names), .code)
            let line = "\(name)  \(padded(variable.type, types))  \(variable.summary)"
            state.screen.line(line)
        }
        return .stay
    }

    static let shape = ColonCommand(
        name: "shape", argument: .expression, argumentHelp: "EXPR",
        summary: "dtype and shape of a value, without computing it",
        documentation: """
            Records the expression, but computes no tensor; what it changed is put back. \
            Training and writing files are refused. \
            `:shape net(x)` gives `float32 [32, 10]`.
            """
    ) { state, text in
        let source = SourceText(name: ":shape", text: text)
        let stream = state.nextStream
        state.finish(state.interruptible { $0.shape(of: source, stream: stream) })
        return .stay
    }

    static let time = ColonCommand(
        name: "time", argument: .expression, argumentHelp: "EXPR",
        summary: "how long an entry takes, tensors computed",
        documentation: """
            Runs it once as an entry of its own and then computes what it only recorded, so that \
            `:time let y = x @ w` measures the product.
            """
    ) { state, text in
        let start = Session.now
        let ending = state.enter(text) { session, source, stream in
            settled(session.run(source, stream: stream), session)
        }
        let seconds = Session.now - start
        if ending == .succeeded {
            state.screen.line(state.screen.styled(ElapsedTime.text(seconds), .quiet))
        }
        return .stay
    }

    /// An entry whose pending tensors are computed too.
    private static func settled(_ outcome: CellOutcome, _ session: Session) -> CellOutcome {
        guard outcome.ending == .succeeded else { return outcome }
        var outcome = outcome
        do {
            try session.finishPending()
        } catch let diagnostic as Diagnostic {
            outcome.diagnostics.append(diagnostic)
            outcome.ending = .failed
        } catch {
            outcome.ending = .interrupted
        }
        return outcome
    }

    static let explain = ColonCommand(
        name: "explain", argument: .expression, argumentHelp: "EXPR",
        summary: "how a value or a training step is computed: graph, passes, program",
        documentation: """
            Runs it as an entry of its own. Of each `step` block that ran, in `fit` too, it shows \
            the passes and the program, or why the block is recorded at every call instead of \
            being replayed; else the program for what the value has only recorded.

            - `graph` is what was recorded, `simplify` what is left of it
            - `fuse` joins elementwise operations into loops over tiles
            - `plan` puts them in order, `memory` gives them places in one arena
            - `program` lists the calls: `in0` is an input, `update1` an input that is replaced, \
            `out0` a result, `constant2` a stored tensor, `@64` byte 64 of the arena; `*` marks \
            calls that replace weights
            """
    ) { state, text in
        let width = state.screen.width
        state.enter(text) { session, source, stream in
            var outcome = session.explain(source, stream: stream)
            outcome.value = outcome.value.map { wrapped($0, width) }
            return outcome
        }
        return .stay
    }

    /// Lines broken at spaces, and what is broken off set in.
    private static func wrapped(_ text: String, _ width: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
            var lines: [String] = []
            var current = ""
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            for (index, word) in words.enumerated() {
                if current.count + word.count + 1 > width, !current.allSatisfy({ $0 == " " }) {
                    lines.append(current)
                    current = "       " + word
                } else {
                    current += (index == 0 ? "" : " ") + word
                }
            }
            return lines + [current]
        }.joined(separator: "\n")
    }
}

enum ElapsedTime {
    /// `1.25 ms`, `3.20 s`, `2 min 05 s`
    static func text(_ seconds: Double) -> String {
        func fixed(_ number: Double) -> String {
            let hundredths = Int((number * 100).rounded())
            let rest = hundredths % 100
            return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
        }
        if seconds < 1e-3 { return "\(Int((seconds * 1e6).rounded())) µs" }
        if seconds < 1 { return "\(fixed(seconds * 1e3)) ms" }
        if seconds < 60 { return "\(fixed(seconds)) s" }
        let whole = Int(min(seconds, 1e9))
        return "\(whole / 60) min \(whole % 60 < 10 ? "0" : "")\(whole % 60) s"
    }
}
