import Checker
import Diagnostics
import Syntax

/// What becomes of names that several cells define, which one script cannot do: the first definition is made a `var`,
/// the others assign to it.
struct ScriptNames {
    /// The names that are variables of the script.
    private var variables: Set<String> = []
    /// The code of cells that is changed, by position.
    private var codes: [Int: String] = [:]
    /// Names that a cell defines again in a way that no assignment can stand for.
    private(set) var clashes: [Int: [String]] = [:]

    init(_ document: NotebookDocument, parameters: [NotebookParameter]) {
        let cells = document.cells.filter { !$0.attributes.isSkipped && !$0.attributes.expectsError }
        let programs = cells.map { Parser.parse($0.source).program }
        var defined = Set(parameters.map(\.name))
        // Which names are assigned later.
        for program in programs {
            let own = program.items.flatMap { CellAnalysis.definedNames($0).map(\.name) }
            for item in program.items {
                guard let name = Self.simpleName(item), defined.contains(name) else { continue }
                variables.insert(name)
            }
            defined.formUnion(own)
        }
        defined = Set(parameters.map(\.name))
        for (cell, program) in zip(cells, programs) {
            write(cell, program, defined)
            defined.formUnion(program.items.flatMap { CellAnalysis.definedNames($0).map(\.name) })
        }
    }

    func keyword(for name: String) -> String { variables.contains(name) ? "var" : "let" }

    func code(of cell: Cell) -> String { codes[cell.position] ?? cell.source.text }

    private mutating func write(_ cell: Cell, _ program: Program, _ defined: Set<String>) {
        var bytes = Array(cell.source.text.utf8)
        var clashing: [String] = []
        // From the end, so that offsets stay.
        for item in program.items.reversed() {
            let names = CellAnalysis.definedNames(item).map(\.name)
            let start = item.span.start
            if let name = Self.simpleName(item), defined.contains(name) {
                // `let ` or `var ` goes.
                let rest = bytes[(start + 3)...].drop { $0 == UInt8(ascii: " ") }
                bytes.replaceSubrange(start..<rest.startIndex, with: [])
            } else if names.contains(where: defined.contains) {
                clashing += names.filter(defined.contains)
            } else if case .binding = item.kind, names.contains(where: variables.contains) {
                bytes.replaceSubrange(start..<start + 3, with: Array("var".utf8))
            }
        }
        let code = String(decoding: bytes, as: UTF8.self)
        if code != cell.source.text { codes[cell.position] = code }
        if !clashing.isEmpty { clashes[cell.position] = clashing.reversed() }
    }

    /// The name of `let name = …` and `var name = …`.
    private static func simpleName(_ item: Statement) -> String? {
        guard case .binding(_, let pattern, let annotation, _) = item.kind, annotation == nil,
            case .name(let name) = pattern.kind
        else { return nil }
        return name
    }
}
