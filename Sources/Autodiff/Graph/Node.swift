public import Tensors

/// Where in a program an operation was recorded. The engine only carries it; `Runtime` can read it.
public struct Origin: Hashable, Sendable {
    public var number: Int32
    /// Where the user called the library that recorded it; -1 for what the user recorded.
    public var caller: Int32
    public init(_ number: Int32, caller: Int32 = -1) {
        self.number = number
        self.caller = caller
    }
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
    /// Its place in the order of recording, from 1; 0 for a leaf.
    let serial: Int
    public internal(set) var value: Tensor?

    /// Which walk over the graph saw the node last, and as which of its nodes: see `GraphWalk`.
    var walk = 0
    var position = 0

    /// Its neighbours in the recorder's list of what is not computed yet: see `PendingNodes`.
    unowned(unsafe) var pendingBefore: Node?
    unowned(unsafe) var pendingAfter: Node?

    /// A leaf.
    public init(_ value: Tensor, origin: Origin = .none) {
        self.primitive = nil
        self.attributes = .none
        self.inputs = []
        self.shape = value.shape
        self.dtype = value.dtype
        self.origin = origin
        self.serial = 0
        self.value = value
    }

    /// A leaf without a value, for shapes-only recording and for the inputs of programs.
    ///
    /// - Parameter extremes: The least and the greatest of its numbers, if they are integers and known.
    public init(
        placeholder shape: Shape, dtype: DType, extremes: ClosedRange<Int>? = nil,
        origin: Origin = .none
    ) {
        self.primitive = nil
        self.attributes = extremes.map { .extremes($0) } ?? .none
        self.inputs = []
        self.shape = shape
        self.dtype = dtype
        self.origin = origin
        self.serial = 0
        self.value = nil
    }

    init(
        primitive: Primitive, attributes: Attributes, inputs: [Node], shape: Shape, dtype: DType,
        origin: Origin, serial: Int
    ) {
        self.primitive = primitive
        self.attributes = attributes
        self.inputs = inputs
        self.shape = shape
        self.dtype = dtype
        self.origin = origin
        self.serial = serial
        self.value = nil
    }

    /// Gives the node its number. With `keepsInputs` false it becomes a leaf, and what only it
    /// needed is freed.
    ///
    /// For whoever runs graphs: `evaluate(_:)` and programs.
    /// - Precondition: `value` has the node's shape and dtype.
    public func resolve(to value: Tensor, keepsInputs: Bool) {
        self.value = value
        leavePending()
        guard !keepsInputs else { return }
        primitive = nil
        attributes = .none
        releaseInputs()
    }

    /// Whether nobody but this node refers to the storage of its value.
    func ownsValue() -> Bool { value?.ownsStorage() ?? false }

    deinit {
        leavePending()
        releaseInputs()
    }

    /// Lets go of the inputs without recursion: a chain of a million nodes must not overflow the
    /// stack.
    private func releaseInputs() {
        guard !inputs.isEmpty else { return }
        var pending = inputs
        inputs = []
        while var node = pending.popLast() {
            if !node.inputs.isEmpty, isKnownUniquelyReferenced(&node) {
                pending.append(contentsOf: node.inputs)
                node.inputs = []
            }
        }
    }
}
