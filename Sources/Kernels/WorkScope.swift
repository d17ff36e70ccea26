import CSupport
import Synchronization

/// Work that somebody may want to end: ^C, a time limit.
///
/// Kernels neither throw nor know why they should stop. Those that may take long look at
/// ``shouldStop`` every 0.1 ms or so, and once it is true they leave what they compute unfinished
/// and return. Whoever opened the scope then sees ``isStopped`` and must throw the results away.
/// The scope reaches the threads of the pool; without one nothing ever stops.
public final class WorkScope: Sendable {
    private let isWanted: @Sendable () -> Bool
    private let hasStopped = Atomic<Bool>(false)

    /// - Parameter isWanted: asked from any thread, often.
    public init(stopsWhen isWanted: @escaping @Sendable () -> Bool) { self.isWanted = isWanted }

    /// Whether something was left unfinished.
    public var isStopped: Bool { hasStopped.load(ordering: .relaxed) }

    /// Runs `body` on this thread within the scope.
    public func run<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let outer = support_thread_scope()
        support_set_thread_scope(Unmanaged.passUnretained(self).toOpaque())
        defer { support_set_thread_scope(outer) }
        return try body()
    }

    /// Whether the work of this thread is to be left as it is.
    public static var shouldStop: Bool {
        guard let scope = support_thread_scope() else { return false }
        // Alive: `run` has not returned, on this thread or on the one whose loop this is.
        return Unmanaged<WorkScope>.fromOpaque(scope).takeUnretainedValue().ask()
    }

    private func ask() -> Bool {
        if isStopped { return true }
        guard isWanted() else { return false }
        hasStopped.store(true, ordering: .relaxed)
        return true
    }
}

/// For loops of short turns, over bytes or elements: looks at `WorkScope.shouldStop` once in 4096 turns.
///
///     var work = WorkPoll()
///     for byte in bytes {
///         if work.shouldStop { break }
///         …
public struct WorkPoll {
    @usableFromInline var turns = 0

    @inlinable public init() {}

    /// Whether to leave the loop; asked at each turn.
    @inlinable public var shouldStop: Bool {
        mutating get {
            turns &+= 1
            return turns & 4095 == 0 && WorkScope.shouldStop
        }
    }
}

/// Elements that a plain loop takes between two looks at `WorkScope.shouldStop`.
let piece = 1 << 16

/// Calls `body` for consecutive ranges that make up `0..<count`, until the work is to stop.
@inline(__always)
func inPieces(_ count: Int, _ body: (_ start: Int, _ end: Int) -> Void) {
    var start = 0
    while start < count {
        let end = min(count, start + piece)
        body(start, end)
        start = end
        if start < count, WorkScope.shouldStop { return }
    }
}
