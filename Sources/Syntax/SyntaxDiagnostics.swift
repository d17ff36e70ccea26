import Diagnostics

/// The sentences of lexer and parser, each with a stable identifier. Habits from other languages
/// have theirs in `SyntaxDiagnostics+Python.swift`.
enum SyntaxDiagnostics {
    // MARK: Characters, numbers and strings

    static func unknownCharacters(_ span: Span) -> Diagnostic {
        let text = span.source.text(of: span)
        let id = "lexical.character"
        switch text {
        case "\\":
            return Diagnostic(
                id: "python.backslash", "a backslash does not continue a line", at: span,
                help: "put the expression in `(…)`, or end the line with its operator")
        case "?":
            return Diagnostic(
                id: id, "`?` has no meaning here", at: span,
                help: "for a choice write `if c { a } else { b }`")
        case "??":
            return Diagnostic(
                id: id, "there is no `??`", at: span,
                help: "write `if a == nil { b } else { a }`")
        case "…":
            return Diagnostic(
                id: id, "`…` only says that something is left out", at: span,
                help: "write what belongs here; in shapes and indices `...` stands for other axes")
        case "'":
            return Diagnostic(
                id: "python.quotes", "strings stand in double quotes", at: span,
                help: "write `\"text\"`")
        default:
            let (character, verb) = text.count == 1 ? ("character", "has") : ("characters", "have")
            let shown = Self.visible(text.count > 20 ? "\(text.prefix(20))…" : text)
            return Diagnostic(
                id: id, "the \(character) `\(shown)` \(verb) no meaning here", at: span,
                help: "remove it, or put it in a string")
        }
    }

    /// The text with the code of what has no shape of its own, as in `U+200B`.
    private static func visible(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .format, .control, .privateUse, .unassigned:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            default: return String(scalar)
            }
        }.joined()
    }

    static func lookalike(_ text: String, _ meant: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "lexical.lookalike", "`\(text)` only looks like `\(meant)`", at: span,
            help: "write `\(meant)`")
    }

    static func numberSuffix(_ span: Span, digits: Span) -> Diagnostic {
        let text = span.source.text(of: span)
        let number = span.source.text(of: digits)
        var help = "write `\(number)`, or `\(number) * …` for a product"
        if text.hasPrefix("0b") || text.hasPrefix("0o") {
            help = "write the number in decimal, or in hexadecimal with `0x`"
        } else if number.hasSuffix("_") {
            help = "write it without the `_` at its end"
        }
        return Diagnostic(
            id: "lexical.number", "`\(text)` is not a number", at: span, help: help)
    }

    static func largeInteger(_ digits: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "lexical.large-integer", "the number does not fit an Int", at: span,
            notes: ["an Int has 64 bits: at most 9223372036854775807"],
            help: digits.hasPrefix("0x") ? nil : "write `\(digits).0` for a Float")
    }

    static func largeFloat(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "lexical.large-float", "the number does not fit a Float", at: span,
            notes: ["a Float is at most 1.7976931348623157e+308"],
            help: "write `inf` for infinity")
    }

    static func unclosedString(_ span: Span, isMultiline: Bool) -> Diagnostic {
        Diagnostic(
            id: "string.unclosed", "the string is not closed", at: span, label: "opened here",
            help: isMultiline
                ? "close it with `\"\"\"`"
                : "close it with `\"` on this line, or use `\"\"\"…\"\"\"` for several lines"
        )
    }

    static func unclosedInterpolation(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "string.interpolation", "the `{` in the string is not closed", at: span,
            label: "an expression begins here",
            help: "close it with `}`, or write `\\{` for the character itself")
    }

    static func emptyInterpolation(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "string.empty-interpolation", "there is no expression in the braces", at: span,
            help: "write one, as in `{x}`, or `\\{` for the character itself")
    }

    static func escape(_ text: String, _ span: Span) -> Diagnostic {
        let digits = text.dropFirst(2)
        let value = UInt32(digits, radix: 16)
        let meant = "\\u{\(String(value ?? 0, radix: 16))}"
        let isCode = value.flatMap(Unicode.Scalar.init) != nil && digits.count > 1
        var help = "write `\\\\` for a backslash"
        if isCode {
            help = "write `\(meant)`"
        } else if text.hasPrefix("\\u{") {
            help = "a code point is at most 10ffff, in hexadecimal"
        } else if text.hasPrefix("\\u") {
            help = "write the code point in hexadecimal, as in `\\u{4e2d}`"
        } else if text == "\\(" {
            help = "write `{x}` to show a value"
        } else if text == "\\'" || text == "\\}" {
            help = "write `\(text.dropFirst())`"
        }
        return Diagnostic(
            id: "string.escape", "`\(text)` is not an escape", at: span,
            notes: ["the escapes are \\n \\t \\\" \\\\ \\{ and \\u{4e2d}"], help: help)
    }

    static func format(_ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "string.format", "`\(text.dropFirst())` is not a format", at: span,
            notes: ["a format is [[fill]< > ^][+][0][width][,][.digits][d f e g % s x]"],
            help: "write for example `:.4f`, `:>8` or `:.1%`")
    }

    static func plainString(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "string.plain", "the name of a file cannot be computed here", at: span,
            help: "write it without `{…}`")
    }

    // MARK: What was expected

    static func expected(_ what: String, found: String, _ span: Span) -> Diagnostic {
        Diagnostic(id: "syntax.expected", "expected \(what), found \(found)", at: span)
    }

    static func expectedEnd(_ found: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.separator", "\(found) does not belong to what stands before it", at: span,
            help: found == "`->`"
                ? "a function without a name is written with `=>`: `x => x + 1`"
                : "begin a new line, put `;` between two statements,"
                    + " or check for a missing operator")
    }

    static func reservedWord(_ word: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.reserved", "`\(word)` is a reserved word", at: span,
            help: "choose another name, for example `\(word)_`")
    }

    static func missingValue(_ keyword: String, _ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.missing-value", "`\(name)` has no value", at: span,
            help: "write `\(keyword) \(name) = …`")
    }

    static func missingComma(_ found: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.missing-comma", "there is no `,` before \(found)", at: span,
            help: "put a `,` here")
    }

    static func tryWithoutElse(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.try-else", "`try` needs an `else` that says what to do on an error",
            at: span, help: "write `try … else nil`")
    }

    // MARK: Brackets and blocks

    static func unclosed(
        _ open: String, _ close: String, _ span: Span, end: Span
    ) -> Diagnostic {
        Diagnostic(
            id: "syntax.unclosed", "this `\(open)` is not closed", at: span, label: "opened here",
            secondary: [Diagnostic.Label(end, "not closed up to here")],
            help: "add `\(close)`")
    }

    static func mismatchedBracket(
        _ open: String, _ close: String, opening: Span, _ span: Span
    ) -> Diagnostic {
        Diagnostic(
            id: "syntax.mismatched", "`\(close)` does not close `\(open)`", at: span,
            secondary: [Diagnostic.Label(opening, "opened here")])
    }

    static func unmatchedClose(_ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.unmatched", "this `\(text)` closes nothing", at: span, help: "remove it")
    }

    static func braceLine(_ what: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.brace-line",
            "the `{` of a body stands on the line of its `\(what)`", at: span,
            help: "move the `{` to the end of the line above")
    }

    static func strayBlock(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.block", "a block cannot stand here", at: span,
            notes: [
                "a block belongs to `if`, `for`, `while`, `func`, `=>`, or follows a call or a name"
            ],
            help: "write `() => { … }` for a function without parameters")
    }

    static func deepNesting(_ limit: Int, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.deep", "this is nested more than \(limit) levels deep", at: span,
            label: "the rest is not read", help: "give parts of it names with `let`")
    }

    static func longChain(_ limit: Int, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.long-chain",
            "more than \(limit) operators, calls or indices follow one another", at: span,
            label: "the rest is not read",
            help: "put the values in a list and use `sum`, `join` or `fold`")
    }

    // MARK: Operators and lines

    static func leadingOperator(_ text: String, _ span: Span) -> Diagnostic {
        let isContinuation = text == "|>" || text == ">>" || text == "."
        var help = "end the line before with `\(text)`, or put the whole expression in `(…)`"
        if isContinuation { help = "open a parenthesis before what this continues" }
        if text == "//" { help = "a comment begins with `#`; `//` divides" }
        return Diagnostic(
            id: "syntax.leading-operator", "a statement cannot begin with `\(text)`", at: span,
            help: help)
    }

    static func leadingElse(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.else", "this `else` belongs to no `if` or `try`", at: span,
            help: "at a prompt, open a parenthesis before the `if`, or write `} else {` on one line"
        )
    }

    static func operatorWithoutLeft(_ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.operand", "there is nothing on the left of `\(text)`", at: span,
            help: "write a value before it")
    }

    static func operandParentheses(_ what: String, _ span: Span) -> Diagnostic {
        let form = what == "=>" ? "a function with `=>`" : "`\(what)`"
        let example =
            what == "=>"
            ? "(x => …)" : what == "if" ? "(if … { … } else { … })" : "(try … else …)"
        return Diagnostic(
            id: "syntax.operand-parentheses", "\(form) is an operand only in parentheses",
            at: span, help: "write `\(example)`")
    }

    /// `written` is what was meant by a chain of comparisons; `nil` for ranges.
    static func chain(written: String?, _ span: Span) -> Diagnostic {
        guard let written else {
            return Diagnostic(
                id: "syntax.chain", "ranges do not chain", at: span,
                help: "write `a..<b by step` for a range with a step")
        }
        return Diagnostic(
            id: "syntax.chain", "comparisons do not chain", at: span, help: "write `\(written)`")
    }

    static func strayBy(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.by", "`by` belongs to a range", at: span,
            help: "write `a..<b by step`")
    }

    static func assignmentTarget(_ text: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.assign-target", "`\(text)` cannot be assigned to", at: span,
            notes: ["on the left stand names, `xs[0]`, `r.loss`, or a tuple of these"])
    }

    static func assignmentInExpression(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.assign-expression", "an assignment is a statement, it has no value",
            at: span, help: "write `\(name) == …` to compare, or assign on a line of its own")
    }

    static func assignmentInCondition(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.assign-condition", "a condition compares with `==`", at: span,
            help: "write `\(name) == …`")
    }

    static func importPlace(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.import-place", "`import` stands at the top level", at: span,
            help: "move it out of the block")
    }

    // MARK: Names and labels

    static func duplicateName(_ name: String, _ span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.duplicate-name", "`\(name)` occurs twice", at: span,
            secondary: [Diagnostic.Label(first, "first here")],
            help: "give one of them another name")
    }

    static func duplicateLabel(_ name: String, _ span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.duplicate-label", "the label `\(name)` is given twice", at: span,
            secondary: [Diagnostic.Label(first, "first here")], help: "remove one of them")
    }

    static func duplicateKey(_ key: String, _ span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.duplicate-key", "the key `\(key)` is given twice", at: span,
            secondary: [Diagnostic.Label(first, "first here")], help: "remove one of them")
    }

    static func duplicateMember(_ name: String, _ span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.duplicate-member", "`\(name)` is defined twice in this body", at: span,
            secondary: [Diagnostic.Label(first, "first here")],
            help: "give one of them another name")
    }

    static func positionalAfterLabel(_ span: Span, label: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.positional", "an argument without a label follows one with a label",
            at: span, secondary: [Diagnostic.Label(label, "the first label")],
            help: "give it its label, or put it before the labelled ones")
    }

    static func mixedLabels(_ span: Span, labelled: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.mixed-labels", "either nothing or everything in a record has a label",
            at: span, label: "no label",
            secondary: [Diagnostic.Label(labelled, "a label")], help: "write `name: value`")
    }

    static func mixedKeys(_ span: Span, keyed: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.mixed-keys", "either nothing or everything in brackets has a key",
            at: span, label: "no key", secondary: [Diagnostic.Label(keyed, "a key")],
            help: "write `key: value`")
    }

    static func emptyParentheses(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.empty-parentheses", "`()` is not a value", at: span,
            help: "write `nil` for nothing, `[]` for an empty list, `[:]` for an empty dict")
    }

    static func emptyPattern(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.empty-pattern", "there are no names in the parentheses", at: span,
            help: "write `_` for a value that is not used")
    }

    static func emptyIndex(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "syntax.empty-index", "there is no index in the brackets", at: span,
            help: "write `x[0]`, or `x[:]` for everything")
    }
}
