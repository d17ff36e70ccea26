import Diagnostics

extension Exporter {
    /// The code of all cells as one script.
    static let script = Exporter(
        name: "dl", fileExtension: "dl", summary: "the code alone, as a script",
        linksFigures: false
    ) { input in
        var parts: [String] = []
        let names = ScriptNames(input.document, parameters: input.parameters)
        let seed = input.document.frontMatter.seed
        if seed != 0 { parts.append("# The notebook has the seed \(seed); a script draws other random numbers.") }
        if !input.parameters.isEmpty {
            let lines = input.parameters.map { "\(names.keyword(for: $0.name)) \($0.name) = \($0.value.literal)" }
            parts.append((["# parameters"] + lines).joined(separator: "\n"))
        }
        parts += input.document.cells.map { scriptPart($0, names) }
        return Array((parts.joined(separator: "\n\n") + "\n").utf8)
    }

    /// A cell below a comment with its label. What must not run, or is meant to fail and would end
    /// the script, is commented out.
    private static func scriptPart(_ cell: Cell, _ names: ScriptNames) -> String {
        let code = names.code(of: cell)
        let attributes = cell.attributes
        guard attributes.isSkipped || attributes.expectsError else {
            let clashes = (names.clashes[cell.position] ?? []).map {
                "# `\($0)` has a meaning above already, and a script has one for each name: rename it here and below.\n"
            }
            return "# \(cell.label)\n" + clashes.joined() + code
        }
        let reason = attributes.isSkipped ? "skipped" : "fails on purpose"
        let lines = code.split(separator: "\n", omittingEmptySubsequences: false)
        return "# \(cell.label): \(reason)\n" + lines.map { "# \($0)" }.joined(separator: "\n")
    }
}
