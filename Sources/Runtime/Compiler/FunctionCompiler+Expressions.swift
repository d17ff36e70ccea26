import Diagnostics
import Syntax

extension FunctionCompiler {
    /// Compiles an expression; its value is then in the register that is given back: `destination`
    /// if there is one, a local's own register, or a new temporary.
    ///
    /// `destination` is written by the last instruction only, so it may be a variable that the expression
    /// reads.
    @discardableResult
    func expression(_ expression: Expression, into destination: Int?) -> Int {
        let span = expression.span
        switch expression.kind {
        case .integer(let value): return literal(.int(value), destination, span)
        case .float(let value): return literal(.float(value), destination, span)
        case .boolean(let value): return literal(.bool(value), destination, span)
        case .none:
            let target = destination ?? allocate()
            emit(.loadNone, target, at: span)
            return target
        case .missing: return destination ?? allocate()
        case .string(let parts): return text(parts, destination, span)
        case .name(let name): return load(Name(name, span), into: destination)
        case .unary(let operation, let operand):
            return unary(operation, operand, destination, span)
        case .binary(let operation, let left, let right, let operatorSpan):
            return binary(operation, left, right, destination, operatorSpan, span)
        case .range(let start, let end, let isClosed, let step):
            return range(start, end, isClosed, step, destination, span)
        case .call(let callee, let arguments, let block):
            return call(callee, arguments, block, destination, span)
        case .index(let base, let items): return index(base, items, destination, span)
        case .member(let base, let name):
            return withResult(destination) { target in
                let source = self.expression(base, into: nil)
                emit(.member, target, source, constant(name: name.text), at: name.span)
            }
        case .tuple(let items): return collection(.tuple, items, destination, span)
        case .list(let items): return collection(.list, items, destination, span)
        case .record(let fields): return record(fields, destination, span)
        case .dictionary(let entries): return dictionary(entries, destination, span)
        case .lambda(let patterns, let body):
            let target = destination ?? allocate()
            emit(.closure, target, lambda(patterns, body, at: span), at: span)
            return target
        case .conditional(let branches, let otherwise):
            return conditional(branches, otherwise, destination, span)
        case .attempt(let body, let fallback):
            return attempt(body, fallback, destination, span)
        }
    }

    /// Gives the temporaries of `body` back and keeps its result.
    private func withResult(_ destination: Int?, _ body: (Int) -> Void) -> Int {
        let target = destination ?? allocate()
        withTemporaries { body(target) }
        return target
    }

    private func literal(_ value: Value, _ destination: Int?, _ span: Span) -> Int {
        let target = destination ?? allocate()
        emit(.loadConstant, target, constant(value), at: span)
        return target
    }

    private func unary(
        _ operation: UnaryOperator, _ operand: Expression, _ destination: Int?, _ span: Span
    ) -> Int {
        withResult(destination) { target in
            let source = expression(operand, into: nil)
            emit(operation == .negate ? .negate : .not, target, source, at: span)
        }
    }

    /// The left operand of an operator whose right one may assign variables is copied first.
    private func operand(_ left: Expression, before right: Expression) -> Int {
        let register = expression(left, into: nil)
        guard right.mayAssign, register < nextRegister, case .name = left.kind else {
            return register
        }
        let copy = allocate()
        emit(.move, copy, register, at: left.span)
        return copy
    }

    private func binary(
        _ operation: BinaryOperator, _ left: Expression, _ right: Expression,
        _ destination: Int?, _ operatorSpan: Span, _ span: Span
    ) -> Int {
        switch operation {
        case .and, .or: return logical(operation, left, right, destination, span)
        case .pipe:
            return call(right, [Argument(label: nil, value: left)], nil, destination, span)
        default: break
        }
        return withResult(destination) { target in
            let first = operand(left, before: right)
            let second = expression(right, into: nil)
            let counter = emit(Self.opcode(of: operation), target, first, second, at: span)
            prototype.operands[counter] = (left.span, right.span)
        }
    }

    static func opcode(of operation: BinaryOperator) -> Opcode {
        switch operation {
        case .power: .power
        case .multiply: .multiply
        case .divide: .divide
        case .floorDivide: .floorDivide
        case .remainder: .remainder
        case .matmul: .matmul
        case .add: .add
        case .subtract: .subtract
        case .beside: .beside
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        case .contained: .contained
        case .notContained: .notContained
        case .compose: .compose
        case .and: .combineAnd
        case .or: .combineOr
        case .pipe: .call
        }
    }

    private func logical(
        _ operation: BinaryOperator, _ left: Expression, _ right: Expression,
        _ destination: Int?, _ span: Span
    ) -> Int {
        withResult(destination) { target in
            let result = expression(left, into: allocate())
            let skip = emit(operation == .and ? .testAnd : .testOr, result, at: left.span)
            let second = expression(right, into: nil)
            emit(operation == .and ? .combineAnd : .combineOr, result, second, at: span)
            patch(skip)
            join([], at: span)
            emit(.move, target, result, at: span)
        }
    }

    private func range(
        _ start: Expression, _ end: Expression, _ isClosed: Bool, _ step: Expression?,
        _ destination: Int?, _ span: Span
    ) -> Int {
        withResult(destination) { target in
            let first = allocate(3)
            expression(start, into: first)
            expression(end, into: first + 1)
            if let step { expression(step, into: first + 2) }
            emit(
                .range, target, first, (isClosed ? 1 : 0) | (step == nil ? 0 : 2), at: span)
        }
    }

    private func index(
        _ base: Expression, _ items: [Subscript], _ destination: Int?, _ span: Span
    ) -> Int {
        withResult(destination) { target in
            let source = expression(base, into: nil)
            emit(.index, target, source, subscripts(items), at: span)
        }
    }

    private func collection(
        _ opcode: Opcode, _ items: [Expression], _ destination: Int?, _ span: Span
    ) -> Int {
        withResult(destination) { target in
            let first = allocate(items.count)
            for (index, item) in items.enumerated() { expression(item, into: first + index) }
            emit(opcode, target, first, items.count, at: span)
        }
    }

    private func record(_ fields: [RecordField], _ destination: Int?, _ span: Span) -> Int {
        withResult(destination) { target in
            let first = allocate(fields.count)
            for (index, field) in fields.enumerated() {
                expression(field.value, into: first + index)
            }
            prototype.layouts.append(RecordLayout(fields.map(\.label.text)))
            emit(.record, target, first, prototype.layouts.count - 1, at: span)
        }
    }

    private func dictionary(
        _ entries: [DictionaryEntry], _ destination: Int?, _ span: Span
    ) -> Int {
        withResult(destination) { target in
            let first = allocate(entries.count * 2)
            for (index, entry) in entries.enumerated() {
                expression(entry.key, into: first + index * 2)
                expression(entry.value, into: first + index * 2 + 1)
            }
            emit(.dictionary, target, first, entries.count, at: span)
        }
    }

    private func text(_ parts: [StringPart], _ destination: Int?, _ span: Span) -> Int {
        if parts.isEmpty { return literal(.string(""), destination, span) }
        if parts.count == 1, case .text(let text) = parts[0] {
            return literal(.string(text), destination, span)
        }
        return withResult(destination) { target in
            let first = allocate(parts.count)
            for (index, part) in parts.enumerated() {
                switch part {
                case .text(let text):
                    emit(.loadConstant, first + index, constant(.string(text)), at: span)
                case .interpolation(let value, let format):
                    interpolation(value, format, into: first + index)
                }
            }
            emit(.joinText, target, first, parts.count, at: span)
        }
    }

    private func interpolation(
        _ value: Expression, _ format: FormatSpecification?, into target: Int
    ) {
        withTemporaries {
            let source = expression(value, into: nil)
            var index = -1
            if let format {
                prototype.formats.append(format)
                index = prototype.formats.count - 1
            }
            emit(.format, target, source, index, at: value.span)
        }
    }

    private func conditional(
        _ branches: [ConditionalBranch], _ otherwise: Block?, _ destination: Int?, _ span: Span
    ) -> Int {
        let target = destination ?? allocate()
        var exits: [Int] = []
        var sites: [Int] = []
        for branch in branches {
            let skip = withTemporaries {
                let register = expression(branch.condition, into: nil)
                return emit(.jumpIfFalse, register, at: branch.condition.span)
            }
            sites.append(skip)
            block(branch.body, into: target)
            exits.append(emit(.jump, at: span))
            patch(skip)
        }
        if let otherwise {
            block(otherwise, into: target)
        } else {
            emit(.loadNone, target, at: span)
        }
        for exit in exits { patch(exit) }
        join(sites, at: span)
        return target
    }

    private func attempt(
        _ body: LambdaBody, _ fallback: LambdaBody, _ destination: Int?, _ span: Span
    ) -> Int {
        withResult(destination) { target in
            let result = allocate()
            let start = here
            branch(body, into: result)
            emit(.compute, result, at: span)
            let end = here
            let skip = emit(.jump, at: span)
            prototype.handlers.append(Handler(start: start, end: end, target: here))
            branch(fallback, into: result)
            patch(skip)
            emit(.move, target, result, at: span)
        }
    }

    private func branch(_ body: LambdaBody, into target: Int) {
        switch body {
        case .expression(let value): withTemporaries { _ = expression(value, into: target) }
        case .block(let block): self.block(block, into: target)
        }
    }
}

extension Expression {
    /// Whether evaluating it may assign a local variable: it holds a block that is no function.
    var mayAssign: Bool {
        switch kind {
        case .conditional, .attempt: true
        case .integer, .float, .boolean, .none, .name, .lambda, .missing: false
        case .string(let parts):
            parts.contains {
                if case .interpolation(let value, _) = $0 { return value.mayAssign }
                return false
            }
        case .unary(_, let operand): operand.mayAssign
        case .binary(_, let left, let right, _): left.mayAssign || right.mayAssign
        case .range(let start, let end, _, let step):
            start.mayAssign || end.mayAssign || (step?.mayAssign ?? false)
        case .call(let callee, let arguments, _):
            callee.mayAssign || arguments.contains { $0.value.mayAssign }
        case .index(let base, _): base.mayAssign
        case .member(let base, _): base.mayAssign
        case .tuple(let items), .list(let items): items.contains(where: \.mayAssign)
        case .record(let fields): fields.contains { $0.value.mayAssign }
        case .dictionary(let entries): entries.contains { $0.value.mayAssign }
        }
    }
}
