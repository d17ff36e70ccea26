import Diagnostics

/// Sentences for those who come from Python and other languages. The help can be followed
/// literally.
extension SyntaxDiagnostics {
    static func quotes(_ span: Span, content: Span) -> Diagnostic {
        let text = span.source.text(of: content)
        let isShort = text.count <= 40 && !text.contains("\n")
        let escaped = isShort ? escapedForQuotes(text) : "…"
        return Diagnostic(
            id: "python.quotes", "strings stand in double quotes", at: span,
            help: text.contains("\n") ? "write `\"\"\"…\"\"\"`" : "write `\"\(escaped)\"`")
    }

    /// In double quotes `"` and `{` need a backslash.
    static func escapedForQuotes(_ text: String) -> String {
        var result = ""
        var isEscaped = false
        for character in text {
            if !isEscaped, character == "\"" || character == "{" { result.append("\\") }
            // `\'` is no escape in double quotes.
            if isEscaped, character == "'" { result.removeLast() }
            result.append(character)
            isEscaped = character == "\\" && !isEscaped
        }
        return result
    }

    /// `written` is the string as it is here, if it differs in more than the prefix.
    static func stringPrefix(_ prefix: String, written: String?, _ span: Span) -> Diagnostic {
        let isFormat = prefix.lowercased().contains("f")
        return Diagnostic(
            id: "python.string-prefix", "a string has no prefix `\(prefix)`", at: span,
            notes: isFormat ? ["every string shows the expressions in its braces"] : [],
            help: written.map { "write `\($0)`" } ?? "leave out the `\(prefix)`")
    }

    static func doubleBrace(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.double-brace", "`{{` does not stand for a brace", at: span,
            help: "write `\\{` for the character itself")
    }

    /// An operator of another language between two operands, whose texts are given.
    static func foreignOperator(
        _ text: String, _ span: Span, left: String, right: String
    ) -> Diagnostic {
        switch text {
        case "**":
            Diagnostic(
                id: "python.power", "a power is written with `^`", at: span,
                help: "write `\(left)^\(right)`")
        case "&&", "&":
            Diagnostic(
                id: "python.and", "`\(text)` is written `and`", at: span,
                notes: text == "&" ? ["`and` also joins Bool tensors, element by element"] : [],
                help: "write `\(left) and \(right)`")
        case "||":
            Diagnostic(
                id: "python.or", "`||` is written `or`", at: span,
                help: "write `\(left) or \(right)`")
        case "..":
            Diagnostic(
                id: "foreign.range", "a range is written `..<` or `...`", at: span,
                help: "write `\(left)..<\(right)` without the end, `\(left)...\(right)` with it")
        case "is not in":
            Diagnostic(
                id: "python.is", "`is not in` is written `not in`", at: span,
                help: "write `\(left) not in \(right)`")
        default:
            Diagnostic(
                id: "python.is", "`\(text)` is written `\(text == "is" ? "==" : "!=")`", at: span,
                help: "write `\(left) \(text == "is" ? "==" : "!=") "
                    + "\(["None": "nil", "True": "true", "False": "false"][right] ?? right)`")
        }
    }

    static func foreignPrefix(_ text: String, _ operand: String, _ span: Span) -> Diagnostic {
        if text == "++" { return increment(operand, span) }
        return Diagnostic(
            id: "python.not", "`\(text)` is written `not`", at: span, help: "write `not \(operand)`"
        )
    }

    static func walrus(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.walrus", "there is no `:=`", at: span,
            help: "write `let \(name) = …` on a line of its own")
    }

    static func spread(_ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.spread", "`\(text)` does not spread a list or dict into arguments",
            at: span, help: "give the arguments one by one, as in `f(xs[0], xs[1])`")
    }

    static func decorator(_ name: String?, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.decorator", "there are no decorators", at: span,
            help: name.map { "write `let g = \($0)(f)` below the function `f`" }
                ?? "leave the line out")
    }

    /// `%matplotlib inline`, `!pip install torch`
    static func magic(_ sign: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.magic", "a line with `\(sign)` is a command of another notebook", at: span,
            help: "leave the line out")
    }

    static func increment(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.increment", "there is no `++`", at: span, help: "write `\(name) += 1`")
    }

    static func literal(_ word: String, _ meant: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.\(word.lowercased())", "`\(word)` is written `\(meant)`", at: span,
            help: "write `\(meant)`")
    }

    static func leadingPoint(_ digits: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.point", "a number begins with a digit", at: span,
            help: "write `0.\(digits)`")
    }

    static func pointWithoutDigits(_ number: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.point", "a digit follows the point of a number", at: span,
            help: "write `\(number).0`")
    }

    static func numberAfterDot(_ value: String, _ number: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "foreign.tuple-index", "a name follows the `.` of a member", at: span,
            help: "write `\(value)[\(number)]` for an element")
    }

    static func def(_ head: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.def", "a function begins with `func`", at: span,
            help: "write `\(head) { … }`; the last expression is its value")
    }

    static func lambda(_ written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.lambda", "a function without a name is written with `=>`", at: span,
            help: "write `\(written)`")
    }

    static func classDefinition(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.class", "there are no classes", at: span,
            notes: ["records `(a: 1, b: 2)` hold data; `x.f(y)` calls any function `f(x, y)`"],
            help: "for a network write `model \(name)(…) { … forward(x) { … } }`")
    }

    static func selfParameter(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.self", "there is no `self`: members are plain names in the body",
            at: span, help: "leave out the parameter `self`")
    }

    static func selfMember(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.self", "there is no `self`: members are plain names in the body",
            at: span, help: "write `\(name)`")
    }

    static func elif(_ word: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.elif", "`\(word)` is written `else if`", at: span,
            help: "write `} else if … {`")
    }

    static func with(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.with", "there is no `with`", at: span,
            notes: ["gradients are recorded only inside `step` and `grad`; files close themselves"],
            help: "leave it out; write `inference { … }` to force inference mode")
    }

    static func pythonTry(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.try", "errors are met with `try … else …`", at: span,
            help: "write `try { … } else { … }`; `lastError()` is the text of the error")
    }

    static func from(_ module: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.from", "there is no `from … import …`", at: span,
            help: "write `import \(module)`, and `\(module).name` where it is used")
    }

    static func foreignModule(_ module: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.import", "`\(module)` is not needed here", at: span,
            notes: ["tensors, layers, optimizers, data and figures are part of the language"],
            help: "leave out the line; `?Tensor`, `?Dense` and `?plot` tell more")
    }

    static func dottedModule(_ module: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.module-path", "the name of a module has no dots", at: span,
            help: "write `import \"\(module)/name.dl\"` for a file in a folder")
    }

    static func colonBody(_ what: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.colon", "the body of `\(what)` stands in braces", at: span,
            notes: ["indentation has no meaning"],
            help: "write `{` instead of the `:`, and `}` after the body")
    }

    static func braceValue(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.braces", "braces hold statements, not values", at: span,
            help: "a dict is written `[\"a\": 1]`, a record `(a: 1)`, a function `() => { … }`")
    }

    static func labelSign(_ span: Span, written: String, _ all: Span) -> Diagnostic {
        Diagnostic(
            id: "python.label", "an argument gets its label with `:`", at: span,
            help: "write `\(written)`")
    }

    static func pythonConditional(_ written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.conditional", "`if` stands before what it chooses", at: span,
            help: "write `\(written)`")
    }

    static func comprehension(_ written: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.comprehension", "lists are made with `map` and `filter`", at: span,
            help: "write `\(written)`")
    }

    static func bareTuple(_ span: Span, written: String) -> Diagnostic {
        Diagnostic(
            id: "python.tuple", "a tuple stands in parentheses", at: span,
            help: "write `\(written)`")
    }

    static func annotatedAssignment(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.annotation", "nothing is declared with `name: type`", at: span,
            help: "write `let \(name) = …`")
    }

    static func foreignWord(_ word: String, _ foreign: ForeignWord, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: foreign.id, "there is no statement `\(word)`", at: span, help: foreign.help)
    }

    static func printStatement(_ arguments: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "python.print", "`print` is a function: its arguments stand in parentheses",
            at: span, help: "write `print(\(arguments))`")
    }
}
