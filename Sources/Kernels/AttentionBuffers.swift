/// The buffers that attention reads; see `Attention` for how they lie.
public struct AttentionBuffers {
    public var q: UnsafeRawPointer
    public var k: UnsafeRawPointer
    public var v: UnsafeRawPointer
    /// Bools or numbers of the type of the others, as `Attention.mask` says.
    public var mask: UnsafeRawPointer?

    public init(
        q: UnsafeRawPointer, k: UnsafeRawPointer, v: UnsafeRawPointer, mask: UnsafeRawPointer?
    ) {
        (self.q, self.k, self.v, self.mask) = (q, k, v, mask)
    }
}

/// Where the gradients of attention go.
public struct AttentionGradients {
    public var q: UnsafeMutableRawPointer
    public var k: UnsafeMutableRawPointer
    public var v: UnsafeMutableRawPointer

    public init(
        q: UnsafeMutableRawPointer, k: UnsafeMutableRawPointer, v: UnsafeMutableRawPointer
    ) {
        (self.q, self.k, self.v) = (q, k, v)
    }
}

/// How the mask of attention lies: true where a query may look, or numbers to add to scores.
public struct AttentionMask: Sendable, Equatable {
    public var isBool: Bool
    /// Elements between entries along batch, heads, queries and keys; 0 repeats one.
    public var batchStride: Int
    public var headStride: Int
    public var queryStride: Int
    public var keyStride: Int

    public init(
        isBool: Bool, batchStride: Int, headStride: Int, queryStride: Int, keyStride: Int
    ) {
        self.isBool = isBool
        self.batchStride = batchStride
        self.headStride = headStride
        self.queryStride = queryStride
        self.keyStride = keyStride
    }

    /// Masks the scores of one query, hidden ones becoming -inf.
    /// - Returns: whether any is not -inf.
    func apply(
        _ mask: UnsafeRawPointer?, _ type: ElementType, _ batch: Int, _ head: Int, _ query: Int,
        to scores: UnsafeMutableRawPointer, _ count: Int
    ) -> Bool {
        guard let mask else { return true }
        let start = batch * batchStride + head * headStride + query * queryStride
        if type == .float64 {
            return apply(mask, start, to: double(scores), count)
        }
        return apply(mask, start, to: float(scores), count)
    }

    @inline(__always)
    private func apply<T: BinaryFloatingPoint>(
        _ mask: UnsafeRawPointer, _ start: Int, to scores: UnsafeMutablePointer<T>, _ count: Int
    ) -> Bool {
        var seesAny = false
        if isBool {
            let flags = mask.assumingMemoryBound(to: UInt8.self) + start
            for key in 0..<count {
                if flags[key * keyStride] == 0 { scores[key] = -.infinity }
                // nan counts as seen, and shows.
                seesAny = seesAny || scores[key] != -.infinity
            }
            return seesAny
        }
        let numbers = mask.assumingMemoryBound(to: T.self) + start
        for key in 0..<count {
            scores[key] += numbers[key * keyStride]
            seesAny = seesAny || scores[key] != -.infinity
        }
        return seesAny
    }
}
