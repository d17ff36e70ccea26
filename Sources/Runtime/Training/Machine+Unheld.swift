import Autodiff
import Diagnostics

extension Machine {
    /// An optimizer that the machine knows of without keeping it alive.
    struct KnownOptimizer {
        weak var optimizer: OptimizerInstance?
    }

    /// Remembers an optimizer that holds models: what none of them holds is warned of.
    func register(_ optimizer: OptimizerInstance) -> OptimizerInstance {
        if knownOptimizers.count > 32 { knownOptimizers.removeAll { $0.optimizer == nil } }
        knownOptimizers.append(KnownOptimizer(optimizer: optimizer))
        return optimizer
    }

    /// Warns, once for each block, of models that would be trained, as the loss of a step has a gradient for them, but
    /// are neither frozen nor held by any optimizer.
    func noticeUnheld(_ recording: Recording, _ block: Closure, _ loss: Node) throws {
        guard check == nil, noticedBlocks.insert(ObjectIdentifier(block.prototype)).inserted else { return }
        var held: Set<ObjectIdentifier> = []
        for optimizer in knownOptimizers.compactMap(\.optimizer) {
            for parameter in optimizer.groups.flatMap({ OptimizerInstance.parameters(of: $0.target) }) {
                held.insert(ObjectIdentifier(parameter.box))
            }
        }
        var unheld: [(node: Node, name: String)] = []
        for case (let box, let owner?) in zip(recording.boxes, recording.owners)
        where !box.isState && !owner.isFrozen && !held.contains(ObjectIdentifier(box)) {
            if let node = box.node { unheld.append((node, owner.definitionName)) }
        }
        guard !unheld.isEmpty else { return }
        let gradients = try gradient(of: loss, withRespectTo: unheld.map(\.node), recorder: recorder)
        var names: [String] = []
        for (entry, gradient) in zip(unheld, gradients) where gradient != nil && !names.contains(entry.name) {
            names.append(entry.name)
        }
        guard !names.isEmpty,
            let frame = frames.last(where: { !$0.closure.prototype.isLibrary })
        else { return }
        let shown = names.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
        session.notices.append(
            Diagnostic(
                .warning, id: "step.unheld",
                "this step uses a model that no optimizer holds and that is not frozen (\(shown)): it is not trained",
                at: frame.closure.prototype.span(frame.counter - 1),
                help: "let an optimizer hold it, as in `Adam([a, b])`, or `freeze` it"))
    }
}
