/// Entries that ran, and the notebook that they make.
enum EntryLog {
    struct Entry: Sendable, Equatable {
        enum Fate: Sendable, Equatable { case succeeded, failed, interrupted }
        var text: String
        var fate: Fate
    }

    /// A notebook with a cell per entry.
    static func notebook(_ entries: [Entry], title: String, seed: Int) -> String {
        head(title: title, seed: seed) + cells(entries)
    }

    /// The front matter of a notebook.
    static func head(title: String, seed: Int) -> String {
        "---\ndln: 1\ntitle: \(quoted(title))\nseed: \(seed)\n---\n"
    }

    /// A cell per entry, each after an empty line.
    static func cells(_ entries: [Entry]) -> String {
        entries.map { "\n" + cell($0) }.joined()
    }

    private static func cell(_ entry: Entry) -> String {
        let text = entry.text.trimmed
        let attributes =
            switch entry.fate {
            case .succeeded: ""
            case .failed: " {expect-error}"
            case .interrupted: " {skip}"
            }
        // A fence is longer than any run of backticks inside.
        var longest = 0
        var run = 0
        for character in text {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return "\(fence)dl\(attributes)\n\(text)\n\(fence)\n"
    }

    /// Plain where YAML reads it as a text, else in quotes.
    private static func quoted(_ text: String) -> String {
        let isPlain =
            text.first?.isLetter == true
            && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
            && !["true", "false", "null", "yes", "no"].contains(text.lowercased())
        if isPlain { return text }
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }

    /// The first line of an entry, for messages.
    static func firstLine(_ text: String, limit: Int) -> String {
        let lines = text.trimmed.split(separator: "\n", omittingEmptySubsequences: false)
        let first = lines.first ?? ""
        if first.count > limit { return first.prefix(limit - 1) + "…" }
        return lines.count > 1 ? first + " …" : String(first)
    }
}
