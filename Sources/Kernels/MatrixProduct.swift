/// A (batched) matrix product `c = alpha · op(a) · op(b) + beta · c`, row-major.
///
/// `op(a): [m, k]`, `op(b): [k, n]`, `c: [m, n]`; a transposed operand is stored as `[k, m]` or
/// `[n, k]`. Integers ignore `alpha` and `beta` (1 and 0) and wrap.
public struct MatrixProduct: Sendable, Equatable {
    public var m: Int
    public var n: Int
    public var k: Int
    public var transposesA = false
    public var transposesB = false
    /// Elements between rows as stored.
    public var rowStrideA: Int
    public var rowStrideB: Int
    public var rowStrideC: Int
    public var alpha = 1.0
    public var beta = 0.0
    public var batch = 1
    /// Elements between matrices of the batch; 0 repeats one.
    public var batchStrideA = 0
    public var batchStrideB = 0
    public var batchStrideC = 0

    /// One product of dense matrices.
    public init(m: Int, n: Int, k: Int, transposesA: Bool = false, transposesB: Bool = false) {
        self.m = m
        self.n = n
        self.k = k
        self.transposesA = transposesA
        self.transposesB = transposesB
        rowStrideA = transposesA ? m : k
        rowStrideB = transposesB ? k : n
        rowStrideC = n
    }

    /// Computes the product, in parallel if that pays; the result does not depend on the number of
    /// threads.
    /// - Parameter isInterrupted: asked between pieces of at most about 100 ms, from any thread.
    /// - Returns: false if interrupted; `c` is then unfinished.
    public func run(
        _ type: ElementType, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
        to c: UnsafeMutableRawPointer, isInterrupted: @Sendable () -> Bool = { false }
    ) -> Bool {
        guard batch > 0, m > 0, n > 0 else { return true }
        let product = mergedIntoRows
        let operands = ProductOperands(a: a, b: b, c: c)
        switch type {
        case .bool, .uint8: return product.runIntegers(UInt8.self, operands, isInterrupted)
        case .int32: return product.runIntegers(Int32.self, operands, isInterrupted)
        case .int64: return product.runIntegers(Int64.self, operands, isInterrupted)
        case .float32 where product.fitsBLAS:
            return product.runPieces(isInterrupted) { product.runFloat32($0, operands) }
        case .float64 where product.fitsBLAS:
            return product.runPieces(isInterrupted) { product.runFloat64($0, operands) }
        case .float32: return product.runFloats(Float.self, operands, isInterrupted)
        case .float64: return product.runFloats(Double.self, operands, isInterrupted)
        }
    }

    /// A batch whose matrices a lie below each other and share b is one product.
    private var mergedIntoRows: MatrixProduct {
        guard batch > 1, batchStrideB == 0, !transposesA, batchStrideA == m * rowStrideA,
            batchStrideC == m * rowStrideC
        else { return self }
        var merged = self
        merged.m = m * batch
        merged.batch = 1
        return merged
    }
}

struct ProductOperands {
    let a: UnsafeRawPointer
    let b: UnsafeRawPointer
    let c: UnsafeMutableRawPointer
}
