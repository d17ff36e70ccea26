import Tensors

/// A recorded graph, compiled to be run many times: for a training step, for `predict`, for
/// gradients.
///
/// The passes, one file each, are: simplify, fuse elementwise values into tile programs, schedule,
/// plan memory, and lower to kernel calls. A run allocates the results it hands back and nothing
/// else, and gives the same bits as evaluating the nodes one by one.
///
/// A program belongs to one thread at a time and is not reentrant: its values share one arena.
public final class Program {
    let inputs: [(shape: Shape, dtype: DType)]
    let updates: [ProgramUpdate]
    let bases: ProgramBases
    let instructions: [ProgramInstruction]
    /// Which source position each instruction comes from.
    let origins: [Origin]
    /// Instructions from this one on replace inputs and cannot fail.
    let firstCommit: Int
    let arenaByteCount: Int
    let constants: [Tensor]
    let results: [ProgramResult]
    let notes: [String]
    /// Made by the first run and kept.
    var arena: Storage?
    let frame: ProgramFrame

    /// Compiles the graph from `inputs` to `outputs`.
    ///
    /// - Parameters:
    ///   - inputs: the nodes whose values a run is given; usually placeholders, in any case their
    ///     shapes and dtypes count and not their values. Other nodes with values and without
    ///     primitives are constants.
    ///   - updates: pairs of an input and an output of the same shape and dtype; a run writes the
    ///     output over the input's tensor instead of returning it. An input stands in one pair at
    ///     most.
    ///   - random: where the recording's draws began; a run's draws are moved to its own position.
    /// - Throws: `.unknownValue` for an output that depends on a placeholder that is no input,
    ///   `.badArgument` for updates that do not fit, `.outOfMemory`.
    public convenience init(
        inputs: [Node], outputs: [Node], updates: [(input: Int, output: Int)] = [],
        random: RandomStream = RandomStream(key: 0)
    ) throws(EvaluationError) {
        try self.init(
            compiling: ProgramCompiler(
                inputs: inputs, outputs: outputs, updates: updates, random: random))
    }

    private init(compiling compiler: consuming ProgramCompiler) throws(EvaluationError) {
        let parts = try compiler.compile()
        inputs = parts.inputs
        updates = parts.updates
        bases = parts.bases
        instructions = parts.instructions
        origins = parts.origins
        firstCommit = parts.firstCommit
        arenaByteCount = parts.arenaByteCount
        constants = parts.constants
        results = parts.results
        notes = parts.notes
        do throws(TensorError) {
            frame = ProgramFrame(
                count: bases.count, updates: updates.count, nowhere: try Storage(byteCount: 0))
        } catch {
            throw EvaluationError(error: error, origin: .none)
        }
    }
}

/// How an output replaces an input.
struct ProgramUpdate {
    /// The number of the input.
    var input: Int
    /// Where the output lies if it has to be copied at the end; nil if a commit writes it in place.
    var source: ProgramPlace?
    var byteCount: Int
}

/// An output that a run hands back.
struct ProgramResult {
    /// The bytes of the storage that the run makes for it, or 0 if it shares that of an earlier
    /// result or a constant.
    var byteCount: Int
    var place: ProgramPlace
    var shape: Shape
    var dtype: DType
}
