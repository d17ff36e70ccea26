import Autodiff
import CSupport
import OrderedCollections
import Tensors

/// Training by hand, and what `fit` is made of.
enum TrainingBuiltins {
    static let all: [Builtin] = [
        Builtin(
            "step(optimizer, block, clip = nil, accumulate = 1)",
            "Evaluates the block, differentiates its value and updates what the optimizer holds.",
            isPure: false
        ) { m, a in
            guard case .optimizer(let optimizer) = a[0] else {
                throw CallFailures.argument(
                    "step", "optimizer", wants: "an optimizer that holds a model", got: a[0],
                    help: "make one before: `let opt = Adam(net, lr: 1e-3)`")
            }
            guard a[1].isCallable else {
                throw CallFailures.argument(
                    "step", "block", wants: "a block", got: a[1],
                    help: "the loss is computed inside: `step(opt) { mse(net(x), y) }`")
            }
            guard let count = try m.int(a[3]), count > 0 else {
                throw CallFailures.argument(
                    "step", "accumulate", wants: "an Int above 0", got: a[3])
            }
            let clip = try m.clipLimit(a[2], "step")
            return try m.step(optimizer, a[1], clip: clip, accumulate: count)
        },
        Builtin(
            "finiteStep(optimizer, block, clip = nil)",
            "`step` with an error at a loss that is nan or infinite, before anything is updated.", isPure: false
        ) { m, a in
            guard case .optimizer(let optimizer) = a[0] else {
                throw CallFailures.argument(
                    "finiteStep", "optimizer", wants: "an optimizer that holds a model", got: a[0])
            }
            return try m.finiteStep(optimizer, a[1], clip: try m.clipLimit(a[2], "fit"))
        },
        Builtin("apply(optimizer, gradients, clip = nil)", "Updates with gradients that you made.", isPure: false)
        { m, a in
            guard case .optimizer(let optimizer) = a[0], let gradients = m.gradients(a[1]) else {
                throw CallFailures.argument(
                    "apply", "gradients", wants: "a dict like `net.params`, or one for each model in a list", got: a[1])
            }
            try m.apply(gradients, with: optimizer, clip: m.clipLimit(a[2], "apply"))
            return .none
        },
        Builtin("optimizerFor(optimizer, net)", "The optimizer if it holds models, else a fresh one for `net`.", isPure: false)
        { m, a in
            guard case .optimizer(let optimizer) = a[0] else {
                throw CallFailures.argument(
                    "fit", "optimizer", wants: "an optimizer such as Adam()", got: a[0],
                    help: {
                        switch a[0] {
                        case .optimizerType(let type): "write `\(type.name)()`"
                        case .string(let text): Habits.texts[text.text.lowercased()].map { "write `\($0)`" }
                        default: nil
                        }
                    }())
            }
            if case .modelType = a[1] { _ = try m.model(a[1], "fit") }
            return .optimizer(m.bind(optimizer, to: a[1]))
        },
        Builtin("averaged(optimizer, block)", "Runs a block with the averages of the weights in their places.", isPure: false)
        { m, a in
            guard case .optimizer(let optimizer) = a[0] else {
                throw CallFailures.argument("averaged", "optimizer", wants: "an optimizer", got: a[0])
            }
            return try m.withAverages(optimizer) { try m.call(a[1], []) }
        },
        Builtin("tracked()", "What the last `track`s of this cell noted, as a record of lists.", isPure: false)
        { m, _ in
            // Without the run it is not known how often a loop notes something.
            m.check == nil
                ? m.session.tracker.record
                : .record(m.session.tracker.labels, m.session.tracker.labels.map { _ in .unknown })
        },
        Builtin("untilInterrupted(block)", "Runs a block; true if ^C ended it.", isPure: false) { m, a in
            do {
                _ = try m.call(a[0], [])
                return .bool(false)
            } catch let interruption as Interruption where interruption.reason == .user {
                support_clear_interrupt()
                m.session.hasAnsweredInterrupt = true
                return .bool(true)
            }
        },
        Builtin("showProgress(label, done, total, values)", "Shows how far a long run is.", isPure: false)
        { m, a in
            m.session.progress(
                try m.text(of: a[0]), try m.int(a[1]) ?? 0, try m.int(a[2]) ?? 0, a[3])
            return .none
        },
        Builtin("showFigure(figure)", "Draws a figure while the cell runs; the last one is the cell's.", isPure: false)
        { m, a in
            if a[0].isOpen { return .none }
            guard case .figure(let figure) = a[0] else {
                throw CallFailures.argument("showFigure", "figure", wants: "a figure", got: a[0])
            }
            if m.check == nil { m.session.draw(figure.figure) }
            return .none
        },
        Builtin("finishProgress(values)", "Ends a progress line and writes it.", isPure: false) { m, a in
            m.session.finishProgress(try m.progressText(a[0]))
            return .none
        },
    ]
}

extension Machine {
    /// A bound for the global norm: `nil`, or a number above 0.
    fileprivate func clipLimit(_ value: Value, _ function: String) throws -> Double? {
        if value.isNone { return nil }
        guard let limit = try double(value), limit > 0 else {
            throw CallFailures.argument(
                function, "clip", wants: "a number above 0", got: value)
        }
        return limit
    }

    /// Gradients by path: a dict, or for each of several models one.
    fileprivate func gradients(_ value: Value, _ prefix: String = "") -> [(String, Value)]? {
        func all(_ items: [Value]) -> [(String, Value)]? {
            var result: [(String, Value)] = []
            for (index, item) in items.enumerated() {
                guard let found = gradients(item, "\(prefix)\(index).") else { return nil }
                result += found
            }
            return result
        }
        switch value {
        case .list(let list): return all(list.items)
        case .tuple(let tuple): return all(tuple.items)
        case .dict(let dict):
            var result: [(String, Value)] = []
            for (key, value) in dict.items {
                guard case .string(let path) = key else { return nil }
                result.append((prefix + path, value))
            }
            return result
        default: return nil
        }
    }

    /// `opt.apply(gradients)`
    fileprivate func apply(_ given: [(path: String, value: Value)], with optimizer: OptimizerInstance, clip: Double?) throws {
        let parameters = optimizer.trainable()
        var gradients: [(parameter: NamedParameter, group: Int, gradient: Node)] = []
        for (path, value) in given {
            guard let entry = parameters.first(where: { $0.parameter.path == path }), let box = entry.parameter.box.node
            else {
                throw Failure(
                    "optimizer.path", "the optimizer holds no param `\(path)`",
                    help: parameters.first.map { "its params begin with `\($0.parameter.path)`" })
            }
            guard case .tensor(let node) = value, node.shape == box.shape else {
                throw Failure(
                    "shape.update",
                    "the gradient of `\(path)` is \(described(value)), the param \(box.shape)")
            }
            gradients.append((entry.parameter, entry.group, node))
        }
        if recording == nil { try recorder.computePending() }
        let updates = try recordUpdates(optimizer, gradients, clip: clip)
        try finish(updates, of: optimizer)
    }

    func withAverages<Result>(
        _ optimizer: OptimizerInstance, _ body: () throws -> Result
    ) throws -> Result {
        var kept: [(ParameterBox, Node?)] = []
        for slots in optimizer.slots.values {
            guard let average = slots.average else { continue }
            kept.append((slots.box, slots.box.node))
            slots.box.node = average.alone
        }
        guard !kept.isEmpty else {
            throw Failure(
                "optimizer.ema", "this optimizer keeps no averages",
                help: "make it with `ema: 0.99` and train first")
        }
        defer { for (box, node) in kept { box.node = node } }
        return try body()
    }

    /// `epoch 20/20  loss 0.0712  accuracy 0.9840`
    func progressText(_ value: Value) throws -> String {
        guard case .record(let record) = value else { return try text(of: value) }
        var parts: [String] = []
        for (label, item) in zip(record.layout.labels, record.values) {
            if label == "epochs" { continue }
            switch try number(item) {
            case .int(let number):
                if label == "epoch", let total = record["epochs"].flatMap({ try? int($0) }) {
                    parts.append("epoch \(number)/\(total)")
                } else {
                    parts.append("\(label) \(number)")
                }
            case .float(let number): parts.append("\(label) \(fixedText(number, digits: 4))")
            default: continue
            }
        }
        return parts.joined(separator: "  ")
    }
}

/// What `track` noted in the newest cell that called it: nodes that are read when somebody looks.
final class Tracker {
    var labels: [String] = []
    var series: [String: [Value]] = [:]
    /// Whether a new cell has begun: the first `track` in it starts anew.
    var isStale = false

    func add(_ label: String, _ value: Value) {
        if isStale {
            labels = []
            series = [:]
            isStale = false
        }
        if series[label] == nil { labels.append(label) }
        series[label, default: []].append(value)
    }

    var record: Value {
        .record(labels, labels.map { .list(series[$0] ?? []) })
    }
}
