import Synchronization

/// Scaled dot-product attention, y = softmax(scale · q kᵀ + mask) v, of several heads that lie side
/// by side, and its gradient; float32 or float64.
///
/// The scores of a few queries at a time are computed, a strip `[rows, keys]` that fits the
/// second-level cache, made weights in place and used up; the gradient computes them again. So
/// neither needs room for `[queries, keys]`, and with `isCausal` keys after the strip's last query
/// are not looked at.
///
/// Legend: `q dq: [batch, queries, heads · depth]`, `k dk: [batch, keys, heads · depth]`,
/// `v dv: [batch, keys, heads · width]`, `y dy: [batch, queries, heads · width]`.
/// - Source: Vaswani et al., "Attention is all you need", 2017; recomputing the weights: Dao et al.,
///   "FlashAttention", 2022, without its running maximum, since a strip holds whole rows.
public struct Attention: Sendable {
    public var type: ElementType
    public var batch: Int
    public var heads: Int
    public var queries: Int
    public var keys: Int
    public var depth: Int
    public var width: Int
    public var scale: Double
    /// Whether query t sees keys 0 … t only.
    public var isCausal: Bool
    /// How the mask lies, if there is one.
    public var mask: AttentionMask?

    public init(
        _ type: ElementType, batch: Int, heads: Int, queries: Int, keys: Int, depth: Int,
        width: Int, scale: Double, isCausal: Bool, mask: AttentionMask? = nil
    ) {
        self.type = type
        self.batch = batch
        self.heads = heads
        self.queries = queries
        self.keys = keys
        self.depth = depth
        self.width = width
        self.scale = scale
        self.isCausal = isCausal
        self.mask = mask
    }

    /// Computes y. Rows of queries that see no key are 0.
    /// - Parameter isInterrupted: asked between strips, from any thread.
    /// - Returns: false if interrupted; `y` is then unfinished.
    public func run(
        _ x: AttentionBuffers, to y: UnsafeMutableRawPointer,
        isInterrupted: @Sendable () -> Bool = { false }
    ) -> Bool {
        guard keys > 0, width > 0 else {
            zero(y, batch * queries * heads * width)
            return true
        }
        let isStopped = Atomic<Bool>(false)
        let strips = (queries + stripRows - 1) / stripRows
        ThreadPool.shared.ranges(batch * heads * strips, cost: stripCost) { start, end in
            withScratch(1) { weights in
                for index in start..<end {
                    if isStopped.load(ordering: .relaxed) { return }
                    if isInterrupted() { return isStopped.store(true, ordering: .relaxed) }
                    let strip = strip(index % strips, of: index / strips)
                    computeWeights(strip, x, weights)
                    product(
                        strip.rows, width, strip.seen, Side(weights, strip.seen),
                        Side(x.v + offset(strip.values, width), rowOfV),
                        to: y + offset(strip.results, width), rowOfV)
                }
            }
        }
        return !isStopped.load(ordering: .relaxed)
    }

    /// Computes dq, dk and dv from dy. With P the weights and s = Σ_keys P ∘ (dy vᵀ):
    /// dS = P ∘ (dy vᵀ - s), dq = scale · dS k, dk = scale · dSᵀ q, dv = Pᵀ dy.
    /// - Returns: false if interrupted.
    public func gradient(
        _ x: AttentionBuffers, _ dy: UnsafeRawPointer, to results: AttentionGradients,
        isInterrupted: @Sendable () -> Bool = { false }
    ) -> Bool {
        if !lastSeesAll {
            zero(results.k, batch * keys * heads * depth)
            zero(results.v, batch * keys * heads * width)
        }
        guard keys > 0, queries > 0 else {
            zero(results.q, batch * queries * heads * depth)
            return true
        }
        let isStopped = Atomic<Bool>(false)
        let strips = (queries + stripRows - 1) / stripRows
        func run(_ start: Int, _ end: Int) {
            withScratch(2) { scratch in
                for pair in start..<end {
                    // The last strip comes first: it writes to the keys that others add to.
                    for index in (0..<strips).reversed() {
                        if isStopped.load(ordering: .relaxed) { return }
                        if isInterrupted() { return isStopped.store(true, ordering: .relaxed) }
                        let isFirst = index == strips - 1 && lastSeesAll
                        add(strip(index, of: pair), !isFirst, x, dy, results, scratch)
                    }
                }
            }
        }
        // Strips of one head add to the same keys, so they take turns; the products of a few large
        // heads are shared out instead.
        if batch * heads < 4 {
            run(0, batch * heads)
        } else {
            let cost = 2.5 * stripCost * Double(strips)
            ThreadPool.shared.ranges(batch * heads, cost: cost, run)
        }
        return !isStopped.load(ordering: .relaxed)
    }

    // MARK: Strips

    /// Some queries of one head, and where they and theirs lie, in rows of one head.
    private struct Strip {
        var batch: Int
        var head: Int
        /// The first query and how many.
        var first: Int
        var rows: Int
        /// How many keys, from the first, any of them sees.
        var seen: Int
        /// Counted in heads: of the first query, of its result, of the first key, of its value.
        var queries: Int
        var results: Int
        var keys: Int
        var values: Int
    }

    /// Whether the last strip sees all keys, and there is one.
    private var lastSeesAll: Bool { queries > 0 && keys > 0 && (!isCausal || keys <= queries) }

    private static let stripElements = 1 << 16

    private var stripRows: Int { max(1, min(64, queries, Self.stripElements / max(1, keys))) }

    /// Nanoseconds for a strip, about.
    private var stripCost: Double {
        let scores = Double(stripRows) * Double(keys)
        return 100 + scores * (0.7 + 0.03 * Double(depth + width))
    }

    private func strip(_ index: Int, of pair: Int) -> Strip {
        let (batch, head) = pair.quotientAndRemainder(dividingBy: heads)
        let first = index * stripRows
        let rows = min(stripRows, queries - first)
        let query = (batch * queries + first) * heads + head
        let key = batch * keys * heads + head
        return Strip(
            batch: batch, head: head, first: first, rows: rows,
            seen: isCausal ? min(keys, first + rows) : keys, queries: query, results: query,
            keys: key, values: key)
    }

    private var rowOfQ: Int { heads * depth }
    private var rowOfV: Int { heads * width }

    /// Bytes before a place that is counted in heads of `size` elements.
    private func offset(_ place: Int, _ size: Int) -> Int { place * size * type.size }

    private func zero(_ target: UnsafeMutableRawPointer, _ count: Int) {
        target.initializeMemory(as: UInt8.self, repeating: 0, count: count * type.size)
    }

    /// Room for `count` strips.
    private func withScratch(_ count: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
        withUnsafeTemporaryAllocation(
            byteCount: count * stripRows * keys * type.size, alignment: 64
        ) { scratch in
            // Never nil: there is a key and a row.
            body(scratch.baseAddress.unsafelyUnwrapped)
        }
    }

    /// Writes the weights `[rows, seen]` of a strip.
    private func computeWeights(
        _ strip: Strip, _ x: AttentionBuffers, _ weights: UnsafeMutableRawPointer
    ) {
        product(
            strip.rows, strip.seen, depth, Side(x.q + offset(strip.queries, depth), rowOfQ),
            Side(x.k + offset(strip.keys, depth), rowOfQ, isTransposed: true),
            to: weights, strip.seen, scale: scale)
        guard isCausal || mask != nil else {
            softmax(weights, strip.rows, strip.seen)
            return
        }
        for row in 0..<strip.rows {
            let line = weights + row * strip.seen * type.size
            let visible = isCausal ? min(strip.seen, strip.first + row + 1) : strip.seen
            let seesAny =
                mask?.apply(
                    x.mask, type, strip.batch, strip.head, strip.first + row, to: line, visible)
                ?? true
            if seesAny { softmax(line, 1, visible) }
            let kept = seesAny ? visible : 0
            zero(line + kept * type.size, strip.seen - kept)
        }
    }

    private func softmax(_ x: UnsafeMutableRawPointer, _ rows: Int, _ n: Int) {
        Softmax.run(x, type, AxisLayout(outer: rows, length: n, inner: 1), log: false, to: x)
    }

    /// Writes the part of a strip to the gradients of its head; to those of k and v it `adds` it,
    /// or not.
    private func add(
        _ strip: Strip, _ adds: Bool, _ x: AttentionBuffers, _ dy: UnsafeRawPointer,
        _ results: AttentionGradients, _ scratch: UnsafeMutableRawPointer
    ) {
        let (rows, seen) = (strip.rows, strip.seen)
        let slopes = scratch + stripRows * keys * type.size
        let dy = Side(dy + offset(strip.results, width), rowOfV)
        computeWeights(strip, x, scratch)
        product(
            rows, seen, width, dy,
            Side(x.v + offset(strip.values, width), rowOfV, isTransposed: true), to: slopes, seen)
        product(
            seen, width, rows, Side(scratch, seen, isTransposed: true), dy,
            to: results.v + offset(strip.values, width), rowOfV, adds: adds)
        Softmax.gradient(
            scratch, slopes, type, AxisLayout(outer: rows, length: seen, inner: 1), log: false,
            to: slopes)
        product(
            rows, depth, seen, Side(slopes, seen), Side(x.k + offset(strip.keys, depth), rowOfQ),
            to: results.q + offset(strip.queries, depth), rowOfQ, scale: scale)
        product(
            seen, depth, rows, Side(slopes, seen, isTransposed: true),
            Side(x.q + offset(strip.queries, depth), rowOfQ),
            to: results.k + offset(strip.keys, depth), rowOfQ, scale: scale, adds: adds)
    }

    // MARK: Products

    private struct Side {
        var pointer: UnsafeRawPointer
        var rowStride: Int
        var isTransposed: Bool

        init(_ pointer: UnsafeRawPointer, _ rowStride: Int, isTransposed: Bool = false) {
            self.pointer = pointer
            self.rowStride = rowStride
            self.isTransposed = isTransposed
        }
    }

    private func product(
        _ m: Int, _ n: Int, _ k: Int, _ a: Side, _ b: Side, to c: UnsafeMutableRawPointer,
        _ rowStride: Int, scale: Double = 1, adds: Bool = false
    ) {
        var product = MatrixProduct(
            m: m, n: n, k: k, transposesA: a.isTransposed, transposesB: b.isTransposed)
        product.rowStrideA = a.rowStride
        product.rowStrideB = b.rowStride
        product.rowStrideC = rowStride
        product.alpha = scale
        product.beta = adds ? 1 : 0
        // A strip is short, so nobody needs to interrupt it.
        _ = product.run(type, a.pointer, b.pointer, to: c)
    }
}
