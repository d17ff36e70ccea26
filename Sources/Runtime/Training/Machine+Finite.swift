import Autodiff
import Tensors

extension Machine {
    /// A `step` that ends with an error at a loss that is nan or infinite, before anything is updated. The block
    /// gives a record whose first field is the loss.
    ///
    /// - Throws: also `training.finite`, with the operation that the number comes from and its place.
    func finiteStep(_ optimizer: OptimizerInstance, _ block: Value, clip: Double?) throws -> Value {
        let start = recorder.random
        let before = requiresFiniteLoss
        requiresFiniteLoss = true
        defer { requiresFiniteLoss = before }
        do {
            return try step(optimizer, block, clip: clip, accumulate: 1)
        } catch let error as EvaluationError {
            guard case .notFinite(let value, _) = error.error else { throw error }
            requiresFiniteLoss = false
            recorder.random = start
            throw try explained(value, block, optimizer)
        }
    }

    /// Computes the loss once more, operation by operation, with the draws of the step.
    private func explained(
        _ value: Double, _ block: Value, _ optimizer: OptimizerInstance
    ) throws -> Failure {
        let (wasTraining, outer) = (isTraining, recording)
        nextRecording &+= 1
        let recording = Recording(id: nextRecording)
        self.recording = recording
        isTraining = true
        recorder.gradientDepth += 1
        defer {
            recording.undo()
            self.recording = outer
            isTraining = wasTraining
            recorder.gradientDepth -= 1
        }
        let loss = try minimised(try call(block, []), in: "step")
        guard let source = try recorder.source(ofNotFinite: loss) else {
            return EngineDiagnostics.failure(
                EvaluationError(error: .notFinite(value: value, source: "step"), origin: .none))
        }
        if let primitive = source.primitive {
            return EngineDiagnostics.failure(
                EvaluationError(
                    error: .notFinite(value: value, source: primitive.name), origin: source.origin))
        }
        let stops = "the loss is \(pythonFloat(value)): training stops"
        let parameter = optimizer.trainable().first { $0.parameter.box.node === source }?.parameter
        if let parameter {
            return Failure(
                "training.finite", stops,
                notes: ["the param `\(parameter.path)` is not finite since its last update, or before the first"],
                help: "a smaller learning rate or `clip: 1.0` often helps")
        }
        return Failure(
            "training.finite", stops, notes: ["the data of the batch are not finite"],
            help: "missing numbers of a table are nan: `where(x == x, x, 0.0)` replaces them")
    }
}
