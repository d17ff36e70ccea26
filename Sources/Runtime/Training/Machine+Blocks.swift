import Autodiff
import OrderedCollections
import Tensors

// Blocks and functions that only compute: `inference { … }`, `training { … }`, and functions under
// `grad`. The first call runs as it stands, since most are called once; the second is recorded, and
// from then on a program stands for it while its guards hold, as for a training step.

extension Machine {
    /// `inference { … }` or `training { … }`.
    func runBlock(_ block: Value, training: Bool) throws -> Value {
        func plain() throws -> Value {
            try undoingStatesOnError { try inMode(training) { try call(block, []) } }
        }
        guard case .function(let closure) = block, mayReplay else { return try plain() }
        let key = StepKey(kind: training ? .training : .inference, modelVersion: modelVersion)
        return try replayed(ReplayedCall(closure: closure, key: key), plain)
    }

    /// A function under `grad` or `valueAndGrad`, by a program if it can be.
    func replayedGradient(
        of function: Value, _ given: [(label: String?, value: Value)], withValue: Bool,
        _ body: () throws -> Value
    ) throws -> Value {
        func plain() throws -> Value { try undoingStatesOnError(body) }
        // Of a number the gradient is a number, which is computed at once.
        guard case .function(let closure) = function, mayReplay,
            given.allSatisfy({ $0.label == nil && !Self.isNumber($0.value) })
        else { return try plain() }
        let key = StepKey(
            kind: .gradient(withValue: withValue, isTraining: isTraining),
            modelVersion: modelVersion)
        return try replayed(
            ReplayedCall(closure: closure, arguments: given.map(\.value), key: key), plain)
    }

    private var mayReplay: Bool {
        recording == nil && stateKeeper == nil && observer == nil && check == nil
            && !recorder.isAbstract && recorder.gradientDepth == 0
            && session.configuration.replaysSteps
    }

    /// Runs a block; if it fails, the states of models and the random numbers are as before. Where
    /// something else watches the states already, that decides.
    private func undoingStatesOnError<Result>(_ body: () throws -> Result) throws -> Result {
        guard recording == nil, stateKeeper == nil, blockKeeper == nil else { return try body() }
        nextRecording &+= 1
        let keeper = Recording(id: nextRecording)
        let start = recorder.random
        blockKeeper = keeper
        defer { blockKeeper = nil }
        do {
            return try body()
        } catch {
            keeper.undo()
            recorder.random = start
            throw error
        }
    }

    private static func isNumber(_ value: Value) -> Bool {
        switch value {
        case .int, .float, .symbol: true
        default: false
        }
    }

    private func replayed(_ call: ReplayedCall, _ plain: () throws -> Value) throws -> Value {
        if let value = try replay(nil, call) { return value }
        guard let cache = stepPrograms[call.closure.prototype] else {
            stepPrograms.keep(StepCache(), of: call.closure.prototype, modelVersion)
            return try plain()
        }
        if !cache.mayCompile { return try plain() }
        return try recorded(call, plain)
    }

    /// Records what the call computes, compiles it, and runs the program; what cannot be compiled is
    /// computed as it was recorded.
    private func recorded(_ call: ReplayedCall, _ plain: () throws -> Value) throws -> Value {
        nextRecording &+= 1
        let recording = Recording(id: nextRecording)
        self.recording = recording
        recorder.gradientDepth += 1
        let restored = promoteCaptures(of: call.closure)
        let note = stepNote
        let start = recorder.random
        var isOver = false
        func end() {
            guard !isOver else { return }
            isOver = true
            self.recording = nil
            recorder.gradientDepth -= 1
        }
        defer {
            end()
            for (cell, value) in restored { cell.value = value }
            stepNote = note
        }
        do {
            let result = try recorder.withOpaquePast { try plain() }
            end()
            return try compiled(result, call, recording, from: start)
        } catch {
            // As a program that fails: it draws nothing and writes nothing.
            recording.undo()
            recorder.random = start
            throw error
        }
    }

    /// Makes a program of what was recorded and runs it; the recorded result if that cannot be.
    private func compiled(
        _ result: Value, _ call: ReplayedCall, _ recording: Recording, from start: RandomStream
    ) throws -> Value {
        if !Self.isPlain(result) { recording.demands("it gives more than tensors") }
        var step = RecordedStep()
        for box in recording.boxes {
            let before = recording.assigned.first { $0.box === box }?.before
            step.read(before ?? box.node, .box(box))
        }
        var tensors: [Node] = []
        collectTensors(result, into: &tensors)
        for node in tensors { step.write(node, .result, over: nil) }
        for (box, before) in recording.assigned {
            if let node = box.node { step.write(node, .box(box), over: before) }
        }
        guard let program = try compile(step, result, call, nil, recording, from: start) else {
            return try settled(result)
        }
        let after = recorder.random
        let assigned = recording.assigned.map { ($0.box, $0.box.node) }
        for (box, before) in recording.assigned { box.node = before }
        recorder.random = start
        if let value = try runFirst(program, nil, call) { return value }
        for (box, node) in assigned { box.node = node }
        recorder.random = after
        return try settled(result)
    }

    /// Whether a value is made of tensors and of what never changes.
    private static func isPlain(_ value: Value) -> Bool {
        switch value {
        case .tensor, .symbol, .none, .bool, .int, .float, .string, .dtype: true
        case .list(let list): list.items.allSatisfy(isPlain)
        case .tuple(let tuple): tuple.items.allSatisfy(isPlain)
        case .record(let record): record.values.allSatisfy(isPlain)
        case .dict(let dict): dict.items.values.allSatisfy(isPlain)
        default: false
        }
    }
}
