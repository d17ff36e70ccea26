import Checker
import Diagnostics
import Syntax

/// Which cells above may matter to a cell: those that share names with it, or with one that does.
///
/// A name that one cell gives another is in the text of both, so cells without a chain of shared names between them
/// cannot reach each other's values, through whatever lists, models or functions. What is not behind a name is taken
/// for one: files, tracked values and the last error are one such thing, modules with them.
struct CellLinks {
    /// The world outside of the names.
    private static let world = ":"
    private let names: [Set<String>]
    /// A cell that is meant to fail may be told of any name.
    private let seesAll: [Bool]
    private var groups: [String: String] = [:]

    init(_ cells: [Cell]) {
        var defined: Set<String> = []
        for cell in cells {
            for item in Parser.parse(cell.source).program.items {
                defined.formUnion(CellAnalysis.definedNames(item).map(\.name))
            }
        }
        names = cells.map { Self.names(in: $0, defined) }
        seesAll = cells.map(\.attributes.expectsError)
    }

    /// The cells above one, by index, that may matter to it. To be asked from the top: a cell counts for those below.
    mutating func ancestors(of index: Int) -> [Int] {
        var first: String?
        for name in names[index] {
            if let first { groups[group(of: name)] = group(of: first) } else { first = name }
        }
        if seesAll[index] { return Array(0..<index) }
        guard let first else { return [] }
        let own = group(of: first)
        return (0..<index).filter { above in names[above].first.map { group(of: $0) == own } ?? false }
    }

    /// The name that stands for all that are linked with one.
    private mutating func group(of name: String) -> String {
        var root = name
        while let next = groups[root], next != root { root = next }
        groups[name] = root
        return root
    }

    /// The names in a text that some cell defines.
    private static func names(in cell: Cell, _ defined: Set<String>) -> Set<String> {
        var names: Set<String> = []
        for token in Lexer.tokens(of: cell.source).tokens {
            if token.kind == .keyword(.import) { names.insert(world) }
            guard token.kind == .name else { continue }
            let name = cell.source.text(of: Span(cell.source, token.start, token.end))
            if defined.contains(name) { names.insert(name) }
            if isOfWorld(name) { names.insert(world) }
        }
        return names
    }

    /// Functions that read or write what no name holds.
    static func isOfWorld(_ name: String) -> Bool {
        ["listFiles", "lastError", "checkpoint", "csvLog", "fromTorch"].contains(name)
            || ["read", "write", "save", "load", "track"].contains { name.hasPrefix($0) }
    }
}
