import Diagnostics
import Syntax

/// What kind of word stands before the cursor; found from the text alone.
struct CompletionContext: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        /// A name, or a label of the call around it.
        case name(call: [String]?, given: [String])
        /// What follows a dot; the names before it, `nil` if there is another expression.
        case member(of: [String]?)
        /// The same after a text, a list or a dict that is written there.
        case memberOfLiteral(type: String)
        /// The inside of a string that names a file.
        case file
        /// A key of the dict that the names lead to.
        case key(of: [String])
        /// The name of a data set.
        case dataset
        /// A file of a data set.
        case dataFile
        /// A module after `import`.
        case module
        /// A command after the colon.
        case command
        /// The argument of a command, and where it starts.
        case argument(command: String)
        /// A name after `?`.
        case question
        case nothing
    }

    var kind: Kind
    /// The beginning of the word.
    var word: String
    /// Names that the entry itself holds above the cursor: parameters, what a line before defines.
    var written: [String] = []

    /// - Parameter text: The entry up to the cursor.
    init(_ text: String) {
        self.word = ""
        self.kind = .nothing
        if text.hasPrefix(":") {
            readCommand(text.dropFirst())
        } else if text.hasPrefix("?") {
            let rest = text.drop { $0 == "?" || $0 == " " }
            let dot = rest.lastIndex(of: ".")
            word = String(dot.map { rest[rest.index(after: $0)...] } ?? rest)
            kind = dot.map { .member(of: rest[..<$0].split(separator: ".").map(String.init)) }
                ?? .question
        } else {
            readCode(text)
        }
    }

    private mutating func readCommand(_ text: Substring) {
        guard let space = text.firstIndex(of: " ") else {
            word = String(text)
            kind = .command
            return
        }
        let command = String(text[..<space])
        let argument = text[space...].drop { $0 == " " }
        switch ColonCommand.named(command)?.argument {
        case .expression: readCode(String(argument))
        case .file, .name, .number, .cell, nil:
            word = String(argument)
            kind = .argument(command: command)
        }
    }

    private mutating func readCode(_ text: String) {
        let source = SourceText(name: "completion", text: text)
        var tokens = Lexer.tokens(of: source).tokens.filter { token in
            switch token.kind {
            case .newline, .documentation, .unknown, .end: false
            default: true
            }
        }
        let end = source.utf8.count
        if case .comment? = tokens.last?.kind { return }
        tokens.removeAll { $0.kind == .comment }
        // The lexer closes what is open with empty tokens: the first of them says what that is.
        var open: TokenKind?
        while let last = tokens.last, last.start == last.end,
            last.kind == .stringEnd || last.kind == .interpolationEnd
        {
            open = last.kind
            tokens.removeLast()
        }
        if open == .stringEnd { return readString(tokens, source) }
        if let last = tokens.last, last.end == end, Self.isWord(last) {
            word = source.text(of: Span(source, last.start, last.end))
            tokens.removeLast()
        } else if let last = tokens.last, last.end == end, Self.endsOperand(last) {
            return
        }
        for (index, token) in tokens.enumerated() where token.kind == .name {
            if index > 0, tokens[index - 1].kind == .symbol(.dot) { continue }
            written.append(source.text(of: Span(source, token.start, token.end)))
        }
        readPlace(tokens, source)
    }

    private mutating func readPlace(_ tokens: [Token], _ source: SourceText) {
        if tokens.last?.kind == .symbol(.dot) {
            let path = Self.path(endingAt: tokens.count - 2, tokens, source)
            let type = path == nil ? Self.literal(endingAt: tokens.count - 2, tokens) : nil
            kind = type.map { .memberOfLiteral(type: $0) } ?? .member(of: path)
        } else if tokens.last?.kind == .keyword(.import) {
            kind = .module
        } else {
            let call = Self.call(around: tokens, source)
            kind = .name(call: call?.path, given: call?.given ?? [])
        }
    }

    private mutating func readString(_ tokens: [Token], _ source: SourceText) {
        guard let start = tokens.lastIndex(where: { Self.isStringStart($0) }) else { return }
        word = source.text(of: Span(source, tokens[start].end, source.utf8.count))
        let before = start > 0 ? tokens[start - 1].kind : nil
        if before == .keyword(.import) { kind = .file }
        if before == .symbol(.leftBracket),
            let path = Self.path(endingAt: start - 2, tokens, source)
        {
            kind = .key(of: path)
        }
        guard before == .symbol(.leftParenthesis) || before == .symbol(.comma),
            let call = Self.call(around: Array(tokens[..<start]), source),
            let function = call.path?.last
        else { return }
        if function == "dataset" { kind = .dataset }
        if function == "dataFile" { kind = .dataFile }
        let verbs = ["read", "load", "save", "write", "listFiles", "checkpoint", "csvLog"]
        if verbs.contains(where: function.hasPrefix) { kind = .file }
    }

    // MARK: Tokens

    private static func isWord(_ token: Token) -> Bool {
        if case .keyword = token.kind { return true }
        return token.kind == .name
    }

    private static func isStringStart(_ token: Token) -> Bool {
        if case .stringStart = token.kind { return true }
        return false
    }

    private static func endsOperand(_ token: Token) -> Bool {
        switch token.kind {
        case .integer, .float, .stringEnd, .foreignString, .symbol(.rightParenthesis),
            .symbol(.rightBracket), .symbol(.rightBrace):
            true
        default: false
        }
    }

    private static func isOperandEnd(_ token: Token) -> Bool {
        token.kind == .name || endsOperand(token)
    }

    /// The names joined by dots that end at an index; `nil` if something else ends there.
    private static func path(
        endingAt index: Int, _ tokens: [Token], _ source: SourceText
    ) -> [String]? {
        var path: [String] = []
        var index = index
        while index >= 0 {
            // `[0]`
            while index > 2, tokens[index].kind == .symbol(.rightBracket),
                tokens[index - 1].kind == .integer,
                tokens[index - 2].kind == .symbol(.leftBracket), isOperandEnd(tokens[index - 3])
            {
                let number = tokens[index - 1]
                path.insert("[\(source.text(of: Span(source, number.start, number.end)))]", at: 0)
                index -= 3
            }
            guard isWord(tokens[index]) else { return nil }
            let token = tokens[index]
            path.insert(source.text(of: Span(source, token.start, token.end)), at: 0)
            guard index > 0, tokens[index - 1].kind == .symbol(.dot) else { return path }
            index -= 2
        }
        return nil
    }

    /// The type of what is written out and ends at an index: a text, a list or a dict.
    private static func literal(endingAt index: Int, _ tokens: [Token]) -> String? {
        guard index >= 0 else { return nil }
        if tokens[index].kind == .stringEnd { return "String" }
        guard tokens[index].kind == .symbol(.rightBracket) else { return nil }
        var depth = 0
        var hasColon = false
        for start in (0...index).reversed() {
            switch tokens[start].kind {
            case .symbol(.rightBracket), .symbol(.rightParenthesis), .symbol(.rightBrace):
                depth += 1
            case .symbol(.leftBracket), .symbol(.leftParenthesis), .symbol(.leftBrace):
                depth -= 1
                guard depth == 0 else { continue }
                if start > 0, isOperandEnd(tokens[start - 1]) { return nil }
                return hasColon ? "Dict" : "List"
            case .symbol(.colon) where depth == 1: hasColon = true
            default: break
            }
        }
        return nil
    }

    /// The call whose argument comes next, and the labels that it has already.
    private static func call(
        around tokens: [Token], _ source: SourceText
    ) -> (path: [String]?, given: [String])? {
        switch tokens.last?.kind {
        case .symbol(.leftParenthesis), .symbol(.comma): break
        default: return nil
        }
        var depth = 0
        var given: [String] = []
        for index in tokens.indices.reversed() {
            switch tokens[index].kind {
            case .symbol(.rightParenthesis), .symbol(.rightBracket), .symbol(.rightBrace):
                depth += 1
            case .symbol(.leftParenthesis) where depth == 0:
                return (path(endingAt: index - 1, tokens, source), given)
            case .symbol(.leftBracket), .symbol(.leftBrace), .symbol(.leftParenthesis):
                if depth == 0 { return nil }
                depth -= 1
            case .symbol(.colon) where depth == 0 && index > 0 && isWord(tokens[index - 1]):
                let label = tokens[index - 1]
                given.append(source.text(of: Span(source, label.start, label.end)))
            default: break
            }
        }
        return nil
    }
}
