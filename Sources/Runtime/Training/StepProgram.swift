import Autodiff
import Tensors

/// A training step, or a block or function that only computes, recorded and compiled: with its
/// guards it stands for the block.
final class StepProgram {
    /// Where an input comes from at each replay.
    enum Source {
        /// A param or state.
        case box(ParameterBox)
        /// Slot `index` of a param.
        case slot(ParameterBox, Int)
        case average(ParameterBox)
        case accumulated(ParameterBox)
        /// An option of a group: the learning rate, or a function of the step count.
        case option(group: Int, name: String)
        /// The number of this update, from 1, of a param and others that it was the same of.
        case stepCount(ParameterBox)
        /// A guarded variable.
        case variable
    }

    /// Where an output goes.
    enum Target {
        case box(ParameterBox)
        case slot(ParameterBox, Int)
        case average(ParameterBox)
        case accumulated(ParameterBox)
        /// A tensor of the block's value.
        case result
    }

    let program: Program
    let block: Guard
    /// What a function was called with.
    let arguments: [Guard]
    let cells: [(cell: WeakObject, Guard)]
    let globals: [(module: ModuleObject, slot: Int, Guard)]
    let sources: [Source]
    let targets: [Target]
    /// The input that each target replaces; -1 for those that are returned.
    let replaced: [Int]
    /// The block's value with placeholders in the order of the `.result` targets.
    let result: Value
    let draws: UInt64
    let key: StepKey
    /// What is compared by identity, and not kept alive: models, optimizers, data sets, variables.
    private let objects: [WeakObject]
    /// The optimizer of a step.
    private let optimizer: WeakObject?
    /// When it ran last, counted in runs of programs.
    var lastUse = 0
    /// Where sources and targets are kept, found once; `nil` for those that are kept nowhere.
    private(set) var sourceHolders: [NodeHolder?] = []
    private(set) var targetHolders: [NodeHolder?] = []
    private var boundVersion = -1
    /// The params that it updates.
    let updated: Set<ObjectIdentifier>
    /// For each number of an update that it takes the params that it is the number of.
    private let counted: [[ObjectIdentifier]]
    private var countedVersion = -1
    /// The nodes of sources that are numbers, written anew at each step.
    private var numbers: [Int: Node] = [:]
    /// The inputs of a run, empty in between: kept for its memory.
    var nodes: [Node] = []

    init(
        program: Program, block: Guard, arguments: [Guard], cells: [(cell: WeakObject, Guard)],
        objects: [WeakObject], optimizer: OptimizerInstance?,
        globals: [(module: ModuleObject, slot: Int, Guard)], sources: [Source],
        targets: [Target], replaced: [Int], result: Value, draws: UInt64, key: StepKey
    ) {
        self.program = program
        self.block = block
        self.arguments = arguments
        self.cells = cells
        self.objects = objects
        self.optimizer = optimizer.map { WeakObject($0) }
        self.globals = globals
        self.sources = sources
        self.targets = targets
        self.replaced = replaced
        self.result = result
        self.draws = draws
        self.key = key
        var updated: Set<ObjectIdentifier> = []
        for case .box(let box) in targets where optimizer?.slots[ObjectIdentifier(box)] != nil {
            updated.insert(ObjectIdentifier(box))
        }
        self.updated = updated
        self.counted = sources.compactMap { source in
            guard case .stepCount(let box) = source, let optimizer else { return nil }
            let skipped = optimizer.skipped(ObjectIdentifier(box))
            return updated.filter { optimizer.skipped($0) == skipped }
        }
    }

    /// Whether params that have had equally many updates still have.
    func countsFit(_ optimizer: OptimizerInstance?) -> Bool {
        guard let optimizer, countedVersion != optimizer.skipVersion, !counted.isEmpty else { return true }
        for params in counted {
            guard let first = params.first.map(optimizer.skipped) else { continue }
            guard params.allSatisfy({ optimizer.skipped($0) == first }) else { return false }
        }
        countedVersion = optimizer.skipVersion
        return true
    }

    /// Whether it was recorded with this optimizer; an address would not say so, as it is given away again.
    func belongs(to other: OptimizerInstance?) -> Bool {
        guard let optimizer else { return other == nil }
        return optimizer.isStill(other)
    }

    /// Whether its guards can hold again: what they compare is still there, and neither `freeze` nor an
    /// assignment of an option has made it out of date for good.
    func mayHold(_ modelVersion: Int) -> Bool {
        guard key.modelVersion == modelVersion, objects.allSatisfy(\.isAlive) else { return false }
        guard let optimizer else { return true }
        return (optimizer.object as? OptimizerInstance)?.optionVersion == key.optionVersion
    }

    /// Finds the slots of the optimizer, if they are not those of the last run.
    func bind(to optimizer: OptimizerInstance?) {
        let version = optimizer?.slotVersion ?? 0
        guard boundVersion != version else { return }
        boundVersion = version
        func slots(_ box: ParameterBox) -> OptimizerInstance.Slots? {
            optimizer?.slots[ObjectIdentifier(box)]
        }
        sourceHolders = sources.map { source in
            switch source {
            case .box(let box): return NodeHolder.box(box)
            case .slot(let box, let index):
                return slots(box).map { NodeHolder.slot($0, index) }
            case .average(let box):
                return slots(box).map { NodeHolder.average($0) }
            case .accumulated(let box):
                return slots(box).map { NodeHolder.accumulated($0) }
            case .option, .stepCount, .variable: return nil
            }
        }
        targetHolders = targets.map { target in
            switch target {
            case .box(let box): return NodeHolder.box(box)
            case .slot(let box, let index):
                return slots(box).map { NodeHolder.slot($0, index) }
            case .average(let box):
                return slots(box).map { NodeHolder.average($0) }
            case .accumulated(let box):
                return slots(box).map { NodeHolder.accumulated($0) }
            case .result: return nil
            }
        }
    }

    /// Whether the source is a tensor that the model or the optimizer holds.
    func isHeld(_ source: Int) -> Bool {
        switch sources[source] {
        case .box, .slot, .average, .accumulated: true
        case .option, .stepCount, .variable: false
        }
    }

    /// A number as input `index`, in the node of the last step.
    func number(_ number: ScalarValue, dtype: DType, at index: Int) throws -> Node {
        if let node = numbers[index], node.dtype == dtype {
            node.value?.fill(with: number)
            return node
        }
        let node = Node(try Tensor(number, dtype: dtype))
        numbers[index] = node
        return node
    }
}

/// A place that holds a tensor which training replaces.
enum NodeHolder {
    case box(ParameterBox)
    case slot(OptimizerInstance.Slots, Int)
    case average(OptimizerInstance.Slots)
    case accumulated(OptimizerInstance.Slots)

    var node: Node? {
        switch self {
        case .box(let box): return box.node
        case .slot(let slots, let index):
            if slots.values.indices.contains(index), case .tensor(let node) = slots.values[index] {
                return node
            }
            return nil
        case .average(let slots): return slots.average
        case .accumulated(let slots): return slots.accumulated
        }
    }

    /// `nil` lets go of what is held.
    func hold(_ node: Node?) {
        switch self {
        case .box(let box): box.node = node
        case .slot(let slots, let index):
            guard slots.values.indices.contains(index) else { return }
            slots.values[index] = node.map { Value.tensor($0) } ?? Value.none
        case .average(let slots): slots.average = node
        case .accumulated(let slots): slots.accumulated = node
        }
    }
}

extension Node {
    /// The same numbers as a leaf of its own; itself while they are not computed.
    ///
    /// Params and slots hold nodes that nobody else holds: gradients go to nodes, and programs tell
    /// their inputs apart by them.
    var alone: Node {
        if let value { return Node(value, origin: origin) }
        return primitive == nil ? Node(placeholder: shape, dtype: dtype, origin: origin) : self
    }
}

/// What besides the variables a recorded step depends on.
struct StepKey: Equatable {
    enum Kind: Equatable {
        case step
        case inference, training
        /// `grad`, or `valueAndGrad`, in the mode that models run in.
        case gradient(withValue: Bool, isTraining: Bool)
    }

    var kind: Kind
    var clip: Double?
    var accumulate = 1
    /// Whether this call updates, and whether sums of earlier calls are there.
    var isUpdate = false
    var hasSums = false
    /// Counts `freeze` and `unfreeze`, and assignments of options.
    var modelVersion: Int
    var optionVersion = 0
}
