import Autodiff
public import Diagnostics
import Figures
import Formats
import OrderedCollections
import Syntax
import Tensors

/// What `?name` shows.
public struct NameInformation: Sendable, Equatable {
    public var name: String
    /// `function`, `model`, `optimizer`, `operation`, `plot`, `command` or the type of a value.
    public var kind: String
    /// How it is called, with defaults and shapes; of a model also its `forward`.
    public var signatures: [String] = []
    /// Markdown; may be empty.
    public var documentation = ""
    /// Names and one line each, where the parameters are documented one by one.
    public var parameters: [Parameter] = []
    /// Its text in the language; `nil` if it is made in Swift.
    public var source: String?
    /// The file of the text, `nil` for what was typed.
    public var place: String?
    /// A few words for what it holds, if it is a variable.
    public var summary: String?

    public struct Parameter: Sendable, Equatable {
        public var name: String
        public var documentation: String
    }
}

/// A name of the user's and what it holds.
public struct VariableInformation: Sendable, Equatable {
    public var name: String
    public var type: String
    public var summary: String
}

/// What a prompt needs to know; nothing here runs code of the user or computes a tensor.
extension Session {
    /// What random streams are derived from.
    public var randomSeed: Int {
        get { seed }
        set { seed = newValue }
    }

    /// The names that the user defined, in the order of their definition.
    public var userNames: [String] { module.definedNames }

    /// The names of the prelude without the internal ones, sorted.
    public var libraryNames: [String] {
        Array(Set(preludeNames.filter { !$0.hasPrefix("_") })).sorted()
    }

    /// The user's names with types and values in few words.
    public func variables() -> [VariableInformation] {
        module.definedNames.compactMap { name in
            guard let value = module.value(name) else { return nil }
            return VariableInformation(
                name: name, type: value.typeName, summary: ValueSummary.text(value))
        }
    }

    /// The shape of an expression's value: `float32 [32, 10]`, or its type. The expression runs, but
    /// tensors are not computed, and what it changed is put back. What cannot be put back, or takes long, is
    /// refused: writing files and training.
    public func shape(of source: SourceText, stream: String) -> CellOutcome {
        let before = snapshot()
        onlyRecords = true
        defer {
            onlyRecords = false
            restore(before)
        }
        return run(source, stream: stream) { value, outcome in
            outcome.value = ValueSummary.shape(value)
        }
    }

    /// Refuses to train within `shape(of:stream:)`.
    func requireMayTrain() throws {
        guard onlyRecords else { return }
        throw Failure(
            "shape.step", "this trains, and `:shape` computes nothing",
            help: "`:shape net(x)` shows what a model gives; to train, run it without `:shape`")
    }

    /// Computes what the names hold and was only recorded so far.
    ///
    /// - Throws: a `Diagnostic`, or `CancellationError` after ^C.
    public func finishPending() throws {
        var nodes: [Node] = []
        for value in module.slots { machine.collectTensors(value, into: &nodes) }
        do {
            try machine.recorder.evaluate(nodes.filter { $0.value == nil })
        } catch {
            if error.error == .interrupted { throw CancellationError() }
            throw EngineDiagnostics.failure(error).diagnostic
        }
    }

    /// The names that `dataset` knows, installed or not.
    public var datasetNames: [String] {
        datasets.entries.filter { $0.manifest.samples > 0 }.map(\.name)
    }

    /// What `dataFile` opens: `kjv/genesis.txt`.
    public var dataFileNames: [String] {
        datasets.entries.flatMap { entry in
            entry.manifest.files.map { entry.name + "/" + $0.name }
        }
    }

    // MARK: Members

    /// The names after `path.`, and the functions that take such a value first; `nil` if nobody
    /// knows what the path is before it runs.
    public func members(of path: [String]) -> (members: [String], functions: [String])? {
        guard let value = value(at: path) else { return nil }
        return (machine.memberNames(of: value), functions(taking: value.typeName))
    }

    /// The String keys of the dict that `path` leads to, without running anything.
    public func keys(of path: [String]) -> [String] {
        if path.last == "params", case .model(let model) = value(at: path.dropLast()) {
            return model.namedParameters().filter { !$0.box.isState }.map(\.path)
        }
        guard case .dict(let dict) = value(at: path) else { return [] }
        return dict.items.keys.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    /// The functions that take a value of the type first, for `x.f(…)`. All if the type is `nil`.
    public func functions(taking type: String?) -> [String] {
        let own = module.definedNames.filter { name in
            parameters(of: module.value(name) ?? .none).map { !$0.isEmpty } ?? false
        }
        let built = BuiltinCatalog.builtins.filter { builtin in
            // It takes any number of shapes, so that its parameters have no names.
            if builtin.name == "build" { return type == nil || type == "Model" }
            guard let first = builtin.parameters.first?.name else { return false }
            return type.map { FirstParameter.takes(first, type: $0) } ?? true
        }
        let isTensor = type == nil || type == "Tensor"
        let operations = Operation.all.filter { operation in
            guard isTensor, let first = operation.parameters.first else { return false }
            return FirstParameter.isTensor(first.kind)
        }
        let library = catalog.names.filter { name in
            guard let folder = catalog.folder(of: name), !name.hasPrefix("_") else { return false }
            return type.map { FirstParameter.folder(folder, takes: $0) } ?? false
        }
        return own + (built.map(\.name) + operations.map(\.name) + library).sorted()
    }

    /// The labels that a call of `path` takes; `nil` if it is not known or not callable.
    public func labels(of path: [String]) -> [String]? {
        guard let last = path.last else { return nil }
        if let value = value(at: path) { return parameters(of: value) }
        if path.count > 1 {
            // `x.f(…)` calls the function `f` with `x` as its first argument.
            guard let function = labels(of: [last]) else { return nil }
            return Array(function.dropFirst())
        }
        guard module.value(last) == nil else { return nil }
        return catalog.definition(of: last)?.parameters ?? Mark.named(last)?.labels
    }

    private func parameters(of value: Value) -> [String]? {
        switch value {
        case .function(let closure): return closure.prototype.parameters.map(\.name)
        case .builtin(let builtin):
            return Mark.named(builtin.signature.name)?.labels
                ?? builtin.signature.parameters.map(\.name)
        case .modelType(let definition): return definition.signature.parameters.map(\.name)
        case .optimizerType(let definition):
            return definition.signature.parameters.map(\.name)
                + OptimizerDefinition.commonOptions
        case .model(let model):
            return model.method(named: "forward")?.prototype.parameters.map(\.name)
        default: return nil
        }
    }

    /// The value behind names joined by dots, and indices such as `[0]`, if it can be read without running anything.
    func value(at path: [String]) -> Value? {
        guard let first = path.first else { return nil }
        var value = module.value(first) ?? prelude.value(first) ?? BuiltinCatalog.value(first)
        for name in path.dropFirst() {
            guard let holder = value else { return nil }
            value = name.hasPrefix("[") ? storedElement(of: holder, name) : storedMember(of: holder, name)
        }
        return value
    }

    private func storedElement(of value: Value, _ index: String) -> Value? {
        guard let index = Int(index.dropFirst().dropLast()) else { return nil }
        let items: [Value]
        switch value {
        case .list(let list): items = list.items
        case .tuple(let tuple): items = tuple.items
        case .model(let model):
            guard case .chain(let parts) = model.kind else { return nil }
            items = parts
        default: return nil
        }
        return items.indices.contains(index) ? items[index] : nil
    }

    private func storedMember(of value: Value, _ name: String) -> Value? {
        switch value {
        case .record(let record): return record[name]
        case .module(let module): return module.value(name)
        case .optimizer(let optimizer): return optimizer.option(name)
        case .dataset(let dataset) where dataset.transforms.isEmpty:
            return try? dataset.member(name, machine)
        case .model(let model):
            if name == "params" { return .dict(DictObject()) }
            if name == "parts" { return .list(model.modelParts.map(\.value)) }
            guard let definition = model.definition else { return nil }
            switch definition.template.layout.members[name] {
            case .field(let index, _):
                if let box = model.boxes[index] { return box.node.map { .tensor($0) } }
                return model.fields[index].isUnset ? nil : model.fields[index]
            case .method(let index): return model.method(index).map { .function($0) }
            case nil: return nil
            }
        default: return nil
        }
    }
}

extension Mark {
    /// What a caller may label.
    fileprivate var labels: [String] { parameters.map(\.name) }
}

/// Which types the first parameter of a library function takes; by the conventions of its name.
private enum FirstParameter {
    static func takes(_ name: String, type: String) -> Bool {
        switch name {
        case "xs": ["List", "Tuple", "Dict", "Range", "String", "Dataset"].contains(type)
        case "d": type == "Dict"
        case "s": type == "String"
        case "a": type == "Tensor"
        case "net": type == "Model"
        case "f": type == "Function" || type == "Model"
        case "x": true
        case "target": type == "Model"
        case "optimizer": type == "Optimizer"
        // What `save` writes.
        case "value": ["Model", "Optimizer", "Tensor", "Dict", "Figure"].contains(type)
        default: false
        }
    }

    static func isTensor(_ kind: OperationParameter.Kind) -> Bool {
        switch kind {
        case .tensor, .optionalTensor, .tensors, .operand, .variadicTensors: true
        case .int, .optionalInt, .float, .bool, .string, .dtype, .axis, .axes, .shape, .ints,
            .extent, .padding, .number, .operation, .sizes:
            false
        }
    }

    static func folder(_ folder: String, takes type: String) -> Bool {
        switch folder {
        case "activations", "losses", "metrics": type == "Tensor"
        case "training": type == "Model"
        case "data": type == "Dataset" || type == "List"
        default: false
        }
    }
}
