import Runtime

/// What `?name` and `??name` show.
struct DocumentationPage {
    let screen: Screen

    private var markdown: MarkdownText { MarkdownText(screen: screen, width: width) }

    /// Longer lines are hard to read.
    private var width: Int { min(screen.width, 92) }

    func text(_ information: NameInformation) -> String {
        var parts: [String] = []
        let signatures = information.signatures.map { screen.styled($0, .strong) }
        var head = signatures.isEmpty ? screen.styled(information.name, .strong) : ""
        if let summary = information.summary {
            let name = screen.styled(information.name, .strong)
            head = "\(name): \(information.kind) = \(summary)"
            if !signatures.isEmpty { head += "\n" }
        }
        head += signatures.joined(separator: "\n    ")
        if information.summary == nil {
            head += screen.styled("   \(kind(information))", .quiet)
        }
        parts.append(head)
        if !information.documentation.isEmpty {
            parts.append(markdown.rendered(information.documentation))
        }
        if !information.parameters.isEmpty {
            parts.append(table(information.parameters.map { ($0.name, $0.documentation) }))
        }
        if information.documentation.isEmpty, information.summary == nil {
            parts.append(
                screen.styled("No documentation; `##` lines above a definition are it.", .quiet))
        }
        return parts.joined(separator: "\n\n")
    }

    /// The text of a definition with its place.
    func source(_ information: NameInformation) -> String {
        guard let source = information.source else {
            return "`\(information.name)` is made in Swift; `?\(information.name)` describes it"
        }
        let place = information.place.map { screen.styled("# \($0)", .quiet) + "\n" } ?? ""
        return place + source.trimmed
    }

    private func kind(_ information: NameInformation) -> String {
        information.place.map { "\(information.kind), \($0)" } ?? information.kind
    }

    /// Two columns; the second is wrapped.
    func table(_ rows: [(String, String)]) -> String {
        let first = min(24, rows.map(\.0.count).max() ?? 0)
        let indent = String(repeating: " ", count: first + 4)
        let inner = MarkdownText(screen: screen, width: max(30, width - first - 4))
        return rows.map { name, text in
            let pad = String(repeating: " ", count: max(0, first - name.count) + 2)
            let lines = inner.rendered(text).split(separator: "\n")
            return "  " + screen.styled(name, .code) + pad + lines.joined(separator: "\n" + indent)
        }.joined(separator: "\n")
    }
}

extension String {
    /// Without empty lines at its ends.
    var trimmed: String {
        var text = self[...]
        while text.last?.isNewline == true || text.last == " " { text.removeLast() }
        while text.first?.isNewline == true { text.removeFirst() }
        return String(text)
    }
}
