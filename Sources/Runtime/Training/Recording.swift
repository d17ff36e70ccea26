import Autodiff
import Tensors

/// What a `step` block reads and writes while it is recorded: the guards of its replay.
///
/// The machine reports every variable, param and state from outside that the block meets, and everything that
/// makes the block depend on more than these: then it is recorded anew each time, and `reason` says why.
final class Recording {
    let id: Int32
    /// Cells that existed before and were read, in the order of first reading.
    private(set) var cells: [Cell] = []
    /// The functions that were there before and used what they captured: read it, or handed it on to a new function.
    private(set) var users: [Closure] = []
    private(set) var globals: [(module: ModuleObject, slot: Int)] = []
    private var globalKeys: Set<GlobalKey> = []
    private(set) var boxes: [ParameterBox] = []
    /// The models that the boxes belong to; `nil` for those that were read in inference mode, as a teacher is.
    private(set) var owners: [ModelInstance?] = []
    /// States that the block assigned, with their values before.
    private(set) var assigned: [(box: ParameterBox, before: Node?)] = []
    /// Why the block cannot be replayed, in a few words; `nil` if it can.
    private(set) var reason: String?

    private struct GlobalKey: Hashable {
        var module: ObjectIdentifier
        var slot: Int
    }

    init(id: Int32) { self.id = id }

    @inline(__always)
    func reads(_ cell: Cell) {
        if cell.mark == id { return }
        cell.mark = id
        cells.append(cell)
    }

    @inline(__always)
    func uses(_ closure: Closure) {
        if closure.mark == id { return }
        closure.mark = id
        users.append(closure)
    }

    func writes(_ cell: Cell) {
        if cell.mark == id, !cells.contains(where: { $0 === cell }) { return }
        refuse("it writes an outer variable")
    }

    func reads(_ module: ModuleObject, _ slot: Int) {
        let key = GlobalKey(module: ObjectIdentifier(module), slot: slot)
        if globalKeys.insert(key).inserted { globals.append((module, slot)) }
    }

    func writes(_ module: ModuleObject, _ slot: Int) { refuse("it writes an outer variable") }

    func reads(_ box: ParameterBox, of model: ModelInstance, isTraining: Bool?) {
        if box.mark == id { return }
        box.mark = id
        boxes.append(box)
        owners.append(isTraining == false ? nil : model)
    }

    func writes(_ box: ParameterBox, of model: ModelInstance) {
        reads(box, of: model, isTraining: nil)
        keeps(box)
    }

    /// A state is about to be assigned, which `undo` takes back.
    func keeps(_ box: ParameterBox) {
        if !assigned.contains(where: { $0.box === box }) { assigned.append((box, box.node)) }
    }

    /// The block needed a number.
    func demands(_ why: String) { refuse(why) }

    func creates(_ why: String) { refuse(why) }

    /// A builtin that does more than compute was called.
    func calls(_ name: String) { refuse("it calls `\(name)`") }

    private func refuse(_ why: String) {
        if reason == nil { reason = why }
    }

    /// Whether the recording met a cell that was there before.
    func hasRead(_ cell: Cell) -> Bool { readCells.contains(ObjectIdentifier(cell)) }

    private lazy var readCells = Set(cells.map { ObjectIdentifier($0) })

    /// Numbers that are inputs of the program: options and the step count.
    var promoted: [(node: Node, source: StepProgram.Source)] = []

    /// Puts the states back, after an error.
    func undo() {
        for (box, before) in assigned { box.node = before }
    }
}
