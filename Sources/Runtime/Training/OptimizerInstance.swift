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

        /// The option of that name, the definition's own or one that all optimizers take.
        func option(_ name: String, _ definition: OptimizerDefinition) -> Value? {
            definition.template.options.firstIndex(of: name).map { options[$0] } ?? common[name]
        }
    }

    /// What a param has besides its value. An object, so that a replayed step finds it without
    /// looking it up.
    final class Slots {
        /// Keeps the box alive: slots are found by its identity.
        let box: ParameterBox
        var values: [Value]
        var average: Node?
        var accumulated: Node?
        /// Updates of the optimizer that the param had no part in, as it was frozen or had no gradient: the number of
        /// an update, which Adam corrects its averages by, counts the param's own.
        var skipped: Int

        init(box: ParameterBox, values: [Value], average: Node?, accumulated: Node?, skipped: Int) {
            self.box = box
            self.values = values
            self.average = average
            self.accumulated = accumulated
            self.skipped = skipped
        }

        func copy(for other: ParameterBox? = nil) -> Slots {
            Slots(
                box: other ?? box, values: values, average: average, accumulated: accumulated, skipped: skipped)
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
    private(set) var steps = 0
    /// Counts changes of `Slots.skipped`.
    private(set) var skipVersion = 0
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

    /// Counts an update of these params.
    func noteUpdate(of updated: Set<ObjectIdentifier>) {
        steps += 1
        guard updated.count < slots.count else { return }
        skipVersion += 1
        for (id, slot) in slots where !updated.contains(id) { slot.skipped += 1 }
    }

    /// Puts the count of updates back, or takes it over.
    func restoreCount(_ count: Int) {
        steps = count
        skipVersion += 1
    }

    /// The updates that a param had no part in; all, if it was never met.
    func skipped(_ box: ObjectIdentifier) -> Int { slots[box]?.skipped ?? steps }

    /// Whether it holds no model: `Adam(lr: 1e-3)`.
    var isRecipe: Bool {
        groups.allSatisfy { $0.target.isNone }
    }

    var optionNames: [String] { definition.template.options + OptimizerDefinition.commonOptions }

    func option(_ name: String) -> Value? {
        if let value = groups[0].option(name, definition) { return value }
        return OptimizerDefinition.commonOptions.contains(name) ? Value.none : nil
    }

    private static func number(_ value: Value) -> Double? {
        switch value {
        case .float(let number): number
        case .int(let number): Double(number)
        default: nil
        }
    }

    /// Sets an option in all groups. Groups with learning rates of their own keep their proportion to the first.
    func setOption(_ name: String, _ value: Value) throws {
        // The learning rate is an input of programs: a schedule sets it at every step.
        if name != "lr" || value.isCallable || option("lr")?.isCallable == true { optionVersion += 1 }
        let before = name == "lr" ? groups.map { $0.option(name, definition).flatMap(Self.number) } : []
        for index in groups.indices {
            var value = value
            if let first = before.first ?? nil, first != 0, let own = before[index], own != first,
                let rate = Self.number(value)
            {
                value = .float(rate * (own / first))
            }
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

    /// The params of its models that are to be included, each once, with the number of their group. Where there are
    /// several groups their numbers begin the paths.
    func parameters(
        where isIncluded: (NamedParameter) -> Bool = { _ in true }
    ) -> [(parameter: NamedParameter, group: Int)] {
        var seen: Set<ObjectIdentifier> = []
        var result: [(NamedParameter, Int)] = []
        for (index, group) in groups.enumerated() {
            let prefix = groups.count > 1 ? "\(index)." : ""
            for parameter in Self.parameters(of: group.target, prefix) where isIncluded(parameter) {
                guard seen.insert(ObjectIdentifier(parameter.box)).inserted else { continue }
                result.append((parameter, index))
            }
        }
        return result
    }

    /// The params of a model, or of models in a list or tuple, whose numbers then begin their paths: `0.W`.
    static func parameters(of target: Value, _ prefix: String = "") -> [NamedParameter] {
        func all(_ items: [Value]) -> [NamedParameter] {
            items.enumerated().flatMap { parameters(of: $1, "\(prefix)\($0).") }
        }
        switch target {
        case .model(let model):
            return model.namedParameters().map { parameter in
                var parameter = parameter
                parameter.path = prefix + parameter.path
                return parameter
            }
        case .list(let list): return all(list.items)
        case .tuple(let tuple): return all(tuple.items)
        default: return []
        }
    }
}
