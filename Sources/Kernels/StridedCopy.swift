/// A copy between two layouts of the same n-dimensional array: transposes, slices, flips, broadcasts, and
/// writing into a part of a larger array (concatenation, padding).
public struct StridedCopy: Sendable, Equatable {
    /// The array's sizes; for each the distance, in elements, between neighbours in source and target
    /// (0 repeats, negative goes backwards).
    public var dimensions: [Int]
    public var sourceStrides: [Int]
    public var targetStrides: [Int]

    /// - Parameter targetStrides: row-major over `dimensions` if nil.
    public init(dimensions: [Int], sourceStrides: [Int], targetStrides: [Int]? = nil) {
        self.dimensions = dimensions
        self.sourceStrides = sourceStrides
        self.targetStrides = targetStrides ?? StridedCopy.rowMajor(dimensions)
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
        copy(
            source.assumingMemoryBound(to: T.self), target.assumingMemoryBound(to: T.self), 0)
    }

    private func copy<T>(_ source: UnsafePointer<T>, _ target: UnsafeMutablePointer<T>, _ axis: Int)
    {
        guard axis < dimensions.count else {
            target[0] = source[0]
            return
        }
        for index in 0..<dimensions[axis] {
            copy(source + index * sourceStrides[axis], target + index * targetStrides[axis], axis + 1)
        }
    }
}
