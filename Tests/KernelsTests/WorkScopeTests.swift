import Kernels
import Synchronization
import Testing

@Suite("Work that is told to stop")
struct WorkScopeTests {
    /// Chunks that ran of a loop that is told to stop while its tenth chunk runs.
    private func chunks(_ scope: WorkScope, _ flag: Flag) -> Int {
        let ran = Counter(0)
        scope.run {
            ThreadPool.shared.parallel(10_000) { _ in
                if ran.next() == -10 {
                    flag.isSet.store(true, ordering: .relaxed)
                }
            }
        }
        return -ran.next() - 1
    }

    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    @Test("the pool leaves chunks out, and the scope says so")
    func pool() {
        let flag = Flag()
        let scope = WorkScope { flag.isSet.load(ordering: .relaxed) }
        #expect(!scope.isStopped)
        // Each thread may have been about to begin a chunk.
        #expect(chunks(scope, flag) < 10 + 300)
        #expect(scope.isStopped)
    }

    @Test("outside of a scope, after it and in one that nobody stops everything is done")
    func whole() {
        #expect(!WorkScope.shouldStop)
        let scope = WorkScope { false }
        #expect(chunks(scope, Flag()) == 10_000)
        #expect(!scope.isStopped && !WorkScope.shouldStop)
    }

    @Test("scopes nest: the inner one counts, and the outer one is back after it")
    func nested() {
        let outer = WorkScope { true }
        let inner = WorkScope { false }
        outer.run {
            #expect(WorkScope.shouldStop)
            inner.run { #expect(!WorkScope.shouldStop) }
            #expect(WorkScope.shouldStop)
        }
        #expect(!WorkScope.shouldStop)
    }

    @Test("a sort that is stopped at any time reads and writes nothing outside", arguments: [0, 1, 2, 3, 4, 5, 8, 13, 40, 100_000])
    func sort(looks: Int) {
        let count = 300_000
        let values = (0..<count).map { Float(($0 &* 7919) % 100_003) }
        var indices = [Int64](repeating: -1, count: count)
        // The closure is asked once for each piece, on this thread.
        let counter = Counter(looks)
        let scope = WorkScope { counter.next() < 0 }
        scope.run {
            Sorting.argsort(
                values, .float32, AxisLayout(outer: 1, length: count, inner: 1),
                descending: false, to: &indices)
        }
        let isUntouched = indices.allSatisfy { $0 == -1 }
        #expect(scope.isStopped ? isUntouched : Set(indices).count == count)
    }

    private final class Counter: Sendable {
        private let left: Atomic<Int>
        init(_ count: Int) { left = Atomic(count) }
        func next() -> Int { left.subtract(1, ordering: .relaxed).newValue }
    }
}
