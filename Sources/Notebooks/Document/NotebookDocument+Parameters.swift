public import Diagnostics

extension NotebookDocument {
    /// The parameters of a run: the defaults of the front matter, some of them overridden.
    ///
    /// - Parameter params: assignments as typed after `-p`: `lr=0.01`. Of two for one name the
    ///   last counts. A value is read as the type of the default; an Int is taken for a Float.
    /// - Returns: all parameters, in the order of the front matter.
    /// - Throws: a diagnostic without a span for a text without `=`, an unknown name or a value of
    ///   another type.
    public func override(params: [String]) throws(Diagnostic) -> [NotebookParameter] {
        var result = frontMatter.parameters
        for text in params {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw Diagnostic(
                    id: "parameter.syntax", "`\(text)` sets no parameter",
                    help: "write `-p NAME=VALUE`")
            }
            let name = trimmed(String(text[..<equals]))
            let value = String(text[text.index(after: equals)...])
            guard let index = result.firstIndex(where: { $0.name == name }) else {
                throw unknownParameter(name)
            }
            let old = result[index]
            guard let typed = Self.value(value, like: old.value) else {
                throw Diagnostic(
                    id: "parameter.type",
                    "parameter `\(name)` is \(old.value.article), and `\(value)` is not",
                    secondary: [Diagnostic.Label(old.span, "its default sets the type")],
                    help: "write it like its default, `-p \(name)=\(old.value.literal)`")
            }
            result[index] = NotebookParameter(name: name, value: typed, span: old.span)
        }
        return result
    }

    private func unknownParameter(_ name: String) -> Diagnostic {
        let known = frontMatter.parameters.map(\.name)
        let near = nearest(name, in: known)
        let list = known.map { "`\($0)`" }.joined(separator: ", ")
        return Diagnostic(
            id: "parameter.unknown", "\(self.name) has no parameter `\(name)`",
            notes: known.isEmpty
                ? ["it has none; they are set by `params:` in the front matter"]
                : ["it has \(list)"],
            help: near.map { "did you mean `\($0)`?" })
    }

    private static func value(_ text: String, like value: ParameterValue) -> ParameterValue? {
        if case .string = value { return .string(text) }
        let given = ParameterValue(literal: trimmed(text))
        switch (value, given) {
        case (.int, .int), (.float, .float), (.bool, .bool): return given
        case (.float, .int(let number)): return .float(Double(number))
        default: return nil
        }
    }
}

extension ParameterValue {
    fileprivate var article: String {
        switch self {
        case .int: "an Int"
        case .float: "a Float"
        case .string: "a String"
        case .bool: "a Bool"
        }
    }
}
