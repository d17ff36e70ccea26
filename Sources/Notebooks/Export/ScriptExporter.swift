import Diagnostics

extension Exporter {
    /// The code of all cells as one script.
    static let script = Exporter(
        name: "dl", fileExtension: "dl", summary: "the code alone, as a script",
        linksFigures: false
    ) { input in
        var parts: [String] = []
        if !input.parameters.isEmpty {
            let lines = input.parameters.map { "let \($0.name) = \($0.value.literal)" }
            parts.append((["# parameters"] + lines).joined(separator: "\n"))
        }
        parts += input.document.cells.map(scriptPart)
        return Array((parts.joined(separator: "\n\n") + "\n").utf8)
    }

    /// A cell below a comment with its label. What must not run, or is meant to fail and would end
    /// the script, is commented out.
    private static func scriptPart(_ cell: Cell) -> String {
        let code = cell.source.text
        let attributes = cell.attributes
        guard attributes.isSkipped || attributes.expectsError else {
            return "# \(cell.label)\n\(code)"
        }
        let reason = attributes.isSkipped ? "skipped" : "fails on purpose"
        let lines = code.split(separator: "\n", omittingEmptySubsequences: false)
        return "# \(cell.label): \(reason)\n" + lines.map { "# \($0)" }.joined(separator: "\n")
    }
}
