import Diagnostics

/// What is wrong with a command of the prompt.
struct PromptError: Error {
    var diagnostic: Diagnostic

    init(_ message: String, help: String? = nil) {
        diagnostic = Diagnostic(id: "prompt.command", message, help: help)
    }
}
