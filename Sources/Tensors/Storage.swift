#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A block of memory of 64-byte alignment that one or more tensors look at.
///
/// Whoever writes must hold the only reference (`isKnownUniquelyReferenced`) or have just made it.
public final class Storage: @unchecked Sendable {
    // Sendable: after creation the bytes are read only, except by a unique owner.
    public let pointer: UnsafeMutableRawPointer
    public let byteCount: Int
    private let budget: MemoryBudget

    /// Uninitialised memory.
    /// - Throws: `TensorError.outOfMemory` if the budget does not allow it.
    public init(byteCount: Int) throws(TensorError) {
        let budget = MemoryBudget.current
        try budget.take(byteCount)
        var memory: UnsafeMutableRawPointer?
        // Swift's own allocator would end the process where the system has no such memory.
        guard posix_memalign(&memory, 64, max(byteCount, 64)) == 0, let memory else {
            budget.give(byteCount)
            throw TensorError.outOfMemory(bytes: byteCount, budget: budget.limit)
        }
        self.budget = budget
        self.byteCount = byteCount
        self.pointer = memory
    }

    deinit {
        free(pointer)
        budget.give(byteCount)
    }
}
