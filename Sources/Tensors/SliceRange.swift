/// `start`, `start + step`, …: `count` indices of one axis; all in range, step never 0.
public struct SliceRange: Hashable, Sendable {
    public var start: Int
    public var count: Int
    public var step: Int

    public init(start: Int, count: Int, step: Int) {
        self.start = start
        self.count = count
        self.step = step
    }

    /// All indices of an axis.
    public init(all size: Int) { self.init(start: 0, count: size, step: 1) }

    /// The indices that Python's `start:stop:step` selects of an axis of `size`: absent bounds mean
    /// the ends, negative ones count from the end, those beyond an end clip to it.
    ///
    /// - Throws: `TensorError.badArgument` if `step` is 0.
    public init(start: Int?, stop: Int?, step: Int?, size: Int) throws(TensorError) {
        guard step != 0 else {
            throw TensorError.badArgument(operation: "slice", rule: "a step that is not 0")
        }
        // A step longer than the axis selects one index at most, so clamping it changes nothing but
        // keeps the arithmetic below within range.
        let step = min(max(step ?? 1, -size - 1), size + 1)
        let lowest = step > 0 ? 0 : -1
        let highest = step > 0 ? size : size - 1
        func clipped(_ bound: Int) -> Int {
            min(max(bound < 0 ? bound + size : bound, lowest), highest)
        }
        let first = start.map(clipped) ?? (step > 0 ? 0 : size - 1)
        let end = stop.map(clipped) ?? (step > 0 ? size : -1)
        let distance = step > 0 ? end - first : first - end
        let stride = abs(step)
        let count = distance > 0 ? (distance + stride - 1) / stride : 0
        self.init(start: count == 0 ? 0 : first, count: count, step: step)
    }

    /// Whether these are all indices of an axis of `size`, in order.
    public func isWhole(of size: Int) -> Bool {
        start == 0 && count == size && (step == 1 || size <= 1)
    }
}
