import Diagnostics
import Syntax

/// What the compiler has to say about names.
enum CompileDiagnostics {
    static func unknownName(_ name: Name, visible: Set<String>) -> Diagnostic {
        if let habit = pythonName(name) ?? unknownCharacters(name, visible: visible) { return habit }
        let camel = Habits.camelCase(name.text)
        let suggestion = visible.contains(camel) ? camel : nearest(name.text, in: visible)
        return Diagnostic(
            id: "name.unknown", "unknown name `\(name.text)`", at: name.span,
            help: suggestion.map { "did you mean `\($0)`?" })
    }

    /// A table or figure whose value is dropped.
    static func unshown(_ name: Name, help: String) -> Diagnostic {
        Diagnostic(
            .warning, id: "cell.unshown", "what `\(name.text)` gives is not shown here: a cell shows its last expression",
            at: name.span, help: help)
    }

    /// An unknown name in a shape: often a dimension variable in lower case, or in parentheses before it is bound.
    static func unknownSize(_ name: Name, visible: Set<String>) -> Diagnostic {
        let close = nearest(name.text, in: visible).map { ", or did you mean `\($0)`?" } ?? ""
        let isLower = name.text.first?.isLowercase == true
        let upper = name.text.prefix(1).uppercased() + name.text.dropFirst()
        return Diagnostic(
            id: "name.unknown", "unknown name `\(name.text)`", at: name.span,
            notes: [
                isLower
                    ? "in a shape, a lower-case name is a value; a dimension variable begins with an upper-case letter"
                    : "in parentheses stands a value, and no shape before this one has `\(name.text)`"
            ],
            help: isLower
                ? "write `\(upper)` for a size that the call tells\(close)"
                : "write `\(name.text)` alone where it is first seen, or make the size a parameter")
    }

    /// Names that a Python user expects.
    private static func pythonName(_ name: Name) -> Diagnostic? {
        guard let help = Habits.names[name.text] ?? Habits.functions[name.text] else { return nil }
        return Diagnostic(
            id: "name.python", "unknown name `\(name.text)`", at: name.span, help: help)
    }

    static func usedBeforeDefinition(_ name: Name) -> Diagnostic {
        Diagnostic(
            id: "name.early", "`\(name.text)` is used before it is defined", at: name.span,
            help: continuedLine(before: name) ?? "move its definition above this line")
    }

    /// `let x =` at the end of the line above, which goes on where its own name stands.
    private static func continuedLine(before name: Name) -> String? {
        let lines = name.span.source.text(of: Span(name.span.source, 0, name.span.start))
            .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let above = lines.last { $0.contains { $0 != " " } }?.split(separator: " ").map(String.init) ?? []
        guard above.count > 2, ["let", "var"].contains(above[0]), above[1] == name.text, let end = above.last,
            end.unicodeScalars.allSatisfy({ !$0.properties.isAlphabetic && !("0"..."9").contains($0) }),
            !["(", "[", "{", ")", "]", "}", "\""].contains(end.last)
        else { return nil }
        return "the line above ends in `\(end)`, so that it goes on here: finish it"
    }

    static func repeatedDefinition(
        _ name: Name, earlier: Span?, where place: String
    ) -> Diagnostic {
        Diagnostic(
            id: "name.repeated", "`\(name.text)` is defined twice in one \(place)", at: name.span,
            secondary: earlier.map { [Diagnostic.Label($0, "first defined here")] } ?? [],
            help: "choose another name, or make it a `var` and assign to it")
    }

    static func assignToLet(_ name: Name, defined: Span?, isParameter: Bool = false) -> Diagnostic {
        let help =
            isParameter
            ? "parameters and loop variables stay; give the new value a name, or copy it: `var next = \(name.text)`"
            : "define it with `var \(name.text) = …` to assign to it later"
        return Diagnostic(
            id: "name.assignLet", "`\(name.text)` is a `let` and cannot be assigned",
            at: name.span,
            secondary: defined.map { [Diagnostic.Label($0, "defined here")] } ?? [],
            help: help)
    }

    /// - Parameter first: The value with which it would begin, where a part of it is changed: `n += 1`, `d["a"] = 1`.
    static func assignToUnknown(_ name: Name, visible: Set<String>, first: String?) -> Diagnostic {
        let close = nearest(name.text, in: visible).map { ", or did you mean `\($0)`?" } ?? ""
        return Diagnostic(
            id: "name.assignUnknown", "no variable `\(name.text)` to assign to", at: name.span,
            help: first.map { "give it a value before, outside of loops: `var \(name.text) = \($0)`\(close)" }
                ?? "write `let \(name.text) = …` for a new name (`var` if it will change)\(close)")
    }

    static func assignToMember(_ name: Name) -> Diagnostic {
        Diagnostic(
            id: "name.assignMember",
            "`\(name.text)` cannot be assigned here: only a `state` is assigned in a model's body",
            at: name.span,
            help: "declare it `state \(name.text): […] = …`; training alone changes a `param`")
    }

    static func compoundTuple(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "assign.compoundTuple", "a tuple is assigned with `=` only", at: span)
    }

    static func outsideLoop(_ word: String, _ span: Span, inBlock: Bool) -> Diagnostic {
        Diagnostic(
            id: "loop.outside", "`\(word)` stands outside of a loop", at: span,
            help: inBlock ? "`\(word)` may not leave a block given to a function" : nil)
    }

    static func returnAtTopLevel(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "return.outside", "`return` stands outside of a function", at: span)
    }

    static func importInside(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "import.inside", "`import` stands at the top level of a cell", at: span)
    }

    static func restInParameter(_ span: Span) -> Diagnostic {
        Diagnostic(
            id: "shape.restInParameter",
            "the shape of a param or state names every axis: no `...`, no `_`", at: span)
    }

    static func positionalAfterLabel(_ span: Span, _ label: Name) -> Diagnostic {
        Diagnostic(
            id: "call.order", "a positional argument follows the labelled `\(label.text)`",
            at: span, secondary: [Diagnostic.Label(label.span, "labelled")],
            help: "put positional arguments first, or label this one too")
    }
}
