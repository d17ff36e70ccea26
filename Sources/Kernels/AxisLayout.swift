/// A buffer seen as `[outer, length, inner]`: the middle axis is the one a kernel works along.
public struct AxisLayout: Sendable, Equatable {
    public var outer: Int
    public var length: Int
    public var inner: Int

    public init(outer: Int, length: Int, inner: Int = 1) {
        self.outer = outer
        self.length = length
        self.inner = inner
    }

    /// Elements in all.
    public var count: Int { outer * length * inner }
    /// Elements without the middle axis.
    public var resultCount: Int { outer * inner }
}
