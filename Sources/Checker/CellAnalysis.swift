public import Syntax

/// Which top-level names a cell takes from the cells around it, and which it gives to them.
///
/// Found from the text alone: names inside functions count, names of the prelude do not.
public struct CellAnalysis: Equatable, Sendable {
    /// Names of other cells that the cell reads while it runs.
    public var reads: Set<String> = []
    /// Names of other cells that its functions read when they are called, by whomever.
    public var deferredReads: Set<String> = []
    /// Names that it defines for the cells below.
    public var defines: Set<String> = []
    /// Names of other cells whose values it changes: `x += 1`, `xs[0] = v`, `fit(net, …)`.
    public var writes: Set<String> = []

    public init(
        reads: Set<String> = [], deferredReads: Set<String> = [], defines: Set<String> = [],
        writes: Set<String> = []
    ) {
        self.reads = reads
        self.deferredReads = deferredReads
        self.defines = defines
        self.writes = writes
    }

    /// Analyses a cell.
    ///
    /// - Parameter isPrelude: whether a name that no cell defines belongs to the prelude.
    public static func of(_ program: Program, isPrelude: (String) -> Bool) -> CellAnalysis {
        var walker = NameWalker()
        walker.visitTopLevel(program.items)
        var result = walker.analysis
        result.reads = result.reads.filter { !isPrelude($0) }
        result.deferredReads = result.deferredReads.filter { !isPrelude($0) }
        result.writes = result.writes.filter { !isPrelude($0) }
        return result
    }

    /// The names that a statement of the top level defines, and whether they are `var`s.
    public static func definedNames(_ statement: Statement) -> [(name: String, isVariable: Bool)] {
        switch statement.kind {
        case .binding(let isVariable, let pattern, _, _):
            pattern.names.map { ($0.text, isVariable) }
        case .function(let function): [(function.name.text, false)]
        case .model(let model): [(model.name.text, false)]
        case .optimizer(let optimizer): [(optimizer.name.text, false)]
        case .importModule(let declaration): [(importedName(declaration), false)]
        case .assignment, .dims, .forLoop, .whileLoop, .breakLoop, .continueLoop, .returnValue,
            .assertion, .expression:
            []
        }
    }

    /// The name that an import gives its module: the alias, or the file's name.
    private static func importedName(_ declaration: Import) -> String {
        if let alias = declaration.alias { return alias.text }
        switch declaration.source {
        case .name(let name): return name
        case .path(let path):
            let file = path.split(separator: "/").last.map(String.init) ?? path
            return file.hasSuffix(".dl") ? String(file.dropLast(3)) : file
        }
    }
}
