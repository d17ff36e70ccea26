import Diagnostics

/// Functions, models and optimizers.
extension Parser {
    ///     func = "func" name params ["->" shapes] block
    mutating func function(
        _ documentation: String?, isPython: Bool = false
    ) -> FunctionDeclaration {
        let start = position
        advance()
        return signatureAndBody(
            name("a name for the function"), from: start, documentation, what: "func",
            isPython: isPython)
    }

    /// What follows the name of a function, `forward` or `update`.
    private mutating func signatureAndBody(
        _ name: Name, from start: Int, _ documentation: String?, what: String,
        isPython: Bool = false
    ) -> FunctionDeclaration {
        var declaration = FunctionDeclaration(
            name: name, parameters: [], result: nil, body: Block(items: [], span: name.span),
            documentation: documentation)
        let empty = declaration
        return nested(empty) { parser in
            let outer = parser.isInPythonHead
            parser.isInPythonHead = isPython
            declaration.parameters = parser.params()
            if parser.accept(.arrow) != nil {
                declaration.result = parser.shapes()
            } else if parser.at(.colon), !isPython {
                declaration.result = parser.resultAfterColon()
            }
            parser.isInPythonHead = outer
            let isSilent = isPython && parser.at(.colon)
            declaration.body =
                isSilent ? parser.indentedBody(from: start) : parser.body(of: what, from: start)
            return declaration
        }
    }

    ///     params = "(" [param,…] ")"
    mutating func params() -> [Parameter] {
        guard at(.leftParenthesis) else {
            reportExpected("`(` and the parameters")
            return []
        }
        var parameters = list(closing: .rightParenthesis) { $0.param() }
        if modelDepth > 0, let first = parameters.first, first.name.text == "self" {
            if !isInPythonHead {
                reportMeaning(SyntaxDiagnostics.selfParameter(first.name.span))
            }
            parameters.removeFirst()
        }
        reportDuplicates(parameters.map(\.name))
        return parameters
    }

    ///     param = name [":" shape] ["=" expr]
    mutating func param() -> Parameter {
        if at(.times) || at(.doubleStar), token(1).kind == .name {
            let name = text(token(1))
            report(SyntaxDiagnostics.restParameter(text(current), name, span(current)))
            advance()
        }
        let name = name("the name of a parameter")
        var shape: ShapePattern?
        if accept(.colon) != nil {
            shape = at(.leftBracket) ? self.shape() : typeAnnotation()
        }
        let value = accept(.assign) == nil ? nil : expression()
        return Parameter(name: name, shape: shape, defaultValue: value)
    }

    // MARK: Models

    ///     model = "model" name [params] "{" {member} "}"
    mutating func model(_ documentation: String?) -> ModelDeclaration {
        let start = position
        advance()
        let name = takeWord()
        let parameters = at(.leftParenthesis) ? params() : []
        let outer = (modelName, hasReportedSelf)
        (modelName, hasReportedSelf) = (name.text, false)
        modelDepth += 1
        defer {
            modelDepth -= 1
            (modelName, hasReportedSelf) = outer
        }
        let members = membersInBraces("model", from: start) { $0.member() }.compactMap { $0 }
        reportDuplicateMembers(members)
        return ModelDeclaration(
            name: name, parameters: parameters, members: members, documentation: documentation)
    }

    ///     member = ("param" | "state") name ":" shape "=" expr ["if" expr]
    ///            | "let" name "=" expr ["if" expr] | func | "forward" params ["->" shapes] block
    mutating func member() -> ModelDeclaration.Member? {
        let start = position
        let documentation = layout.documentation[start]
        if atWord("param") || atWord("state"), token(1).kind == .name {
            return weight(from: start)
        }
        if at(.let) { return part(from: start) }
        if at(.func) || atWord("def"), isWord(token(1), "__init__") {
            pythonInitializer()
            return nil
        }
        if at(.func) || atWord("def") && token(1).kind == .name {
            return method(from: start, documentation)
        }
        if atWord("forward"), token(1).kind == .symbol(.leftParenthesis) {
            let forward = signatureAndBody(
                takeWord(), from: start, documentation, what: "forward")
            return ModelDeclaration.Member(
                .forward(forward), condition: nil, span: span(from: start))
        }
        let found = item()
        reportMeaning(SyntaxDiagnostics.modelMember(found))
        return nil
    }

    private mutating func weight(from start: Int) -> ModelDeclaration.Member {
        let isParameter = text(advance()) == "param"
        let name = takeWord()
        var shape = ShapePattern(dimensions: [], span: spanAfterPrevious)
        if accept(.colon) != nil {
            shape = self.shape()
        } else {
            report(
                SyntaxDiagnostics.missingShape(
                    isParameter ? "param" : "state", name.text, spanAfterPrevious))
        }
        if endsStatement {
            report(SyntaxDiagnostics.missingInitializer(name.text, spanAfterPrevious))
        }
        let value = initializer()
        let condition = self.condition()
        return ModelDeclaration.Member(
            isParameter ? .parameter(name, shape, value) : .state(name, shape, value),
            condition: condition, span: span(from: start))
    }

    private mutating func part(from start: Int) -> ModelDeclaration.Member {
        advance()
        let name = name("a name")
        if at(.colon) {
            report(SyntaxDiagnostics.typeAnnotation(text(token(1)), span(current)))
            while !endsStatement, !at(.assign) { skipToken() }
        }
        let value = initializer()
        let condition = self.condition()
        return ModelDeclaration.Member(
            .part(name, value), condition: condition, span: span(from: start))
    }

    /// `= expr` of a member, after which an `if` may follow.
    private mutating func initializer() -> Expression {
        guard expect(.assign, "and a value") else { return missing(spanAfterPrevious) }
        var inner = context
        inner.allowsCondition = true
        return with(inner) { $0.expression() }
    }

    private mutating func condition() -> Expression? {
        accept(.if) == nil ? nil : expression()
    }

    private mutating func method(
        from start: Int, _ documentation: String?
    ) -> ModelDeclaration.Member {
        let isPython = !at(.func)
        let declaration =
            isPython ? pythonFunction(documentation) : function(documentation)
        let span = span(from: start)
        if declaration.name.text == "forward" {
            if !isPython {
                reportMeaning(
                    SyntaxDiagnostics.functionForward("forward(x)", declaration.name.span))
            }
            return ModelDeclaration.Member(.forward(declaration), condition: nil, span: span)
        }
        return ModelDeclaration.Member(.method(declaration), condition: nil, span: span)
    }

    private mutating func reportDuplicateMembers(_ members: [ModelDeclaration.Member]) {
        var seen: [String: Span] = [:]
        for name in members.map(\.kind.name) {
            if let first = seen[name.text] {
                reportMeaning(SyntaxDiagnostics.duplicateMember(name.text, name.span, first: first))
            } else if !name.text.isEmpty {
                seen[name.text] = name.span
            }
        }
    }

    // MARK: Optimizers

    ///     optimizer = "optimizer" name [params]
    ///                 "{" {"slot" name "=" expr | func} "update" params block "}"
    ///
    /// The parts may come in any order.
    mutating func optimizer(_ documentation: String?) -> OptimizerDeclaration {
        let start = position
        advance()
        var declaration = OptimizerDeclaration(
            name: takeWord(), parameters: [], slots: [], functions: [], update: nil,
            documentation: documentation)
        if at(.leftParenthesis) { declaration.parameters = params() }
        modelDepth += 1
        defer { modelDepth -= 1 }
        _ = membersInBraces("optimizer", from: start) { $0.optimizerPart(&declaration) }
        if declaration.update == nil {
            reportMeaning(
                SyntaxDiagnostics.missingUpdate(declaration.name.text, declaration.name.span))
        }
        let functions = declaration.functions.map(\.name)
        reportDuplicateParts(declaration.slots.map(\.name) + functions)
        return declaration
    }

    private mutating func optimizerPart(_ declaration: inout OptimizerDeclaration) {
        let start = position
        let documentation = layout.documentation[start]
        if atWord("slot"), token(1).kind == .name {
            advance()
            let name = takeWord()
            let value =
                expect(.assign, "and a function such as `zerosLike`")
                ? expression() : missing(spanAfterPrevious)
            declaration.slots.append(OptimizerDeclaration.Slot(name: name, initializer: value))
        } else if at(.func) {
            declaration.functions.append(function(documentation))
        } else if atWord("update"), token(1).kind == .symbol(.leftParenthesis) {
            let update = signatureAndBody(takeWord(), from: start, documentation, what: "update")
            if let first = declaration.update {
                reportMeaning(
                    SyntaxDiagnostics.duplicateMember(
                        "update", update.name.span, first: first.name.span))
            } else {
                declaration.update = update
            }
        } else {
            reportMeaning(SyntaxDiagnostics.optimizerPart(item()))
        }
    }

    private mutating func reportDuplicateParts(_ names: [Name]) {
        var seen: [String: Span] = [:]
        for name in names {
            if let first = seen[name.text] {
                reportMeaning(SyntaxDiagnostics.duplicateMember(name.text, name.span, first: first))
            } else {
                seen[name.text] = name.span
            }
        }
    }

    // MARK: Bodies of members

    /// The members between braces, each on its line.
    private mutating func membersInBraces<Member>(
        _ what: String, from start: Int, _ member: (inout Parser) -> Member
    ) -> [Member] {
        if current.kind == .newline, token(1).kind == .symbol(.leftBrace) {
            advance()
            report(SyntaxDiagnostics.braceLine(what, span(current)))
        }
        guard at(.leftBrace) else {
            if at(.colon) {
                report(SyntaxDiagnostics.colonBody(what, span(current)))
                skipStatement()
                skipIndented(from: start)
            } else {
                reportExpected("`{` and the body of the `\(what)`")
            }
            return []
        }
        let opener = position
        advance()
        blockDepth += 1
        let members = nested([]) { parser in
            parser.with(Context()) { $0.members(member) }
        }
        blockDepth -= 1
        closeBracket(opener, .rightBrace)
        return members
    }

    private mutating func members<Member>(_ member: (inout Parser) -> Member) -> [Member] {
        var members: [Member] = []
        while true {
            while current.kind == .newline || at(.semicolon) { advance() }
            if endsStatement { return members }
            let before = position
            members.append(member(&self))
            if !endsStatement { reportRest(after: nil) }
            if position == before { skipToken() }
        }
    }
}

extension ModelDeclaration.Member.Kind {
    /// The name that the member takes in the model.
    var name: Name {
        switch self {
        case .parameter(let name, _, _), .state(let name, _, _), .part(let name, _): name
        case .method(let function), .forward(let function): function.name
        }
    }
}
