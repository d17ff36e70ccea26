import Diagnostics

/// Sentences about what other languages have and this one has not.
extension SyntaxDiagnostics {
    // MARK: Remarks, prompts and strings

    static func comment(_ all: Span, sign: Span) -> Diagnostic {
        let mark = sign.source.text(of: sign)
        var text = sign.source.text(of: all).dropFirst(2)
        if mark == "/*", text.hasSuffix("*/") { text = text.dropLast(2) }
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let isShort = !text.contains("\n") && words.count <= 60
        return Diagnostic(
            id: "foreign.comment",
            mark == "//" ? "`//` divides; a comment begins with `#`" : "a comment begins with `#`",
            at: sign,
            help: words.isEmpty
                ? "write `#`"
                : isShort ? "write `# \(words)`" : "write `#` at the start of each line")
    }

    static func prompt(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.prompt", "`>>>` is the prompt of a Python session", at: span,
            help: "leave out the `>>>`, and the lines with results")
    }

    static func literalBrace(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "string.interpolation", "the `{` in a string begins an expression", at: span,
            help: "write `\\{` for the character itself")
    }

    static func escapedQuote(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "string.interpolation", "in the braces of a string a quote needs no backslash",
            at: span, help: "write `\"` without the backslash")
    }

    static func severalInBraces(_ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "string.interpolation", "the braces of a string hold one expression", at: span,
            help: "write `\\{` for the character itself, or `{(\(text), …)}` for a tuple")
    }

    static func conversion(_ text: String, _ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.format", "`\(text)` is no part of an expression in a string", at: span,
            help: text == "=" ? "write `\(name) = {\(name)}`" : "leave out the `\(text)`")
    }

    /// `"x^{2}"`
    static func literalNumber(_ digits: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            .warning, id: "string.number", "the string shows `\(digits)` without its braces",
            at: span, notes: ["braces in a string hold an expression, whose value is shown"],
            help: "write `\\{\(digits)}` to keep the braces")
    }

    // MARK: Operators

    /// `x ^= 3`, with what was meant.
    static func compound(_ text: String, written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.compound-assignment", "there is no `\(text)=`", at: span,
            notes: ["there are `+=`, `-=`, `*=` and `/=`"], help: "write `\(written)`")
    }

    static func strictEquality(_ text: String, written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.equality", "there is no `\(text)=`", at: span, help: "write `\(written)`")
    }

    static func bits(_ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.bits", "there are no operators on the bits of numbers", at: span,
            notes: ["`\(text)` of Bools is written `and`, `or`, `not`"],
            help: "write `n // 2^k % 2` for the bit `k` of `n`")
    }

    static func shift(left: String, right: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.bits", "there is no `<<`", at: span, help: "write `\(left) * 2^\(right)`")
    }

    static func unequal(left: String, right: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.unequal", "`<>` is written `!=`", at: span,
            help: "write `\(left) != \(right)`")
    }

    static func decrement(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.increment", "there is no `--`", at: span, help: "write `\(name) -= 1`")
    }

    /// `a mod b`
    static func wordOperator(
        _ word: String, _ meant: String, left: String, right: String, _ span: Span
    ) -> Diagnostic {
        Diagnostic(
            id: "foreign.operator", "`\(word)` is written `\(meant)`", at: span,
            help: "write `\(left) \(meant) \(right)`")
    }

    static func leadingMinus(_ span: Span, unused: Bool) -> Diagnostic {
        Diagnostic(
            .warning, id: "syntax.leading-minus",
            "this `-` begins a new statement"
                + (unused ? ": the value of the line above is not used" : ""),
            at: span,
            help: "end the line above with `-`, or put the whole expression in `(…)`")
    }

    // MARK: Statements

    static func parenthesisedFor(_ head: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.for", "the head of a `for` has no parentheses", at: span,
            help: "write `for \(head) { … }`")
    }

    static func countingFor(_ head: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.for", "a `for` runs over a range or a list", at: span,
            help: "write `for \(head) { … }`")
    }

    static func loopElse(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.loop-else", "a loop has no `else`", at: span,
            help: "write its body below the loop, in an `if` where it depends on a `break`")
    }

    static func bodyBraces(_ what: String, written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.body", "the body of `\(what)` stands in braces", at: span,
            help: "write `\(written)`")
    }

    static func comparisonInLet(_ written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.let-equal", "`==` compares; a name gets its value with `=`", at: span,
            help: "write `\(written)`")
    }

    static func severalBindings(_ written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.several-names", "a `let` or `var` defines one name", at: span,
            help: "write `\(written)`")
    }

    static func chainedBinding(_ written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.assign-expression", "an assignment is a statement, it has no value",
            at: span, help: "write `\(written)`")
    }

    static func hyphenatedName(_ name: String, _ written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.hyphen", "the name `\(name)` cannot hold a `-`", at: span,
            help: "write `\(written)`")
    }

    static func severalModules(_ written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.import", "an `import` names one module", at: span,
            help: "write `\(written)`")
    }

    static func pythonModule(_ module: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.import", "`\(module)` is a module of Python", at: span,
            help: "leave out the line: what is built in is a plain name, as in `sqrt(x)` and `pi`")
    }

    static func catchWord(_ word: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.catch", "`\(word)` is written `else`", at: span,
            help: "write `try { … } else { … }`; `lastError()` is the text of the error")
    }

    static func withOpen(_ written: String?, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.with", "there is no `with`: files close themselves", at: span,
            help: written.map { "write `\($0)`" }
                ?? "write `readText(\"a.txt\")` or `writeText(\"a.txt\", text)`")
    }

    static func returnInLambda(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.return", "the value of a function with `=>` needs no `return`", at: span,
            help: "leave out the `return`")
    }

    // MARK: Functions and models

    /// `def f(x: int):`, with the head as it is written here.
    static func pythonFunction(_ head: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.def", "a function begins with `func`, and its body stands in braces",
            at: span, notes: ["the last expression is its value; indentation has no meaning"],
            help: "write `\(head) { … }`")
    }

    static func initializer(_ written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.init", "a model has no `__init__`: its parameters follow its name",
            at: span, notes: ["its parts are made with `let` in its body"],
            help: "write `\(written)`")
    }

    static func arrowLambda(_ written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.arrow", "a function without a name is written with `=>`", at: span,
            help: "write `\(written)`")
    }

    static func restParameter(_ sign: String, _ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.rest", "a function takes no `\(sign)\(name)`", at: span,
            help: sign == "*"
                ? "write `\(name)` for a list, and give a list in the call"
                : "write `\(name)` for a dict, and give a dict in the call")
    }

    static func restPattern(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.rest", "a pattern has no `*\(name)`", at: span,
            help: "name the list, and write `xs[1:]` for the rest of `xs`")
    }

    static func resultAfterColon(_ shape: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.result", "the shape of a result follows `->`", at: span,
            help: "write `-> \(shape)`")
    }

    static func wrappedShape(_ written: String, _ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.type", "`\(text)` is not a shape", at: span,
            notes: ["a shape stands in brackets; values carry their types"],
            help: "write `\(written)`")
    }

    static func anySize(_ word: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.any-size", "`\(word)` is no size", at: span,
            help: "write `_` for an axis of any size")
    }

    static func definedByAssignment(_ written: String, _ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.definition", "`\(text)` is no name", at: span, help: "write `\(written)`")
    }

    // MARK: Lists and dicts

    static func braces(_ span: Span, _ message: String, help: String) -> Diagnostic {
        Diagnostic(id: "python.braces", message, at: span, help: help)
    }

    static func listSpread(_ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.spread", "`\(text)` does not spread a list into another", at: span,
            help: "join lists with `+`, as in `xs + [3]`")
    }

    static func loopForComprehension(_ written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.comprehension", "there are no comprehensions", at: span,
            help: "write `\(written)`")
    }
}
