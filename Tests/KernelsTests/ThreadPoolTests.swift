import Glibc
import Synchronization
import Testing

@testable import Kernels

extension KernelsTests {
    @Test("every chunk runs exactly once, for any number of chunks and threads")
    func chunks() {
        let before = ThreadPool.shared.threads
        defer { ThreadPool.shared.setThreads(before) }
        for threads in [1, 2, 4] {
            ThreadPool.shared.setThreads(threads)
            for count in [0, 1, 2, 3, 100] {
                for _ in 0..<50 {
                    let sum = Atomic<Int>(0)
                    let runs = Atomic<Int>(0)
                    ThreadPool.shared.parallel(count) { chunk in
                        sum.add(chunk, ordering: .relaxed)
                        runs.add(1, ordering: .relaxed)
                    }
                    #expect(runs.load(ordering: .relaxed) == count)
                    #expect(sum.load(ordering: .relaxed) == count * (count - 1) / 2)
                }
            }
        }
    }

    @Test("a loop within a loop is serial and complete")
    func nested() {
        let before = ThreadPool.shared.threads
        defer { ThreadPool.shared.setThreads(before) }
        ThreadPool.shared.setThreads(2)
        let runs = Atomic<Int>(0)
        ThreadPool.shared.parallel(8) { _ in
            ThreadPool.shared.parallel(8) { _ in runs.add(1, ordering: .relaxed) }
        }
        #expect(runs.load(ordering: .relaxed) == 64)
    }

    @Test("workers that went to sleep wake up for the next loop")
    func sleepers() {
        let before = ThreadPool.shared.threads
        defer { ThreadPool.shared.setThreads(before) }
        // Other suites use the pool too, so a loop may run serially: one meeting in twenty tries is
        // enough.
        var meetings = 0
        for _ in 0..<20 {
            ThreadPool.shared.setThreads(2)
            let arrived = Atomic<Int>(0)
            let met = Atomic<Int>(0)
            ThreadPool.shared.parallel(2) { _ in
                arrived.add(1, ordering: .sequentiallyConsistent)
                let start = clock()
                while arrived.load(ordering: .sequentiallyConsistent) < 2,
                    clock() - start < CLOCKS_PER_SEC / 20
                {
                    sched_yield()
                }
                // The first waits in vain on a single thread, and only the second sees both.
                if arrived.load(ordering: .sequentiallyConsistent) == 2 {
                    met.add(1, ordering: .relaxed)
                }
            }
            meetings += met.load(ordering: .relaxed) == 2 ? 1 : 0
            usleep(2000)
        }
        #expect(meetings > 0)
    }

    @Test("idle workers go to sleep")
    func idle() {
        let before = ThreadPool.shared.threads
        defer { ThreadPool.shared.setThreads(before) }
        ThreadPool.shared.setThreads(2)
        ThreadPool.shared.parallel(4) { _ in }
        // Others may wake them at any time; at some moment within seconds they all sleep.
        var haveSlept = false
        for _ in 0..<5000 where !haveSlept {
            let counts = ThreadPool.shared.workerCounts
            haveSlept = counts.all > 0 && counts.asleep == counts.all
            usleep(1000)
        }
        #expect(haveSlept)
    }
}
