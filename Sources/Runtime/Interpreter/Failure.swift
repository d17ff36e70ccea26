import Autodiff
import Diagnostics
import Tensors

/// An error of a running program. The machine adds where it happened on the way out.
struct Failure: Error {
    var diagnostic: Diagnostic
    /// The number of the instruction that recorded the failing node, if it failed when computed.
    var origin: Origin?

    init(_ id: String, _ message: String, notes: [String] = [], help: String? = nil) {
        self.diagnostic = Diagnostic(id: id, message, notes: notes, help: help)
    }

    init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}

/// ^C, or a limit of time: no `try` of the program catches it.
struct Interruption: Error {
    enum Reason: Equatable { case user, time }
    var reason: Reason
}

extension Interruption {
    /// What the engine reports when it was told to stop; `nil` for any other error.
    init?(_ error: any Error, _ machine: Machine) {
        let inner = (error as? EvaluationError)?.error ?? error as? TensorError
        guard inner == .interrupted else { return nil }
        self.reason = machine.session.isOutOfTime ? .time : .user
    }
}

/// A number was demanded where only shapes are known (`dlrepl check`).
struct UnknownValue: Error {}
