extension Diagnostic {
    /// The same with the lines of each cell counted from its own first one: a picture that is
    /// stored in the notebook must not change where something above it grows.
    public var countedInCells: Diagnostic {
        var sources: [ObjectIdentifier: SourceText] = [:]
        func counted(_ span: Span) -> Span {
            let source = span.source
            // A text that is a whole file is no cell.
            guard let file = source.file, file != source.name else { return span }
            let id = ObjectIdentifier(source)
            let own = sources[id] ?? SourceText(name: source.name, text: source.text)
            sources[id] = own
            return Span(own, span.start, span.end)
        }
        var result = self
        result.span = span.map(counted)
        result.secondary = secondary.map { Label(counted($0.span), $0.text) }
        result.trace = trace.map { Call(function: $0.function, span: counted($0.span)) }
        return result
    }
}
