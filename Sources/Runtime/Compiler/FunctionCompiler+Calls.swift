import Diagnostics
import Syntax

extension FunctionCompiler {
    func call(
        _ callee: Expression, _ arguments: [Argument], _ block: Block?, _ destination: Int?,
        _ span: Span
    ) -> Int {
        let target = destination ?? allocate()
        withTemporaries {
            if case .member(let base, let method) = callee.kind {
                methodCall(base, method, arguments, block, target, span)
            } else {
                let function = self.operandOfCall(callee)
                let site = self.site(arguments, block, callee: callee.span)
                emit(.call, target, function, site, at: span)
            }
        }
        return target
    }

    private func operandOfCall(_ callee: Expression) -> Int { expression(callee, into: nil) }

    private func methodCall(
        _ base: Expression, _ method: Name, _ arguments: [Argument], _ block: Block?,
        _ target: Int, _ span: Span
    ) {
        let receiver = expression(base, into: allocate())
        let candidates = self.candidates(for: method)
        let takesShapes = method.text == "build"
        let site = site(
            arguments, block, callee: method.span, method: method.text, candidates: candidates,
            takesShapes: takesShapes)
        emit(.callMethod, target, receiver, site, at: span)
    }

    /// What `f` of `x.f(…)` means in the scopes around, innermost first.
    private func candidates(for method: Name) -> [Int] {
        // A variable that holds no function does not hide the function of that name.
        resolveAll(method.text).compactMap { resolution in
            switch resolution {
            case .unknown: return nil
            case .global(let slot, let prelude):
                let register = allocate()
                emit(.tryGlobal, register, slot, prelude, at: method.span)
                return register
            case .method, .local, .capture, .field:
                return load(method, as: resolution, into: allocate())
            }
        }
    }

    private func site(
        _ arguments: [Argument], _ block: Block?, callee: Span, method: String? = nil,
        candidates: [Int] = [], takesShapes: Bool = false
    ) -> Int {
        let count = arguments.count + (block == nil ? 0 : 1)
        let first = allocate(count)
        var labels: [String?] = []
        var spans: [Span] = []
        for (index, argument) in arguments.enumerated() {
            if takesShapes, case .list(let items) = argument.value.kind {
                shapeArgument(items, into: first + index, at: argument.value.span)
            } else {
                expression(argument.value, into: first + index)
            }
            labels.append(argument.label?.text)
            spans.append(argument.value.span)
        }
        if let block {
            let nested = self.block(asFunction: block)
            emit(.closure, first + count - 1, nested, at: block.span)
            labels.append(nil)
            spans.append(block.span)
        }
        checkOrder(arguments)
        prototype.sites.append(
            CallSite(
                first: first, count: count,
                labels: labels.contains { $0 != nil } ? labels : [], method: method,
                candidates: candidates, calleeSpan: callee, argumentSpans: spans,
                labelSpans: arguments.map { $0.label?.span }))
        return prototype.sites.count - 1
    }

    private func checkOrder(_ arguments: [Argument]) {
        var labelled: Name?
        for argument in arguments {
            if let label = argument.label {
                labelled = label
            } else if let labelled {
                context.report(
                    CompileDiagnostics.positionalAfterLabel(argument.value.span, labelled))
                return
            }
        }
    }

    /// Whether an expression that is itself no parenthesis stands between parentheses.
    private func isInParentheses(_ item: Expression) -> Bool {
        let before = context.source.utf8[..<item.span.start].last { $0 != UInt8(ascii: " ") }
        return before == UInt8(ascii: "(") || context.source.text(of: item.span).hasPrefix("(")
    }

    /// `net.build([N, 784])`: dimension names stand for sizes that are not known.
    private func shapeArgument(_ items: [Expression], into target: Int, at span: Span) {
        withTemporaries {
            let first = allocate(items.count)
            for (index, item) in items.enumerated() {
                if case .name(let name) = item.kind, context.isDimension(name), !isInParentheses(item) {
                    emit(.loadConstant, first + index, constant(.string(name)), at: item.span)
                } else {
                    expression(item, into: first + index)
                }
            }
            emit(.list, target, first, items.count, at: span)
        }
    }
}
