import Tensors

/// Records operations: where they come from, which random stream they draw from, and
/// whether anything may be computed.
public final class Recorder {
    /// Stamped on the nodes that are recorded.
    public var origin: Origin = .none
    public var random: RandomStream
    /// Shapes only (`dlrepl check`): nothing is ever computed.
    public var isAbstract = false
    /// While > 0 a gradient may be asked for: evaluated nodes keep their inputs.
    public var gradientDepth = 0

    public init(random: RandomStream) { self.random = random }
}

/// A position in a counter-based random stream: value `i` of draw `d` of stream `key` is a function of
/// (key, d, i) (Philox-4x32-10; Salmon et al., SC 2011).
public struct RandomStream: Hashable, Sendable {
    public var key: UInt64
    /// The number of draws so far.
    public var draw: UInt64
    public init(key: UInt64, draw: UInt64 = 0) {
        self.key = key
        self.draw = draw
    }
}
