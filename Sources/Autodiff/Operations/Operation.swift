public import Tensors

/// A tensor function of the language: its name, its parameters as users write them, its
/// documentation and how it records primitives. The language's builtins, `x.name()` forms, argument checks and
/// the reference are derived from `Operation.all`.
public struct Operation: Sendable {
    public let name: String
    public let parameters: [OperationParameter]
    /// Markdown; the first line is a summary.
    public let documentation: String
    public let record:
        @Sendable (OperationArguments, Recorder) throws(TensorError) -> OperationResult
}

public struct OperationParameter: Sendable {
    public enum Kind: Sendable, Hashable {
        case tensor, optionalTensor, tensors, int, optionalInt, float, bool, string, dtype
        /// An Int, or nil.
        case axis
        /// nil, an Int, or a list of Ints.
        case axes
        /// A list of sizes.
        case shape
        /// A list of Ints.
        case ints
    }

    public let name: String
    public let kind: Kind
    /// `nil`: the caller must give it.
    public let defaultValue: OperationArgument?

    public init(_ name: String, _ kind: Kind, default defaultValue: OperationArgument? = nil) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
    }
}

/// A converted argument. Not Sendable as a whole because nodes are not; defaults hold no nodes.
public enum OperationArgument: @unchecked Sendable {
    case none
    case tensor(Node)
    case tensors([Node])
    case int(Int)
    case ints([Int])
    case float(Double)
    case bool(Bool)
    case string(String)
    case dtype(DType)
}

/// The arguments of a call, one per parameter, in the order of the declaration, already of the declared kinds.
public struct OperationArguments {
    public var values: [OperationArgument]
    public init(_ values: [OperationArgument]) { self.values = values }
}

public enum OperationResult {
    case one(Node)
    /// A tuple.
    case several([Node])
    /// A list of tensors (`split`).
    case list([Node])
}
