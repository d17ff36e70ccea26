import Autodiff
import Checker
public import Diagnostics
import Syntax
import Tensors

extension Session {
    /// Runs a cell on shapes alone and gives its errors and warnings: nothing is computed, trained, drawn or
    /// written, and data files are read. What cannot be known is accepted.
    ///
    /// Only for a session whose configuration says `checksShapes`. Names that the cell would have
    /// defined are unknown to the cells below if it fails.
    ///
    /// - Parameters:
    ///   - stream: What names its random stream.
    ///   - seconds: After so long the rest of the cell is taken to be right.
    public func check(
        _ source: SourceText, stream: String, seconds: Double = 3
    ) -> [Diagnostic] {
        guard let machine, let check = machine.check else { return [] }
        check.begin()
        machine.recorder.isAbstract = true
        deadline = Session.now + seconds
        defer {
            deadline = nil
            check.begin()
        }
        let outcome = run(source, stream: stream)
        let names = Parser.parse(source).program.items.flatMap(CellAnalysis.definedNames)
        for (name, isVariable) in names {
            let slot = module.slot(name)
            let isDone = outcome.ending == .succeeded && !module.slots[slot].isUnset
            if isDone { continue }
            module.slots[slot] = .unknown
            if isVariable { module.variables.insert(slot) }
        }
        return check.diagnostics + outcome.diagnostics
    }
}
