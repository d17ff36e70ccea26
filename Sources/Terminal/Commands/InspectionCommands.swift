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
        let ending = state.enter(text, settles: true)
        let seconds = Session.now - start
        if ending == .succeeded {
            state.screen.line(state.screen.styled(ElapsedTime.text(seconds), .quiet))
        }
        return .stay
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
