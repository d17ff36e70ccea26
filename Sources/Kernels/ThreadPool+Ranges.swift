extension ThreadPool {
    /// Splits `0..<count` into ranges of equal size and runs them, in parallel if there are enough.
    ///
    /// - Parameter cost: of one unit, in nanoseconds, roughly. Ranges take about 20 µs; below 60 µs
    ///   in all the work stays in one piece on the calling thread, since waking another costs some
    ///   30 µs.
    /// - Parameter multiple: ranges start at multiples of it.
    func ranges(
        _ count: Int, cost: Double, multiple: Int = 1, _ body: (_ start: Int, _ end: Int) -> Void
    ) {
        guard count > 0 else { return }
        let total = Double(count) * cost
        guard total > 60_000 else {
            body(0, count)
            return
        }
        let wanted = max(1, Int(20_000 / max(cost, 0.001)))
        let size = max(1, (wanted + multiple - 1) / multiple) * multiple
        let chunks = (count + size - 1) / size
        parallel(chunks) { chunk in
            body(chunk * size, min(count, (chunk + 1) * size))
        }
    }
}
