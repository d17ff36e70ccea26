/// Orders along an axis; all stable, with NaN last in ascending and in descending order.
public enum Sorting {
    /// `indices: [outer, length, inner]` (int64) so that `x` taken along them is sorted.
    public static func argsort(
        _ x: UnsafeRawPointer, _ type: ElementType, _ layout: AxisLayout, descending: Bool,
        to indices: UnsafeMutablePointer<Int64>
    ) {
        partialOrder(x, type, layout, layout.length, descending, nil, indices)
    }

    /// The sorted values, `y: [outer, length, inner]`.
    public static func sort(
        _ x: UnsafeRawPointer, _ type: ElementType, _ layout: AxisLayout, descending: Bool,
        to y: UnsafeMutableRawPointer
    ) {
        partialOrder(x, type, layout, layout.length, descending, y, nil)
    }

    /// The `count` largest elements in descending order (or smallest, ascending) and their indices:
    /// both `[outer, count, inner]`.
    /// - Precondition: `count <= layout.length`.
    /// - Parameter scratch: `scratchBytes(layout)` bytes to work in; nil takes them from the system.
    public static func top(
        _ count: Int, of x: UnsafeRawPointer, _ type: ElementType, _ layout: AxisLayout,
        largest: Bool = true, values: UnsafeMutableRawPointer?,
        indices: UnsafeMutablePointer<Int64>?, scratch: UnsafeMutableRawPointer? = nil
    ) {
        partialOrder(x, type, layout, count, largest, values, indices, scratch)
    }

    /// The memory that sorting along an axis works in; nil if no memory has so many bytes.
    public static func scratchBytes(_ layout: AxisLayout) -> Int? {
        let (bytes, overflow) = layout.length.multipliedReportingOverflow(
            by: 2 * MemoryLayout<OrderEntry>.stride)
        return overflow ? nil : bytes
    }

    private static func partialOrder(
        _ x: UnsafeRawPointer, _ type: ElementType, _ layout: AxisLayout, _ count: Int,
        _ descending: Bool, _ values: UnsafeMutableRawPointer?,
        _ indices: UnsafeMutablePointer<Int64>?, _ scratch: UnsafeMutableRawPointer? = nil
    ) {
        let job = OrderJob(
            x: x, layout: layout, count: count, values: values,
            indices: indices, scratch: scratch)
        switch type {
        case .bool, .uint8: order(job) { (key: UInt8) in turned(UInt64(key), descending) }
        case .int32:
            order(job) { (key: Int32) in turned(UInt64(UInt32(bitPattern: key) ^ 0x8000_0000), descending) }
        case .int64: order(job) { (key: Int64) in turned(UInt64(bitPattern: key) ^ (1 << 63), descending) }
        case .float32: order(job) { (key: Float) in orderKey(Double(key), descending) }
        case .float64: order(job) { (key: Double) in orderKey(key, descending) }
        }
    }
}

private struct OrderJob {
    let x: UnsafeRawPointer
    let layout: AxisLayout
    let count: Int
    let values: UnsafeMutableRawPointer?
    let indices: UnsafeMutablePointer<Int64>?
    let scratch: UnsafeMutableRawPointer?
}

/// An unsigned number that orders as the float does, or the other way round, -0 like 0. NaN is the last in both.
private func orderKey(_ x: Double, _ descending: Bool) -> UInt64 {
    if x.isNaN { return .max }
    let pattern = (x == 0 ? 0 : x).bitPattern
    return turned(pattern >> 63 == 1 ? ~pattern : pattern | (1 << 63), descending)
}

@inline(__always)
private func turned(_ key: UInt64, _ descending: Bool) -> UInt64 { descending ? ~key : key }

@inline(__always)
private func order<T>(_ job: OrderJob, _ key: (T) -> UInt64) {
    if let scratch = job.scratch {
        return order(job, scratch.assumingMemoryBound(to: OrderEntry.self), key)
    }
    let capacity = max(1, 2 * job.layout.length)
    withUnsafeTemporaryAllocation(of: OrderEntry.self, capacity: capacity) { memory in
        // Never nil: the capacity is positive.
        order(job, memory.baseAddress.unsafelyUnwrapped, key)
    }
}

@inline(__always)
private func order<T>(
    _ job: OrderJob, _ entries: UnsafeMutablePointer<OrderEntry>, _ key: (T) -> UInt64
) {
    let layout = job.layout
    let x = job.x.assumingMemoryBound(to: T.self)
    let values = job.values?.assumingMemoryBound(to: T.self)
    for outer in 0..<layout.outer {
        for i in 0..<layout.inner {
            let column = x + outer * layout.length * layout.inner + i
            inPieces(layout.length) { start, end in
                for index in start..<end {
                    entries[index] = OrderEntry(key: key(column[index * layout.inner]), index: index)
                }
            }
            let sorted = OrderEntry.order(entries, entries + layout.length, layout.length, first: job.count)
            // What is half sorted has no indices to read yet.
            if WorkScope.shouldStop { return }
            for rank in 0..<job.count {
                let at = (outer * job.count + rank) * layout.inner + i
                let source = sorted[rank].index
                if let values { values[at] = column[source * layout.inner] }
                if let indices = job.indices { indices[at] = Int64(source) }
            }
        }
    }
}
