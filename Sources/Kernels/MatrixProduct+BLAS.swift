import COpenBLAS
import KernelsAVX2
import KernelsBaseline

/// OpenBLAS computes on the thread that calls it; we share the work out above it.
private enum BLAS {
    static let isPrepared: Bool = {
        openblas_set_num_threads(1)
        return true
    }()

    /// Whether it runs its AVX-512 kernels on this processor.
    static let hasSmallKernels: Bool = {
        guard let name = openblas_get_corename() else { return false }
        return ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(String(cString: name))
    }()
}

extension MatrixProduct {
    /// BLAS counts in Int32; larger sizes, which need gigabytes in a row, go through plain loops,
    /// and so does the empty sum.
    var fitsBLAS: Bool {
        max(max(m, n, k), max(rowStrideA, rowStrideB, rowStrideC)) < Int(Int32.max)
            && k > 0 && BLAS.isPrepared
    }

    /// The sizes at which `smallProduct` is faster than OpenBLAS 0.3.21, one thread, GFLOP/s ours
    /// against its.
    ///
    /// With its AVX2 kernels (Zen): 32×32×32 79 to 56, 96×96×96 99 to 88, 2×784×128 50 to 20,
    /// 1024×16×64 68 to 48, 1×784×128 40 to 9; but 1×128×10 3 to 6 and, where b must be transposed
    /// for few rows, 32×128×784 63 to 80. With its AVX-512 kernels, which have small forms of their
    /// own, only tall products with few columns: 10000×784×10 40 to 28.
    private var isSmall: Bool {
        if n <= 16, m >= 4096, k >= 256 { return true }
        if BLAS.hasSmallKernels || (transposesB && n > 16 * m) { return false }
        if m < 4 { return n >= 32 }
        return n <= 16 || k <= 64 || m * n <= (1 << 20) / k
    }

    /// Steps along k, of equal length, that keep one BLAS call on a block short.
    private func depth(_ piece: ProductPiece) -> Int {
        let area = 2 * Double(piece.rows.count) * Double(piece.columns.count)
        let parts = (area * Double(k) / (1.5 * Self.longestWork)).rounded(.up)
        return max(256, Int((Double(k) / max(1, parts)).rounded(.up)))
    }

    private func offsetA(_ piece: ProductPiece, _ matrix: Int, _ start: Int) -> Int {
        let (row, column) = transposesA ? (1, rowStrideA) : (rowStrideA, 1)
        return matrix * batchStrideA + piece.rows.lowerBound * row + start * column
    }

    private func offsetB(_ piece: ProductPiece, _ matrix: Int, _ start: Int) -> Int {
        let (row, column) = transposesB ? (1, rowStrideB) : (rowStrideB, 1)
        return matrix * batchStrideB + start * row + piece.columns.lowerBound * column
    }

    private func offsetC(_ piece: ProductPiece, _ matrix: Int) -> Int {
        matrix * batchStrideC + piece.rows.lowerBound * rowStrideC + piece.columns.lowerBound
    }

    func runFloat32(_ piece: ProductPiece, _ operands: ProductOperands) {
        if isSmall {
            runSmall(piece, operands)
            return
        }
        let step = depth(piece)
        for matrix in piece.batch {
            for start in stride(from: 0, to: k, by: step) {
                cblas_sgemm(
                    CblasRowMajor, transposesA ? CblasTrans : CblasNoTrans,
                    transposesB ? CblasTrans : CblasNoTrans, Int32(piece.rows.count),
                    Int32(piece.columns.count), Int32(min(step, k - start)), Float(alpha),
                    float(operands.a) + offsetA(piece, matrix, start), Int32(rowStrideA),
                    float(operands.b) + offsetB(piece, matrix, start), Int32(rowStrideB),
                    start == 0 ? Float(beta) : 1, float(operands.c) + offsetC(piece, matrix),
                    Int32(rowStrideC))
            }
        }
    }

    func runFloat64(_ piece: ProductPiece, _ operands: ProductOperands) {
        let step = depth(piece)
        for matrix in piece.batch {
            for start in stride(from: 0, to: k, by: step) {
                cblas_dgemm(
                    CblasRowMajor, transposesA ? CblasTrans : CblasNoTrans,
                    transposesB ? CblasTrans : CblasNoTrans, Int32(piece.rows.count),
                    Int32(piece.columns.count), Int32(min(step, k - start)), alpha,
                    double(operands.a) + offsetA(piece, matrix, start), Int32(rowStrideA),
                    double(operands.b) + offsetB(piece, matrix, start), Int32(rowStrideB),
                    start == 0 ? beta : 1, double(operands.c) + offsetC(piece, matrix),
                    Int32(rowStrideC))
            }
        }
    }

    private func runSmall(_ piece: ProductPiece, _ operands: ProductOperands) {
        let (aRow, aColumn) = transposesA ? (1, rowStrideA) : (rowStrideA, 1)
        let (bRow, bColumn) = transposesB ? (1, rowStrideB) : (rowStrideB, 1)
        let shape = (
            piece.rows.count, piece.columns.count, k, aRow, aColumn, bRow, bColumn, rowStrideC
        )
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 16 * max(1, k)) { strip in
            withUnsafeBytes(of: shape) { shape in
                // Never nil: neither is empty.
                let strip = strip.baseAddress.unsafelyUnwrapped
                let shape = shape.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int.self)
                for matrix in piece.batch {
                    let a = float(operands.a) + offsetA(piece, matrix, 0)
                    let b = float(operands.b) + offsetB(piece, matrix, 0)
                    let c = float(operands.c) + offsetC(piece, matrix)
                    if usesAVX2 {
                        KernelsAVX2.smallProduct(a, b, c, shape, Float(alpha), Float(beta), strip)
                    } else {
                        KernelsBaseline.smallProduct(
                            a, b, c, shape, Float(alpha), Float(beta), strip)
                    }
                }
            }
        }
    }
}
