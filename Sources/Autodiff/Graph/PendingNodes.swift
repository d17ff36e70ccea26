import Tensors

/// What was recorded outside of blocks and is not computed yet, in a list that keeps nothing alive.
///
/// Such a node keeps what it will be computed from. Where a training step is about to replace params, values that were
/// made of the old ones and that nobody has looked at would each keep a copy of the whole model:
/// `norms += [net.W.norm()]`. So they are computed before: `Recorder.computePending()`.
final class PendingNodes {
    /// Stands before the first.
    private let head = Node(placeholder: .scalar, dtype: .bool)

    deinit {
        while let node = head.pendingAfter { node.leavePending() }
    }

    var isEmpty: Bool { head.pendingAfter == nil }

    func add(_ node: Node) {
        node.pendingBefore = head
        node.pendingAfter = head.pendingAfter
        head.pendingAfter?.pendingBefore = node
        head.pendingAfter = node
    }

    /// Those of which no other one is made.
    var roots: [Node] {
        var all: [Node] = []
        var used: Set<ObjectIdentifier> = []
        var next = head.pendingAfter
        while let node = next {
            all.append(node)
            for input in node.inputs where input.value == nil { used.insert(ObjectIdentifier(input)) }
            next = node.pendingAfter
        }
        return all.filter { !used.contains(ObjectIdentifier($0)) }
    }
}

extension Node {
    func leavePending() {
        guard let before = pendingBefore else { return }
        before.pendingAfter = pendingAfter
        pendingAfter?.pendingBefore = before
        pendingBefore = nil
        pendingAfter = nil
    }
}

extension Recorder {
    /// Computes what was recorded outside of blocks and is still referred to. What fails stays as it is: its error
    /// comes where it is looked at.
    ///
    /// - Throws: `EvaluationError` if it was interrupted.
    public func computePending() throws(EvaluationError) {
        guard !pending.isEmpty, !isAbstract else { return }
        for root in pending.roots {
            do throws(EvaluationError) {
                try evaluate([root])
            } catch {
                if case .interrupted = error.error { throw error }
            }
        }
    }
}
