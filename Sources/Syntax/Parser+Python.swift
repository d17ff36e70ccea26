import Diagnostics

/// Habits from Python: what is meant is understood, and a message says what to write instead.
extension Parser {
    // MARK: Statements

    /// A statement of Python's that begins with a word which is an ordinary name here.
    mutating func pythonStatement(_ documentation: String?) -> Statement? {
        guard current.kind == .name else { return nil }
        let start = position
        let next = token(1)
        switch text(current) {
        case "def" where next.kind == .name:
            return Statement(.function(pythonFunction(documentation)), span(from: start))
        case "class" where next.kind == .name:
            report(SyntaxDiagnostics.classDefinition(text(next), span(current)))
        case "with" where next.kind == .name:
            report(
                text(next) == "open"
                    ? SyntaxDiagnostics.withOpen(readingFile, span(current))
                    : SyntaxDiagnostics.with(span(current)))
        case "from" where next.kind == .name:
            reportFrom(next)
        case "except" where next.kind == .symbol(.colon) || next.kind == .name,
            "finally" where next.kind == .symbol(.colon):
            report(SyntaxDiagnostics.pythonTry(span(current)))
        case "elif" where startsElif(0):
            report(SyntaxDiagnostics.elif("elif", span(current)))
        default:
            return nil
        }
        skipStatement()
        skipIndented(from: start)
        return Statement(
            .expression(missing(span(from: start)), isDiscarded: false), span(from: start))
    }

    /// `try:` with its body and the `except` that follows.
    mutating func pythonTry(from start: Int) -> Expression {
        report(SyntaxDiagnostics.pythonTry(span(current)))
        _ = indentedBody(from: start)
        while current.kind == .newline,
            isWord(token(1), "except") || isWord(token(1), "finally")
        {
            advance()
            skipStatement()
            skipIndented(from: start)
        }
        return missing(span(from: start))
    }

    // MARK: Indentation

    /// A body after a colon: one statement on the line, or the lines that are indented more than
    /// that of the token `header`. The colon has been reported.
    mutating func indentedBody(from header: Int) -> Block {
        let start = position
        advance()
        pythonDepth += 1
        blockDepth += 1
        defer {
            pythonDepth -= 1
            blockDepth -= 1
        }
        var statements: [Statement] = []
        if !endsStatement { statements.append(itemToItsEnd()) }
        while isIndentedMore(than: header) {
            advance()
            if endsStatement { continue }
            statements.append(itemToItsEnd())
        }
        return Block(items: statements, span: span(from: start))
    }

    /// Skips the lines that are indented more than that of the token `header`.
    mutating func skipIndented(from header: Int) {
        while isIndentedMore(than: header) {
            advance()
            while !endsStatement { skipToken() }
        }
    }

    /// The next line belongs to the body that the line of `header` began.
    private func isIndentedMore(than header: Int) -> Bool {
        if at(.semicolon) { return true }
        guard current.kind == .newline, token(1).kind != .end else { return false }
        return indentation(of: token(1)) > indentation(of: layout.tokens[header])
    }

    private func indentation(of token: Token) -> Int {
        let lineStart = source.lineStarts[source.line(at: token.start)]
        let blanks: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t")]
        return source.utf8[lineStart...].prefix { blanks.contains($0) }.count
    }

    // MARK: Expressions

    /// `True`, `False`, `None`, `self.x` and `f"…"`; `nil` for an ordinary name.
    mutating func pythonName() -> Expression? {
        let start = position
        let word = text(current)
        switch word {
        case "True", "False":
            report(SyntaxDiagnostics.literal(word, word.lowercased(), span(current)))
            correct(span(advance()), word.lowercased())
            return Expression(.boolean(word == "True"), span(from: start))
        case "None":
            report(SyntaxDiagnostics.literal(word, "nil", span(current)))
            correct(span(advance()), "nil")
            return Expression(.none, span(from: start))
        case "self" where modelDepth > 0 && token(1).kind == .symbol(.dot) && token(2).isWord:
            return selfMember()
        default:
            guard Lexer.stringPrefixes.contains(word), token(1).start == current.end,
                token(1).isStringStart
            else { return nil }
            return prefixedString(word)
        }
    }

    /// `self.x`; one message for a model says it for all of them.
    private mutating func selfMember() -> Expression {
        let place = span(advance())
        advance()
        let name = takeWord()
        if !hasReportedSelf {
            reportMeaning(SyntaxDiagnostics.selfMember(name.text, place))
            hasReportedSelf = true
        }
        correct(place.union(name.span), name.text)
        return Expression(.name(name.text), name.span)
    }

    /// `f"…"`, `f'…'`, `r'…'`
    private mutating func prefixedString(_ prefix: String) -> Expression {
        let place = position
        advance()
        var written: String?
        if current.kind == .foreignString {
            let raw = text(current)
            let marks = raw.hasPrefix("'''") ? 3 : 1
            written = Self.quoted(
                raw.dropFirst(marks).dropLast(marks), prefix: prefix.lowercased())
        }
        report(
            SyntaxDiagnostics.stringPrefix(prefix, written: written, span(layout.tokens[place])),
            at: place)
        let value = current.kind == .foreignString ? foreignString() : string()
        if let written { correct(span(from: place), written) }
        return value
    }

    /// The string in double quotes: of `f` the braces stay, of `r` the backslashes.
    private static func quoted(_ content: Substring, prefix: String) -> String? {
        guard content.count <= 60, !content.contains("\n") else { return nil }
        let isFormat = prefix.contains("f")
        var text = String(content)
        if prefix.contains("r") { text = text.replacing("\\", with: "\\\\") }
        if isFormat { text = text.replacing("{{", with: "\\{").replacing("}}", with: "}") }
        var result = ""
        var depth = 0
        for character in text {
            if isFormat, character == "{", result.last != "\\" { depth += 1 }
            if character == "}", depth > 0 { depth -= 1 }
            if character == "\"", depth == 0, result.last != "\\" { result.append("\\") }
            if character == "{", !isFormat { result.append("\\") }
            result.append(character)
        }
        return "\"\(result)\""
    }

    var startsPythonLambda: Bool {
        guard atWord("lambda") else { return false }
        switch token(1).kind {
        case .name: return true
        // In brackets it is a label.
        case .symbol(.colon): return !context.isInBrackets && token(2).kind != .newline
        default: return false
        }
    }

    /// `lambda x, y: e`
    mutating func pythonLambda() -> Expression {
        let start = position
        advance()
        var patterns: [Pattern] = []
        while !at(.colon), !endsStatement {
            patterns.append(pattern())
            if accept(.assign) != nil { _ = pipe() }
            if accept(.comma) == nil { break }
        }
        guard accept(.colon) != nil else {
            reportExpected("`=>` and the body of the function")
            return missing(span(from: start))
        }
        let body = expression()
        let names = patterns.map { short($0.span) }.joined(separator: ", ")
        let written = (patterns.count == 1 ? names : "(\(names))") + " => \(short(body.span))"
        reportMeaning(SyntaxDiagnostics.lambda(written, span(layout.tokens[start])))
        let all = span(from: start)
        correct(all, written)
        return Expression(.lambda(patterns, .expression(body)), all)
    }

    /// What other languages let follow an expression: `a if c else b`, `e for x in xs`, `x++`,
    /// `x -> x + 1`.
    mutating func pythonTail(after value: Expression) -> Expression {
        if isMissing(value) { return value }
        if at(.if), !context.allowsCondition { return pythonConditional(value) }
        if at(.for), context.isInBrackets, !context.leavesFor { return comprehension(value) }
        if at(.arrow), let lambda = arrowLambda(value) { return lambda }
        if at(.doublePlus) {
            report(SyntaxDiagnostics.increment(short(value.span), span(current)))
            advance()
        } else if atDecrement {
            report(
                SyntaxDiagnostics.decrement(
                    short(value.span), span(current).union(span(token(1)))))
            advance()
            advance()
        }
        return value
    }

    private mutating func pythonConditional(_ value: Expression) -> Expression {
        let sign = span(advance())
        let condition = pipe()
        var inner = context
        inner.leavesFor = true
        let otherwise = accept(.else) == nil ? nil : with(inner) { $0.expression() }
        var written = "if \(short(condition.span)) { \(short(value.span)) }"
        if let otherwise { written += " else { \(short(otherwise.span)) }" }
        reportMeaning(SyntaxDiagnostics.pythonConditional(written, sign))
        let branch = ConditionalBranch(condition: condition, body: Block(value))
        let all = value.span.union(spanAfterPrevious)
        correct(all, written)
        let whole = Expression(.conditional([branch], otherwise: otherwise.map { Block($0) }), all)
        if at(.for), context.isInBrackets, !context.leavesFor { return comprehension(whole) }
        return whole
    }

    /// `x -> x + 1` and `(x, y) -> x + y`; `nil` if no names stand before the arrow.
    private mutating func arrowLambda(_ value: Expression) -> Expression? {
        let parts: [Expression]
        if case .tuple(let items) = value.kind { parts = items } else { parts = [value] }
        let patterns = parts.compactMap { part -> Pattern? in
            if case .name(let name) = part.kind { Pattern(.name(name), part.span) } else { nil }
        }
        guard patterns.count == parts.count,
            token(1).startsOperand || token(1).kind == .symbol(.leftBrace)
        else { return nil }
        let place = position
        let sign = span(advance())
        let body = lambdaBody()
        let all = value.span.union(spanAfterPrevious)
        let right = short(Span(source, sign.end, all.end)).drop { $0 == " " }
        let written = "\(short(value.span)) => \(right)"
        report(SyntaxDiagnostics.arrowLambda(written, sign), at: place)
        correct(all, written)
        return Expression(.lambda(patterns, body), all)
    }

    // MARK: Modules

    private static let foreignModules: Set<String> = [
        "torch", "torchvision", "torchaudio", "numpy", "tensorflow", "keras", "jax", "flax",
        "pandas", "matplotlib", "seaborn", "sklearn", "scipy",
    ]

    private static let pythonModules: Set<String> = [
        "math", "random", "os", "sys", "time", "json", "re", "copy", "csv", "glob", "typing",
        "functools", "itertools", "collections", "pathlib", "dataclasses", "__future__", "tqdm",
    ]

    private mutating func reportFrom(_ module: Token) {
        let place = span(current).union(span(module))
        let name = text(module)
        if Self.foreignModules.contains(name) {
            report(SyntaxDiagnostics.foreignModule(name, place))
        } else if Self.pythonModules.contains(name) {
            report(SyntaxDiagnostics.pythonModule(name, place))
        } else {
            report(SyntaxDiagnostics.from(name, span(current)))
        }
    }

    /// What to write for `with open("f") as g`, to read.
    private var readingFile: String? {
        guard token(2).kind == .symbol(.leftParenthesis) else { return nil }
        let place = position + 3
        let end: Int
        switch token(3).kind {
        case .foreignString: end = place
        case .stringStart where layout.partners[place] > place: end = layout.partners[place]
        default: return nil
        }
        guard layout.tokens[end + 1].kind == .symbol(.rightParenthesis) else { return nil }
        let path = source.text(of: Span(source, layout.tokens[place].start, layout.tokens[end].end))
        return "let text = readText(\(path.replacing("'", with: "\"")))"
    }

    /// `import a, b`
    mutating func reportSeveralModules(from start: Int) {
        let place = position
        var names = [text(layout.tokens[start + 1])]
        while accept(.comma) != nil, current.kind == .name {
            names.append(takeWord().text)
            while at(.dot) || atWord("as") {
                advance()
                if current.isWord { advance() }
            }
        }
        if names.allSatisfy({ Self.pythonModules.contains($0) }) {
            report(
                SyntaxDiagnostics.pythonModule(names[0], span(layout.tokens[start + 1])), at: place)
        } else if Self.foreignModules.isDisjoint(with: names) {
            let written = names.map { "import \($0)" }.joined(separator: "; ")
            let sign = span(layout.tokens[place])
            report(SyntaxDiagnostics.severalModules(written, sign), at: place)
        } else if !Self.foreignModules.contains(names[0]) {
            report(
                SyntaxDiagnostics.foreignModule(
                    names.first(where: Self.foreignModules.contains) ?? "", span(from: start)),
                at: place)
        }
        skipStatement()
    }

    mutating func reportForeignModule(_ module: String, from start: Int) {
        let all = span(from: start)
        if Self.foreignModules.contains(module) {
            while at(.dot), token(1).isWord {
                advance()
                advance()
            }
            reportMeaning(SyntaxDiagnostics.foreignModule(module, all))
        } else if at(.dot) {
            report(SyntaxDiagnostics.dottedModule(module, span(current)))
            while at(.dot), token(1).isWord {
                advance()
                advance()
            }
        }
    }
}

extension Token {
    fileprivate var isStringStart: Bool {
        if case .stringStart = kind { true } else { kind == .foreignString }
    }
}

extension Block {
    init(_ value: Expression) {
        let statement = Statement(.expression(value, isDiscarded: false), value.span)
        self.init(items: [statement], span: value.span)
    }
}
