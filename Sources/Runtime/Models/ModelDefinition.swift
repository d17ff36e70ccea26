import Autodiff
import Diagnostics
import Syntax

/// A `model` definition with the variables that its functions captured.
final class ModelDefinition: Compound {
    let template: ModelTemplate
    let name: String
    let constructor: Closure
    /// One per method of the template, without a receiver.
    private(set) var methods: [(prototype: Prototype, captures: [Cell])]
    /// Per member: the functions that give its sizes and its initializer.
    private(set) var sizes: [(prototype: Prototype, captures: [Cell])]
    private(set) var initializers: [(prototype: Prototype, captures: [Cell])]

    init(
        template: ModelTemplate, constructor: Closure,
        methods: [(Prototype, [Cell])], sizes: [(Prototype, [Cell])],
        initializers: [(Prototype, [Cell])]
    ) {
        self.template = template
        self.name = template.name
        self.constructor = constructor
        self.methods = methods
        self.sizes = sizes
        self.initializers = initializers
    }

    override func surrender(to pending: inout [Compound]) {
        constructor.surrender(to: &pending)
        for function in methods + sizes + initializers { pending += function.captures }
        (methods, sizes, initializers) = ([], [], [])
    }

    var signature: Signature {
        Signature(name: name, parameters: constructor.prototype.parameters)
    }

    /// Refuses a size where a layer of the library takes a Bool: `LSTM(4, 8)`.
    func requireBools(_ arguments: [Value], _ labels: [String?]) throws {
        let signature = signature
        let order = try signature.order(of: arguments.count, labels)
        for (parameter, argument) in zip(signature.parameters, order)
        where argument >= 0 && ["true", "false"].contains(parameter.defaultText) {
            guard case .int(let number) = arguments[argument] else { continue }
            throw CallFailures.argument(
                signature.name, parameter.name, wants: "a Bool", got: arguments[argument],
                help: number > 1 ? "the size of the input is not given: the first call tells it" : nil)
        }
    }
}

/// A model: constructor parameters, params, states and parts, with the identity that training needs.
final class ModelInstance: Receiver {
    enum Kind {
        case defined(ModelDefinition)
        /// `a >> b >> c`: models and functions.
        case chain([Value])
    }
    private(set) var kind: Kind
    /// The constructor's arguments as given, for printing.
    var madeWith: [(label: String?, value: Value)] = []
    /// Whether `freeze` was called on it; its parts carry the mark themselves.
    var isFrozen = false
    /// Where its initial weights come from.
    let initialization: RandomStream
    /// Params and states by field; the field itself holds `nil` where the condition did not hold.
    var boxes: [ParameterBox?] = []
    /// Whether every declared param and state has a value.
    var isBuilt = true
    /// Which line fixed a dimension, by its field.
    var sizeOrigins: [Int: Span] = [:]
    /// How many models stand inside one another here, this one included.
    var nesting = 1
    /// The shapes of the last call's inputs, for `summary`.
    var lastInputs: [[Value]]?

    init(_ kind: Kind, initialization: RandomStream) {
        self.kind = kind
        self.initialization = initialization
        super.init()
        if case .defined(let definition) = kind {
            let count = definition.template.layout.fieldNames.count
            fields = Array(repeating: .unset, count: count)
            boxes = Array(repeating: nil, count: count)
        }
    }

    deinit {
        var pending: [Compound] = []
        surrender(to: &pending)
        Compound.drain(&pending)
    }

    override func surrender(to pending: inout [Compound]) {
        switch kind {
        case .chain(var parts):
            kind = .chain([])
            Compound.take(&parts, to: &pending)
        case .defined(let definition):
            pending.append(definition)
            kind = .chain([])
        }
        for (_, value) in madeWith {
            if let object = value.compound { pending.append(object) }
        }
        madeWith = []
        Compound.take(&fields, to: &pending)
    }

    /// Finds out how deep the model is nested, now that its parts are there.
    /// - Throws: `Failure` beyond what can be called.
    func measureNesting() throws {
        var nesting = Nesting()
        switch kind {
        case .chain(let parts): try nesting.measure(parts)
        case .defined: try nesting.measure(fields)
        }
        try nesting.measure(madeWith.lazy.map(\.value))
        self.nesting = nesting.depth
    }

    var isChain: Bool {
        if case .chain = kind { return true }
        return false
    }

    var chainParts: [Value] {
        if case .chain(let parts) = kind { return parts }
        return []
    }

    var definition: ModelDefinition? {
        if case .defined(let definition) = kind { return definition }
        return nil
    }

    var definitionName: String { definition?.name ?? "chain" }

    /// The closure of a method.
    func method(_ index: Int) -> Closure? {
        guard let definition, definition.methods.indices.contains(index) else { return nil }
        let method = definition.methods[index]
        return Closure(method.prototype, captures: method.captures, receiver: self)
    }

    func method(named name: String) -> Closure? {
        definition?.template.method(name).flatMap(method)
    }

    var memberNames: [String] {
        guard let definition else { return ["params", "parts"] }
        return definition.template.layout.fieldNames + definition.template.methods.map(\.name)
            + ["params", "parts"]
    }
}
