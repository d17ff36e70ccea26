import Autodiff
public import Diagnostics
import Tensors

/// The step blocks that ran while somebody watched, in the order of their first calls.
struct WatchedSteps {
    private(set) var blocks: [(prototype: Prototype, calls: Int, replays: Int)] = []

    mutating func count(_ block: Prototype, isReplay: Bool) {
        let known = blocks.firstIndex { $0.prototype === block }
        let index = known ?? blocks.endIndex
        if known == nil { blocks.append((block, 0, 0)) }
        if isReplay { blocks[index].replays += 1 } else { blocks[index].calls += 1 }
    }
}

/// What `:explain` shows.
extension Session {
    /// Runs a text and says how its tensors are computed: of each `step` block that ran, the passes
    /// of its program or why it is not replayed; else the passes for what the last expression only
    /// recorded. Nothing is computed for the explanation.
    public func explain(_ source: SourceText, stream: String) -> CellOutcome {
        machine.watchedSteps = WatchedSteps()
        defer { machine.watchedSteps = nil }
        var outcome = run(source, stream: stream) { value, outcome in
            outcome.value = try explanation(of: value)
        }
        let steps = machine.watchedSteps?.blocks ?? []
        guard outcome.ending == .succeeded else { return outcome }
        if !steps.isEmpty {
            outcome.value = explanation(of: steps)
        } else if outcome.value == nil {
            outcome.value = "no step ran and no value is shown; `:explain EXPR` explains a value"
        }
        return outcome
    }

    private func explanation(
        of steps: [(prototype: Prototype, calls: Int, replays: Int)]
    ) -> String {
        steps.map { block, calls, replays in
            let times = calls == 1 ? "once" : "\(calls) times"
            let head = "step (\(block.span(0).location)): called \(times), replayed \(replays)"
            let note = machine.stepPrograms[block]?.note ?? ""
            if !note.isEmpty { return head + "\n" + note }
            return head + "\n"
                + (configuration.replaysSteps
                    ? "not replayed: it has not been compiled yet; call it again"
                    : "not replayed: DLREPL_REPLAY=0")
        }.joined(separator: "\n\n")
    }

    private func explanation(of value: Value) throws -> String {
        var nodes: [Node] = []
        machine.collectTensors(value, into: &nodes)
        guard !nodes.isEmpty else { return "no tensor: \(ValueSummary.shape(value)) is there already" }
        let pending = nodes.filter { $0.value == nil }
        guard !pending.isEmpty else {
            return "computed already: \(ValueSummary.shape(value)) has its numbers, nothing is recorded"
        }
        let leaves = Recorder.leaves(of: pending)
        return try Program(inputs: leaves, outputs: pending, random: machine.recorder.random).explain()
    }
}
