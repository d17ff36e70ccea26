public import Diagnostics

/// What is said of a cell, or a script, whose time was over.
public struct TimeOut: Sendable {
    /// Whose time it was.
    public enum Limit: Sendable {
        /// `timeout=` of the cell.
        case cell(Duration)
        /// `--timeout` of the run, in seconds.
        case run(Double)
    }

    public var limit: Limit

    public init(limit: Limit) { self.limit = limit }

    /// - Parameters:
    ///   - label: what ran: `cell train`.
    ///   - place: where it was.
    public func diagnostic(of label: String, at place: Span?) -> Diagnostic {
        switch limit {
        case .cell(let duration):
            let time = Self.text(duration.inSeconds)
            return Diagnostic(
                id: "run.timeout", "\(label) is not done after \(time), its own limit", at: place,
                help: "`timeout=` in the braces of the cell sets it")
        case .run(let seconds):
            return Diagnostic(
                id: "run.timeout", "\(label) is not done after \(Self.text(seconds)), the limit of the whole run",
                at: place, help: "`--timeout` sets it")
        }
    }

    /// `500ms`, `90s`, `5m`, `1h`, as it may be written.
    static func text(_ seconds: Double) -> String {
        let milliseconds = Int((min(seconds, 1e9) * 1000).rounded())
        for (unit, size) in [("h", 3_600_000), ("m", 60_000), ("s", 1000)] where milliseconds >= size {
            if milliseconds % size == 0 { return "\(milliseconds / size)\(unit)" }
        }
        return milliseconds > 1000 ? "\(Double(milliseconds) / 1000)s" : "\(milliseconds)ms"
    }
}
