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
        check.words.formUnion(Self.words(in: source.text))
        check.members.formUnion(Self.possibleMembers(in: source))
        machine.recorder.isAbstract = true
        deadline = Session.now + seconds
        defer {
            deadline = nil
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
    ///
    /// - Parameter seconds: After so long the rest is taken to be right.
    public func checkUncalled(seconds: Double = 1) -> [Diagnostic] {
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
        deadline = Session.now + seconds
        let state = snapshot()
        defer {
            check.isSpeculative = false
            deadline = nil
            check.begin()
        }
        for function in functions where !isOutOfTime {
            machine.recorder.isAbstract = true
            let parameters = function.prototype.parameters.filter { !$0.isOptional }
            do {
                _ = try machine.run(function, parameters.map { _ in .unknown })
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
}
