import Diagnostics
import Syntax

/// What the compilers of one source text share.
final class CompileContext {
    let module: ModuleObject
    let source: SourceText
    /// Finds a name of the prelude and loads its definition; gives its slot.
    let prelude: any PreludeResolver
    /// The names that the text defines at its top level, wherever.
    var topLevelNames: Set<String> = []
    /// Those of them that are `var`s.
    var topLevelVariables: Set<String> = []
    /// Those defined so far, while the top level is compiled.
    var definedNames: Set<String> = []
    /// Names that were assigned to, and are not there.
    var assignedNames: Set<String> = []
    var diagnostics: [Diagnostic] = []

    init(module: ModuleObject, source: SourceText, prelude: any PreludeResolver) {
        self.module = module
        self.source = source
        self.prelude = prelude
    }

    func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

    /// Whether a name in a shape is a dimension: it starts upper-case, or `dims` declared it.
    func isDimension(_ name: String) -> Bool {
        if module.dimensionNames.contains(name) { return true }
        guard let first = name.first else { return false }
        return first.isUppercase
    }
}

/// How the compiler asks for names of the prelude.
protocol PreludeResolver: AnyObject {
    /// The slot of a prelude name, whose definition is loaded on the way; `nil` if there is none.
    func slot(ofPreludeName name: String) -> Int?
    /// All names, for suggestions.
    var preludeNames: [String] { get }
    /// Whether the program is run on shapes alone: places where ways meet are marked.
    var marksJoins: Bool { get }
    /// A number range for the origins of a function's instructions.
    func registerOrigins(of prototype: Prototype)
}

/// A name in a function: its register, or the cell in it.
struct Local {
    var register: Int
    var isBoxed: Bool
    var isVariable: Bool
    /// A `let` holds from the next statement on.
    var isVisible = true
    var span: Span?
    /// A parameter or the variable of a loop.
    var isParameter = false
}

struct Scope {
    var locals: [String: Local] = [:]
    /// The register where the scope's own begin.
    var firstRegister: Int
    /// The statements before which the scope's `let`s are not yet visible have been passed.
    var isTopLevel = false
}

/// The names inside a model or optimizer body and where their values lie in an instance.
final class ReceiverLayout {
    enum Member {
        case field(Int, isState: Bool)
        case method(Int)
    }
    var members: [String: Member] = [:]
    var fieldNames: [String] = []
    /// Dimension variables that belong to the instance.
    var dimensions: [String: Int] = [:]
    /// Whether the signature of some method binds each of them.
    var areDimensionsBound = false
    let kind: String

    init(kind: String) { self.kind = kind }

    @discardableResult
    func addField(_ name: String, isState: Bool = false) -> Int {
        fieldNames.append(name)
        members[name] = .field(fieldNames.count - 1, isState: isState)
        return fieldNames.count - 1
    }
}

enum Resolution {
    case local(Local)
    case capture(Int, isVariable: Bool)
    case field(Int, isState: Bool)
    case method(Int)
    /// `prelude` is -1 where the prelude has no such name.
    case global(slot: Int, prelude: Int)
    case unknown
}
