import CSupport
import Glibc
import Synchronization

/// Threads that share the chunks of one loop at a time with the thread that asks.
///
/// Chunks are claimed one by one from an atomic counter and the caller takes part, so a worker that
/// the system holds back costs nothing but its share. A worker looks for work for some 40 µs and
/// then sleeps, so an idle program uses no processor. Which thread runs a chunk is never visible in
/// results: callers split by shape alone and join in a fixed order.
public final class ThreadPool: Sendable {
    public static let shared = ThreadPool()

    /// Generation (high half) and chunks not yet claimed (low half). A claim is a compare-and-swap
    /// of both, so it fails if the loop it looked at has ended.
    private let claims = Atomic<UInt64>(0)
    /// Address of the `Loop` of the present generation; valid while one of its chunks is
    /// unfinished.
    private let loop = Atomic<UInt>(0)
    private let finished = Atomic<Int>(0)
    private let isBusy = Atomic<Bool>(false)
    private let limit: Atomic<Int>
    private let workers = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    /// The word that idle workers sleep on; touched by atomic C functions only, never freed.
    nonisolated(unsafe) private let bell: UnsafeMutablePointer<UInt32>

    private struct Loop {
        let body: (Int) -> Void
        let chunks: Int
        /// The build of the kernels that the asking thread uses.
        let build: Int32
        /// The `WorkScope` of the asking thread, alive as long as the loop.
        let scope: UnsafeMutableRawPointer?
    }

    private static let pausesBeforeSleep = 1500
    private static let pausesBeforeYield = 2000

    private init() {
        limit = Atomic(max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
        bell = .allocate(capacity: 1)
        bell.initialize(to: 0)
    }

    /// How many threads work, the caller included; at first the number of online cores.
    public var threads: Int { limit.load(ordering: .relaxed) }

    /// Sets the number of threads, between 1 and 256.
    public func setThreads(_ count: Int) {
        limit.store(max(1, min(256, count)), ordering: .relaxed)
    }

    /// Calls `body(0)` … `body(chunks - 1)`, each once, possibly at the same time on several
    /// threads, and returns when all are done; once the `WorkScope` of the caller is to stop, those
    /// that are left are not called. A call from within a body, or while another thread's
    /// loop runs, is serial.
    public func parallel(_ chunks: Int, _ body: (Int) -> Void) {
        guard chunks > 1, threads > 1, chunks <= Int(UInt32.max),
            isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
        else {
            for chunk in 0..<max(0, chunks) where !WorkScope.shouldStop { body(chunk) }
            return
        }
        startWorkers()
        withoutActuallyEscaping(body) { body in
            let loop = Loop(
                body: body, chunks: chunks, build: support_thread_build(),
                scope: support_thread_scope())
            withUnsafePointer(to: loop) { run($0, chunks) }
        }
        isBusy.store(false, ordering: .releasing)
    }

    private func run(_ current: UnsafePointer<Loop>, _ chunks: Int) {
        finished.store(0, ordering: .relaxed)
        loop.store(UInt(bitPattern: current), ordering: .relaxed)
        let generation = (claims.load(ordering: .relaxed) >> 32) &+ 1
        claims.store(generation << 32 | UInt64(chunks), ordering: .sequentiallyConsistent)
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
            support_futex_bump(bell)
            support_futex_wake_all(bell)
        }
        while claimAndRun() {}
        var pauses = 0
        while finished.load(ordering: .acquiring) < chunks {
            pauses += 1
            if pauses > Self.pausesBeforeYield { sched_yield() } else { support_pause() }
        }
    }

    /// Runs one chunk of the present loop; false if none is left.
    private func claimAndRun() -> Bool {
        var seen = claims.load(ordering: .acquiring)
        while true {
            let left = seen & 0xffff_ffff
            if left == 0 { return false }
            let (exchanged, original) = claims.weakCompareExchange(
                expected: seen, desired: seen - 1, ordering: .acquiringAndReleasing)
            seen = original
            guard exchanged else { continue }
            // The chunk is ours and unfinished, so its loop cannot end and the pointer is valid.
            let current = UnsafePointer<Loop>(bitPattern: loop.load(ordering: .relaxed))
            if let current { runChunk(current.pointee, left: Int(left)) }
            finished.add(1, ordering: .releasing)
            return true
        }
    }

    private func runChunk(_ loop: Loop, left: Int) {
        let before = (build: support_thread_build(), scope: support_thread_scope())
        support_set_thread_build(loop.build)
        support_set_thread_scope(loop.scope)
        if !WorkScope.shouldStop { loop.body(loop.chunks - left) }
        support_set_thread_build(before.build)
        support_set_thread_scope(before.scope)
    }

    // MARK: Workers

    /// How many workers there are, and how many of them sleep at this moment.
    var workerCounts: (all: Int, asleep: Int) {
        (workers.load(ordering: .relaxed), sleepers.load(ordering: .relaxed))
    }

    private func startWorkers() {
        let wanted = threads - 1
        guard workers.load(ordering: .relaxed) < wanted else { return }
        // Workers take no signals: ^C must interrupt the thread that waits for input.
        var all = sigset_t()
        var old = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &old)
        while workers.load(ordering: .relaxed) < wanted, startWorker() {}
        pthread_sigmask(SIG_SETMASK, &old, nil)
    }

    /// One more worker; false if the system refuses, which leaves the work to the others.
    private func startWorker() -> Bool {
        var thread = pthread_t()
        let index = workers.load(ordering: .relaxed)
        let argument = UnsafeMutableRawPointer(bitPattern: index + 1)
        let status = pthread_create(
            &thread, nil,
            { argument in
                ThreadPool.shared.work(Int(bitPattern: argument) - 1)
            }, argument)
        guard status == 0 else { return false }
        pthread_detach(thread)
        workers.add(1, ordering: .relaxed)
        return true
    }

    private func work(_ index: Int) -> Never {
        var pauses = 0
        while true {
            if index < threads - 1, claimAndRun() {
                pauses = 0
                continue
            }
            pauses += 1
            if pauses < Self.pausesBeforeSleep {
                support_pause()
            } else {
                sleep(index)
                pauses = 0
            }
        }
    }

    /// Sleeps until a loop begins. The caller of a loop publishes it and then looks for sleepers;
    /// we count ourselves and then look for a loop: one of the two sees the other.
    private func sleep(_ index: Int) {
        let rung = support_futex_load(bell)
        sleepers.add(1, ordering: .sequentiallyConsistent)
        let hasWork =
            index < threads - 1
            && claims.load(ordering: .sequentiallyConsistent) & 0xffff_ffff > 0
        if !hasWork { support_futex_wait(bell, rung) }
        sleepers.subtract(1, ordering: .relaxed)
    }
}
