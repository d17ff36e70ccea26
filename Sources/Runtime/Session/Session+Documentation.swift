import Autodiff
import Diagnostics
import Figures
import Formats
import Syntax

/// What is known of names for `?name` and `??name`.
extension Session {
    /// The documentation of a name, or of names joined by dots; `nil` if there is no such name.
    public func information(about path: [String]) -> NameInformation? {
        guard let name = path.last else { return nil }
        if path.count == 1 {
            if let value = module.value(name) { return information(name, value, module) }
            return libraryInformation(name)
        }
        guard let value = value(at: path) else { return libraryInformation(name) }
        var holder: ModuleObject?
        if case .module(let module) = self.value(at: path.dropLast()) { holder = module }
        return information(path.joined(separator: "."), value, holder)
    }

    /// The known name that is most like another.
    public func nearestName(to name: String) -> String? {
        Suggestion.nearest(name, functionNames)
    }

    private func libraryInformation(_ name: String) -> NameInformation? {
        if let definition = catalog.definition(of: name) {
            return NameInformation(
                name: name, kind: definition.kind, signatures: definition.signatures,
                documentation: definition.documentation, source: definition.source,
                place: definition.place)
        }
        guard let value = BuiltinCatalog.value(name) else { return nil }
        return information(name, value, nil)
    }

    private func information(
        _ name: String, _ value: Value, _ holder: ModuleObject?
    ) -> NameInformation {
        let own = String(name.split(separator: ".").last ?? "")
        switch value {
        case .function(let closure):
            return described(name, value, closure.prototype.name, closure.prototype.module)
        case .modelType(let definition):
            return described(
                name, value, definition.name, definition.constructor.prototype.module)
        case .optimizerType(let definition):
            return described(
                name, value, definition.name, definition.constructor.prototype.module)
        case .builtin(let builtin): return information(name, builtin)
        case .model(let model):
            var result = variable(name, value)
            if let definition = model.definition {
                let about = described(
                    own, .modelType(definition), definition.name,
                    definition.constructor.prototype.module)
                result.signatures = about.signatures
                result.documentation = about.documentation
                result.source = about.source
                result.place = about.place
            }
            return result
        case .module(let module):
            var result = variable(name, value)
            let names = module.definedNames.filter { !$0.hasPrefix("_") }
            result.documentation = "It has " + names.map { "`\(own).\($0)`" }.joined(separator: ", ") + "."
            return result
        default: return variable(name, value)
        }
    }

    private func variable(_ name: String, _ value: Value) -> NameInformation {
        NameInformation(
            name: name, kind: value.typeName, summary: ValueSummary.text(value))
    }

    /// A function, model or optimizer that is written in the language as `definition`.
    private func described(
        _ name: String, _ value: Value, _ definition: String, _ home: ModuleObject
    ) -> NameInformation {
        let written: WrittenDefinition?
        if home === prelude {
            written = catalog.definition(of: definition)
        } else if let slot = home.index[definition], let text = home.documentation[slot] {
            written = WrittenDefinition(
                source: text.source, documentation: text.text,
                place: home.isLibrary ? "stdlib/\(home.name).dl" : nil)
        } else {
            written = nil
        }
        var result = NameInformation(name: name, kind: "function")
        if let written {
            result.kind = written.kind
            result.signatures = written.signatures
            result.documentation = written.documentation
            result.source = written.source
            result.place = written.place
            return result
        }
        switch value {
        case .function(let closure):
            let prototype = closure.prototype
            result.signatures = [
                Signature(
                    name: prototype.isAnonymous ? name : prototype.name,
                    parameters: prototype.parameters
                ).text
            ]
            if let text = prototype.documentation?.text { result.documentation = text }
        case .modelType(let definition): result.signatures = [definition.signature.text]
        case .optimizerType(let definition): result.signatures = [definition.signature.text]
        default: break
        }
        return result
    }

    private func information(_ name: String, _ builtin: BuiltinObject) -> NameInformation {
        var result = NameInformation(
            name: name, kind: "function", signatures: [builtin.signature.text],
            documentation: builtin.documentation)
        if let mark = Mark.named(builtin.signature.name) {
            result.kind = "plot"
            result.signatures = [FigureCalls.signature(mark).text]
            result.parameters = mark.parameters.map {
                .init(name: $0.name, documentation: $0.documentation)
            }
        }
        switch builtin.kind {
        case .operation(let operation):
            result.kind = "operation"
            result.documentation = Self.documentation(operation)
        case .overloaded(let operation, let other):
            result.kind = "operation"
            result.documentation = Self.documentation(operation)
            if !other.documentation.isEmpty {
                let signature = Signature(name: other.name, parameters: other.parameters).text
                result.documentation +=
                    "\n\nOf other values: `\(signature)`. \(other.documentation)"
            }
        case .variadic: result.signatures = ["\(builtin.signature.name)(values...)"]
        case .native, .labelled, .composition: break
        }
        return result
    }

    private static func documentation(_ operation: Operation) -> String {
        operation.example.isEmpty
            ? operation.documentation
            : operation.documentation + "\n\n```dl\n\(operation.example)\n```"
    }
}

/// A function, model or optimizer as its text says, read without running it.
struct WrittenDefinition {
    var kind = "function"
    var parameters: [String] = []
    var signatures: [String] = []
    var documentation: String
    var source: String
    var place: String?

    /// - Parameter source: the text of one definition, or of a file whose first definition counts.
    init(source: String, documentation: String?, place: String?) {
        self.source = source
        self.documentation = documentation ?? ""
        self.place = place
        let text = SourceText(name: place ?? "definition", text: source)
        let items = Parser.parse(text).program.items
        for item in items where read(item, of: text, documentation) { break }
    }

    private mutating func read(
        _ item: Statement, of text: SourceText, _ given: String?
    ) -> Bool {
        switch item.kind {
        case .function(let function):
            kind = "function"
            parameters = function.parameters.map(\.name.text)
            signatures = [Self.header(text, function.name.span.start, function.body.span.start)]
            if given == nil { documentation = function.documentation ?? "" }
        case .model(let model):
            kind = "model"
            parameters = model.parameters.map(\.name.text)
            signatures = [Self.header(text, model.name.span.start, nil)]
            for member in model.members {
                guard case .forward(let forward) = member.kind else { continue }
                signatures.append(
                    Self.header(text, forward.name.span.start, forward.body.span.start))
            }
            if given == nil { documentation = model.documentation ?? "" }
        case .optimizer(let optimizer):
            kind = "optimizer"
            parameters =
                ["model"] + optimizer.parameters.map(\.name.text)
                + OptimizerDefinition.commonOptions
            signatures = [Self.header(text, optimizer.name.span.start, nil)]
            if given == nil { documentation = optimizer.documentation ?? "" }
        default: return false
        }
        return true
    }

    /// The text from a name to the `{` of the body, on one line.
    private static func header(_ text: SourceText, _ start: Int, _ end: Int?) -> String {
        let end = end ?? bodyStart(text, after: start)
        let words = text.text(of: Span(text, start, end)).split(whereSeparator: \.isWhitespace)
        return words.joined(separator: " ")
            .replacingOccurrences("( ", "(").replacingOccurrences(" )", ")")
    }

    private static func bodyStart(_ text: SourceText, after start: Int) -> Int {
        var depth = 0
        for token in Lexer.tokens(of: text).tokens where token.start >= start {
            switch token.kind {
            case .symbol(.leftParenthesis), .symbol(.leftBracket): depth += 1
            case .symbol(.rightParenthesis), .symbol(.rightBracket): depth -= 1
            case .symbol(.leftBrace) where depth == 0: return token.start
            default: break
            }
        }
        return text.utf8.count
    }
}

extension String {
    fileprivate func replacingOccurrences(_ old: String, _ new: String) -> String {
        split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
}

extension PreludeCatalog {
    /// The definition in the file of a name.
    func definition(of name: String) -> WrittenDefinition? {
        guard let path = path(of: name), let bytes = try? FileAccess.read(path) else { return nil }
        return WrittenDefinition(
            source: String(decoding: bytes, as: UTF8.self), documentation: nil,
            place: "stdlib/prelude/" + path.dropFirst(folder.count + 1))
    }

    /// The kind of a name: the folder that its file is in.
    func folder(of name: String) -> String? {
        guard let path = path(of: name) else { return nil }
        return path.split(separator: "/").dropLast().last.map(String.init)
    }
}
