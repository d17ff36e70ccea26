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
            report(SyntaxDiagnostics.def(text(next), span(current)))
            return Statement(.function(function(documentation)), span(from: start))
        case "class" where next.kind == .name:
            report(SyntaxDiagnostics.classDefinition(text(next), span(current)))
        case "with" where next.kind == .name:
            report(SyntaxDiagnostics.with(span(current)))
        case "from" where next.kind == .name:
            let module = text(next)
            report(
                Self.foreignModules.contains(module)
                    ? SyntaxDiagnostics.foreignModule(module, span(current).union(span(next)))
                    : SyntaxDiagnostics.from(module, span(current)))
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
            advance()
            return Expression(.boolean(word == "True"), span(from: start))
        case "None":
            report(SyntaxDiagnostics.literal(word, "nil", span(current)))
            advance()
            return Expression(.none, span(from: start))
        case "self" where modelDepth > 0 && token(1).kind == .symbol(.dot) && token(2).isWord:
            report(SyntaxDiagnostics.selfMember(text(token(2)), span(current)))
            advance()
            advance()
            let name = takeWord()
            return Expression(.name(name.text), name.span)
        case "f", "F", "r", "R", "b", "u", "rf", "fr":
            guard token(1).start == current.end, token(1).isStringStart else { return nil }
            report(SyntaxDiagnostics.stringPrefix(word, span(current)))
            advance()
            return current.kind == .foreignString ? foreignString() : string()
        default:
            return nil
        }
    }

    var startsPythonLambda: Bool { atWord("lambda") && token(1).kind == .name }

    /// `lambda x, y: e`
    mutating func pythonLambda() -> Expression {
        let start = position
        let place = position
        advance()
        var patterns = [pattern()]
        while accept(.comma) != nil { patterns.append(pattern()) }
        guard accept(.colon) != nil else {
            reportExpected("`=>` and the body of the function")
            return missing(span(from: start))
        }
        let body = expression()
        let names = patterns.map { short($0.span) }.joined(separator: ", ")
        let left = patterns.count == 1 ? names : "(\(names))"
        reportMeaning(
            SyntaxDiagnostics.lambda(
                "\(left) => \(short(body.span))", span(layout.tokens[place])))
        return Expression(.lambda(patterns, .expression(body)), span(from: start))
    }

    /// What Python lets follow an expression: `a if c else b`, `e for x in xs`, and C's `x++`.
    mutating func pythonTail(after value: Expression) -> Expression {
        if isMissing(value) { return value }
        if at(.if), !context.allowsCondition { return pythonConditional(value) }
        if at(.for), context.isInBrackets { return comprehension(value) }
        if at(.doublePlus) {
            report(SyntaxDiagnostics.increment(short(value.span), span(current)))
            advance()
        }
        return value
    }

    private mutating func pythonConditional(_ value: Expression) -> Expression {
        let sign = span(advance())
        let condition = pipe()
        let otherwise = accept(.else) == nil ? nil : expression()
        var written = "if \(short(condition.span)) { \(short(value.span)) }"
        if let otherwise { written += " else { \(short(otherwise.span)) }" }
        reportMeaning(SyntaxDiagnostics.pythonConditional(written, sign))
        let branch = ConditionalBranch(condition: condition, body: Block(value))
        let all = value.span.union(spanAfterPrevious)
        return Expression(.conditional([branch], otherwise: otherwise.map { Block($0) }), all)
    }

    private mutating func comprehension(_ value: Expression) -> Expression {
        let sign = span(advance())
        var inner = context
        inner.allowsCondition = true
        with(inner) { parser in
            let pattern = parser.pattern()
            if parser.accept(.in) == nil { parser.reportExpected("`in`") }
            let sequence = parser.pipe()
            let name = parser.short(pattern.span)
            var written = parser.short(sequence.span)
            if case .range = sequence.kind { written = "(\(written))" }
            if parser.accept(.if) != nil {
                let condition = parser.pipe()
                written += ".filter(\(name) => \(parser.short(condition.span)))"
            }
            let element = parser.short(value.span)
            if element != name { written += ".map(\(name) => \(element))" }
            parser.reportMeaning(SyntaxDiagnostics.comprehension(written, sign))
        }
        return value
    }

    // MARK: Modules

    private static let foreignModules: Set<String> = [
        "torch", "torchvision", "torchaudio", "numpy", "tensorflow", "keras", "jax", "flax",
        "pandas", "matplotlib", "seaborn", "sklearn", "scipy",
    ]

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
    fileprivate init(_ value: Expression) {
        let statement = Statement(.expression(value, isDiscarded: false), value.span)
        self.init(items: [statement], span: value.span)
    }
}
