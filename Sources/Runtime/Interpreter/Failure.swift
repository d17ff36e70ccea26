import Autodiff
import Diagnostics
import Tensors

/// An error of a running program. The machine adds where it happened on the way out.
struct Failure: Error {
    var diagnostic: Diagnostic
    /// The number of the instruction that recorded the failing node, if it failed when computed.
    var origin: Origin?
    /// Whether the caller of the running function is to blame: it gave an unfitting argument.
    var blamesCaller = false
    /// The shapes of an operator's operands that do not agree.
    var operands: (left: Shape, right: Shape)?
    /// The argument at fault; the machine finds its place.
    var fault: ArgumentFault?
    /// Another parameter that the argument at fault does not agree with.
    var related: String?
    /// Whether it holds whatever the values that are not known turn out to be: see `Sketch`.
    var isCertain = false
    /// A dtype that does not fit, and what is needed instead.
    var dtype: (dtype: DType, rule: String)?

    init(_ id: String, _ message: String, notes: [String] = [], help: String? = nil) {
        self.diagnostic = Diagnostic(id: id, message, notes: notes, help: help)
    }

    /// The id of an error that reached the memory budget.
    static let memoryBudget = "memory.budget"

    /// Whether it is a limit of the session, which no `try` of the program catches.
    var isLimit: Bool { [Self.memoryBudget, "limit.recursion"].contains(diagnostic.id) }

    init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}

extension Failure {
    /// Says of two operands in the text which shapes they have.
    mutating func label(_ spans: (left: Span, right: Span), _ whole: Span) {
        guard let operands else { return }
        let text = whole.source.text(of: whole)
        if text.count <= 60, !text.contains("\n") {
            diagnostic.message = "shapes do not agree in `\(text)`"
        }
        func label(_ span: Span, _ shape: Shape) -> Diagnostic.Label {
            let text = span.source.text(of: span)
            return Diagnostic.Label(span, text.count <= 20 ? "\(text): \(shape)" : "\(shape)")
        }
        diagnostic.secondary += [
            label(spans.left, operands.left), label(spans.right, operands.right),
        ]
    }
}

/// ^C, or a limit of time: no `try` of the program catches it.
struct Interruption: Error {
    enum Reason: Equatable { case user, time }
    var reason: Reason
    /// Where the user's code was.
    var place: Span?
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
struct UnknownValue: Error {
    /// Of a recursion whose end is not known: the frame of its first call.
    var firstFrame: Int?
}
