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
        var results = document.cells.map { cell -> (cell: Cell, diagnostics: [Diagnostic]) in
            guard !cell.attributes.isSkipped else { return (cell, []) }
            let found = Self.check(cell.source, stream: cell.stream, in: session)
                .map { document.explained($0, in: cell) }
            return (cell, cell.attributes.expectsError ? [] : found)
        }
        for diagnostic in session.checkUncalled() {
            let index = results.firstIndex { $0.cell.source === diagnostic.span?.source }
            guard let index, !results[index].cell.attributes.expectsError else { continue }
            results[index].diagnostics.append(diagnostic)
        }
        return results
    }

    /// What is wrong with a script.
    public static func check(script source: SourceText, in session: Session) -> [Diagnostic] {
        check(source, stream: "#1", in: session) + session.checkUncalled()
    }

    /// Errors, shapes-only warnings and lints of one text.
    public static func check(
        _ source: SourceText, stream: String, in session: Session
    ) -> [Diagnostic] {
        let program = Parser.parse(source).program
        let found = session.check(source, stream: stream) + Lint.warnings(in: program)
        return found.map { diagnostic in
            guard diagnostic.span == nil else { return diagnostic }
            // Every finding has a place, be it the cell as a whole.
            var placed = diagnostic
            placed.span = program.items.last?.span ?? Span(source, 0, 0)
            return placed
        }
    }
}
