public import Tensors

/// Where in a program an operation was recorded. The engine only carries it; `Runtime` can read it.
public struct Origin: Hashable, Sendable {
    public var number: Int32
    public init(_ number: Int32) { self.number = number }
    public static let none = Origin(-1)
}

/// A tensor that is, or will be, computed: a node of the recorded graph.
///
/// Shape and dtype are known from the start; numbers are there once `value` is set, which
/// `evaluate(_:)` or a program does. A leaf has a value and no primitive.
public final class Node {
    /// What computes it; `nil` for a leaf.
    public internal(set) var primitive: Primitive?
    public internal(set) var attributes: Attributes
    public internal(set) var inputs: [Node]
    public let shape: Shape
    public let dtype: DType
    public let origin: Origin
    public internal(set) var value: Tensor?

    /// A leaf.
    public init(_ value: Tensor, origin: Origin = .none) {
        self.primitive = nil
        self.attributes = .none
        self.inputs = []
        self.shape = value.shape
        self.dtype = value.dtype
        self.origin = origin
        self.value = value
    }

    /// A leaf without a value, for shapes-only recording and for the inputs of programs.
    public init(placeholder shape: Shape, dtype: DType, origin: Origin = .none) {
        self.primitive = nil
        self.attributes = .none
        self.inputs = []
        self.shape = shape
        self.dtype = dtype
        self.origin = origin
        self.value = nil
    }

    init(
        primitive: Primitive, attributes: Attributes, inputs: [Node], shape: Shape, dtype: DType,
        origin: Origin
    ) {
        self.primitive = primitive
        self.attributes = attributes
        self.inputs = inputs
        self.shape = shape
        self.dtype = dtype
        self.origin = origin
        self.value = nil
    }

    // A chain of a million nodes must not be released by recursion.
    deinit {
        guard !inputs.isEmpty else { return }
        var pending = inputs
        inputs = []
        while var node = pending.popLast() {
            if isKnownUniquelyReferenced(&node) {
                pending.append(contentsOf: node.inputs)
                node.inputs = []
            }
        }
    }
}
