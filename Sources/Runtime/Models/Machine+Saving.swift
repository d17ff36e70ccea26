import Autodiff
import Figures
import Formats
import Tensors

/// `save` and `load` of models and optimizers.
extension Machine {
    /// A size of a figure: nil, or a number of pixels.
    private func measure(_ value: Value, _ name: String) throws -> Double? {
        if value.isNone { return nil }
        guard let number = try double(value), number >= 1, number <= 20_000 else {
            throw CallFailures.argument("save", name, wants: "a number from 1 to 20000", got: value)
        }
        return number
    }

    func save(
        _ value: Value, to path: String, _ width: Value, _ height: Value, _ dpi: Value
    ) throws {
        switch value {
        case .dict, .tensor:
            guard DataFormat.of(path: path)?.format.name == DataFormat.csv.name else { break }
            return try session.write(.table(table(of: value)), to: path)
        default: break
        }
        switch value {
        case .figure(let figure):
            let sized = figure.figure.sized(
                width: try measure(width, "width"), height: try measure(height, "height"))
            try session.save(sized, to: path, dpi: try measure(dpi, "dpi") ?? 96)
        case .tensor(let node):
            try session.write(.tensor(savedTensor(node)), to: path)
        case .dict(let dict): try session.write(.tensors(named(dict)), to: path)
        case .model(let model):
            var tensors: [NamedTensor] = []
            for parameter in model.namedParameters() {
                tensors.append(
                    NamedTensor(
                        parameter.path,
                        try savedTensor(node(of: parameter.box, parameter.owner))))
            }
            try session.write(.tensors(tensors), to: path)
        case .optimizer(let optimizer):
            try session.write(.tensors(OptimizerState.tensors(of: optimizer, self)), to: path)
        case .tokenizer(let tokenizer):
            guard DataFormat.of(path: path)?.format.name == DataFormat.json.name else {
                throw Failure(
                    "file.kind", "a tokenizer cannot be written to `\(path)`",
                    help: "the ending is .json")
            }
            try session.write(TokenizerFile.write(tokenizer.tokenizer), to: path)
        default:
            throw CallFailures.argument(
                "save", "value",
                wants: "a model, an optimizer, a tensor, a dict of tensors, a tokenizer or a figure",
                got: value)
        }
    }

    private func named(_ dict: DictObject) throws -> [NamedTensor] {
        try dict.items.map { key, value in
            guard case .string(let name) = key, let node = try tensorNode(value, dtype: .float32)
            else {
                throw CallFailures.argument(
                    "save", "value", wants: "a dict from names to tensors", got: value)
            }
            return NamedTensor(name, try savedTensor(node))
        }
    }

    /// The numbers of a tensor for a file; on shapes alone, numbers of any kind.
    func savedTensor(_ node: Node) throws -> Tensor {
        if check == nil { return try value(of: node) }
        return try Tensor(uninitialized: node.shape, dtype: node.dtype)
    }

    // MARK: Loading

    func load(_ target: Value, from path: String) throws {
        switch target {
        case .model(let model): try load(tensors(in: path), into: model, path)
        case .optimizer(let optimizer):
            try OptimizerState.load(tensors(in: path), into: optimizer, path, self)
        default:
            throw CallFailures.argument(
                "load", "target", wants: "a model or an optimizer", got: target)
        }
    }

    private func tensors(in path: String) throws -> [NamedTensor] {
        let format = DataFormat.of(path: path)?.format ?? .safetensors
        guard case .tensors(let named) = try session.read(path, as: format) else {
            throw Failure("file.kind", "`\(path)` holds no named tensors")
        }
        return named
    }

    /// A dimension that a file fixed, and what it was.
    private typealias Binding = (owner: ModelInstance, field: Int, before: Value)

    /// Every entry must fit, and none may be left over. A model that is not built takes its sizes from the file. All is
    /// loaded or nothing.
    private func load(_ named: [NamedTensor], into model: ModelInstance, _ path: String) throws {
        let parameters = model.namedParameters()
        var bindings: [Binding] = []
        let tensors: [Tensor]
        do {
            tensors = try fitting(named, parameters, path, &bindings)
        } catch {
            for binding in bindings.reversed() { binding.owner.fields[binding.field] = binding.before }
            throw error
        }
        for (parameter, tensor) in zip(parameters, tensors) {
            check?.willWrite(.box(parameter.box, of: parameter.owner))
            parameter.box.node = node(tensor)
        }
        for parameter in parameters { parameter.owner.isBuilt = true }
    }

    /// The entries in the order of the params; what they say of sizes is bound and noted.
    private func fitting(
        _ named: [NamedTensor], _ parameters: [NamedParameter], _ path: String, _ bindings: inout [Binding]
    ) throws -> [Tensor] {
        let entries = Dictionary(
            named.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
        var tensors: [Tensor] = []
        for parameter in parameters {
            guard let tensor = entries[parameter.path] else {
                throw Failure(
                    "model.load", "`\(path)` has no entry `\(parameter.path)`",
                    help: "`loadPartial` takes what fits and says what does not")
            }
            if let node = parameter.box.node {
                guard node.shape == tensor.shape, node.dtype == tensor.dtype else {
                    throw Failure(
                        "shape.load",
                        "`\(parameter.path)` has shape \(node.shape), in `\(path)` it has"
                            + " \(tensor.shape)")
                }
            } else {
                guard tensor.dtype.isFloat || parameter.box.isState else {
                    throw Failure(
                        "dtype.load",
                        "`\(parameter.path)` is trained, in `\(path)` it is \(tensor.dtype.name)")
                }
                try bindSizes(of: parameter, to: tensor.shape, path, &bindings)
            }
            tensors.append(tensor)
        }
        let paths = Set(parameters.map(\.path))
        if let extra = named.first(where: { !paths.contains($0.name) }) {
            throw Failure(
                "model.load", "`\(path)` has an entry `\(extra.name)` that the model has not",
                help: "`loadPartial` takes what fits and says what does not")
        }
        return tensors
    }

    /// Fixes the dimensions of a model by the shape of one of its params in a file.
    private func bindSizes(
        of parameter: NamedParameter, to shape: Shape, _ path: String, _ bindings: inout [Binding]
    ) throws {
        guard let definition = parameter.owner.definition,
            let index = definition.template.members.firstIndex(where: {
                $0.name == parameter.box.name
            })
        else { return }
        let sizes = definition.sizes[index]
        let value = try run(
            Closure(sizes.prototype, captures: sizes.captures, receiver: parameter.owner))
        guard case .list(let list) = value, list.items.count == shape.rank else {
            throw Failure(
                "shape.load", "`\(parameter.path)` in `\(path)` has shape \(shape)")
        }
        for (axis, size) in list.items.enumerated() {
            if let known = try? int(size) {
                guard known == shape[axis] else {
                    throw Failure(
                        "shape.load",
                        "axis \(axis) of `\(parameter.path)` is \(known), in `\(path)` \(shape[axis])")
                }
            }
        }
        for (axis, name) in definition.template.members[index].dimensionNames.enumerated() {
            guard let name, let field = definition.template.layout.dimensions[name] else { continue }
            if parameter.owner.fields[field].isUnset {
                check?.willWrite(.field(parameter.owner, field))
                bindings.append((parameter.owner, field, parameter.owner.fields[field]))
                parameter.owner.fields[field] = .int(shape[axis])
            }
        }
    }

    // MARK: Loading in part

    /// Sets the params and states whose path and shape a file or dict has, and says what became of the others.
    ///
    /// - Returns: A record of lists of paths: `matched`, `missing` (of the model), `unfitting` (there, but of another
    ///   shape), `unused` (of the source).
    func loadPartial(_ model: ModelInstance, _ source: Value, _ convert: Value) throws -> Value {
        let entries = try converted(source, convert)
        let parameters = model.namedParameters()
        var matched: [String] = []
        var missing: [String] = []
        var unfitting: [String] = []
        var pending: [(NamedParameter, Node)] = []
        for parameter in parameters {
            guard let old = parameter.box.node else {
                throw Failure(
                    "model.unbuilt", "`\(parameter.path)` is not made yet",
                    help: "build the model first: `net.build([…])`")
            }
            guard let node = entries[parameter.path] else {
                missing.append(parameter.path)
                continue
            }
            guard node.shape == old.shape else {
                unfitting.append(parameter.path)
                continue
            }
            matched.append(parameter.path)
            pending.append((parameter, try recorder.cast(node, to: old.dtype)))
        }
        if !recorder.isAbstract { try recorder.evaluate(pending.map(\.1)) }
        for (parameter, node) in pending {
            check?.willWrite(.box(parameter.box, of: parameter.owner))
            parameter.box.node = leaf(node).alone
        }
        let known = Set(parameters.map(\.path))
        let unused = entries.order.filter { !known.contains($0) }
        func list(_ paths: [String]) -> Value { .list(paths.map { .string($0) }) }
        return .record(
            ["matched", "missing", "unfitting", "unused"],
            [list(matched), list(missing), list(unfitting), list(unused)])
    }

    private struct Entries {
        var order: [String] = []
        private var nodes: [String: Node] = [:]

        subscript(path: String) -> Node? { nodes[path] }

        mutating func add(_ path: String, _ node: Node) -> Bool {
            order.append(path)
            return nodes.updateValue(node, forKey: path) == nil
        }
    }

    /// The tensors of a file or dict under the paths that `convert` gives them.
    private func converted(_ source: Value, _ convert: Value) throws -> Entries {
        var named: [(String, Node)] = []
        switch source {
        case .string(let path): named = try tensors(in: path.text).map { ($0.name, node($0.tensor)) }
        case .dict(let dict): named = try self.named(dict).map { ($0.name, node($0.tensor)) }
        default:
            throw CallFailures.argument(
                "loadPartial", "source", wants: "the path of a file or a dict of tensors", got: source)
        }
        var entries = Entries()
        for (name, node) in named {
            guard let (path, node) = try converted(name, node, convert) else { continue }
            guard entries.add(path, node) else {
                throw Failure("model.load", "two tensors of the source are called `\(path)`")
            }
        }
        return entries
    }

    private func converted(
        _ name: String, _ node: Node, _ convert: Value
    ) throws -> (String, Node)? {
        if convert.isNone { return (name, node) }
        let result = try call(convert, [.string(name), .tensor(node)])
        switch result {
        case .none: return nil
        case .string(let path): return (path.text, node)
        case .tuple(let pair):
            if pair.items.count == 2, case .string(let path) = pair.items[0],
                case .tensor(let other) = pair.items[1]
            {
                return (path.text, other)
            }
        default: break
        }
        throw CallFailures.argument(
            "loadPartial", "convert", wants: "a function that gives a path, (path, tensor) or nil",
            got: result)
    }
}
