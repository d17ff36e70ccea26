import Checker
import Diagnostics
import Syntax

extension NotebookDocument {
    /// An error of an unknown name, with the cell that defines it if that is below or skipped.
    func explained(_ diagnostic: Diagnostic, in cell: Cell) -> Diagnostic {
        guard diagnostic.id == "name.unknown", let span = diagnostic.span else { return diagnostic }
        let name = span.source.text(of: span)
        let definer = cells.first { other in
            guard other.position > cell.position || other.attributes.isSkipped else { return false }
            return Parser.parse(other.source).program.items
                .contains { CellAnalysis.definedNames($0).contains { $0.name == name } }
        }
        guard let definer else { return diagnostic }
        var explained = diagnostic
        explained.help =
            definer.attributes.isSkipped
            ? "\(definer.label) defines it, but is skipped"
            : "\(definer.label) defines it, which is below: cells run from the top"
        return explained
    }
}
