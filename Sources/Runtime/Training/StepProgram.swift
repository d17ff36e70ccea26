import Autodiff
import Tensors

/// A training step that was recorded and compiled: with its guards it stands for the block.
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
        /// The number of this step, from 1.
        case stepCount
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
    let cells: [(cell: Cell, Guard)]
    let globals: [(module: ModuleObject, slot: Int, Guard)]
    let sources: [Source]
    let targets: [Target]
    /// The input that each target replaces; -1 for those that are returned.
    let replaced: [Int]
    /// The block's value with tensors in the order of the `.result` targets.
    let result: Value
    let draws: UInt64
    let key: StepKey

    init(
        program: Program, block: Guard, cells: [(cell: Cell, Guard)],
        globals: [(module: ModuleObject, slot: Int, Guard)], sources: [Source],
        targets: [Target], replaced: [Int], result: Value, draws: UInt64, key: StepKey
    ) {
        self.program = program
        self.block = block
        self.cells = cells
        self.globals = globals
        self.sources = sources
        self.targets = targets
        self.replaced = replaced
        self.result = result
        self.draws = draws
        self.key = key
    }
}

/// What besides the variables a recorded step depends on.
struct StepKey: Equatable {
    var optimizer: ObjectIdentifier
    var clip: Double?
    var accumulate: Int
    /// Whether this call updates, and whether sums of earlier calls are there.
    var isUpdate: Bool
    var hasSums: Bool
    /// Counts `freeze` and `unfreeze`, and assignments of options.
    var modelVersion: Int
    var optionVersion: Int
}
