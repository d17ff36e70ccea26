/// What `?name` shows.
public struct DocumentationPage {
    public var signature: String
    /// Markdown.
    public var text: String
    /// The definition in dl; empty for what is made in Swift.
    public var source: String
}

extension Session {
    /// The documentation of a name of the notebook or the prelude.
    public func documentation(of name: String) -> DocumentationPage? {
        guard let value = functionValue(name) else { return nil }
        let home = module.value(name) == nil ? prelude : module
        let own = home.index[name].flatMap { home.documentation[$0] }
        switch value {
        case .builtin(let builtin):
            return DocumentationPage(
                signature: builtin.signature.text, text: builtin.documentation, source: "")
        case .function(let closure):
            let signature = Signature(
                name: closure.prototype.name, parameters: closure.prototype.parameters)
            return page(signature, own)
        case .modelType(let definition): return page(definition.signature, own)
        case .optimizerType(let definition): return page(definition.signature, own)
        default:
            return DocumentationPage(
                signature: "\(name): \(value.typeName)", text: "", source: "")
        }
    }

    private func page(_ signature: Signature, _ own: Documentation?) -> DocumentationPage {
        DocumentationPage(
            signature: signature.text, text: own?.text ?? "", source: own?.source ?? "")
    }

    /// The known name that is most like another.
    public func nearestName(to name: String) -> String? {
        Suggestion.nearest(name, functionNames)
    }
}
