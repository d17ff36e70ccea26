/// A copy between two layouts of the same n-dimensional array: transposes, slices, flips,
/// broadcasts, and writing into a part of a larger array (concatenation, padding).
public struct StridedCopy: Sendable, Equatable {
    /// The array's sizes; for each the distance, in elements, between neighbours in source and
    /// target (0 repeats, negative goes backwards).
    public let dimensions: [Int]
    public let sourceStrides: [Int]
    public let targetStrides: [Int]

    /// The same copy with axes that can be walked as one joined and those of size 1 dropped.
    private let axes: [Axis]

    private struct Axis: Sendable, Equatable {
        var size: Int
        var source: Int
        var target: Int
    }

    /// - Parameter targetStrides: row-major over `dimensions` if nil.
    public init(dimensions: [Int], sourceStrides: [Int], targetStrides: [Int]? = nil) {
        self.dimensions = dimensions
        self.sourceStrides = sourceStrides
        let targetStrides = targetStrides ?? StridedCopy.rowMajor(dimensions)
        self.targetStrides = targetStrides
        var axes: [Axis] = []
        for index in dimensions.indices where dimensions[index] != 1 {
            let axis = Axis(
                size: dimensions[index], source: sourceStrides[index], target: targetStrides[index])
            if let last = axes.last, last.source == axis.source * axis.size,
                last.target == axis.target * axis.size
            {
                axes[axes.count - 1] = Axis(
                    size: last.size * axis.size, source: axis.source, target: axis.target)
            } else {
                axes.append(axis)
            }
        }
        self.axes = axes
    }

    /// The strides of a dense row-major array.
    public static func rowMajor(_ dimensions: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: dimensions.count)
        for axis in dimensions.indices.dropLast().reversed() {
            strides[axis] = strides[axis + 1] * dimensions[axis + 1]
        }
        return strides
    }

    /// Copies; `source` and `target` are the addresses of element (0, 0, …) in each.
    /// - Precondition: the buffers do not overlap; no element of the target is written twice.
    public func run(
        _ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, elementSize: Int
    ) {
        guard !dimensions.contains(0) else { return }
        switch elementSize {
        case 1: run(UInt8.self, source, target)
        case 4: run(UInt32.self, source, target)
        default: run(UInt64.self, source, target)
        }
    }

    private func run<T>(_: T.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
        let from = source.assumingMemoryBound(to: T.self)
        let to = target.assumingMemoryBound(to: T.self)
        switch axes.count {
        case 0: to[0] = from[0]
        case 1: copyLine(from, to, axes[0])
        default: copyPlanes(from, to)
        }
    }

    /// Walks all axes but the last two with a counter (no recursion), in parallel over the first if
    /// large.
    private func copyPlanes<T>(_ source: UnsafePointer<T>, _ target: UnsafeMutablePointer<T>) {
        let rest = axes.dropLast(2)
        let (row, column) = (axes[axes.count - 2], axes[axes.count - 1])
        let planes = rest.reduce(1) { $0 * $1.size }
        ThreadPool.shared.ranges(planes, cost: Double(row.size * column.size)) { start, end in
            for plane in start..<end {
                if WorkScope.shouldStop { return }
                var left = plane
                var from = source
                var to = target
                for axis in rest.reversed() {
                    let index = left % axis.size
                    left /= axis.size
                    from += index * axis.source
                    to += index * axis.target
                }
                copyPlane(from, to, row, column)
            }
        }
    }

    private func copyPlane<T>(
        _ source: UnsafePointer<T>, _ target: UnsafeMutablePointer<T>, _ row: Axis, _ column: Axis
    ) {
        guard column.source != 1, row.source == 1, column.target == 1 else {
            for index in 0..<row.size {
                if index & 255 == 0, WorkScope.shouldStop { return }
                copyLine(source + index * row.source, target + index * row.target, column)
            }
            return
        }
        // A transpose: 16 x 16 tiles, so that the cache lines of both sides are used whole.
        let tile = 16
        for top in stride(from: 0, to: row.size, by: tile) {
            if WorkScope.shouldStop { return }
            for left in stride(from: 0, to: column.size, by: tile) {
                let width = min(tile, column.size - left)
                for index in top..<min(row.size, top + tile) {
                    let from = source + (index + left * column.source)
                    let to = target + (index * row.target + left)
                    for j in 0..<width { to[j] = from[j * column.source] }
                }
            }
        }
    }

    @inline(__always)
    private func copyLine<T>(
        _ source: UnsafePointer<T>, _ target: UnsafeMutablePointer<T>, _ axis: Axis
    ) {
        if axis.source == 1, axis.target == 1 {
            target.update(from: source, count: axis.size)
        } else if axis.source == 0, axis.target == 1 {
            target.update(repeating: source[0], count: axis.size)
        } else if axis.target == 1 {
            for index in 0..<axis.size { target[index] = source[index * axis.source] }
        } else {
            for index in 0..<axis.size {
                target[index * axis.target] = source[index * axis.source]
            }
        }
    }
}
