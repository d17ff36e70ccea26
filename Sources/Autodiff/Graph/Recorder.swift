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
    /// Shapes only (`dlrepl check`): nothing is ever computed.
    public var isAbstract = false
    /// While > 0 a gradient may be asked for: evaluated nodes keep their inputs, but for opaque ones.
    public var gradientDepth = 0
    /// Asked before each node is computed; `true` ends the evaluation with
    /// `TensorError.interrupted`.
    public var isInterrupted: @Sendable () -> Bool = { false }

    /// How many nodes have been recorded.
    private var recorded = 0
    /// Nodes recorded up to here stand for themselves: see `isTransparent`.
    private var horizon = 0
    /// Whether somebody around the block that set the horizon may ask for gradients through what lies behind it.
    private var keepsPast = false

    public init(random: RandomStream) { self.random = random }

    /// Runs `body` with all nodes recorded so far opaque: values, not expressions. A block whose program takes some of
    /// them as inputs must not reach around them to what they were made of, as that would become a constant of the
    /// program, and its gradient must not depend on whether somebody has looked at them before.
    ///
    /// - Parameter keepingInputs: Whether opaque nodes keep their inputs when they are computed, for a gradient that is
    ///   taken around the block. Otherwise they are let go as outside of a block.
    public func withOpaquePast<Result>(
        keepingInputs: Bool, _ body: () throws -> Result
    ) rethrows -> Result {
        let before = (horizon, keepsPast)
        (horizon, keepsPast) = (recorded, keepingInputs)
        defer { (horizon, keepsPast) = before }
        return try body()
    }

    /// Whether an operation on the node may be recorded as one on the node's inputs instead, and gradients go through
    /// it. Leaves are not.
    func isTransparent(_ node: Node) -> Bool { node.serial > horizon }

    /// Whether a gradient may still be asked for through the node, so that it keeps its inputs when it is computed.
    func keepsInputs(of node: Node) -> Bool {
        gradientDepth > 0 && (keepsPast || isTransparent(node))
    }

    /// Records one primitive after its shape rule has accepted the inputs.
    /// - Throws: what the shape rule finds.
    @inline(__always)
    public func record(
        _ primitive: Primitive, _ inputs: [Node], _ attributes: Attributes = .none
    ) throws(TensorError) -> Node {
        let (shape, dtype) = try primitive.shapeRule(inputs, attributes)
        recorded &+= 1
        return Node(
            primitive: primitive, attributes: attributes, inputs: inputs, shape: shape,
            dtype: dtype, origin: origin, serial: recorded)
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
