import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The memory of tensors, counted.
///
/// `budget` bounds what all storages together may hold; an allocation that would pass it throws,
/// which the user sees as an error with a location instead of the system's out-of-memory killer.
public enum MemoryBudget {
    private static let usedBytes = Atomic<Int>(0)
    private static let budgetBytes = Atomic<Int>(Int.max)

    /// Bytes that live storages hold.
    public static var used: Int { usedBytes.load(ordering: .relaxed) }
    /// The most that they may hold.
    public static var budget: Int { budgetBytes.load(ordering: .relaxed) }

    public static func setBudget(_ bytes: Int) { budgetBytes.store(bytes, ordering: .relaxed) }

    /// - Throws: `TensorError.outOfMemory`.
    fileprivate static func take(_ bytes: Int) throws(TensorError) {
        let after = usedBytes.add(bytes, ordering: .relaxed).newValue
        if after > budget {
            usedBytes.subtract(bytes, ordering: .relaxed)
            throw TensorError.outOfMemory(bytes: bytes, budget: budget)
        }
    }

    fileprivate static func give(_ bytes: Int) {
        usedBytes.subtract(bytes, ordering: .relaxed)
    }
}

/// A block of memory of 64-byte alignment that one or more tensors look at.
///
/// Whoever writes must hold the only reference (`isKnownUniquelyReferenced`) or have just made it.
public final class Storage: @unchecked Sendable {
    // Sendable: after creation the bytes are read only, except by a unique owner.
    public let pointer: UnsafeMutableRawPointer
    public let byteCount: Int

    /// Uninitialised memory.
    /// - Throws: `TensorError.outOfMemory` if the budget does not allow it.
    public init(byteCount: Int) throws(TensorError) {
        try MemoryBudget.take(byteCount)
        var memory: UnsafeMutableRawPointer?
        // Swift's own allocator would end the process where the system has no such memory.
        guard posix_memalign(&memory, 64, max(byteCount, 64)) == 0, let memory else {
            MemoryBudget.give(byteCount)
            throw TensorError.outOfMemory(bytes: byteCount, budget: MemoryBudget.budget)
        }
        self.byteCount = byteCount
        self.pointer = memory
    }

    deinit {
        free(pointer)
        MemoryBudget.give(byteCount)
    }
}
