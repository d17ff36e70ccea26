/// A token of TeX.
enum TeXToken: Hashable {
    /// `\alpha`, or a backslash with one other character: `\{`.
    case command(String)
    case character(Character)
    case openBrace, closeBrace, superscript, lowerScript, align
    /// One or more blanks or line ends.
    case space

    /// The token as it is written.
    var source: String {
        switch self {
        case .command(let name): "\\" + name
        case .character(let character): String(character)
        case .openBrace: "{"
        case .closeBrace: "}"
        case .superscript: "^"
        case .lowerScript: "_"
        case .align: "&"
        case .space: " "
        }
    }
}

func texTokens(_ text: String) -> [TeXToken] {
    var tokens: [TeXToken] = []
    var rest = text[...]
    while let first = rest.popFirst() {
        switch first {
        case "\\":
            let letters = rest.prefix { $0.isASCII && $0.isLetter }
            let name = letters.isEmpty ? rest.prefix(1) : letters
            rest = rest.dropFirst(name.count)
            if name.isEmpty {
                tokens.append(.character("\\"))
            } else {
                tokens.append(.command(name.allSatisfy(\.isWhitespace) ? " " : String(name)))
            }
        case "{": tokens.append(.openBrace)
        case "}": tokens.append(.closeBrace)
        case "^": tokens.append(.superscript)
        case "_": tokens.append(.lowerScript)
        case "&": tokens.append(.align)
        case _ where first.isWhitespace:
            if tokens.last != .space { tokens.append(.space) }
        default: tokens.append(.character(first))
        }
    }
    return tokens
}
