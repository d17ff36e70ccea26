import Diagnostics

/// Items and statements.
extension Parser {
    /// The items up to the end of a block or of the text.
    mutating func items() -> [Statement] {
        var statements: [Statement] = []
        while true {
            while current.kind == .newline || at(.semicolon) { advance() }
            switch current.kind {
            case .end, .symbol(.rightBrace), .interpolationEnd, .stringEnd: return statements
            default:
                if at(.minus), let last = statements.last { warnOfLeadingMinus(after: last) }
                statements.append(itemToItsEnd())
            }
        }
    }

    /// An item, and a message if something else follows on its line. Always reads at least one
    /// token.
    mutating func itemToItsEnd() -> Statement {
        let start = position
        let statement = item()
        let isNext = runsOn && current.startsLine
        if !endsStatement, !isNext, !(at(.else) && pythonDepth > 0) {
            reportRest(after: statement, from: start)
        }
        if position == start { skipToken() }
        return statement
    }

    ///     item = func | model | optimizer | statement
    mutating func item() -> Statement {
        let start = position
        let documentation = layout.documentation[start]
        if at(.func) {
            return Statement(.function(function(documentation)), span(from: start))
        }
        if atWord("model"), token(1).kind == .name {
            return Statement(.model(model(documentation)), span(from: start))
        }
        if atWord("optimizer"), token(1).kind == .name {
            return Statement(.optimizer(optimizer(documentation)), span(from: start))
        }
        if let foreign = pythonStatement(documentation) { return foreign }
        return statement()
    }

    ///     statement = ("let" | "var") pattern [":" (shape | shapes "->" shapes)] "=" expr
    ///               | target ("=" | "+=" | "-=" | "*=" | "/=") expr | "dims" name,…
    ///               | "for" pattern "in" head block | "while" head block
    ///               | "break" | "continue" | "return" [expr] | "assert" expr ["," expr]
    ///               | "import" (name | string) ["as" name] | expr
    mutating func statement() -> Statement {
        let start = position
        let kind: Statement.Kind =
            switch current.keyword {
            case .let, .var: binding()
            case .for: forLoop()
            case .while: whileLoop()
            case .break: single(.breakLoop)
            case .continue: single(.continueLoop)
            case .return: returnStatement()
            case .assert: assertion()
            case .import: importStatement()
            default:
                if atWord("dims"), token(1).kind == .name { dims() } else { expressionStatement() }
            }
        return Statement(kind, span(from: start))
    }

    private mutating func single(_ kind: Statement.Kind) -> Statement.Kind {
        advance()
        return kind
    }

    // MARK: Names

    private mutating func binding() -> Statement.Kind {
        let start = position
        let keyword = text(advance())
        var pattern = pattern()
        if let foreign = foreignBinding(keyword, pattern, from: start) { return foreign }
        if at(.comma) { pattern = barePattern(from: pattern, after: keyword) }
        reportDuplicates(pattern.names)
        var annotation: Annotation?
        if accept(.colon) != nil { annotation = self.annotation() }
        if at(.equal) { return comparisonInLet(keyword, pattern, from: start) }
        guard accept(.assign) != nil else {
            if previous?.kind == .name, endsStatement {
                report(
                    SyntaxDiagnostics.missingValue(
                        keyword, source.text(of: pattern.span), spanAfterPrevious))
            } else {
                reportExpected("`=` and a value")
            }
            return .binding(
                isVariable: keyword == "var", pattern, annotation, missing(spanAfterPrevious))
        }
        let value = tupleExpression(after: keyword, pattern)
        return .binding(isVariable: keyword == "var", pattern, annotation, value)
    }

    /// `a, b` where Python would have a tuple.
    private mutating func barePattern(from first: Pattern, after word: String) -> Pattern {
        var parts = [first]
        let place = position
        while accept(.comma) != nil { parts.append(pattern()) }
        let all = first.span.union(spanAfterPrevious)
        let written = "\(word) (\(source.text(of: all)))"
        if place > 0 { reportMeaning(SyntaxDiagnostics.bareTuple(all, written: written)) }
        return Pattern(.tuple(parts), all)
    }

    private mutating func annotation() -> Annotation? {
        guard at(.leftBracket) || at(.leftParenthesis) else {
            return typeAnnotation().map { .shape($0) }
        }
        let inputs = shapes()
        if accept(.arrow) != nil {
            let outputs = shapes()
            return .signature(inputs: inputs.all, outputs: outputs)
        }
        switch inputs {
        case .one(let shape): return .shape(shape)
        case .several:
            reportExpected("`->` and the shape of the result")
            return nil
        }
    }

    private mutating func dims() -> Statement.Kind {
        advance()
        var names = [takeWord()]
        while accept(.comma) != nil { names.append(name("a name of a dimension")) }
        reportDuplicates(names)
        return .dims(names)
    }

    private mutating func importStatement() -> Statement.Kind {
        let start = position
        advance()
        if blockDepth > 0 { reportMeaning(SyntaxDiagnostics.importPlace(span(from: start))) }
        let place = current
        let origin: Import.Source
        if case .stringStart = current.kind {
            origin = .path(plainString())
        } else {
            origin = .name(name("the name of a module, or its file in quotes").text)
        }
        let originSpan = place.kind == .name ? span(place) : span(from: start + 1)
        if case .name(let module) = origin { reportForeignModule(module, from: start) }
        var alias: Name?
        if atWord("as") {
            advance()
            alias = name("a name for the module")
        }
        if at(.comma) { reportSeveralModules(from: start) }
        return .importModule(Import(source: origin, sourceSpan: originSpan, alias: alias))
    }

    // MARK: Control

    private mutating func forLoop() -> Statement.Kind {
        let start = position
        let fallback = Statement.Kind.expression(missing(span(current)), isDiscarded: false)
        return nested(fallback) { parser in
            parser.advance()
            if let foreign = parser.foreignFor(from: start) { return foreign }
            var pattern = parser.pattern()
            if parser.at(.comma) { pattern = parser.barePattern(from: pattern, after: "for") }
            parser.reportDuplicates(pattern.names)
            if parser.at(.assign), let bounds = parser.boundsAfterAssign(pattern) {
                return .forLoop(pattern, bounds, parser.foreignBody("for", from: start))
            }
            if parser.accept(.in) == nil { parser.reportExpected("`in`") }
            let sequence = parser.head()
            let body = parser.body(of: "for", from: start)
            return .forLoop(pattern, sequence, body)
        }
    }

    private mutating func whileLoop() -> Statement.Kind {
        let start = position
        let fallback = Statement.Kind.expression(missing(span(current)), isDiscarded: false)
        return nested(fallback) { parser in
            parser.advance()
            let condition = parser.head()
            return .whileLoop(condition, parser.body(of: "while", from: start))
        }
    }

    private mutating func returnStatement() -> Statement.Kind {
        advance()
        return .returnValue(endsStatement ? nil : tupleExpression())
    }

    private mutating func assertion() -> Statement.Kind {
        advance()
        let condition = expression()
        let message = accept(.comma) == nil ? nil : expression()
        return .assertion(condition, message)
    }

    // MARK: Expressions and assignments

    private mutating func expressionStatement() -> Statement.Kind {
        let start = position
        if at(.exclamation), token(1).kind == .name, token(2).isWord, !token(2).startsLine {
            report(SyntaxDiagnostics.magic("!", span(current)))
            skipStatement()
            return .expression(missing(span(from: start)), isDiscarded: false)
        }
        skipLeadingOperator()
        if position > start, endsStatement {
            return .expression(missing(span(from: start)), isDiscarded: false)
        }
        let left = tupleExpression()
        if at(.walrus) {
            report(SyntaxDiagnostics.walrus(short(left.span), span(current)))
            skipStatement()
        }
        if let symbol = current.symbol,
            let operation = AssignmentOperator(rawValue: symbol.rawValue)
        {
            advance()
            let target = target(from: left)
            return .assignment(target, operation, tupleExpression())
        }
        return .expression(left, isDiscarded: at(.semicolon))
    }

    /// A statement cannot start with an infix operator: says where it belongs.
    private mutating func skipLeadingOperator() {
        guard let infix = Infix(at: self), !current.startsOperand || current.keyword == .not else {
            if case .symbol(.dot) = current.kind, token(1).isWord {
                report(SyntaxDiagnostics.leadingOperator(".", span(current)))
                skipStatement()
            } else if at(.else) {
                report(SyntaxDiagnostics.leadingElse(span(current)))
                skipStatement()
            }
            return
        }
        if at(.at), token(1).kind == .name, token(1).start == current.end {
            let place = position
            advance()
            let name = takeWord().text
            let isPlain =
                endsStatement && !["staticmethod", "property", "classmethod"].contains(name)
            report(
                SyntaxDiagnostics.decorator(isPlain ? name : nil, span(layout.tokens[place])),
                at: place)
            return skipStatement()
        }
        if at(.percent), token(1).kind == .name, token(1).start == current.end {
            report(SyntaxDiagnostics.magic("%", span(current)))
            return skipStatement()
        }
        report(SyntaxDiagnostics.leadingOperator(infix.text, span(current)))
        // `// …` is somebody's comment.
        if at(.floorDivide) { return skipStatement() }
        for _ in 0..<infix.tokenCount { advance() }
    }

    /// An expression; `a, b` is reported and read as a tuple. `let x = 1, y = 2` defines two names.
    mutating func tupleExpression(
        after keyword: String? = nil, _ pattern: Pattern? = nil
    ) -> Expression {
        let first = expression()
        guard at(.comma), !isMissing(first) else { return first }
        if let keyword, let pattern, token(1).kind == .name, token(2).kind == .symbol(.assign) {
            reportSeveralBindings(keyword, pattern, first)
            return first
        }
        var parts = [first]
        while accept(.comma) != nil {
            if at(.times), token(1).kind == .name {
                report(SyntaxDiagnostics.restPattern(text(token(1)), span(current)))
                skipStatement()
                return Expression(.tuple(parts), first.span.union(spanAfterPrevious))
            }
            parts.append(expression())
        }
        let all = first.span.union(spanAfterPrevious)
        let written = thousands(all) ?? "(\(short(all)))"
        reportMeaning(SyntaxDiagnostics.bareTuple(all, written: written))
        return Expression(.tuple(parts), all)
    }

    /// `1_000` for `1,000`.
    private func thousands(_ span: Span) -> String? {
        let groups = source.text(of: span).split(separator: ",", omittingEmptySubsequences: false)
        let isNumber = groups.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard isNumber, groups.dropFirst().allSatisfy({ $0.count == 3 }) else { return nil }
        return groups.joined(separator: "_")
    }

    func isMissing(_ expression: Expression) -> Bool {
        if case .missing = expression.kind { true } else { false }
    }

    func missing(_ span: Span) -> Expression { Expression(.missing, span) }
}
