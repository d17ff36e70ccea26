import Autodiff
import Tensors

/// An `optimizer` definition with the variables that its functions captured.
final class OptimizerDefinition: Compound {
    let template: OptimizerTemplate
    let name: String
    let constructor: Closure
    private(set) var initializers: [Closure]
    private(set) var functions: [Closure]
    let update: Closure

    init(
        template: OptimizerTemplate, constructor: Closure, initializers: [Closure],
        functions: [Closure], update: Closure
    ) {
        self.template = template
        self.name = template.name
        self.constructor = constructor
        self.initializers = initializers
        self.functions = functions
        self.update = update
    }

    override func surrender(to pending: inout [Compound]) {
        pending += initializers + functions
        (initializers, functions) = ([], [])
        constructor.surrender(to: &pending)
        update.surrender(to: &pending)
    }

    /// What every optimizer takes besides its own options.
    static let commonOptions = [
        "decay", "exclude", "clip", "clipNorm", "clipValue", "maxNorm", "ema",
    ]

    var signature: Signature {
        let model = ParameterInfo(name: "model", isOptional: true, defaultText: "nil")
        return Signature(name: name, parameters: [model] + constructor.prototype.parameters)
    }

    /// With the options of every optimizer that are not its own.
    var wholeSignature: Signature {
        let own = signature.parameters
        let more = Self.commonOptions.filter { name in !own.contains { $0.name == name } }
        return Signature(
            name: name,
            parameters: own + more.map { ParameterInfo(name: $0, isOptional: true, defaultText: "nil") })
    }
}

/// An optimizer: what it holds, its options and the state of its steps.
final class OptimizerInstance: Receiver {
    /// Models that share options.
    struct Group {
        var target: Value
        /// The options in the order of the definition.
        var options: [Value]
        var common: [String: Value]
    }

    /// What a param has besides its value. An object, so that a replayed step finds it without
    /// looking it up.
    final class Slots {
        /// Keeps the box alive: slots are found by its identity.
        let box: ParameterBox
        var values: [Value]
        var average: Node?
        var accumulated: Node?

        init(box: ParameterBox, values: [Value], average: Node?, accumulated: Node?) {
            self.box = box
            self.values = values
            self.average = average
            self.accumulated = accumulated
        }

        func copy() -> Slots {
            Slots(box: box, values: values, average: average, accumulated: accumulated)
        }
    }

    let definition: OptimizerDefinition
    var groups: [Group]
    /// The options of a recipe, or of the first group: what printing shows and `opt.lr` reads.
    var slots: [ObjectIdentifier: Slots] = [:] {
        didSet { slotVersion &+= 1 }
    }
    /// Counts changes of which slots there are, not of what stands in them.
    private(set) var slotVersion = 0
    /// Counts assignments of options: programs hold for the options that they were recorded with.
    private(set) var optionVersion = 0
    /// Updates done.
    var steps = 0
    /// Calls since the last update, for `accumulate`.
    var calls = 0

    init(_ definition: OptimizerDefinition, groups: [Group]) {
        self.definition = definition
        self.groups = groups
        super.init()
        fields = Array(
            repeating: .unset, count: definition.template.layout.fieldNames.count)
    }

    deinit {
        var pending: [Compound] = []
        surrender(to: &pending)
        Compound.drain(&pending)
    }

    override func surrender(to pending: inout [Compound]) {
        for group in groups {
            for value in [group.target] + group.options + group.common.values {
                if let object = value.compound { pending.append(object) }
            }
        }
        groups = []
        slots = [:]
        Compound.take(&fields, to: &pending)
    }

    /// Whether it holds no model: `Adam(lr: 1e-3)`.
    var isRecipe: Bool {
        groups.allSatisfy { $0.target.isNone }
    }

    var optionNames: [String] { definition.template.options + OptimizerDefinition.commonOptions }

    func option(_ name: String) -> Value? {
        if let index = definition.template.options.firstIndex(of: name) {
            return groups[0].options[index]
        }
        guard OptimizerDefinition.commonOptions.contains(name) else { return nil }
        return groups[0].common[name] ?? Value.none
    }

    /// Sets an option in all groups.
    func setOption(_ name: String, _ value: Value) throws {
        // The learning rate is an input of programs: a schedule sets it at every step.
        if name != "lr" || value.isCallable || option("lr")?.isCallable == true { optionVersion += 1 }
        for index in groups.indices {
            if let position = definition.template.options.firstIndex(of: name) {
                groups[index].options[position] = value
            } else {
                groups[index].common[name] = value
            }
        }
    }

    var shownOptions: [(String, Value)] {
        Array(zip(definition.template.options, groups[0].options))
    }

    /// Lets go of the gradients that `accumulate` summed: they were used.
    func forgetSums() {
        for slot in slots.values { slot.accumulated = nil }
    }

    func function(_ index: Int) -> Closure {
        let function = definition.functions[index]
        return Closure(function.prototype, captures: function.captures, receiver: self)
    }

    /// The params that it may change now, each once, with the number of their group.
    func trainable() -> [(parameter: NamedParameter, group: Int)] {
        parameters { $0.isTrainable }
    }

    /// The params of its models that are to be included, each once, with the number of their group.
    func parameters(
        where isIncluded: (NamedParameter) -> Bool = { _ in true }
    ) -> [(parameter: NamedParameter, group: Int)] {
        var seen: Set<ObjectIdentifier> = []
        var result: [(NamedParameter, Int)] = []
        for (index, group) in groups.enumerated() {
            for parameter in Self.parameters(of: group.target) where isIncluded(parameter) {
                guard seen.insert(ObjectIdentifier(parameter.box)).inserted else { continue }
                result.append((parameter, index))
            }
        }
        return result
    }

    /// The params of a model, or of models in a list or tuple.
    static func parameters(of target: Value) -> [NamedParameter] {
        switch target {
        case .model(let model): model.namedParameters()
        case .list(let list): list.items.flatMap(parameters)
        case .tuple(let tuple): tuple.items.flatMap(parameters)
        default: []
        }
    }
}
