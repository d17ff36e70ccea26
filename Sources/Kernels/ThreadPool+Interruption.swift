import Synchronization

extension ThreadPool {
    /// `parallel`, asking between chunks whether to go on.
    /// - Parameter body: gives false if it was interrupted itself.
    /// - Returns: false if some chunks were left out.
    func parallel(
        _ chunks: Int, unless isInterrupted: @Sendable () -> Bool, _ body: (Int) -> Bool
    ) -> Bool {
        let isStopped = Atomic<Bool>(false)
        parallel(chunks) { chunk in
            if isStopped.load(ordering: .relaxed) { return }
            if isInterrupted() || !body(chunk) { isStopped.store(true, ordering: .relaxed) }
        }
        return !isStopped.load(ordering: .relaxed)
    }
}
