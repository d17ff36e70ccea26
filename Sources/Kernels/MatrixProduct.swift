import COpenBLAS

/// A (batched) matrix product `c = alpha · op(a) · op(b) + beta · c`, row-major.
///
/// `op(a): [m, k]`, `op(b): [k, n]`, `c: [m, n]`; a transposed operand is stored as `[k, m]` or `[n, k]`.
/// Integers ignore `alpha` and `beta` (1 and 0) and wrap.
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

    /// Computes the product, in parallel if that pays; the result does not depend on the number of threads.
    /// - Parameter isInterrupted: asked between pieces of at most about 100 ms.
    /// - Returns: false if interrupted; `c` is then unfinished.
    public func run(
        _ type: ElementType, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
        to c: UnsafeMutableRawPointer, isInterrupted: () -> Bool = { false }
    ) -> Bool {
        guard batch > 0, m > 0, n > 0 else { return true }
        switch type {
        case .bool, .uint8: return runInteger(UInt8.self, a, b, c, isInterrupted)
        case .int32: return runInteger(Int32.self, a, b, c, isInterrupted)
        case .int64: return runInteger(Int64.self, a, b, c, isInterrupted)
        case .float32: return runFloat32(a, b, c, isInterrupted)
        case .float64: return runFloat64(a, b, c, isInterrupted)
        }
    }
}

extension MatrixProduct {
    func runInteger<T: FixedWidthInteger>(
        _: T.Type, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer,
        _ isInterrupted: () -> Bool
    ) -> Bool {
        let a = a.assumingMemoryBound(to: T.self)
        let b = b.assumingMemoryBound(to: T.self)
        let c = c.assumingMemoryBound(to: T.self)
        let (aRow, aColumn) = transposesA ? (1, rowStrideA) : (rowStrideA, 1)
        let (bRow, bColumn) = transposesB ? (1, rowStrideB) : (rowStrideB, 1)
        for matrix in 0..<batch {
            for row in 0..<m {
                if isInterrupted() { return false }
                let target = c + matrix * batchStrideC + row * rowStrideC
                target.update(repeating: 0, count: n)
                for index in 0..<k {
                    let left = a[matrix * batchStrideA + row * aRow + index * aColumn]
                    let right = b + matrix * batchStrideB + index * bRow
                    for column in 0..<n {
                        target[column] = target[column] &+ left &* right[column * bColumn]
                    }
                }
            }
        }
        return true
    }

    func runFloat32(
        _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer,
        _ isInterrupted: () -> Bool
    ) -> Bool {
        for matrix in 0..<batch {
            if isInterrupted() { return false }
            cblas_sgemm(
                CblasRowMajor, transposesA ? CblasTrans : CblasNoTrans,
                transposesB ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k),
                Float(alpha), a.assumingMemoryBound(to: Float.self) + matrix * batchStrideA,
                Int32(max(1, rowStrideA)), b.assumingMemoryBound(to: Float.self) + matrix * batchStrideB,
                Int32(max(1, rowStrideB)), Float(beta),
                c.assumingMemoryBound(to: Float.self) + matrix * batchStrideC, Int32(rowStrideC))
        }
        return true
    }

    func runFloat64(
        _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeMutableRawPointer,
        _ isInterrupted: () -> Bool
    ) -> Bool {
        for matrix in 0..<batch {
            if isInterrupted() { return false }
            cblas_dgemm(
                CblasRowMajor, transposesA ? CblasTrans : CblasNoTrans,
                transposesB ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k),
                alpha, a.assumingMemoryBound(to: Double.self) + matrix * batchStrideA,
                Int32(max(1, rowStrideA)), b.assumingMemoryBound(to: Double.self) + matrix * batchStrideB,
                Int32(max(1, rowStrideB)), beta,
                c.assumingMemoryBound(to: Double.self) + matrix * batchStrideC, Int32(rowStrideC))
        }
        return true
    }
}
