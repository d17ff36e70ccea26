import Diagnostics
import Syntax

/// What runs in place of a notebook's cell, so that hundreds of mutants can: 2 epochs, 60 steps, and assertions that are
/// evaluated but stop nothing. Lines stay where they are. `check` is given the cell as it is.
enum Shortening {
    static func of(_ source: SourceText) -> SourceText {
        var edits: [Mutant.Edit] = []
        for item in Parser.parse(source).program.items { collect(item, &edits) }
        var text = Mutant(kind: .width, edits: edits).text(in: source)
        text.replace(#/\bepochs(: | = )\d+/#) { "epochs\($0.1)2" }
        text.replace(#/\bsteps = \d+/#, with: "steps = 60")
        return SourceText(name: source.name, text: text, file: source.file, firstLine: source.firstLine)
    }

    /// `assert loss < 2` becomes `assert (loss < 2) or true`; those in functions stay.
    private static func collect(_ item: Statement, _ edits: inout [Mutant.Edit]) {
        guard case .assertion(let condition, _) = item.kind else { return }
        let (start, end) = (condition.span.start, condition.span.end)
        edits.append(Mutant.Edit(start: start, end: start, text: "("))
        edits.append(Mutant.Edit(start: end, end: end, text: ") or true"))
    }
}
