// Reading single elements and whole tensors as Swift numbers.

extension Tensor {
    /// Element `index` in row-major order, as what `.item()` gives: Int, Float or Bool.
    /// - Precondition: `0 <= index < count`.
    public func element(at index: Int) -> ScalarValue {
        precondition(index >= 0 && index < count, "the caller checks the index")
        switch dtype {
        case .bool: return .bool(load(UInt8.self, index) != 0)
        case .uint8: return .int(Int(load(UInt8.self, index)))
        case .int32: return .int(Int(load(Int32.self, index)))
        case .int64: return .int(Int(load(Int64.self, index)))
        case .float32: return .float(Double(load(Float.self, index)))
        case .float64: return .float(load(Double.self, index))
        }
    }

    /// Element `index` as a Double. See `element(at:)`.
    public func double(at index: Int) -> Double { element(at: index).double }

    /// Element `index` as an Int: truncated and saturated as by `cast`. See `element(at:)`.
    public func int(at index: Int) -> Int { element(at: index).int }

    /// Whether element `index` is not zero. See `element(at:)`.
    public func bool(at index: Int) -> Bool { element(at: index).bool }

    /// All elements in row-major order.
    public var doubles: [Double] { (0..<count).map { double(at: $0) } }

    /// All elements in row-major order, truncated and saturated as by `cast`.
    public var ints: [Int] { (0..<count).map { int(at: $0) } }

    /// All elements in row-major order.
    public var bools: [Bool] { (0..<count).map { bool(at: $0) } }

    /// All elements in row-major order, as what `.item()` gives.
    public var scalars: [ScalarValue] { (0..<count).map { element(at: $0) } }

    private func load<T: BitwiseCopyable>(_ type: T.Type, _ index: Int) -> T {
        pointer.load(fromByteOffset: index * MemoryLayout<T>.stride, as: type)
    }

    /// Row `index` along the first axis, sharing the storage.
    /// - Precondition: the rank is at least 1 and `0 <= index < shape[0]`.
    public func row(_ index: Int) -> Tensor {
        precondition(rank > 0 && index >= 0 && index < shape[0], "the caller checks the index")
        let rowShape = Shape(trusted: Array(shape.dimensions.dropFirst()))
        return Tensor(
            storage: storage, byteOffset: byteOffset + index * rowShape.count * dtype.size,
            shape: rowShape, dtype: dtype)
    }

    /// Rows `start ..< start + count` along the first axis, sharing the storage.
    /// - Precondition: the rank is at least 1 and the rows exist.
    public func rows(_ start: Int, count rowCount: Int) -> Tensor {
        precondition(
            rank > 0 && start >= 0 && rowCount >= 0 && rowCount <= shape[0] - start,
            "the caller checks the range")
        let rowSize = shape.dimensions.dropFirst().reduce(1, *)
        return Tensor(
            storage: storage, byteOffset: byteOffset + start * rowSize * dtype.size,
            shape: Shape(trusted: [rowCount] + shape.dimensions.dropFirst()), dtype: dtype)
    }

    /// The same elements in another shape, sharing the storage.
    /// - Precondition: the shapes have the same number of elements.
    public func reshaped(to newShape: Shape) -> Tensor {
        precondition(newShape.count == count, "the shape rule checks the count")
        return Tensor(storage: storage, byteOffset: byteOffset, shape: newShape, dtype: dtype)
    }

    public var rank: Int { shape.rank }
}
