/// Markdown as documentation uses it, for a terminal: headings, lists, code, emphasis and formulas.
struct MarkdownText {
    let screen: Screen
    /// The longest line.
    let width: Int

    func rendered(_ markdown: String) -> String {
        var lines: [String] = []
        var paragraph: [Substring] = []
        var isCode = false
        func close() {
            if !paragraph.isEmpty { lines += wrapped(paragraph) }
            paragraph = []
        }
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.drop { $0 == " " }
            if trimmed.hasPrefix("```") {
                close()
                isCode.toggle()
            } else if isCode {
                lines.append("    " + screen.styled(String(line), .code))
            } else if trimmed.isEmpty {
                close()
                if lines.last?.isEmpty == false { lines.append("") }
            } else if trimmed.hasPrefix("#") {
                close()
                let title = trimmed.drop { $0 == "#" || $0 == " " }
                lines.append(screen.styled(String(title), .strong))
            } else {
                if trimmed.hasPrefix("- ") || trimmed.hasPrefix("* ") { close() }
                paragraph.append(trimmed)
            }
        }
        close()
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    // MARK: Paragraphs

    private func wrapped(_ paragraph: [Substring]) -> [String] {
        var text = paragraph.joined(separator: " ")
        let isItem = text.hasPrefix("- ") || text.hasPrefix("* ")
        if isItem { text = String(text.dropFirst(2)) }
        let indent = isItem ? "  " : ""
        var lines: [String] = []
        var line = isItem ? "• " : ""
        var used = line.count
        for word in Self.joined(words(spans(text))) {
            let width = word.reduce(0) { $0 + $1.width }
            if used > indent.count, used + width > self.width {
                lines.append(line)
                line = indent
                used = indent.count
            }
            for (index, piece) in word.enumerated() {
                let isFirst = index == 0 && used <= indent.count
                let shown = isFirst ? String(piece.text.drop { $0 == " " }) : piece.text
                line += styled(shown, piece.role)
                used += shown.count
            }
        }
        return lines + [line]
    }

    private func styled(_ text: String, _ role: Screen.Role?) -> String {
        guard let role else { return text }
        // Spaces stay plain, so that no line begins or ends in colour.
        let start = text.prefix { $0 == " " }
        return start + screen.styled(String(text.dropFirst(start.count)), role)
    }

    private struct Piece {
        var text: String
        var role: Screen.Role?
        /// A space stands before it.
        var mayBreak: Bool
        var width: Int { text.count }
    }

    /// Pieces between which no line may break, as a name in code and the comma behind it.
    private static func joined(_ pieces: [Piece]) -> [[Piece]] {
        var words: [[Piece]] = []
        for piece in pieces {
            if piece.mayBreak || words.isEmpty { words.append([]) }
            words[words.count - 1].append(piece)
        }
        return words
    }

    private func words(_ spans: [(text: String, role: Screen.Role?)]) -> [Piece] {
        var pieces: [Piece] = []
        for span in spans {
            var word = ""
            for character in span.text {
                if character == " ", !word.isEmpty, word != " " {
                    pieces.append(Piece(text: word, role: span.role, mayBreak: word.first == " "))
                    word = ""
                }
                if character != " " || word.isEmpty { word.append(character) }
            }
            if !word.isEmpty {
                pieces.append(Piece(text: word, role: span.role, mayBreak: word.first == " "))
            }
        }
        return pieces
    }

    // MARK: Inside a paragraph

    /// Code, formulas and emphasis apart from plain text.
    private func spans(_ text: String) -> [(text: String, role: Screen.Role?)] {
        var result: [(text: String, role: Screen.Role?)] = []
        var plain = ""
        var rest = text[...]
        func take(_ mark: String) -> Substring? {
            let inside = rest.dropFirst(mark.count)
            guard rest.hasPrefix(mark), let end = inside.firstRange(of: mark),
                end.lowerBound > inside.startIndex, inside.first != " "
            else { return nil }
            rest = inside[end.upperBound...]
            return inside[..<end.lowerBound]
        }
        while let next = rest.first {
            let found: (text: String, role: Screen.Role?)
            if next == "\\", rest.count > 1, let escaped = rest.dropFirst().first,
                escaped.isPunctuation || escaped.isSymbol
            {
                plain.append(escaped)
                rest = rest.dropFirst(2)
                continue
            } else if let code = take("``") ?? take("`") {
                found = (String(code), .code)
            } else if let maths = take("$$") ?? take("$") {
                found = (PlainMaths.text(String(maths)), nil)
            } else if let bold = take("**") {
                found = (String(bold), .strong)
            } else if let slanted = take("*") {
                found = (String(slanted), .emphasis)
            } else {
                plain.append(next)
                rest = rest.dropFirst()
                continue
            }
            if !plain.isEmpty { result.append((plain, nil)) }
            plain = ""
            result.append(found)
        }
        if !plain.isEmpty { result.append((plain, nil)) }
        return result
    }
}
