import Syntax

/// The names that stand before parentheses in a block: the models that a `step` trains are among them.
enum CalledNames {
    static func of(_ block: Block) -> Set<String> {
        var names: Set<String> = []
        for item in block.items {
            switch item.kind {
            case .binding(_, _, _, let value), .assignment(_, _, let value),
                .expression(let value, _), .returnValue(.some(let value)):
                collect(value, &names)
            case .forLoop(_, _, let body), .whileLoop(_, let body): names.formUnion(of(body))
            case .function, .model, .optimizer, .dims, .breakLoop, .continueLoop, .returnValue,
                .assertion, .importModule:
                break
            }
        }
        return names
    }

    private static func collect(_ expression: Expression, _ names: inout Set<String>) {
        switch expression.kind {
        case .call(let callee, let arguments, let block):
            if case .name(let name) = callee.kind { names.insert(name) }
            collect(callee, &names)
            for argument in arguments { collect(argument.value, &names) }
            if let block { names.formUnion(of(block)) }
        case .binary(let operation, let left, let right, _):
            if operation == .pipe, case .name(let name) = right.kind { names.insert(name) }
            collect(left, &names)
            collect(right, &names)
        case .unary(_, let operand), .member(let operand, _), .index(let operand, _):
            collect(operand, &names)
        case .tuple(let items), .list(let items): for item in items { collect(item, &names) }
        case .record(let fields): for field in fields { collect(field.value, &names) }
        case .conditional(let branches, let otherwise):
            for branch in branches { names.formUnion(of(branch.body)) }
            if let otherwise { names.formUnion(of(otherwise)) }
        case .integer, .float, .boolean, .none, .string, .name, .range, .dictionary, .lambda,
            .attempt, .missing:
            break
        }
    }
}
