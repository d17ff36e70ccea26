public import Diagnostics
public import Syntax

/// Warnings that the text alone justifies. Each is right whenever it speaks.
public enum Lint {
    /// The warnings for a cell.
    public static func warnings(in program: Program) -> [Diagnostic] {
        var lint = LintWalker(defined: definedAnywhere(program.items))
        for item in program.items { lint.visit(item) }
        return lint.warnings
    }

    /// Losses that take logits, and what must not come before them.
    public static let doubledActivations = [
        "crossEntropy": "softmax", "binaryCrossEntropy": "sigmoid",
    ]

    /// What `typeOf` gives.
    public static let typeNames = [
        "Nil", "Bool", "Int", "Float", "String", "List", "Dict", "Record", "Tuple", "Range",
        "Tensor", "DType", "Function", "Model", "Optimizer", "Dataset", "Batches", "Tokenizer",
        "Figure", "Module",
    ]

    /// Names of types elsewhere, beside those that differ in case alone.
    private static let otherTypes = [
        "str": "String", "double": "Float", "boolean": "Bool", "none": "Nil", "array": "Tensor",
    ]

    /// The warning that `typeOf` never gives this text.
    static func unknownType(_ text: String, at span: Span) -> Diagnostic {
        let name = text.lowercased()
        let meant = typeNames.first { $0.lowercased() == name } ?? otherTypes[name]
        return Diagnostic(
            .warning, id: "lint.typeName", "`typeOf` never gives \"\(text)\"", at: span,
            help: meant.map { "write \"\($0)\"" }
                ?? "it gives names such as \"Int\", \"List\", \"Tensor\"")
    }

    /// The warning that such a loss is given what went through the activation.
    public static func doubledActivation(
        _ activation: String, in loss: String, at span: Span
    ) -> Diagnostic {
        Diagnostic(
            .warning, id: "lint.doubleActivation",
            "`\(loss)` takes logits: `\(activation)` is applied twice", at: span,
            notes: ["`\(loss)` applies `\(activation)` itself, in a way that does not overflow"],
            help: "give the values before `\(activation)`")
    }

    /// Names that the cell gives a meaning of its own: lints about the library's functions keep off
    /// them.
    private static func definedAnywhere(_ items: [Statement]) -> Set<String> {
        Set(items.flatMap { CellAnalysis.definedNames($0).map(\.name) })
    }
}

/// Visits every expression of a cell.
struct LintWalker {
    private(set) var warnings: [Diagnostic] = []
    private let defined: Set<String>

    init(defined: Set<String>) { self.defined = defined }

    mutating func visit(_ item: Statement) {
        switch item.kind {
        case .function(let function): visit(function)
        case .model(let model):
            for member in model.members {
                switch member.kind {
                case .method(let function), .forward(let function): visit(function)
                case .part(_, let value): visit(value)
                case .parameter, .state: break
                }
            }
        case .optimizer(let optimizer):
            for function in optimizer.functions { visit(function) }
            if let update = optimizer.update { visit(update) }
        case .binding(_, _, _, let value), .assignment(_, _, let value), .expression(let value, _):
            visit(value)
        case .forLoop(_, let sequence, let body):
            visit(sequence)
            visit(body)
        case .whileLoop(let condition, let body):
            visit(condition)
            visit(body)
        case .returnValue(let value): if let value { visit(value) }
        case .assertion(let condition, _): visit(condition)
        case .dims, .breakLoop, .continueLoop, .importModule: break
        }
    }

    private mutating func visit(_ block: Block) { for item in block.items { visit(item) } }

    private mutating func visit(_ body: LambdaBody) {
        switch body {
        case .expression(let value): visit(value)
        case .block(let block): visit(block)
        }
    }

    /// An upper-case parameter beside a dimension of the same name in the signature.
    private mutating func visit(_ function: FunctionDeclaration) {
        let names = Set(function.parameters.map(\.name.text))
        for shape in function.parameters.compactMap(\.shape) {
            for dimension in shape.dimensions {
                guard case .name(let name) = dimension.kind, names.contains(name),
                    name.first?.isUppercase == true
                else { continue }
                warnings.append(
                    Diagnostic(
                        .warning, id: "lint.dimension",
                        "`\(name)` in a shape is a dimension, not the parameter `\(name)`",
                        at: dimension.span, help: "`(\(name))` is the parameter's value"))
            }
        }
        visit(function.body)
    }

    private mutating func visit(_ expression: Expression) {
        switch expression.kind {
        case .call(let callee, let arguments, let block):
            checkLoss(callee, arguments)
            visit(callee)
            for argument in arguments { visit(argument.value) }
            if let block { visit(block) }
        case .unary(_, let operand), .member(let operand, _), .index(let operand, _):
            visit(operand)
        case .binary(let operation, let left, let right, _):
            checkTypeName(operation, left, right)
            visit(left)
            visit(right)
        case .range(let left, let right, _, _):
            visit(left)
            visit(right)
        case .tuple(let items), .list(let items): for item in items { visit(item) }
        case .record(let fields): for field in fields { visit(field.value) }
        case .dictionary(let entries): for entry in entries { visit(entry.value) }
        case .string(let parts):
            for case .interpolation(let value, _) in parts { visit(value) }
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
        case .integer, .float, .boolean, .none, .name, .missing: break
        }
    }

    /// `crossEntropy(softmax(x), y)`, `crossEntropy(x.softmax(), y)`, `softmax(x).crossEntropy(y)`.
    private mutating func checkLoss(_ callee: Expression, _ arguments: [Argument]) {
        let loss: String
        let prediction: Expression
        switch callee.kind {
        case .name(let name):
            guard let first = arguments.first, first.label == nil || first.label?.text == "logits"
            else { return }
            loss = name
            prediction = first.value
        case .member(let base, let name):
            loss = name.text
            prediction = base
        default: return
        }
        guard let activation = Lint.doubledActivations[loss], !defined.contains(loss),
            !defined.contains(activation), Self.calledFunction(prediction) == activation
        else { return }
        warnings.append(Lint.doubledActivation(activation, in: loss, at: prediction.span))
    }

    /// `typeOf(x) == "int"`, `typeOf(x) in ["int", "float"]`.
    private mutating func checkTypeName(
        _ operation: BinaryOperator, _ left: Expression, _ right: Expression
    ) {
        guard Self.calledFunction(left) == "typeOf", !defined.contains("typeOf") else { return }
        let texts: [Expression]
        switch (operation, right.kind) {
        case (.equal, _), (.notEqual, _): texts = [right]
        case (.contained, .list(let items)), (.notContained, .list(let items)): texts = items
        default: return
        }
        for text in texts {
            guard case .string(let parts) = text.kind, parts.count == 1,
                case .text(let name) = parts[0], !Lint.typeNames.contains(name)
            else { continue }
            warnings.append(Lint.unknownType(name, at: text.span))
        }
    }

    private static func calledFunction(_ expression: Expression) -> String? {
        switch expression.kind {
        case .call(let callee, _, nil):
            switch callee.kind {
            case .name(let name): name
            case .member(_, let name): name.text
            default: nil
            }
        case .binary(.pipe, _, let right, _):
            if case .name(let name) = right.kind { name } else { nil }
        default: nil
        }
    }
}
