/// What can go wrong with tensors, as facts. The sentences are made in
/// `Runtime/EngineDiagnostics.swift`.
public enum TensorError: Error, Equatable, Sendable {
    /// The number of elements does not fit.
    case tooLarge([Int])
    case negativeSize([Int])
    /// The memory budget would be exceeded by `bytes` more.
    case outOfMemory(bytes: Int, budget: Int)
    /// Two shapes do not fit an operation. `rule` says what it needs ("the last axis of the left
    /// (64) to equal the second-last of the right (128)").
    case shapesDisagree(operation: String, left: Shape, right: Shape, rule: String)
    /// One shape does not fit an operation.
    case badShape(operation: String, shape: Shape, rule: String)
    case axisOutOfRange(operation: String, axis: Int, shape: Shape)
    case indexOutOfRange(operation: String, index: Int, axis: Int, size: Int)
    case badDType(operation: String, dtype: DType, rule: String)
    /// Any other bad argument: `rule` completes "`operation` needs …".
    case badArgument(operation: String, rule: String)
    case divisionByZero(operation: String)
    /// A number that has to be finite is not; `source` is the operation that it comes from, or
    /// empty.
    case notFinite(value: Double, source: String)
    /// ^C or a time limit.
    case interrupted
    /// A number was demanded where only shapes are known (`dlrepl check`).
    case unknownValue
}
