import Foundation
import Synchronization

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

    /// Runs `body` on such a thread and gives its result.
    public static func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        _ = threads
        return try await withCheckedThrowingContinuation { continuation in
            jobs.withLock { $0.append { continuation.resume(with: .init(catching: body)) } }
            available.signal()
        }
    }
}
