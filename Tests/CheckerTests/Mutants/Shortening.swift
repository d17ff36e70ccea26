import Diagnostics
import Syntax

/// Makes a notebook run in seconds without changing what its lines do: the parameters are small, `epochs: 60` is two, and
/// an assertion is evaluated, but nothing depends on its numbers.
enum Shortening {
    static let parameters = ["epochs": "2", "steps": "60"]

    static func of(_ source: SourceText) -> SourceText {
        var edits: [Mutant.Edit] = []
        for item in Parser.parse(source).program.items { collect(item, &edits) }
        var text = Mutant(kind: .width, edits: edits).text(in: source)
        text.replace(#/epochs: \d+/#, with: "epochs: 2")
        return SourceText(name: source.name, text: text, file: source.file, firstLine: source.firstLine)
    }

    /// `assert loss < 2` becomes `assert (loss < 2) or true`.
    private static func collect(_ item: Statement, _ edits: inout [Mutant.Edit]) {
        guard case .assertion(let condition, _) = item.kind else { return }
        let (start, end) = (condition.span.start, condition.span.end)
        edits.append(Mutant.Edit(start: start, end: start, text: "("))
        edits.append(Mutant.Edit(start: end, end: end, text: ") or true"))
    }
}
