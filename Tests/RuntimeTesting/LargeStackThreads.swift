import Foundation
import Synchronization
import Tensors

/// Threads with the stack that the interpreter is promised, which test threads do not have.
///
/// Only a few run at once, so that hundreds of parallel tests do not ask for hundreds of big stacks.
public enum LargeStack {
    public static let bytes = 512 << 20
    private static let threadCount = 2
    private static let jobs = Mutex<[@Sendable () -> Void]>([])
    private static let available = DispatchSemaphore(value: 0)
    private static let threads: Void = {
        for _ in 0..<threadCount {
            let thread = Thread {
                while true {
                    available.wait()
                    let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                    job?()
                }
            }
            thread.stackSize = bytes
            thread.start()
        }
    }()

    /// Runs `body` on such a thread and gives its result; with `memory`, within so many bytes of its own.
    public static func run<Result: Sendable>(
        memory: Int? = nil, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        _ = threads
        return try await withCheckedThrowingContinuation { continuation in
            let job: @Sendable () -> Void = {
                continuation.resume(
                    with: .init {
                        guard let memory else { return try body() }
                        return try MemoryBudget(limit: memory).run(body)
                    })
            }
            jobs.withLock { $0.append(job) }
            available.signal()
        }
    }
}
