public import Tensors

/// A tensor function of the language: its name, its parameters as users write them, its
/// documentation and how it records primitives. The language's builtins, `x.name()` forms, argument
/// checks and the reference are derived from `Operation.all`.
public struct Operation: Sendable {
    public let name: String
    public let parameters: [OperationParameter]
    /// Markdown; the first line is a summary.
    public let documentation: String
    /// One line of the language that runs by itself.
    public let example: String
    /// Arguments to try it with: tests run over them.
    public let samples: [OperationSample]
    public let record:
        @Sendable (OperationArguments, Recorder) throws(TensorError) -> OperationResult

    init(
        _ name: String, _ parameters: [OperationParameter], doc documentation: String,
        example: String, samples: [OperationSample],
        record:
            @escaping @Sendable (OperationArguments, Recorder) throws(TensorError) ->
            OperationResult
    ) {
        self.name = name
        self.parameters = parameters
        self.documentation = documentation
        self.example = example
        self.samples = samples
        self.record = record
    }

    /// An operation that gives one tensor.
    static func one(
        _ name: String, _ parameters: [OperationParameter], doc documentation: String,
        example: String, samples: [OperationSample],
        record: @escaping @Sendable (OperationArguments, Recorder) throws(TensorError) -> Node
    ) -> Operation {
        Operation(
            name, parameters, doc: documentation, example: example, samples: samples
        ) { arguments, recorder throws(TensorError) in
            .one(try record(arguments, recorder))
        }
    }
}

/// A parameter of an operation. If its default is `.none`, the caller may also write `nil`.
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
        /// An Int for every axis of an image, or a list of one for each; nil where that is the
        /// default.
        case extent
        /// As `extent`, or the text "same", which comes as `.string`.
        case padding
        /// A tensor, or an Int, Float or Bool, which comes as it is and takes the dtype of the
        /// tensors beside it.
        case operand
        /// An Int or a Float, which comes as it is.
        case number
        /// All further positional arguments, which are tensors.
        case variadicTensors
        /// The function of an operation, or its name: comes as `.string`.
        case operation
        /// All further labelled arguments, which are Ints: comes as `.sizes`.
        case sizes
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
    case sizes([String: Int])
}

public enum OperationResult {
    case one(Node)
    /// A tuple.
    case several([Node])
    /// A list of tensors (`split`).
    case list([Node])

    /// The tensors in it.
    public var nodes: [Node] {
        switch self {
        case .one(let node): [node]
        case .several(let nodes), .list(let nodes): nodes
        }
    }
}

/// Arguments to try an operation with, by position; parameters beyond them take their defaults.
public typealias OperationSample = [SampleArgument]

/// An argument of a sample: a tensor of some shape and kind of numbers, or anything else as it is.
public enum SampleArgument: Sendable {
    /// Floats of both signs, none of them near another or near 0.
    case tensor([Int])
    /// Floats from 0.5 to 2.5.
    case positive([Int])
    /// Integers from 0 up to but not `below`.
    case ints([Int], below: Int)
    case bools([Int])
    case tensors([[Int]])
    case value(OperationArgument)
}
