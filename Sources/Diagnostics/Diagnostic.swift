/// One message to the user: what is wrong, where, and what to do about it.
///
/// A value with the facts; `render(_:as:)` draws it. The parts keep a fixed order: the title, the
/// source with the labelled spans, notes (`= …`, the rule that was broken), the help line, and
/// the chain of calls inside the user's code.
public struct Diagnostic: Error, Equatable, Sendable {
    public enum Severity: String, Sendable { case error, warning }

    /// A span with a few words beside it.
    public struct Label: Equatable, Sendable {
        public var span: Span
        public var text: String

        public init(_ span: Span, _ text: String) {
            self.span = span
            self.text = text
        }
    }

    /// A call on the way to the error: the function's name and where it was called.
    public struct Call: Equatable, Sendable {
        public var function: String
        public var span: Span

        public init(function: String, span: Span) {
            self.function = function
            self.span = span
        }
    }

    public var severity: Severity
    /// A stable identifier such as `name.unknown` or `shape.matmul`; never shown, used by tests and
    /// editors.
    public var id: String
    /// One line, lower case, no full stop.
    public var message: String
    /// Where it happened; `nil` when no place in the source is to blame.
    public var span: Span?
    /// Words under the primary span; may be empty.
    public var label: String
    public var secondary: [Label]
    public var notes: [String]
    /// What the user can do; followed literally it works.
    public var help: String?
    public var trace: [Call]

    public init(
        _ severity: Severity = .error, id: String, _ message: String, at span: Span? = nil,
        label: String = "", secondary: [Label] = [], notes: [String] = [], help: String? = nil,
        trace: [Call] = []
    ) {
        self.severity = severity
        self.id = id
        self.message = message
        self.span = span
        self.label = label
        self.secondary = secondary
        self.notes = notes
        self.help = help
        self.trace = trace
    }
}
