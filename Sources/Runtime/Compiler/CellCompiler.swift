import Diagnostics
import Figures
import Syntax

/// A compiled cell, module or line.
struct CompiledCell {
    var prototype: Prototype
    /// Whether the value of the last expression is shown: it ends in one, without a `;`.
    var showsValue: Bool
}

/// Compiles the top level of a text: names are checked before any of it runs.
enum CellCompiler {
    /// - Returns: the code, or `nil` if there are errors; diagnostics may hold warnings too.
    static func compile(
        _ program: Program, named name: String, module: ModuleObject, prelude: any PreludeResolver
    ) -> (cell: CompiledCell?, diagnostics: [Diagnostic]) {
        let context = CompileContext(module: module, source: program.source, prelude: prelude)
        collectNames(program.items, context)
        let compiler = FunctionCompiler(name: name, parent: nil, context: context)
        compiler.boxedNames = MentionedNames.inNestedFunctions(of: program.items)
        compiler.pushScope()
        compiler.scopes[0].isTopLevel = true
        let span = Span(program.source, 0, program.source.utf8.count)
        let result = compiler.allocate()
        compiler.items(program.items, into: result, at: span)
        compiler.leave(.returned, result, at: span)
        compiler.emit(.returnValue, result, at: span)
        prelude.registerOrigins(of: compiler.prototype)
        guard !context.diagnostics.contains(where: { $0.severity == .error }) else {
            return (nil, context.diagnostics)
        }
        warnOfUnshown(program.items, context)
        var showsValue = false
        if case .expression(_, let isDiscarded) = program.items.last?.kind {
            showsValue = !isDiscarded
        }
        return (
            CompiledCell(prototype: compiler.prototype, showsValue: showsValue),
            context.diagnostics
        )
    }

    /// Warns of tables and figures before the end of a cell, where a user of Python expects to see them.
    private static func warnOfUnshown(_ items: [Statement], _ context: CompileContext) {
        for item in items.dropLast() {
            guard case .expression(let value, isDiscarded: false) = item.kind,
                case .call(let callee, _, _) = value.kind
            else { continue }
            switch callee.kind {
            case .member(_, let name) where name.text == "summary":
                context.report(CompileDiagnostics.unshown(name, help: "write `print(….summary())`"))
            case .name(let name)
            where Mark.all.contains { $0.name == name } && !context.topLevelNames.contains(name)
                && context.module.value(name) == nil:
                context.report(
                    CompileDiagnostics.unshown(
                        Name(name, callee.span), help: "write it last; `+` overlays figures, `|` and `/` put them together"))
            default: break
            }
        }
    }

    private static func collectNames(_ items: [Statement], _ context: CompileContext) {
        for item in items {
            switch item.kind {
            case .binding(let isVariable, let pattern, _, _):
                for name in pattern.names {
                    define(name, context)
                    if isVariable { context.topLevelVariables.insert(name.text) }
                }
            case .importModule(let declaration):
                if let name = FunctionCompiler.importedName(declaration) { define(name, context) }
            case .dims(let names):
                for name in names { context.module.dimensionNames.insert(name.text) }
            default:
                if let name = FunctionCompiler.hoistedName(item) { define(name, context) }
            }
        }
    }

    private static func define(_ name: Name, _ context: CompileContext) {
        if !context.topLevelNames.insert(name.text).inserted {
            context.report(
                CompileDiagnostics.repeatedDefinition(name, earlier: nil, where: "cell"))
        }
    }
}
