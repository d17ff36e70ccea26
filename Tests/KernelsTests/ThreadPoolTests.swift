import Glibc
import Kernels
import Synchronization
import Testing

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
        ThreadPool.shared.setThreads(2)
        for _ in 0..<20 {
            // Two chunks that wait for each other can only end on two threads.
            let arrived = Atomic<Int>(0)
            ThreadPool.shared.parallel(2) { _ in
                arrived.add(1, ordering: .sequentiallyConsistent)
                while arrived.load(ordering: .sequentiallyConsistent) < 2 { sched_yield() }
            }
            #expect(arrived.load(ordering: .relaxed) == 2)
            usleep(2000)
        }
    }

    @Test("an idle pool uses no processor time")
    func idle() {
        let before = ThreadPool.shared.threads
        defer { ThreadPool.shared.setThreads(before) }
        ThreadPool.shared.setThreads(2)
        ThreadPool.shared.parallel(4) { _ in }
        usleep(20_000)
        let start = clock()
        usleep(50_000)
        // 50 ms of waiting; a spinning worker would use all of it.
        #expect(clock() - start < CLOCKS_PER_SEC / 100)
    }
}
