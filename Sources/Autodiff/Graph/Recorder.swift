public import Tensors

/// Records operations: where they come from, which random stream they draw from, and
/// whether anything may be computed.
///
/// `record` adds one primitive. The extensions in `Recording/` are the vocabulary above it, with
/// promotion and broadcasting: operations, gradient rules and `Runtime` are written in that.
public final class Recorder {
    /// Stamped on the nodes that are recorded.
    public var origin: Origin = .none
    public var random: RandomStream
    /// Shapes only (`dlrepl check`): nothing is computed but what `certainValue(of:)` says.
    public var isAbstract = false
    /// While > 0 a gradient may be asked for: evaluated nodes keep their inputs, except those recorded
    /// when it was 0, such as data that were prepared before and are first looked at now.
    public var gradientDepth = 0 {
        didSet { if oldValue == 0 { beforeGradients = recorded } }
    }
    /// Asked before each node is computed; `true` ends the evaluation with
    /// `TensorError.interrupted`.
    public var isInterrupted: @Sendable () -> Bool = { false }

    /// What was recorded while `gradientDepth` was 0 and is not computed yet.
    let pending = PendingNodes()
    /// How many nodes have been recorded.
    private var recorded = 0
    /// Nodes recorded up to here stand for themselves: see `isTransparent`.
    private var horizon = 0
    /// No gradient goes through nodes recorded up to here.
    private var beforeGradients = 0

    public init(random: RandomStream) { self.random = random }

    /// Runs `body` with all nodes recorded so far opaque: values, not expressions. A block whose program takes some of
    /// them as inputs must not reach around them to what they were made of, as that would become a constant of the
    /// program, and its gradient must not depend on whether somebody has looked at them before.
    public func withOpaquePast<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = horizon
        horizon = recorded
        defer { horizon = before }
        return try body()
    }

    /// Whether an operation on the node may be recorded as one on the node's inputs instead, and gradients go through
    /// it. Leaves are not.
    func isTransparent(_ node: Node) -> Bool { node.serial > horizon }

    /// Whether a gradient may still be asked for that goes through the node.
    func mayBeDifferentiated(_ node: Node) -> Bool {
        gradientDepth > 0 && node.serial > beforeGradients
    }

    /// Records one primitive after its shape rule has accepted the inputs.
    /// - Throws: what the shape rule finds.
    @inline(__always)
    public func record(
        _ primitive: Primitive, _ inputs: [Node], _ attributes: Attributes = .none
    ) throws(TensorError) -> Node {
        let (shape, dtype) = try primitive.shapeRule(inputs, attributes)
        if isAbstract { try requireIndices(primitive, inputs, attributes) }
        recorded &+= 1
        let node = Node(
            primitive: primitive, attributes: attributes, inputs: inputs, shape: shape,
            dtype: dtype, origin: origin, serial: recorded)
        if gradientDepth == 0, !isAbstract { pending.add(node) }
        return node
    }
}

/// A position in a counter-based random stream: value `i` of draw `d` of stream `key` is a function
/// of (key, d, i) (Philox-4x32-10; Salmon et al., SC 2011).
public struct RandomStream: Hashable, Sendable {
    public var key: UInt64
    /// The number of draws so far.
    public var draw: UInt64
    public init(key: UInt64, draw: UInt64 = 0) {
        self.key = key
        self.draw = draw
    }

    /// The number of the next draw.
    public mutating func next() -> UInt64 {
        defer { draw &+= 1 }
        return draw
    }
}
