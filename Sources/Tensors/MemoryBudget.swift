import CSupport
import Synchronization

/// The memory of tensors, counted.
///
/// ``limit`` bounds what all storages together may hold; an allocation that would pass it throws,
/// which the user sees as an error with a location instead of the system's out-of-memory killer.
/// A process has one budget. Who runs several programs beside each other gives each its own by
/// ``run(_:)``: then none meets the end of another's.
public final class MemoryBudget: Sendable {
    /// Pays for what is made outside of ``run(_:)``; at first without a limit.
    public static let process = MemoryBudget(limit: .max, otherBytes: 0)

    private let usedBytes = Atomic<Int>(0)
    private let limitBytes: Atomic<Int>
    /// What was resident before, which is not this budget's.
    private let otherBytes: Int

    /// A budget of so many bytes beside what the process holds already.
    public convenience init(limit: Int) {
        self.init(limit: limit, otherBytes: Int(support_resident_bytes()))
    }

    private init(limit: Int, otherBytes: Int) {
        limitBytes = Atomic(limit)
        self.otherBytes = otherBytes
    }

    /// The budget of this thread or task.
    @TaskLocal public static var current = MemoryBudget.process

    /// Runs `body` with this budget. The storages that it makes count for it as long as they live.
    public func run<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Self.$current.withValue(self, operation: body)
    }

    /// Bytes that live storages hold.
    public var used: Int { usedBytes.load(ordering: .relaxed) }
    /// The most that they may hold.
    public var limit: Int { limitBytes.load(ordering: .relaxed) }
    /// Bytes that the process holds, tensors and all else, beyond those before this budget.
    public var residentBytes: Int { max(0, Int(support_resident_bytes()) - otherBytes) }

    public func setLimit(_ bytes: Int) { limitBytes.store(bytes, ordering: .relaxed) }

    /// - Throws: `TensorError.outOfMemory`.
    func take(_ bytes: Int) throws(TensorError) {
        let after = usedBytes.add(bytes, ordering: .relaxed).newValue
        if after > limit {
            give(bytes)
            throw TensorError.outOfMemory(bytes: bytes, budget: limit)
        }
    }

    func give(_ bytes: Int) { usedBytes.subtract(bytes, ordering: .relaxed) }
}
