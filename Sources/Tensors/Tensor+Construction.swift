// Tensors from Swift numbers.

extension Tensor {
    /// A tensor of `shape` whose elements, in row-major order, are `values` converted as by `cast`
    /// (truncated and saturated for integers).
    /// - Throws: `TensorError.outOfMemory`, `.badArgument` if the number of values is another.
    public init(
        _ values: [Double], shape: Shape, dtype: DType = .float32
    ) throws(TensorError) {
        try self.init(copying: values, shape: shape, dtype: dtype) { .float($0) }
    }

    /// As for Doubles; Ints keep all their digits in an int64 tensor and saturate in narrower ones.
    public init(
        _ values: [Int], shape: Shape, dtype: DType = .int64
    ) throws(TensorError) {
        try self.init(copying: values, shape: shape, dtype: dtype) { .int($0) }
    }

    /// As for Doubles; `true` is 1.
    public init(
        _ values: [Bool], shape: Shape, dtype: DType = .bool
    ) throws(TensorError) {
        try self.init(copying: values, shape: shape, dtype: dtype) { .bool($0) }
    }

    /// As for Doubles, of values of any kind.
    public init(
        _ values: [ScalarValue], shape: Shape, dtype: DType
    ) throws(TensorError) {
        try self.init(copying: values, shape: shape, dtype: dtype) { $0 }
    }

    /// A 0-d tensor.
    public init(_ value: ScalarValue, dtype: DType) throws(TensorError) {
        try self.init(uninitialized: .scalar, dtype: dtype)
        fill(with: value)
    }

    /// A tensor with the same value everywhere.
    public init(
        repeating value: ScalarValue, shape: Shape, dtype: DType
    ) throws(TensorError) {
        try self.init(uninitialized: shape, dtype: dtype)
        fill(with: value)
    }

    private init<Value>(
        copying values: [Value], shape: Shape, dtype: DType, as scalar: (Value) -> ScalarValue
    ) throws(TensorError) {
        guard values.count == shape.count else {
            throw TensorError.badArgument(
                operation: "Tensor",
                rule: "\(shape.count) elements for \(shape), not \(values.count)")
        }
        try self.init(uninitialized: shape, dtype: dtype)
        for (index, value) in values.enumerated() { store(scalar(value), at: index) }
    }

    /// Writes `value`, converted as by `cast`, to every element.
    /// - Precondition: nobody else sees the storage.
    public func fill(with value: ScalarValue) {
        switch dtype {
        case .bool:
            pointer.initializeMemory(
                as: UInt8.self, repeating: value.bool ? 1 : 0, count: count)
        case .uint8:
            pointer.initializeMemory(
                as: UInt8.self, repeating: UInt8(clamping: value.int), count: count)
        case .int32:
            pointer.initializeMemory(
                as: Int32.self, repeating: Int32(clamping: value.int), count: count)
        case .int64:
            pointer.initializeMemory(as: Int64.self, repeating: Int64(value.int), count: count)
        case .float32:
            pointer.initializeMemory(as: Float.self, repeating: Float(value.double), count: count)
        case .float64:
            pointer.initializeMemory(as: Double.self, repeating: value.double, count: count)
        }
    }

    /// Writes `value`, converted as by `cast`, to element `index`.
    /// - Precondition: nobody else sees the storage, and `0 <= index < count`.
    public func store(_ value: ScalarValue, at index: Int) {
        precondition(index >= 0 && index < count, "the caller checks the index")
        let address = pointer + index * dtype.size
        switch dtype {
        case .bool: address.storeBytes(of: value.bool ? 1 : 0, as: UInt8.self)
        case .uint8: address.storeBytes(of: UInt8(clamping: value.int), as: UInt8.self)
        case .int32: address.storeBytes(of: Int32(clamping: value.int), as: Int32.self)
        case .int64: address.storeBytes(of: Int64(value.int), as: Int64.self)
        case .float32: address.storeBytes(of: Float(value.double), as: Float.self)
        case .float64: address.storeBytes(of: value.double, as: Double.self)
        }
    }
}
