import Diagnostics
import Syntax

extension FunctionCompiler {
    /// Compiles a nested `func`; gives its index among the nested functions.
    func function(_ declaration: FunctionDeclaration, receiver: ReceiverLayout?) -> Int {
        let compiler = FunctionCompiler(
            name: declaration.name.text, parent: self, context: context, receiver: receiver)
        compiler.prototype.documentation = Documentation(
            text: declaration.documentation ?? "",
            source: context.source.text(of: declaration.body.span))
        compiler.compile(
            declaration.parameters, result: declaration.result, body: .block(declaration.body),
            at: declaration.name.span)
        return add(compiler.prototype)
    }

    func add(_ nested: Prototype) -> Int {
        prototype.nested.append(nested)
        return prototype.nested.count - 1
    }

    /// A trailing block: a function of no parameters.
    func block(asFunction block: Block) -> Int {
        let compiler = FunctionCompiler(name: "block", parent: self, context: context)
        compiler.prototype.isBlock = true
        compiler.prototype.isAnonymous = true
        compiler.compile([], result: nil, body: .block(block), at: block.span)
        return add(compiler.prototype)
    }

    func lambda(_ patterns: [Pattern], _ body: LambdaBody, at span: Span) -> Int {
        let compiler = FunctionCompiler(name: "lambda", parent: self, context: context)
        compiler.prototype.isAnonymous = true
        compiler.compile(patterns: patterns, body: body, at: span)
        return add(compiler.prototype)
    }

    /// Compiles parameters, signature and body.
    func compile(_ parameters: [Parameter], result: Shapes?, body: LambdaBody, at span: Span) {
        findBoxedNames(parameters, body)
        pushScope()
        prototype.parameters = parameters.map {
            ParameterInfo(
                name: $0.name.text, isOptional: $0.defaultValue != nil,
                defaultText: $0.defaultValue.map { context.source.text(of: $0.span) })
        }
        // Arguments arrive in the first registers, before anything is boxed.
        var locals: [Local] = []
        for parameter in parameters {
            var local = declare(parameter.name, isVariable: false, isVisible: false, isParameter: true)
            local.isVisible = true
            locals.append(local)
        }
        declareDimensions(parameters.compactMap(\.shape), result, at: span)
        for (parameter, local) in zip(parameters, locals) {
            defaultValue(of: parameter, local)
            if local.isBoxed { emit(.box, local.register, at: parameter.name.span) }
            setVisible(parameter.name.text, true)
        }
        for (parameter, local) in zip(parameters, locals) {
            guard let shape = parameter.shape else { continue }
            match(shape, local.register, .parameter(parameter.name.text))
        }
        signatureResult = result
        if let receiver, !receiver.dimensions.isEmpty, !parameters.compactMap(\.shape).isEmpty {
            // The sizes that a signature without any of them leaves open another method's may bind.
            let own = parameters.compactMap(\.shape).flatMap(\.dimensions)
            let bindsNone = own.allSatisfy { receiver.dimensions[dimensionName($0)?.text ?? ""] == nil }
            emit(.buildParameters, bindsNone && receiver.areDimensionsBound ? 1 : 0, at: span)
        }
        finishBody(body, at: span)
        popScope()
        context.prelude.registerOrigins(of: prototype)
    }

    private func compile(patterns: [Pattern], body: LambdaBody, at span: Span) {
        findBoxedNames([], body)
        pushScope()
        var opened: [(Pattern, Int)] = []
        for (index, pattern) in patterns.enumerated() {
            switch pattern.kind {
            case .name(let name):
                let local = declare(Name(name, pattern.span), isVariable: false, isParameter: true)
                prototype.parameters.append(ParameterInfo(name: name, isOptional: false))
                if local.isBoxed { emit(.box, local.register, at: pattern.span) }
            case .wildcard, .tuple:
                prototype.parameters.append(ParameterInfo(name: "_\(index)", isOptional: false))
                opened.append((pattern, allocate()))
            }
        }
        for (pattern, register) in opened {
            var locals: [String: Local] = [:]
            for name in pattern.names {
                let local = declare(name, isVariable: false, isParameter: true)
                if local.isBoxed { emit(.newCell, local.register, at: name.span) }
                locals[name.text] = local
            }
            withTemporaries { bind(pattern, register, to: locals) }
        }
        finishBody(body, at: span)
        popScope()
        context.prelude.registerOrigins(of: prototype)
    }

    private func findBoxedNames(_ parameters: [Parameter], _ body: LambdaBody) {
        for parameter in parameters {
            guard let value = parameter.defaultValue else { continue }
            boxedNames.formUnion(MentionedNames.inNestedFunctions(of: value))
        }
        switch body {
        case .expression(let value):
            boxedNames.formUnion(MentionedNames.inNestedFunctions(of: value))
        case .block(let block):
            boxedNames.formUnion(MentionedNames.inNestedFunctions(of: block.items))
        }
    }

    private func defaultValue(of parameter: Parameter, _ local: Local) {
        guard let value = parameter.defaultValue else { return }
        let skip = emit(.jumpIfGiven, local.register, at: parameter.name.span)
        withTemporaries { _ = expression(value, into: local.register) }
        patch(skip)
    }

    private func finishBody(_ body: LambdaBody, at span: Span) {
        let register = allocate()
        switch body {
        case .expression(let value):
            withTemporaries { _ = expression(value, into: register) }
            finish(register, at: value.span)
        case .block(let block):
            self.block(block, into: register)
            finish(register, at: block.items.last?.span ?? block.span)
        }
    }

    /// Checks the result against the signature and returns it.
    func finish(_ register: Int, at span: Span) {
        if let result = signatureResult {
            switch result {
            case .one(let shape): match(shape, register, .result(nil), at: span)
            case .several(let shapes):
                let first = allocate(shapes.count)
                emit(.unpack, register, first, shapes.count, at: span)
                for (index, shape) in shapes.enumerated() {
                    match(shape, first + index, .result(index), at: span)
                }
            }
        }
        leave(.returned, register, at: span)
        emit(.returnValue, register, at: span)
    }
}
