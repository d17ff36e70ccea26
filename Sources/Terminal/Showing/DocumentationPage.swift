import Foundation
public import Runtime

/// The page of `?name`, and the source as `??name` shows it, for the tool's `doc`.
///
/// - Returns: `nil` if there is no such name.
public func documentation(
    of name: String, in session: Session, showsSource: Bool, environment: [String: String]
) -> String? {
    let path = name.split(separator: ".").map(String.init)
    guard let information = session.information(about: path) else { return nil }
    let isTerminal = isatty(1) == 1
    let usesColor = TerminalSetup.usesColor(isTerminal: isTerminal, environment)
    let page = DocumentationPage(screen: Screen(isTerminal: isTerminal, usesColor: usesColor))
    guard showsSource, information.source != nil else { return page.text(information) }
    return page.text(information) + "\n\n" + page.source(information)
}

/// What `?name` and `??name` show.
struct DocumentationPage {
    let screen: Screen

    private var markdown: MarkdownText { MarkdownText(screen: screen, width: width) }

    /// Longer lines are hard to read.
    private var width: Int { min(screen.width, 92) }

    func text(_ information: NameInformation) -> String {
        var parts: [String] = []
        let signatures = information.signatures.map { signature($0) }
        var head = signatures.joined(separator: "\n")
        if let summary = information.summary {
            let name = screen.styled(information.name, .strong)
            head = "\(name): \(information.kind) = \(summary)" + (head.isEmpty ? "" : "\n" + head)
        } else {
            if head.isEmpty { head = screen.styled(information.name, .strong) }
            head += "\n" + screen.styled(kind(information), .quiet)
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
        if information.source == nil, let summary = information.summary {
            let value = "\(information.kind) = \(summary)"
            return "`\(information.name)` is a variable, which has no source: \(value)"
        }
        guard let source = information.source else {
            return "`\(information.name)` is made in Swift; `?\(information.name)` describes it"
        }
        let place = information.place.map { screen.styled("# \($0)", .quiet) + "\n" } ?? ""
        return place + source.trimmed
    }

    /// A signature in bold, over several lines if it is long; they end in commas.
    private func signature(_ text: String) -> String {
        var lines: [String] = []
        var line = ""
        let parts = text.split(separator: ", ").map(String.init)
        for (index, part) in parts.enumerated() {
            let part = part + (index + 1 < parts.count ? "," : "")
            if !line.isEmpty, line.count + part.count + 1 > width {
                lines.append(line)
                line = "    " + part
            } else {
                line += (line.isEmpty ? "" : " ") + part
            }
        }
        return (lines + [line]).map { screen.styled($0, .strong) }.joined(separator: "\n")
    }

    private func kind(_ information: NameInformation) -> String {
        information.place.map { "\(information.kind), \($0)" } ?? information.kind
    }

    /// Two columns; the second is wrapped.
    func table(_ rows: [(String, String)]) -> String {
        let first = min(24, rows.map(\.0.count).max() ?? 0)
        let indent = String(repeating: " ", count: first + 4)
        let inner = MarkdownText(screen: screen, width: max(20, width - first - 4))
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
