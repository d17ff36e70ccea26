import Diagnostics
import Syntax

/// Finds the places of a program where a mistake can be put, by its tree.
struct MutationSites {
    private(set) var mutants: [Mutant] = []
    private var random: MutantRandom
    private let source: SourceText

    static func all(in source: SourceText, seed: UInt64) -> [Mutant] {
        var sites = MutationSites(source: source, random: MutantRandom(seed: seed))
        for item in Parser.parse(source).program.items { sites.visit(item) }
        return sites.mutants
    }

    private init(source: SourceText, random: MutantRandom) {
        self.source = source
        self.random = random
    }

    // MARK: Noting

    private mutating func note(
        _ kind: MutantKind, _ edits: [(Span, String)], probe: Mutant.Edit? = nil
    ) {
        let edits = edits.map { Mutant.Edit(start: $0.0.start, end: $0.0.end, text: $0.1) }
        mutants.append(Mutant(kind: kind, edits: edits, probe: probe))
    }

    private func fails(_ expression: Expression) -> Mutant.Edit {
        Mutant.Edit(
            start: expression.span.start, end: expression.span.end, text: "error(\"reached\")")
    }

    private func point(_ offset: Int) -> Span { Span(source, offset, offset) }

    private func text(_ span: Span) -> String { source.text(of: span) }

    private mutating func changed(_ number: Int) -> String {
        let choices = [number + 1, number * 2 + 1, max(number - 1, 0)].filter { $0 != number }
        return String(choices.randomElement(using: &random) ?? 3)
    }

    // MARK: Statements

    private mutating func visit(_ block: Block) { for item in block.items { visit(item) } }

    private mutating func visit(_ body: LambdaBody) {
        switch body {
        case .expression(let value): visit(value)
        case .block(let block): visit(block)
        }
    }

    private mutating func visit(_ item: Statement) {
        switch item.kind {
        case .function(let function): visit(function)
        case .model(let model): visit(model)
        case .optimizer(let optimizer):
            for slot in optimizer.slots { visit(slot.initializer) }
            for function in optimizer.functions { visit(function) }
            if let update = optimizer.update { visit(update) }
        case .binding(_, _, let annotation, let value):
            switch annotation {
            case .shape(let shape)?: visit(shape, probe: fails(value))
            case .signature(let inputs, let outputs)?:
                for shape in inputs + shapes(outputs) { visit(shape, probe: fails(value)) }
            case nil: break
            }
            visit(value)
        case .assignment(_, _, let value): visit(value)
        case .expression(let value, _): visit(value)
        case .forLoop(_, let sequence, let body):
            visit(sequence)
            visit(body)
        case .whileLoop(let condition, let body):
            visit(condition)
            visit(body)
        case .returnValue(let value): if let value { visit(value) }
        case .assertion(let condition, _): visit(condition)
        case .dims, .breakLoop, .continueLoop: break
        case .importModule(let declaration):
            if case .path(let path) = declaration.source {
                note(.file, [(declaration.sourceSpan, "\"\(random.misspelt(path))\"")])
            }
        }
    }

    private func shapes(_ shapes: Shapes) -> [ShapePattern] {
        switch shapes {
        case .one(let shape): [shape]
        case .several(let several): several
        }
    }

    private mutating func visit(_ function: FunctionDeclaration) {
        let start = function.body.span.start + 1
        let probe = Mutant.Edit(start: start, end: start, text: " error(\"reached\"); ")
        let all = function.parameters.compactMap(\.shape) + (function.result.map(shapes) ?? [])
        for shape in all { visit(shape, probe: probe) }
        for parameter in function.parameters { if let value = parameter.defaultValue { visit(value) } }
        visit(function.body)
    }

    private mutating func visit(_ model: ModelDeclaration) {
        for member in model.members {
            switch member.kind {
            case .parameter(_, let shape, let value), .state(_, let shape, let value):
                visit(shape, probe: fails(value))
                visit(value)
            case .part(_, let value): visit(value)
            case .method(let function), .forward(let function): visit(function)
            }
        }
    }

    private mutating func visit(_ shape: ShapePattern, probe: Mutant.Edit?) {
        let names = shape.dimensions.map { text($0.span) }
        for dimension in shape.dimensions {
            switch dimension.kind {
            case .literal(let size): note(.signature, [(dimension.span, changed(size))], probe: probe)
            case .name(let name):
                if let other = names.filter({ $0 != name }).randomElement(using: &random) {
                    note(.signature, [(dimension.span, other)], probe: probe)
                }
            case .sized(let name, let size):
                note(.signature, [(dimension.span, "\(name): \(changed(size))")], probe: probe)
            case .expression(let value): visit(value)
            case .wildcard, .rest: break
            }
        }
        guard let last = shape.dimensions.last else { return }
        note(.signature, [(point(last.span.end), ", 2")], probe: probe)
        if shape.dimensions.count > 1 {
            let before = shape.dimensions[shape.dimensions.count - 2]
            note(.signature, [(Span(source, before.span.end, last.span.end), "")], probe: probe)
        }
    }

    // MARK: Expressions

    private mutating func visit(_ expression: Expression) {
        switch expression.kind {
        case .name(let name):
            note(.name, [(expression.span, random.misspelt(name))], probe: fails(expression))
        case .member(let base, let name):
            visitMember(expression, base, name)
            visit(base)
        case .call(let callee, let arguments, let block):
            visitCall(expression, callee, arguments, hasBlock: block != nil)
            visit(callee)
            for argument in arguments { visit(argument.value) }
            if let block { visit(block) }
        case .binary(let operation, let left, let right, _):
            visitBinary(expression, operation, left, right)
            visit(left)
            visit(right)
        case .index(let base, let items):
            visit(base)
            for item in items { visit(item, expression) }
        case .record(let fields):
            for field in fields {
                note(.key, [(field.label.span, random.misspelt(field.label.text))], probe: fails(expression))
                visit(field.value)
            }
        case .dictionary(let entries):
            for entry in entries {
                noteString(.key, entry.key, in: expression)
                visit(entry.value)
            }
        case .string(let parts):
            for case .interpolation(let value, _) in parts { visit(value) }
        default: visitParts(expression)
        }
    }

    private mutating func visitParts(_ expression: Expression) {
        switch expression.kind {
        case .unary(_, let operand): visit(operand)
        case .range(let start, let end, _, _):
            visit(start)
            visit(end)
        case .tuple(let items), .list(let items): for item in items { visit(item) }
        case .lambda(_, let body): visit(body)
        case .conditional(let branches, let otherwise):
            for branch in branches {
                visit(branch.condition)
                visit(branch.body)
            }
            if let otherwise { visit(otherwise) }
        case .attempt(let body, let fallback):
            visit(body)
            visit(fallback)
        default: break
        }
    }

    private mutating func visit(_ item: Subscript, _ whole: Expression) {
        switch item {
        case .index(let value):
            noteString(.key, value, in: whole)
            visit(value)
        case .slice(let start, let end, let step, _):
            for value in [start, end, step] { if let value { visit(value) } }
        case .ellipsis: break
        }
    }

    private mutating func noteString(_ kind: MutantKind, _ value: Expression, in whole: Expression) {
        guard case .string(let parts) = value.kind, parts.count == 1, case .text(let text) = parts[0],
            !text.isEmpty, !text.contains("\n"), !text.contains("\"")
        else { return }
        note(kind, [(value.span, "\"\(random.misspelt(text))\"")], probe: fails(whole))
    }

    private mutating func visitMember(_ whole: Expression, _ base: Expression, _ name: Name) {
        note(.member, [(name.span, random.misspelt(name.text))], probe: fails(whole))
        if name.text == "T" || name.text == "mT" {
            note(.axis, [(Span(source, base.span.end, whole.span.end), "")], probe: fails(whole))
        }
    }

    private static func isPostfix(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .name, .call, .member, .index: true
        default: false
        }
    }

    private mutating func visitBinary(
        _ whole: Expression, _ operation: BinaryOperator, _ left: Expression, _ right: Expression
    ) {
        let both = Self.isPostfix(left) && Self.isPostfix(right)
        switch operation {
        case .matmul where both:
            note(
                .swapped, [(left.span, text(right.span)), (right.span, text(left.span))],
                probe: fails(whole))
            note(.axis, [(point(right.span.end), ".T")], probe: fails(whole))
        case .compose:
            if case .call(let callee, _, _) = right.kind, text(callee.span) == "Flatten" {
                note(.flatten, [(Span(source, left.span.end, right.span.end), "")], probe: fails(whole))
            }
        default: break
        }
    }
}

// MARK: Calls

extension MutationSites {
    private static let shapeMakers: Set<String> = [
        "zeros", "ones", "full", "randn", "rand", "randint", "reshape", "Reshape", "build", "bernoulli",
    ]
    private static let types = ["int32", "int64", "float32", "bool", "uint8", "float64"]
    private static let readers: Set<String> = ["dataset", "load"]

    private mutating func visitCall(
        _ whole: Expression, _ callee: Expression, _ arguments: [Argument], hasBlock: Bool
    ) {
        var name = ""
        var base: Expression?
        switch callee.kind {
        case .name(let text): name = text
        case .member(let receiver, let member):
            name = member.text
            base = receiver
        default: break
        }
        let probe = fails(whole)
        if let base, ["flatten", "squeeze", "unsqueeze"].contains(name) {
            note(.flatten, [(Span(source, base.span.end, whole.span.end), "")], probe: probe)
        }
        let positional = arguments.filter { $0.label == nil }
        noteCounts(whole, arguments, positional, probe)
        for (first, second) in zip(positional, positional.dropFirst())
        where text(first.value.span) != text(second.value.span) {
            note(
                .swapped,
                [(first.value.span, text(second.value.span)), (second.value.span, text(first.value.span))],
                probe: probe)
        }
        for argument in arguments { visit(argument, of: name, whole, probe) }
        if let first = positional.first?.value, Self.isPostfix(first) {
            let change = [".flatten()", ".squeeze(0)", ".unsqueeze(0)", ".squeeze(-1)"].randomElement(using: &random)
            note(.flatten, [(point(first.span.end), change ?? "")], probe: probe)
            let type = Self.types.randomElement(using: &random) ?? "int64"
            note(.dtype, [(point(first.span.end), ".cast(\(type))")], probe: probe)
        }
    }

    private mutating func noteCounts(
        _ whole: Expression, _ arguments: [Argument], _ positional: [Argument], _ probe: Mutant.Edit
    ) {
        guard let first = arguments.first, let last = arguments.last else { return }
        if let end = positional.last?.value.span.end {
            note(.count, [(point(end), ", 1")], probe: probe)
        } else if let label = first.label {
            note(.count, [(point(label.span.start), "1, ")], probe: probe)
        }
        if arguments.count == 1 {
            let start = first.label?.span.start ?? first.value.span.start
            note(.count, [(Span(source, start, first.value.span.end), "")], probe: probe)
        } else {
            let before = arguments[arguments.count - 2].value.span.end
            note(.count, [(Span(source, before, last.value.span.end), "")], probe: probe)
        }
    }

    private mutating func visit(
        _ argument: Argument, of name: String, _ whole: Expression, _ probe: Mutant.Edit
    ) {
        let value = argument.value
        if let label = argument.label {
            note(.label, [(label.span, random.misspelt(label.text))], probe: probe)
        }
        switch value.kind {
        case .integer(let number):
            if argument.label?.text == "axis" {
                let other = [0, 1, 2, 3, -1, -2, -3, 5].filter { $0 != number }
                note(.axis, [(value.span, "\(other.randomElement(using: &random) ?? 7)")], probe: probe)
            } else if name.first?.isUppercase == true {
                note(.width, [(value.span, changed(number))], probe: probe)
            }
        case .list(let items) where Self.shapeMakers.contains(name):
            for item in items {
                guard case .integer(let number) = item.kind else { continue }
                note(.width, [(item.span, changed(number))], probe: probe)
            }
        case .list(let items) where name == "transpose" && items.count > 1:
            note(
                .axis, [(items[0].span, text(items[1].span)), (items[1].span, text(items[0].span))],
                probe: probe)
        case .string:
            noteString(
                name.hasPrefix("read") || Self.readers.contains(name) ? .file : .option, value, in: whole)
        case .name(let type) where Self.types.contains(type):
            let other = Self.types.filter { $0 != type }.randomElement(using: &random) ?? "bool"
            note(.dtype, [(value.span, other)], probe: probe)
        default: break
        }
    }
}
