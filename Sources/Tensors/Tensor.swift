/// An n-dimensional array with numbers in it: contiguous, row-major, a value.
///
/// Tensors share storage (a slice along the first axis is a view of the same bytes) and never write
/// to bytes that another tensor may see.
public struct Tensor: Sendable {
    public internal(set) var storage: Storage
    /// Where the first element lies in the storage, in bytes.
    public let byteOffset: Int
    public let shape: Shape
    public let dtype: DType

    /// A tensor over existing bytes.
    /// - Precondition: the bytes from `byteOffset` on hold `shape.count` initialised elements.
    public init(storage: Storage, byteOffset: Int = 0, shape: Shape, dtype: DType) {
        self.storage = storage
        self.byteOffset = byteOffset
        self.shape = shape
        self.dtype = dtype
    }

    /// Uninitialised elements, for a kernel to fill before anybody reads.
    public init(uninitialized shape: Shape, dtype: DType) throws(TensorError) {
        self.init(
            storage: try Storage(byteCount: shape.count * dtype.size), shape: shape, dtype: dtype)
    }

    /// Whether nobody else refers to the storage, so that it may be written.
    public mutating func ownsStorage() -> Bool { isKnownUniquelyReferenced(&storage) }

    public var count: Int { shape.count }
    public var byteCount: Int { shape.count * dtype.size }
    /// The address of the first element; valid while the tensor lives.
    public var pointer: UnsafeMutableRawPointer { storage.pointer + byteOffset }
}
