import Autodiff
import OrderedCollections
import Tensors

/// Functions of models.
enum ModelBuiltins {
    static let all: [Builtin] = [
        Builtin(
            "summary(net)", "A table of the parts with their output shapes and numbers of params.",
            isPure: false
        ) { m, a in .string(StringObject(try m.summary(m.model(a[0], "summary")), isTable: true)) },
        Builtin(
            "build(net, shapes...)",
            "Makes the params of a model for inputs of the given shapes; names stand for any size.",
            isPure: false
        ) { m, a in
            guard let first = a.first else {
                throw Failure("call.missing", "`build` needs a model and the shapes of its inputs")
            }
            try m.build(m.model(first, "build"), Array(a.dropFirst()))
            return first
        },
        Builtin(
            "callOn(net, inputs)",
            "What a model makes of inputs: of the parts of a tuple if it takes several, else of the value itself."
        ) { m, a in
            guard case .tuple(let inputs) = a[1], Machine.takesSeveral(a[0]) else {
                return try m.call(a[0], [a[1]])
            }
            return try m.call(a[0], Array(inputs.items))
        },
        Builtin("freeze(net)", "Marks every part: not trained, state kept, inference mode.", isPure: false)
        { m, a in
            try Nesting.check(a[0])
            m.setFrozen(a[0], true)
            return a[0]
        },
        Builtin("unfreeze(net)", "Takes the mark of `freeze` off every part.", isPure: false) { m, a in
            try Nesting.check(a[0])
            m.setFrozen(a[0], false)
            return a[0]
        },
        Builtin(
            "copy(net, model = nil)",
            """
            A model of the same structure and values that shares nothing.

            `copy(opt, net)` is an optimizer with the options and the state of `opt` that holds `net`, a model of the same \
            structure.
            """, isPure: false
        ) { m, a in
            switch a[0] {
            case .model(let model):
                var copier = ModelCopier()
                return .model(copier.copy(model))
            case .optimizer(let optimizer):
                return .optimizer(
                    try OptimizerState.copy(optimizer, for: m.model(a[1], "copy")))
            default: return a[0]
            }
        },
        Builtin("modelState(net)", "A dict from path to tensor of all params and states.", isPure: false)
        { m, a in
            var items: [(DictKey, Value)] = []
            for parameter in try m.model(a[0], "modelState").namedParameters() {
                guard let node = parameter.box.node else { continue }
                items.append((.string(parameter.path), .tensor(node)))
            }
            return .dict(DictObject(.init(uniqueKeysWithValues: items)))
        },
        Builtin(
            "paramLayers(net)",
            "A dict from the path of each param and state to the name of the model that owns it.",
            isPure: false
        ) { m, a in
            var items: [(DictKey, Value)] = []
            for parameter in try m.model(a[0], "paramLayers").namedParameters()
            where parameter.box.node != nil {
                let name = Machine.name(of: .model(parameter.owner))
                items.append((.string(parameter.path), .string(name)))
            }
            return .dict(DictObject(.init(uniqueKeysWithValues: items)))
        },
        Builtin("setParams(net, values)", "Sets params and states by path; a part may be given.", isPure: false)
        { m, a in
            guard case .dict(let dict) = a[1] else {
                throw CallFailures.argument("setParams", "values", wants: "a dict", got: a[1])
            }
            try m.setParameters(of: m.model(a[0], "setParams"), dict)
            return a[0]
        },
        Builtin("isTraining()", "Whether models are in training mode here.") { m, _ in
            .bool(m.isTraining)
        },
        Builtin("training(block)", "Runs a block with models in training mode.") { m, a in
            try m.runBlock(a[0], training: true)
        },
        Builtin("inference(block)", "Runs a block with models in inference mode.") { m, a in
            try m.runBlock(a[0], training: false)
        },
        Builtin(
            "_buildAndCheck(net, inputs, outputs)",
            "Builds a model for its signature and checks what it gives.", isPure: false
        ) { m, a in
            try m.buildAndCheck(m.model(a[0], "the signature"), a[1], a[2])
            return a[0]
        },
    ]
}

extension Machine {
    /// Whether a model or function has more than one parameter.
    static func takesSeveral(_ callee: Value) -> Bool {
        switch callee {
        case .function(let closure): closure.prototype.parameters.count > 1
        case .model(let model) where model.isChain: model.chainParts.first.map(takesSeveral) ?? false
        case .model(let model):
            (model.method(named: "forward")?.prototype.parameters.count ?? 0) > 1
        default: false
        }
    }

    func model(_ value: Value, _ function: String) throws -> ModelInstance {
        switch value {
        case .model(let model): return model
        case .modelType(let definition):
            throw CallFailures.definition(definition)
        default: throw CallFailures.argument(function, "net", wants: "a model", got: value)
        }
    }

    func inMode<Result>(_ training: Bool, _ body: () throws -> Result) rethrows -> Result {
        let before = isTraining
        isTraining = training
        defer { isTraining = before }
        return try body()
    }

    /// Marks a model and every model in it.
    func setFrozen(_ value: Value, _ flag: Bool) {
        switch value {
        case .model(let model):
            modelVersion += 1
            check?.willWrite(.frozen(model))
            model.isFrozen = flag
            if model.isChain {
                for part in model.chainParts { setFrozen(part, flag) }
            } else {
                for part in model.modelParts { setFrozen(part.value, flag) }
            }
        case .list(let list): for item in list.items { setFrozen(item, flag) }
        case .tuple(let tuple): for item in tuple.items { setFrozen(item, flag) }
        case .record(let record): for item in record.values { setFrozen(item, flag) }
        case .dict(let dict): for item in dict.items.values { setFrozen(item, flag) }
        default: break
        }
    }

    /// Sets params and states by path. Nothing is set unless everything fits.
    func setParameters(of model: ModelInstance, _ dict: DictObject) throws {
        let parameters = model.namedParameters()
        var pending: [(ParameterBox, Node)] = []
        for (key, value) in dict.items {
            guard case .string(let path) = key,
                let parameter = parameters.first(where: { $0.path == path })
            else {
                let name = Printer.excerpt(key.value)
                let close = { () -> String? in
                    guard case .string(let path) = key else { return nil }
                    return Suggestion.nearest(path, parameters.map(\.path))
                }()
                throw Failure(
                    "model.path", "the model has no param or state \(name)",
                    help: close.map { "did you mean \"\($0)\"?" })
            }
            guard let old = parameter.box.node else {
                throw Failure(
                    "model.unbuilt", "`\(path)` is not made yet",
                    help: "build the model first: `net.build([…])`")
            }
            guard let node = try tensorNode(value, dtype: old.dtype), node.shape == old.shape else {
                throw Failure(
                    "shape.assign", "`\(path)` has shape \(old.shape), got \(described(value))")
            }
            pending.append((parameter.box, try recorder.cast(node, to: old.dtype)))
        }
        if !recorder.isAbstract { try recorder.evaluate(pending.map(\.1)) }
        for (box, node) in pending { box.node = leaf(node).alone }
    }
}

/// Copies models with everything in them; shared parts stay shared among the copies.
struct ModelCopier {
    private var made: [ObjectIdentifier: ModelInstance] = [:]

    mutating func copy(_ model: ModelInstance) -> ModelInstance {
        if let done = made[ObjectIdentifier(model)] { return done }
        let kind: ModelInstance.Kind
        switch model.kind {
        case .chain(let parts): kind = .chain(copy(parts))
        case .defined: kind = model.kind
        }
        let result = ModelInstance(kind, initialization: model.initialization)
        made[ObjectIdentifier(model)] = result
        result.madeWith = model.madeWith
        result.isFrozen = model.isFrozen
        result.isBuilt = model.isBuilt
        result.nesting = model.nesting
        result.fields = copy(model.fields)
        result.boxes = model.boxes.map { box in
            guard let box else { return nil }
            let copied = ParameterBox(name: box.name, isState: box.isState)
            copied.node = box.node?.alone
            return copied
        }
        return result
    }

    private mutating func copy(_ values: [Value]) -> [Value] {
        var result: [Value] = []
        for value in values { result.append(copy(value)) }
        return result
    }

    private mutating func copy(_ value: Value) -> Value {
        switch value {
        case .model(let model): return .model(copy(model))
        case .list(let list): return .list(copy(list.items))
        case .tuple(let tuple): return .tuple(copy(tuple.items))
        case .record(let record): return .record(RecordObject(record.layout, copy(record.values)))
        case .dict(let dict):
            var items = dict.items
            for (key, value) in dict.items { items[key] = copy(value) }
            return .dict(DictObject(items))
        default: return value
        }
    }
}
