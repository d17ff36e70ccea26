import Diagnostics
import Syntax

extension FunctionCompiler {
    func assignment(
        _ target: Target, _ operation: AssignmentOperator, _ value: Expression, at span: Span
    ) {
        switch target.kind {
        case .place(let name, let accessors):
            assign(to: name, accessors, operation, value, at: span)
        case .tuple:
            if operation != .set {
                context.report(CompileDiagnostics.compoundTuple(span))
                return
            }
            assignParts(target, value: value)
        }
    }

    /// `(a, b) = value`: all of the right side is there before the left one changes.
    private func assignParts(_ target: Target, value: Expression) {
        guard case .tuple(let parts) = target.kind, case .tuple(let values) = value.kind, parts.count == values.count
        else { return assignParts(target, expression(value, into: allocate())) }
        let first = allocate(parts.count)
        for (index, value) in values.enumerated() { _ = expression(value, into: first + index) }
        for (index, part) in parts.enumerated() { assignParts(part, first + index) }
    }

    /// Assigns what is in a temporary register.
    private func assignParts(_ target: Target, _ register: Int) {
        switch target.kind {
        case .place(let name, let accessors):
            guard let (root, isVariable) = root(of: name, hasAccessors: !accessors.isEmpty)
            else { return }
            if accessors.isEmpty, case .register(let variable) = root {
                emit(.take, variable, register, at: target.span)
                return
            }
            emitAssign(root, isVariable, name, accessors, .set, register, at: target.span)
        case .tuple(let parts):
            let first = allocate(parts.count)
            emit(.unpack, register, first, parts.count, at: target.span)
            for (index, part) in parts.enumerated() { assignParts(part, first + index) }
        }
    }

    private func assign(
        to name: Name, _ accessors: [Target.Accessor], _ operation: AssignmentOperator,
        _ value: Expression, at span: Span
    ) {
        guard
            let (root, isVariable) = root(of: name, hasAccessors: !accessors.isEmpty, isChange: operation != .set)
        else {
            withTemporaries { _ = expression(value, into: nil) }
            return
        }
        if case .register(let register) = root, accessors.isEmpty {
            assignRegister(register, operation, value, at: span)
            return
        }
        let source = expression(value, into: nil)
        emitAssign(root, isVariable, name, accessors, operation, source, at: span)
    }

    private func assignRegister(
        _ register: Int, _ operation: AssignmentOperator, _ value: Expression, at span: Span
    ) {
        guard let opcode = Self.opcode(of: operation) else {
            let source = expression(value, into: allocate())
            emit(.move, register, source, at: span)
            return
        }
        if opcode == .add, case .list(let items) = value.kind, items.count == 1 {
            emit(.append, register, expression(items[0], into: nil), at: span)
            return
        }
        let source = expression(value, into: nil)
        emit(opcode, register, register, source, at: span)
    }

    static func opcode(of operation: AssignmentOperator) -> Opcode? {
        switch operation {
        case .set: nil
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        }
    }

    private func emitAssign(
        _ root: Place.Root, _ isVariable: Bool, _ name: Name,
        _ accessors: [Target.Accessor],
        _ operation: AssignmentOperator, _ value: Int, at span: Span
    ) {
        var steps: [Place.Step] = []
        for accessor in accessors {
            switch accessor {
            case .member(let member): steps.append(.member(member.text))
            case .index(let items, _): steps.append(.index(subscripts(items)))
            }
        }
        prototype.places.append(
            Place(
                root: root, rootName: name.text, isVariable: isVariable, steps: steps,
                operation: operation, value: value))
        emit(.assign, prototype.places.count - 1, at: span)
    }

    /// Where the variable lies; reports what may not be assigned.
    private func root(
        of name: Name, hasAccessors: Bool, isChange: Bool = false
    ) -> (Place.Root, Bool)? {
        switch resolve(name.text) {
        case .local(let local):
            guard local.isVariable || hasAccessors else {
                context.report(CompileDiagnostics.assignToLet(
                        name, defined: local.span, isParameter: local.isParameter))
                return nil
            }
            // What is not a `var` may still be an object, `net.W = t`: the machine knows.
            let root: Place.Root =
                local.isBoxed ? .cell(local.register) : .register(local.register)
            return (root, local.isVariable)
        case .capture(let index, let isVariable):
            guard isVariable || hasAccessors else {
                context.report(CompileDiagnostics.assignToLet(name, defined: nil))
                return nil
            }
            return (.capture(index), isVariable)
        case .field(let index, let isState):
            guard isState || hasAccessors else {
                context.report(CompileDiagnostics.assignToMember(name))
                return nil
            }
            return (.field(index), isState)
        case .method:
            context.report(CompileDiagnostics.assignToMember(name))
            return nil
        case .global(let slot, let prelude):
            return globalRoot(name, slot: slot, prelude: prelude, hasAccessors: hasAccessors, isChange: isChange)
        case .unknown:
            reportUnknown(name, first: hasAccessors ? "…" : isChange ? "0" : nil)
            return nil
        }
    }

    /// What a misspelt name on the left side may mean: nothing of the prelude.
    private var assignableNames: Set<String> {
        visibleNames.subtracting(context.prelude.preludeNames)
    }

    /// Tells of an assignment to a name that there is not, once: `x = 3` means `let x = 3`, and later uses are no errors.
    private func reportUnknown(_ name: Name, first: String?) {
        guard context.assignedNames.insert(name.text).inserted else { return }
        context.report(CompileDiagnostics.assignToUnknown(name, visible: assignableNames, first: first))
    }

    private func globalRoot(
        _ name: Name, slot: Int, prelude: Int, hasAccessors: Bool, isChange: Bool
    ) -> (Place.Root, Bool)? {
        let module = context.module
        let isOwn = context.topLevelNames.contains(name.text) || !module.slots[slot].isUnset
        guard isOwn else {
            reportUnknown(name, first: hasAccessors ? "…" : isChange ? "0" : nil)
            return nil
        }
        let isVariable =
            context.topLevelNames.contains(name.text)
            ? context.topLevelVariables.contains(name.text) : module.variables.contains(slot)
        guard isVariable || hasAccessors else {
            context.report(CompileDiagnostics.assignToLet(name, defined: nil))
            return nil
        }
        return (.global(slot), isVariable)
    }

    /// Evaluates what stands in an index and describes where it lies.
    func subscripts(_ items: [Subscript]) -> Int {
        var layout: [SubscriptLayout.Item] = []
        for item in items {
            switch item {
            case .index(let expression):
                layout.append(.index(self.expression(expression, into: allocate())))
            case .slice(let start, let end, let step, _):
                let parts = [start, end, step].map { part in
                    part.map { expression($0, into: allocate()) }
                }
                layout.append(.slice(parts[0], parts[1], parts[2]))
            case .ellipsis: layout.append(.ellipsis)
            }
        }
        prototype.subscripts.append(SubscriptLayout(items: layout))
        return prototype.subscripts.count - 1
    }
}
