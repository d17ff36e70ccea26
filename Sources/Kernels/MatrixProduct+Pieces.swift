import Synchronization

/// A part of a product that one thread computes at a time: some matrices of the batch, or a block
/// of one.
struct ProductPiece {
    var batch: Range<Int>
    var rows: Range<Int>
    var columns: Range<Int>
}

extension MatrixProduct {
    /// Multiplications and additions of one matrix, as Double because the product of three sizes
    /// may not fit.
    private var work: Double { 2 * Double(m) * Double(n) * Double(max(1, k)) }

    /// A piece is about 0.1 ms at 80 GFLOP/s, so that pieces outweigh claiming them and packing b
    /// again.
    private static let pieceWork = 8e6
    /// And never more than 50 ms at half that speed (float64), so that ^C is answered.
    static let longestWork = 2e9

    /// Splits by shape alone, then runs the pieces.
    func runPieces(_ isInterrupted: @Sendable () -> Bool, _ body: (ProductPiece) -> Void) -> Bool {
        let isStopped = Atomic<Bool>(false)
        func run(_ count: Int, _ piece: (Int) -> ProductPiece) {
            ThreadPool.shared.parallel(count) { index in
                if isStopped.load(ordering: .relaxed) { return }
                if isInterrupted() {
                    isStopped.store(true, ordering: .relaxed)
                } else {
                    body(piece(index))
                }
            }
        }
        if work < 2 * Self.pieceWork {
            let size = max(1, Int(Self.pieceWork / work))
            run((batch + size - 1) / size) { index in
                ProductPiece(
                    batch: index * size..<min(batch, (index + 1) * size), rows: 0..<m,
                    columns: 0..<n)
            }
            return !isStopped.load(ordering: .relaxed)
        }
        let (rows, columns) = blockSize
        let (down, across) = ((m + rows - 1) / rows, (n + columns - 1) / columns)
        run(batch * down * across) { index in
            let (matrix, block) = index.quotientAndRemainder(dividingBy: down * across)
            let (top, left) = (block / across * rows, block % across * columns)
            return ProductPiece(
                batch: matrix..<matrix + 1, rows: top..<min(m, top + rows),
                columns: left..<min(n, left + columns))
        }
        return !isStopped.load(ordering: .relaxed)
    }

    /// The block of c for a large product: split along its longer side into at most 16, or as many
    /// as the time limit asks for; at least 128 rows or columns, since each packs the other side again
    /// (1024×128×512, GFLOP/s: 90 with 64 rows, 96 with 128, 103 in one piece).
    private var blockSize: (rows: Int, columns: Int) {
        let byTime = (work / Self.longestWork).rounded(.up)
        let wanted = Int(min(1e6, max(min(16, (work / Self.pieceWork).rounded(.down)), byTime)))
        func size(_ length: Int) -> Int {
            let even = (length + wanted - 1) / wanted
            return min(length, max(128, (even + 31) / 32 * 32))
        }
        return m >= n ? (size(m), n) : (m, size(n))
    }
}
