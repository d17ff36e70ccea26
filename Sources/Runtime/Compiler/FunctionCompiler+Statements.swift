import Diagnostics
import Syntax

extension FunctionCompiler {
    // MARK: Blocks

    /// Compiles `{ … }`; its value goes to `destination`.
    func block(_ block: Block, into destination: Int) {
        pushScope()
        items(block.items, into: destination, at: block.span)
        popScope()
    }

    /// Compiles the items of the open scope; the value of the last goes to `destination`.
    func items(_ items: [Statement], into destination: Int, at span: Span) {
        declareHoisted(items)
        for (index, item) in items.enumerated() {
            let isLast = index == items.count - 1
            if isLast, case .expression(let expression, _) = item.kind {
                withTemporaries { _ = self.expression(expression, into: destination) }
                return
            }
            statement(item)
        }
        emit(.loadNone, destination, at: span)
    }

    /// `func`, `model` and `optimizer` names hold in their whole block: their values are made at its start,
    /// with the cells of the variables that they may capture.
    private func declareHoisted(_ items: [Statement]) {
        let hoisted = items.enumerated().filter { Self.hoistedName($0.element) != nil }
        guard !hoisted.isEmpty else { return }
        if isAtTopLevel {
            for (_, item) in hoisted { define(item) }
            return
        }
        for item in items {
            switch item.kind {
            case .binding(let isVariable, let pattern, _, _):
                for name in pattern.names where boxedNames.contains(name.text) {
                    let local = declare(name, isVariable: isVariable, isVisible: false)
                    emit(.newCell, local.register, at: name.span)
                }
            default:
                guard let name = Self.hoistedName(item) else { continue }
                let local = declare(name, isVariable: false)
                if local.isBoxed { emit(.newCell, local.register, at: name.span) }
            }
        }
        for (index, item) in hoisted {
            let before = items[..<index].flatMap(Self.boundNames).filter { boxedNames.contains($0) }
            for name in before { setVisible(name, true) }
            define(item)
            for name in before { setVisible(name, false) }
        }
    }

    static func hoistedName(_ item: Statement) -> Name? {
        switch item.kind {
        case .function(let function): function.name
        case .model(let model): model.name
        case .optimizer(let optimizer): optimizer.name
        default: nil
        }
    }

    private static func boundNames(_ item: Statement) -> [String] {
        guard case .binding(_, let pattern, _, _) = item.kind else { return [] }
        return pattern.names.map(\.text)
    }

    /// Makes the value of a hoisted definition and stores it under its name.
    private func define(_ item: Statement) {
        guard let name = Self.hoistedName(item) else { return }
        withTemporaries {
            let register = allocate()
            switch item.kind {
            case .function(let function):
                let nested = self.function(function, receiver: nil)
                emit(.closure, register, nested, at: name.span)
            case .model(let model):
                emit(.makeModel, register, modelTemplate(model), at: name.span)
            case .optimizer(let optimizer):
                emit(.makeOptimizer, register, optimizerTemplate(optimizer), at: name.span)
            default: return
            }
            if isAtTopLevel {
                let slot = context.module.slot(name.text)
                document(item, slot: slot)
                emit(.setGlobal, slot, register, at: name.span)
                context.definedNames.insert(name.text)
            } else if let local = scopes[scopes.count - 1].locals[name.text] {
                store(register, in: local, at: name.span)
            }
        }
    }

    private func document(_ item: Statement, slot: Int) {
        let text: String?
        switch item.kind {
        case .function(let function): text = function.documentation
        case .model(let model): text = model.documentation
        case .optimizer(let optimizer): text = optimizer.documentation
        default: text = nil
        }
        context.module.documentation[slot] = Documentation(
            text: text ?? "", source: context.source.text(of: item.span))
    }

    // MARK: Statements

    func statement(_ statement: Statement) {
        switch statement.kind {
        case .function, .model, .optimizer: break  // made at the start of the block
        case .binding(let isVariable, let pattern, let annotation, let value):
            binding(isVariable, pattern, annotation, value)
        case .assignment(let target, let operation, let value):
            withTemporaries { assignment(target, operation, value, at: statement.span) }
        case .dims(let names):
            for name in names { context.module.dimensionNames.insert(name.text) }
        case .forLoop(let pattern, let sequence, let body):
            forLoop(pattern, sequence, body, at: statement.span)
        case .whileLoop(let condition, let body): whileLoop(condition, body, at: statement.span)
        case .breakLoop: leaveLoop(statement.span, isBreak: true)
        case .continueLoop: leaveLoop(statement.span, isBreak: false)
        case .returnValue(let value): returnStatement(value, at: statement.span)
        case .assertion(let condition, let message):
            assertion(condition, message, at: statement.span)
        case .importModule(let declaration): importStatement(declaration, at: statement.span)
        case .expression(let expression, _):
            withTemporaries { _ = self.expression(expression, into: nil) }
            if case .call(_, _, nil) = expression.kind { prototype.sites.last?.isDropped = true }
        }
    }

    private func binding(
        _ isVariable: Bool, _ pattern: Pattern, _ annotation: Annotation?, _ value: Expression
    ) {
        if isAtTopLevel {
            withTemporaries {
                let register = expression(value, into: allocate())
                annotated(annotation, register, value)
                bindGlobals(pattern, register, isVariable: isVariable)
            }
            return
        }
        // The locals come first, so that temporaries above them can be given back.
        var locals: [String: Local] = [:]
        for name in pattern.names {
            if let early = scopes[scopes.count - 1].locals[name.text], !early.isVisible {
                locals[name.text] = early
            } else {
                let local = declare(name, isVariable: isVariable, isVisible: false)
                if local.isBoxed { emit(.newCell, local.register, at: name.span) }
                locals[name.text] = local
            }
        }
        withTemporaries {
            var target: Int?
            if case .name(let name) = pattern.kind, let local = locals[name], !local.isBoxed {
                target = local.register
            }
            let register = expression(value, into: target ?? allocate())
            annotated(annotation, register, value)
            bind(pattern, register, to: locals)
        }
        for name in pattern.names { setVisible(name.text, true) }
    }

    private func bindGlobals(_ pattern: Pattern, _ register: Int, isVariable: Bool) {
        switch pattern.kind {
        case .wildcard: break
        case .name(let name):
            let slot = context.module.slot(name)
            emit(.setGlobal, slot, register, isVariable ? 1 : 0, at: pattern.span)
            context.definedNames.insert(name)
        case .tuple(let parts):
            let first = allocate(parts.count)
            emit(.unpack, register, first, parts.count, at: pattern.span)
            for (index, part) in parts.enumerated() {
                bindGlobals(part, first + index, isVariable: isVariable)
            }
        }
    }

    /// Takes the value of a register apart into declared locals.
    func bind(_ pattern: Pattern, _ register: Int, to locals: [String: Local]) {
        switch pattern.kind {
        case .wildcard: break
        case .name(let name):
            guard let local = locals[name] else { return }
            store(register, in: local, at: pattern.span)
        case .tuple(let parts):
            let first = allocate(parts.count)
            emit(.unpack, register, first, parts.count, at: pattern.span)
            for (index, part) in parts.enumerated() { bind(part, first + index, to: locals) }
        }
    }

    private func forLoop(_ pattern: Pattern, _ sequence: Expression, _ body: Block, at span: Span) {
        pushScope()
        // The two registers after it count through ranges.
        let iterator = allocate(3)
        let source = withTemporaries {
            expression(sequence, into: iterator)
        }
        let opening = emit(.iterate, iterator, source, at: sequence.span)
        loops.append(LoopJumps(start: here))
        let start = here
        let element = allocate()
        let exit = emit(.next, iterator, element, at: span)
        pushScope()
        var locals: [String: Local] = [:]
        for name in pattern.names {
            let local = declare(name, isVariable: false, isParameter: true)
            if local.isBoxed { emit(.newCell, local.register, at: name.span) }
            locals[name.text] = local
        }
        withTemporaries { bind(pattern, element, to: locals) }
        loopBody(body)
        popScope()
        closeLoop(start: start, at: span)
        patch(exit)
        popScope()
        patchBreaks()
        join([opening], at: span)
    }

    private func whileLoop(_ condition: Expression, _ body: Block, at span: Span) {
        let marksJoins = context.prelude.marksJoins
        let opening = marksJoins ? emit(.openLoop, at: span) : 0
        loops.append(LoopJumps(start: here))
        let start = here
        if marksJoins { emit(.turn, at: span) }
        let exit = withTemporaries {
            let register = expression(condition, into: nil)
            return emit(.jumpIfFalse, register, 0, marksJoins ? -1 : 0, at: condition.span)
        }
        loopBody(body)
        closeLoop(start: start, at: span)
        patch(exit)
        patchBreaks()
        if marksJoins {
            let mark = Int32(truncatingIfNeeded: emit(.join, at: span))
            prototype.code[opening].a = mark
            prototype.code[start].a = mark
        }
    }

    private func loopBody(_ body: Block) {
        withTemporaries { block(body, into: allocate()) }
    }

    private func closeLoop(start: Int, at span: Span) {
        for jump in loops[loops.count - 1].continues { patch(jump) }
        emit(.jump, start, at: span)
    }

    private func patchBreaks() {
        guard let loop = loops.popLast() else { return }
        for jump in loop.breaks { patch(jump) }
    }

    private func leaveLoop(_ span: Span, isBreak: Bool) {
        guard !loops.isEmpty else {
            context.report(
                CompileDiagnostics.outsideLoop(
                    isBreak ? "break" : "continue", span, inBlock: prototype.isBlock))
            return
        }
        leave(isBreak ? .broke : .continued, loopStart: loops[loops.count - 1].start, at: span)
        let jump = emit(.jump, at: span)
        if isBreak {
            loops[loops.count - 1].breaks.append(jump)
        } else {
            loops[loops.count - 1].continues.append(jump)
        }
    }

    private func returnStatement(_ value: Expression?, at span: Span) {
        guard parent != nil else {
            context.report(CompileDiagnostics.returnAtTopLevel(span))
            return
        }
        withTemporaries {
            let register = allocate()
            if let value {
                expression(value, into: register)
            } else {
                emit(.loadNone, register, at: span)
            }
            finish(register, at: span)
        }
    }

    private func assertion(_ condition: Expression, _ message: Expression?, at span: Span) {
        withTemporaries {
            let register = expression(condition, into: nil)
            let skip = emit(.jumpIfTrue, register, at: condition.span)
            let text = allocate()
            if let message {
                expression(message, into: text)
            } else {
                let source = context.source.text(of: condition.span)
                let phrase = "assertion failed: \(source)"
                emit(.loadConstant, text, constant(.string(phrase)), at: condition.span)
            }
            emit(.fail, text, at: condition.span)
            patch(skip)
        }
    }

    private func importStatement(_ declaration: Import, at span: Span) {
        guard isAtTopLevel else {
            context.report(CompileDiagnostics.importInside(span))
            return
        }
        guard let name = Self.importedName(declaration) else { return }
        withTemporaries {
            let register = allocate()
            prototype.imports.append(declaration)
            emit(
                .importModule, register, prototype.imports.count - 1, at: declaration.sourceSpan)
            emit(.setGlobal, context.module.slot(name.text), register, at: name.span)
        }
        context.definedNames.insert(name.text)
    }

    /// The name that an import defines: its alias, or the file's name.
    static func importedName(_ declaration: Import) -> Name? {
        if let alias = declaration.alias { return alias }
        switch declaration.source {
        case .name(let text): return Name(text, declaration.sourceSpan)
        case .path(let path):
            let file = path.split(separator: "/").last.map(String.init) ?? path
            let stem = file.hasSuffix(".dl") ? String(file.dropLast(3)) : file
            return Name(stem, declaration.sourceSpan)
        }
    }
}
