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
    /// After very much work the rest of the cell is taken to be right. It is counted, so that the answer is the same on
    /// a busy machine; the clock only ends what hardly counts, such as the reading of endless files.
    ///
    /// - Parameter stream: What names its random stream.
    public func check(_ source: SourceText, stream: String) -> [Diagnostic] {
        guard let machine, let check = machine.check else { return [] }
        check.begin()
        check.words.formUnion(Self.words(in: source.text))
        check.members.formUnion(Self.possibleMembers(in: source))
        machine.recorder.isAbstract = true
        limitCheck(ShapeCheck.work)
        defer {
            limitCheck(nil)
            check.begin()
        }
        let outcome = run(source, stream: stream)
        let items = Parser.parse(source).program.items
        for (name, isVariable) in items.flatMap(CellAnalysis.definedNames) + items.flatMap(presumedNames) {
            let slot = module.slot(name)
            let isDone = outcome.ending == .succeeded && !module.slots[slot].isUnset
            if isDone { continue }
            module.slots[slot] = .unknown
            if isVariable { module.variables.insert(slot) }
        }
        return check.diagnostics + outcome.diagnostics
    }

    /// `x = 3` for a name that nothing defines: that was reported, so its uses below need no message.
    private func presumedNames(_ item: Statement) -> [(name: String, isVariable: Bool)] {
        guard case .assignment(let target, _, _) = item.kind, case .place(let name, let accessors) = target.kind,
            accessors.isEmpty, !name.text.isEmpty, slot(ofPreludeName: name.text) == nil,
            module.value(name.text) == nil
        else { return [] }
        return [(name.text, true)]
    }

    /// What is wrong with functions of the cells that nothing has called, whatever they are given; after the
    /// last cell. The names are as before after it.
    public func checkUncalled() -> [Diagnostic] {
        guard let machine, let check = machine.check else { return [] }
        let functions = module.slots.compactMap { value -> Closure? in
            guard case .function(let closure) = value,
                !check.entered.contains(ObjectIdentifier(closure.prototype)),
                closure.prototype.module === module
            else { return nil }
            return closure
        }
        guard !functions.isEmpty else { return [] }
        check.begin()
        check.isSpeculative = true
        limitCheck(ShapeCheck.workOfUncalled)
        let state = snapshot()
        defer {
            check.isSpeculative = false
            limitCheck(nil)
            check.begin()
        }
        for function in functions where !isOutOfTime && !machine.isOutOfWork {
            machine.recorder.isAbstract = true
            // One that has a default may stand before one that has none.
            let arguments = function.prototype.parameters.map { $0.isOptional ? Value.unset : .unknown }
            do {
                _ = try machine.run(function, arguments)
            } catch {
                if !(error is DeadEnd), !(error is UnknownValue), !(error is Interruption),
                    Interruption(error, machine) == nil
                {
                    check.report(machine.located(error).diagnostic)
                }
                machine.reset()
            }
            restore(state)
        }
        machine.reset()
        return check.diagnostics
    }

    private func limitCheck(_ work: Int?) {
        machine?.limitWork(to: work)
        deadline = work.map { _ in Session.now + ShapeCheck.seconds }
    }
}
