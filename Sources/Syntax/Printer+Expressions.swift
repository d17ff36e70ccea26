/// How tightly the form of an expression holds together; a looser one than its place allows
/// stands in parentheses.
enum Tightness: Int, Comparable {
    /// `=>`, `if` and `try`.
    case loose
    case pipe, compose, or, and, not, comparison, beside, range, sum, product, negation, power
    case postfix

    static func < (left: Tightness, right: Tightness) -> Bool { left.rawValue < right.rawValue }

    init(_ precedence: Precedence) {
        self =
            switch precedence {
            case .pipe: .pipe
            case .compose: .compose
            case .or: .or
            case .and: .and
            case .comparison: .comparison
            case .beside: .beside
            case .range: .range
            case .sum: .sum
            case .product: .product
            case .power: .power
            }
    }
}

extension Expression {
    var tightness: Tightness {
        switch kind {
        case .lambda, .conditional, .attempt: .loose
        case .binary(let operation, _, _, _): Tightness(operation.precedence)
        case .range: .range
        case .unary(.negate, _): .negation
        case .unary(.not, _): .not
        case .integer(let value) where value < 0: .negation
        default: .postfix
        }
    }
}

extension Printer {
    mutating func expression(_ expression: Expression) -> String { text(expression, least: .loose) }

    mutating func head(_ expression: Expression) -> String {
        let wasHead = isHead
        isHead = true
        defer { isHead = wasHead }
        return text(expression, least: .pipe)
    }

    /// The text, in parentheses if it is looser than `least`.
    mutating func text(_ expression: Expression, least: Tightness) -> String {
        var needsParentheses = expression.tightness < least
        if case .call(_, _, .some) = expression.kind, isHead { needsParentheses = true }
        guard needsParentheses else { return bare(expression) }
        return inBrackets("(", ")") { $0.bare(expression) }
    }

    mutating func inBrackets(
        _ open: String, _ close: String, _ body: (inout Printer) -> String
    ) -> String {
        let wasHead = isHead
        isHead = false
        defer { isHead = wasHead }
        return open + body(&self) + close
    }

    private mutating func bare(_ expression: Expression) -> String {
        switch expression.kind {
        case .integer(let value): return String(value)
        case .float(let value): return String(value)
        case .boolean(let value): return String(value)
        case .none: return "nil"
        case .missing: return "nil"
        case .name(let name): return name
        case .string(let parts): return string(parts)
        case .unary(let operation, let operand): return unary(operation, operand)
        case .binary(let operation, let left, let right, _): return binary(operation, left, right)
        case .range(let first, let last, let isClosed, let step):
            let bounds = text(first, least: .sum) + (isClosed ? "..." : "..<")
            return bounds + text(last, least: .sum)
                + (step.map { " by " + text($0, least: .sum) } ?? "")
        case .call(let callee, let arguments, let block): return call(callee, arguments, block)
        case .index(let base, let subscripts):
            return text(base, least: .postfix) + self.subscripts(subscripts)
        case .member(let base, let name): return text(base, least: .postfix) + "." + name.text
        case .tuple, .record, .list, .dictionary: return collection(expression.kind)
        case .lambda(let patterns, let body): return lambda(patterns, body)
        case .conditional(let branches, let otherwise): return conditional(branches, otherwise)
        case .attempt(let body, let fallback):
            return "try " + self.body(body, least: .pipe) + " else "
                + self.body(fallback, least: .loose)
        }
    }

    // MARK: Operators

    private mutating func unary(_ operation: UnaryOperator, _ operand: Expression) -> String {
        switch operation {
        case .negate: "-" + text(operand, least: .negation)
        case .not: "not " + text(operand, least: .comparison)
        }
    }

    private mutating func binary(
        _ operation: BinaryOperator, _ left: Expression, _ right: Expression
    ) -> String {
        if operation == .power {
            return text(left, least: .postfix) + "^" + text(right, least: .negation)
        }
        let precedence = operation.precedence
        let own = Tightness(precedence)
        let tighter = Tightness(precedence.tighter)
        return text(left, least: precedence.chains ? own : tighter) + " \(operation.rawValue) "
            + text(right, least: operation.precedence == .product ? .negation : tighter)
    }

    // MARK: Postfix

    private mutating func call(
        _ callee: Expression, _ arguments: [Argument], _ block: Block?
    ) -> String {
        var result = text(callee, least: .postfix)
        var isNamed = false
        switch callee.kind {
        case .name, .member: isNamed = true
        default: break
        }
        if !arguments.isEmpty || block == nil || !isNamed {
            result += inBrackets("(", ")") { printer in
                arguments.map { argument in
                    (argument.label.map { $0.text + ": " } ?? "")
                        + printer.expression(argument.value)
                }.joined(separator: ", ")
            }
        }
        if let block { result += " " + self.block(block) }
        return result
    }

    mutating func subscripts(_ subscripts: [Subscript]) -> String {
        inBrackets("[", "]") { printer in
            subscripts.map { printer.subscriptText($0) }.joined(separator: ", ")
        }
    }

    private mutating func subscriptText(_ element: Subscript) -> String {
        switch element {
        case .index(let value): return expression(value)
        case .ellipsis: return "..."
        case .slice(let start, let end, let step, _):
            let bounds =
                (start.map { text($0, least: .pipe) } ?? "") + ":"
                + (end.map { text($0, least: .pipe) } ?? "")
            return bounds + (step.map { ":" + text($0, least: .pipe) } ?? "")
        }
    }

    // MARK: Collections

    private mutating func collection(_ kind: Expression.Kind) -> String {
        switch kind {
        case .tuple(let parts): return inBrackets("(", ")") { $0.joined(parts) }
        case .list(let parts): return inBrackets("[", "]") { $0.joined(parts) }
        case .record(let fields):
            return inBrackets("(", ")") { printer in
                fields.map { $0.label.text + ": " + printer.expression($0.value) }
                    .joined(separator: ", ")
            }
        case .dictionary(let entries):
            if entries.isEmpty { return "[:]" }
            return inBrackets("[", "]") { printer in
                entries.map { printer.expression($0.key) + ": " + printer.expression($0.value) }
                    .joined(separator: ", ")
            }
        default: return ""
        }
    }

    private mutating func joined(_ expressions: [Expression]) -> String {
        expressions.map { expression($0) }.joined(separator: ", ")
    }

    // MARK: Functions and choices

    private mutating func lambda(_ patterns: [Pattern], _ body: LambdaBody) -> String {
        var left = "(" + patterns.map(pattern).joined(separator: ", ") + ")"
        if patterns.count == 1, case .name(let name) = patterns[0].kind { left = name }
        // `((a, b)) => …` takes one value apart.
        return left + " => " + self.body(body, least: .loose)
    }

    private mutating func body(_ body: LambdaBody, least: Tightness) -> String {
        switch body {
        case .expression(let value): text(value, least: least)
        case .block(let block): self.block(block)
        }
    }

    private mutating func conditional(
        _ branches: [ConditionalBranch], _ otherwise: Block?
    ) -> String {
        let texts = branches.map { "if " + head($0.condition) + " " + block($0.body) }
        return texts.joined(separator: " else ") + (otherwise.map { " else " + block($0) } ?? "")
    }

    // MARK: Strings

    /// An interpolation that takes several lines needs the quotes of strings that do.
    private mutating func string(_ parts: [StringPart]) -> String {
        let texts = parts.map { part in
            switch part {
            case .text(let text): escaped(text)
            case .interpolation(let value, let format):
                inBrackets("{", "}") { printer in
                    printer.expression(value) + (format.map { ":" + $0.text } ?? "")
                }
            }
        }
        let text = texts.joined()
        let quotes = text.contains("\n") ? "\"\"\"" : "\""
        return quotes + text + quotes
    }

    func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "{": result += "\\{"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\u{d}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
