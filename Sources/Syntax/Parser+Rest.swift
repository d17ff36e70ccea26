import Diagnostics

/// What stands on a line after a complete statement.
extension Parser {
    /// Says why the current token cannot follow the statement, and skips the rest of it.
    /// - Parameter start: The first token of the statement.
    mutating func reportRest(after statement: Statement?, from start: Int? = nil) {
        let place = span(current)
        let value = statement.flatMap(expression)
        if let value, reportWordOperator(after: value) { return skipStatement() }
        if let symbol = current.symbol, symbol.isClosing {
            report(SyntaxDiagnostics.unmatchedClose(symbol.rawValue, place))
            advance()
        } else if let value, let what = looseForm(value), Infix(at: self) != nil || at(.dot) {
            report(SyntaxDiagnostics.operandParentheses(what, value.span))
        } else if at(.assign) {
            let name = value.map { short($0.span) } ?? "…"
            if case .binding(let isVariable, let pattern, _, _)? = statement?.kind {
                let keyword = isVariable ? "var" : "let"
                let second = "\(keyword) \(short(pattern.span)) = \(name)"
                report(
                    SyntaxDiagnostics.chainedBinding("\(keyword) \(name) = …; \(second)", place))
            } else {
                report(SyntaxDiagnostics.assignmentInExpression(name, place))
            }
        } else if at(.colon), let value, case .name(let name) = value.kind {
            report(SyntaxDiagnostics.annotatedAssignment(name, place))
        } else if let value, case .name("print") = value.kind, current.startsOperand {
            let start = position
            skipStatement()
            reportMeaning(SyntaxDiagnostics.printStatement(short(span(from: start)), value.span))
        } else if let value, case .name(let word) = value.kind, current.kind != .symbol(.colon),
            let foreign = ForeignWord.all[word]
        {
            report(SyntaxDiagnostics.foreignWord(word, foreign, value.span))
        } else if at(.colon), token(1).kind == .newline, let start, let value,
            case .call(let callee, _, nil) = value.kind
        {
            report(SyntaxDiagnostics.colonBody(short(callee.span), place))
            skipStatement()
            skipIndented(from: start)
        } else if at(.else), case .forLoop? = statement?.kind {
            report(SyntaxDiagnostics.loopElse(place))
        } else if at(.else), case .whileLoop? = statement?.kind {
            report(SyntaxDiagnostics.loopElse(place))
        } else if at(.leftBrace) {
            report(SyntaxDiagnostics.strayBlock(place))
        } else if at(.else) {
            report(SyntaxDiagnostics.leadingElse(place))
        } else {
            report(SyntaxDiagnostics.expectedEnd(description(current), place))
        }
        skipStatement()
    }

    private func expression(of statement: Statement) -> Expression? {
        switch statement.kind {
        case .expression(let value, _), .binding(_, _, _, let value), .assignment(_, _, let value),
            .returnValue(.some(let value)):
            value
        default: nil
        }
    }

    /// The form of an expression that is an operand only in parentheses.
    private func looseForm(_ value: Expression) -> String? {
        switch value.kind {
        case .conditional: "if"
        case .attempt: "try"
        case .lambda: "=>"
        default: nil
        }
    }
}

/// A word that begins a statement in another language, and what to write here.
struct ForeignWord {
    var id: String
    var help: String

    static let all: [String: ForeignWord] = {
        var all: [String: ForeignWord] = [
            "raise": ForeignWord(id: "python.raise", help: "write `error(\"what is wrong\")`"),
            "throw": ForeignWord(id: "foreign.throw", help: "write `error(\"what is wrong\")`"),
            "del": ForeignWord(
                id: "python.del",
                help: "leave it out: a name goes when its block ends; "
                    + "a list without an element is `xs[:i] + xs[i + 1:]`"),
            "global": ForeignWord(
                id: "python.global",
                help: "leave it out: a function may assign to a `var` outside"),
            "nonlocal": ForeignWord(
                id: "python.nonlocal",
                help: "leave it out: a function may assign to a `var` outside"),
            "async": ForeignWord(
                id: "python.async", help: "leave it out: everything runs in order"),
            "await": ForeignWord(
                id: "python.async", help: "leave it out: everything runs in order"),
            "yield": ForeignWord(
                id: "python.yield", help: "collect the values in a list and give that"),
        ]
        for word in ["fn", "fun", "function"] {
            all[word] = ForeignWord(id: "foreign.function", help: "write `func name(…) { … }`")
        }
        for word in ["const", "val", "final", "auto", "local"] {
            all[word] = ForeignWord(
                id: "foreign.let", help: "write `let name = …`, or `var` for what changes")
        }
        for word in ["int", "float", "double", "bool", "string", "char"] {
            all[word] = ForeignWord(
                id: "foreign.let", help: "write `let name = …`, or `var` for what changes")
        }
        for word in ["private", "public", "static", "export", "mut", "pub"] {
            all[word] = ForeignWord(id: "foreign.modifier", help: "leave it out")
        }
        for word in ["unless", "until"] {
            all[word] = ForeignWord(
                id: "foreign.word",
                help: "write `\(word == "unless" ? "if" : "while") not (…) { … }`")
        }
        all["struct"] = ForeignWord(
            id: "foreign.struct", help: "write a record, `(a: 1, b: 2)`, or a `model` for a network"
        )
        all["guard"] = ForeignWord(
            id: "foreign.word", help: "write `if not (…) { return … }`")
        all["new"] = ForeignWord(id: "foreign.new", help: "leave it out: `Net(3)` makes a model")
        for word in ["match", "switch", "case"] {
            all[word] = ForeignWord(
                id: "foreign.switch", help: "write `if … { … } else if … { … } else { … }`")
        }
        return all
    }()
}

extension Symbol {
    var isClosing: Bool {
        self == .rightParenthesis || self == .rightBracket || self == .rightBrace
    }
}
