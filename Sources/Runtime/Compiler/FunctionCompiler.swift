import Diagnostics
import Syntax

/// Translates one function body, or the top level of a cell, into instructions.
///
/// Registers are handed out as on a stack: locals of the open scopes, then temporaries. A variable that
/// a nested function mentions lives in a cell, so that both see its later values.
final class FunctionCompiler {
    let parent: FunctionCompiler?
    let context: CompileContext
    let prototype: Prototype
    /// Set if the function stands directly in a model's or optimizer's body.
    let receiver: ReceiverLayout?
    var scopes: [Scope] = []
    var nextRegister = 0
    var boxedNames: Set<String> = []
    /// Jumps out of the loops around, to be patched.
    var loops: [LoopJumps] = []
    /// Whether the expression that is compiled stands in a shape, where names mean sizes.
    var isInShape = false
    /// The shapes after `->`, checked at every return.
    var signatureResult: Shapes?
    private var captureIndex: [String: Int] = [:]
    private var constantIndex: [String: Int] = [:]

    struct LoopJumps {
        var breaks: [Int] = []
        var continues: [Int] = []
        var start = 0
    }

    init(
        name: String, parent: FunctionCompiler?, context: CompileContext,
        receiver: ReceiverLayout? = nil
    ) {
        self.parent = parent
        self.context = context
        self.receiver = receiver
        self.prototype = Prototype(name: name, module: context.module, source: context.source)
    }

    // MARK: Emitting

    @discardableResult
    func emit(
        _ operation: Opcode, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, at span: Span
    ) -> Int {
        prototype.code.append(Instruction(operation, a, b, c))
        prototype.spans.append(
            (Int32(truncatingIfNeeded: span.start), Int32(truncatingIfNeeded: span.end)))
        return prototype.code.count - 1
    }

    /// The counter of the next instruction.
    var here: Int { prototype.code.count }

    /// Points the jump at `index` to the next instruction.
    func patch(_ index: Int) {
        let target = Int32(truncatingIfNeeded: here)
        switch prototype.code[index].operation {
        case .jump: prototype.code[index].a = target
        case .next: prototype.code[index].c = target
        default: prototype.code[index].b = target
        }
    }

    /// Marks the place where the ways meet that part at `site`, which keeps it as its `c`.
    func join(_ sites: [Int], at span: Span) {
        guard context.prelude.marksJoins else { return }
        let mark = emit(.join, at: span)
        for site in sites {
            prototype.code[site].c = Int32(truncatingIfNeeded: mark)
        }
    }

    /// Marks a place where control leaves the innermost block.
    func leave(_ kind: LeaveKind, _ register: Int = 0, loopStart: Int = 0, at span: Span) {
        guard context.prelude.marksJoins else { return }
        emit(.leave, register, kind.rawValue, loopStart, at: span)
    }

    func allocate(_ count: Int = 1) -> Int {
        let register = nextRegister
        nextRegister += count
        prototype.registerCount = max(prototype.registerCount, nextRegister)
        return register
    }

    /// Runs `body` and gives its temporaries back.
    func withTemporaries<Result>(_ body: () -> Result) -> Result {
        let mark = nextRegister
        defer { nextRegister = mark }
        return body()
    }

    func constant(_ value: Value) -> Int {
        prototype.constants.append(value)
        return prototype.constants.count - 1
    }

    func constant(name: String) -> Int {
        if let index = constantIndex[name] { return index }
        let index = constant(.string(name))
        constantIndex[name] = index
        return index
    }

    // MARK: Scopes

    func pushScope() { scopes.append(Scope(firstRegister: nextRegister)) }

    func popScope() {
        guard let scope = scopes.popLast() else { return }
        nextRegister = scope.firstRegister
    }

    /// Declares a name in the innermost scope, with a register of its own.
    @discardableResult
    func declare(
        _ name: Name, isVariable: Bool, isVisible: Bool = true, isParameter: Bool = false
    ) -> Local {
        let local = Local(
            register: allocate(), isBoxed: boxedNames.contains(name.text), isVariable: isVariable,
            isVisible: isVisible, span: name.span, isParameter: isParameter)
        if let earlier = scopes[scopes.count - 1].locals[name.text] {
            context.report(
                CompileDiagnostics.repeatedDefinition(name, earlier: earlier.span, where: "block"))
        }
        scopes[scopes.count - 1].locals[name.text] = local
        return local
    }

    func setVisible(_ name: String, _ isVisible: Bool) {
        scopes[scopes.count - 1].locals[name]?.isVisible = isVisible
    }

    /// Whether the innermost scope is the top level of a cell or module.
    var isAtTopLevel: Bool { scopes.last?.isTopLevel ?? false }

    // MARK: Names

    func resolve(_ name: String) -> Resolution {
        for scope in scopes.reversed() {
            if let local = scope.locals[name], local.isVisible { return .local(local) }
        }
        switch receiver?.members[name] {
        case .field(let index, let isState): return .field(index, isState: isState)
        case .method(let index): return .method(index)
        case nil: break
        }
        guard let parent else { return resolveGlobal(name) }
        switch parent.resolve(name) {
        case .local(let local):
            return capture(name, from: .register(local.register), isVariable: local.isVariable)
        case .capture(let index, let isVariable):
            return capture(name, from: .capture(index), isVariable: isVariable)
        case .field(let index, let isState):
            return receiver == nil ? .field(index, isState: isState) : .unknown
        case .method(let index): return receiver == nil ? .method(index) : .unknown
        case .global(let slot, let prelude): return .global(slot: slot, prelude: prelude)
        case .unknown: return .unknown
        }
    }

    /// Everything that a name means in the scopes around, innermost first.
    func resolveAll(_ name: String) -> [Resolution] {
        var found: [Resolution] = []
        for scope in scopes.reversed() {
            if let local = scope.locals[name], local.isVisible { found.append(.local(local)) }
        }
        switch receiver?.members[name] {
        case .field(let index, let isState): found.append(.field(index, isState: isState))
        case .method(let index): found.append(.method(index))
        case nil: break
        }
        guard let parent else { return found + [resolveGlobal(name)] }
        for outer in parent.resolveAll(name) {
            switch outer {
            case .local(let local):
                found.append(
                    capture(name, from: .register(local.register), isVariable: local.isVariable))
            case .capture(let index, let isVariable):
                found.append(capture(name, from: .capture(index), isVariable: isVariable))
            case .field, .method: if receiver == nil { found.append(outer) }
            case .global, .unknown: found.append(outer)
            }
        }
        return found
    }

    private func capture(
        _ name: String, from source: CaptureSource, isVariable: Bool
    ) -> Resolution {
        let key: String
        switch source {
        case .register(let register): key = "r\(register) \(name)"
        case .capture(let index): key = "c\(index)"
        }
        if let index = captureIndex[key] { return .capture(index, isVariable: isVariable) }
        prototype.captures.append(source)
        let index = prototype.captures.count - 1
        captureIndex[key] = index
        return .capture(index, isVariable: isVariable)
    }

    private func resolveGlobal(_ name: String) -> Resolution {
        let module = context.module
        let prelude = context.prelude.slot(ofPreludeName: name) ?? -1
        if let slot = module.index[name], !module.slots[slot].isUnset {
            return .global(slot: slot, prelude: prelude)
        }
        if context.topLevelNames.contains(name) {
            return .global(slot: module.slot(name), prelude: prelude)
        }
        guard prelude >= 0 else { return .unknown }
        return .global(slot: module.slot(name), prelude: prelude)
    }

    /// The names in scope, for suggestions.
    var visibleNames: Set<String> {
        var names = parent?.visibleNames ?? []
        if parent == nil {
            names.formUnion(context.module.definedNames)
            names.formUnion(context.topLevelNames)
            names.formUnion(context.prelude.preludeNames.filter { !$0.hasPrefix("_") })
        }
        for scope in scopes { names.formUnion(scope.locals.filter(\.value.isVisible).keys) }
        if let receiver { names.formUnion(receiver.members.keys) }
        return names
    }

    /// Puts the value of a name into a register: the given one, its own, or a new temporary.
    func load(_ name: Name, into destination: Int?) -> Int {
        load(name, as: resolve(name.text), into: destination)
    }

    /// The same for one of the things that the name means.
    func load(_ name: Name, as resolution: Resolution, into destination: Int?) -> Int {
        let text = name.text
        switch resolution {
        case .local(let local) where !local.isBoxed:
            guard let destination else { return local.register }
            emit(.move, destination, local.register, at: name.span)
            return destination
        case .local(let local):
            let target = destination ?? allocate()
            emit(.getCell, target, local.register, constant(name: text), at: name.span)
            return target
        case .capture(let index, _):
            let target = destination ?? allocate()
            emit(.getCapture, target, index, constant(name: text), at: name.span)
            return target
        case .field(let index, _):
            let target = destination ?? allocate()
            emit(.getField, target, index, at: name.span)
            return target
        case .method(let index):
            let target = destination ?? allocate()
            emit(.getMethod, target, index, at: name.span)
            return target
        case .global(let slot, let prelude):
            checkOrder(name, slot: slot, prelude: prelude)
            let target = destination ?? allocate()
            emit(.getGlobal, target, slot, prelude, at: name.span)
            return target
        case .unknown:
            if context.assignedNames.contains(text) { return destination ?? allocate() }
            context.report(
                isInShape
                    ? CompileDiagnostics.unknownSize(name, visible: visibleNames)
                    : CompileDiagnostics.unknownName(name, visible: visibleNames))
            return destination ?? allocate()
        }
    }

    /// At the top level a name of this cell may be used only after its definition.
    private func checkOrder(_ name: Name, slot: Int, prelude: Int) {
        guard parent == nil, prelude < 0, context.module.slots[slot].isUnset,
            context.topLevelNames.contains(name.text), !context.definedNames.contains(name.text)
        else { return }
        context.report(CompileDiagnostics.usedBeforeDefinition(name))
    }

    /// Stores a register into a declared local.
    func store(_ register: Int, in local: Local, at span: Span) {
        if local.isBoxed {
            emit(.setCell, local.register, register, at: span)
        } else if local.register != register {
            emit(.move, local.register, register, at: span)
        }
    }
}
