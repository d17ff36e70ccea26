import Checker
public import Diagnostics
public import Runtime
import Syntax

/// Checks a notebook from the top on shapes alone: nothing is trained, drawn or written.
public struct NotebookChecker {
    public let document: NotebookDocument
    public let session: Session
    public let parameters: [NotebookParameter]

    /// - Parameter session: a fresh one, whose configuration says `checksShapes`.
    public init(
        _ document: NotebookDocument, session: Session, parameters: [NotebookParameter]
    ) {
        self.document = document
        self.session = session
        self.parameters = parameters
    }

    /// The errors and warnings of each cell, in order; nothing for cells that are skipped or meant
    /// to fail.
    public func check() -> [(cell: Cell, diagnostics: [Diagnostic])] {
        if !parameters.isEmpty {
            let text = parameters.map { "let \($0.name) = \($0.value.literal)" }
                .joined(separator: "\n")
            _ = session.check(SourceText(name: "parameters", text: text), stream: "parameters")
        }
        return document.cells.map { cell in
            guard !cell.attributes.isSkipped else { return (cell, []) }
            let found = Self.check(cell.source, stream: cell.stream, in: session)
            return (cell, cell.attributes.expectsError ? [] : found)
        }
    }

    /// Errors, shapes-only warnings and lints of one text.
    public static func check(
        _ source: SourceText, stream: String, in session: Session
    ) -> [Diagnostic] {
        let found = session.check(source, stream: stream)
        return found + Lint.warnings(in: Parser.parse(source).program)
    }
}
