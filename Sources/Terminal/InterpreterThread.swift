import Dispatch
import Foundation
import Synchronization

/// A thread with a large stack that owns a state: sessions belong to one thread, and the main
/// thread is readline's.
///
/// Work is handed over as closures and done one after another.
final class InterpreterThread<State>: Sendable {
    typealias Job = @Sendable (inout State) -> Void

    /// Deep programs recurse in the host; memory is taken only as it is touched.
    private static var stackSize: Int { 512 << 20 }

    private let jobs = Mutex<[Job]>([])
    private let available = DispatchSemaphore(value: 0)

    /// - Parameter makeState: Called on the new thread.
    init(_ makeState: @escaping @Sendable () -> State) {
        let thread = Thread { [self] in
            // ^C is for the main thread, whose waiting it must end.
            var interrupts = sigset_t()
            sigemptyset(&interrupts)
            for signal in [SIGINT, SIGTERM, SIGHUP, SIGCONT] { sigaddset(&interrupts, signal) }
            pthread_sigmask(SIG_BLOCK, &interrupts, nil)
            var state = makeState()
            while true {
                available.wait()
                let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                job?(&state)
            }
        }
        thread.name = "interpreter"
        thread.stackSize = Self.stackSize
        thread.start()
    }

    /// Does the work and waits for its result.
    func perform<Result: Sendable>(_ body: @escaping @Sendable (inout State) -> Result) -> Result {
        let slot = start(body)
        while true {
            slot.done.wait()
            if let result = slot.result.withLock({ $0 }) { return result }
        }
    }

    /// The result, or `nil` if it was not there in time; the work goes on then, for nobody.
    func perform<Result: Sendable>(
        within seconds: Double, _ body: @escaping @Sendable (inout State) -> Result
    ) -> Result? {
        let slot = start(body)
        _ = slot.done.wait(timeout: .now() + seconds)
        return slot.result.withLock { $0 }
    }

    private func start<Result: Sendable>(
        _ body: @escaping @Sendable (inout State) -> Result
    ) -> Slot<Result> {
        let slot = Slot<Result>()
        jobs.withLock {
            $0.append { state in
                let result = body(&state)
                slot.result.withLock { $0 = result }
                slot.done.signal()
            }
        }
        available.signal()
        return slot
    }
}

/// Where a result is left for the thread that waits.
private final class Slot<Result: Sendable>: Sendable {
    let result = Mutex<Result?>(nil)
    let done = DispatchSemaphore(value: 0)
}
