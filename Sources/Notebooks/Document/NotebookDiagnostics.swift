import Diagnostics

// Every message about a notebook as a document. The code in the cells has its own.

extension Diagnostic {
    /// ` `--- ` found, but something else than settings follows.
    static func frontMatterSyntax(_ what: String, at span: Span, help: String?) -> Diagnostic {
        Diagnostic(
            id: "notebook.front-matter", what, at: span,
            notes: ["front matter is one `key: value` per line between two lines `---`"],
            help: help)
    }

    static func unclosedFrontMatter(at span: Span) -> Diagnostic {
        frontMatterSyntax(
            "the front matter is not closed", at: span,
            help: "add a line `---` below the last setting")
    }

    static func repeatedKey(_ key: String, at span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            id: "notebook.repeated-key", "`\(key)` is set twice", at: span,
            secondary: [Label(first, "first here")], help: "remove one of them")
    }

    static func similarKey(_ key: String, known: String, at span: Span) -> Diagnostic {
        Diagnostic(
            .warning, id: "notebook.unknown-key", "`\(key)` means nothing to dlrepl", at: span,
            help: "did you mean `\(known)`?")
    }

    static func settingType(_ key: String, expected: String, at span: Span) -> Diagnostic {
        Diagnostic(
            id: "notebook.setting-type", "`\(key)` must be \(expected)", at: span)
    }

    static func newerVersion(_ version: Int, at span: Span) -> Diagnostic {
        Diagnostic(
            id: "notebook.version",
            "this notebook has format \(version), and this dlrepl reads up to "
                + "\(FrontMatter.currentVersion)",
            at: span, help: "use a newer dlrepl")
    }

    static func parameterName(_ name: String, _ reason: String, at span: Span) -> Diagnostic {
        Diagnostic(
            id: "notebook.parameter-name", "`\(name)` cannot be a parameter: \(reason)", at: span,
            notes: ["a parameter is a name of the language: letters, digits and `_`"])
    }

    static func attributeSyntax(_ what: String, at span: Span, help: String) -> Diagnostic {
        Diagnostic(
            id: "notebook.attributes", what, at: span,
            notes: ["attributes stand in braces after `dl`, separated by spaces"], help: help)
    }

    static func unknownAttribute(_ word: String, suggestion: String?, at span: Span) -> Diagnostic {
        let all = CellAttribute.all.map { "`\($0.example)`" }.joined(separator: ", ")
        return Diagnostic(
            id: "notebook.unknown-attribute", "there is no attribute `\(word)`", at: span,
            notes: suggestion == nil ? ["a cell may have `#name`, \(all)"] : [],
            help: suggestion.map { "did you mean `\($0)`?" })
    }

    static func attributeValue(_ word: String, _ attribute: CellAttribute, at span: Span)
        -> Diagnostic
    {
        Diagnostic(
            id: "notebook.attribute-value", "`\(word)` is not understood", at: span,
            help: "write `\(attribute.example)`: \(attribute.summary)")
    }

    static func cellName(_ name: String, _ reason: String, at span: Span) -> Diagnostic {
        Diagnostic(
            id: "notebook.cell-name", "`\(name)` cannot name a cell: \(reason)", at: span,
            notes: [
                "a name has letters, digits, `_` and `-`, and starts with a letter or `_`"
            ])
    }

    static func repeatedCellName(_ name: String, at span: Span, first: Span) -> Diagnostic {
        Diagnostic(
            id: "notebook.repeated-name", "two cells are called `\(name)`", at: span,
            secondary: [Label(first, "the first one")], help: "give this cell another name")
    }

    /// - Parameter next: A line inside it that begins another cell.
    static func unclosedCell(
        _ label: String, fence: String, at span: Span, next: Span? = nil
    ) -> Diagnostic {
        Diagnostic(
            id: "notebook.unclosed-cell", "\(label) is not closed", at: span,
            secondary: next.map { [Label($0, "another cell begins here")] } ?? [],
            help: "add a line with \(fence) below its code")
    }

    static func nestedCell(at span: Span) -> Diagnostic {
        Diagnostic(
            .warning, id: "notebook.nested-cell", "this block is shown, but does not run", at: span,
            notes: ["a cell does not stand inside a list or a quotation"],
            help: "start its fence at the beginning of the line, with a blank line above")
    }

    static func conflict(_ label: String, at span: Span) -> Diagnostic {
        Diagnostic(
            id: "notebook.conflict", "\(label) holds an unresolved merge conflict", at: span,
            help: "keep one of the two versions and remove the marker lines")
    }

    static func unclosedOutput(at span: Span) -> Diagnostic {
        Diagnostic(
            .warning, id: "notebook.unclosed-output", "this stored output has no end", at: span,
            help: "remove it, or add a line `<!-- dln:end -->` below it")
    }

    static func encoding(at span: Span) -> Diagnostic {
        Diagnostic(
            id: "notebook.encoding", "this line is not UTF-8 text", at: span,
            help: "save the file as UTF-8")
    }

    static func tooLong(at span: Span) -> Diagnostic {
        Diagnostic(
            id: "notebook.size", "the file is too long for a notebook", at: span,
            help: "keep it below \(MarkdownTree.maximumLength >> 20) MiB")
    }
}
