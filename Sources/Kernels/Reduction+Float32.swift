import KernelsAVX2
import KernelsBaseline

extension Reduction {
    /// The float32 reductions that have SIMD kernels; false for the others.
    static func runFloat32(
        _ code: ReductionCode, _ x: UnsafeRawPointer, _ y: UnsafeMutableRawPointer,
        _ layout: AxisLayout
    ) -> Bool {
        let source = float(x)
        switch code {
        case .sum where layout.inner == 1: sumRows(source, float(y), layout)
        case .sum where layout.inner >= 8 || layout.length > 512:
            sumColumns(source, float(y), layout)
        case .maximum where layout.inner == 1: extremeRows(source, float(y), layout, true)
        case .minimum where layout.inner == 1: extremeRows(source, float(y), layout, false)
        case .maximum where layout.inner >= 8: extremeColumns(source, float(y), layout, true)
        case .minimum where layout.inner >= 8: extremeColumns(source, float(y), layout, false)
        case .argmax where layout.inner == 1: searchRows(source, y, layout, true)
        case .argmin where layout.inner == 1: searchRows(source, y, layout, false)
        case .sum, .product, .maximum, .minimum, .all, .any, .argmax, .argmin: return false
        }
        return true
    }

    /// Elements of a long row that one thread sums at a time.
    private static let rowChunk = 1 << 16

    private static func sumRows(
        _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ layout: AxisLayout
    ) {
        let n = layout.length
        if n <= 2 * rowChunk {
            ThreadPool.shared.ranges(layout.outer, cost: 5 + Double(n) * 0.06) { start, end in
                for row in start..<end { y[row] = Float(sum(x + row * n, n)) }
            }
            return
        }
        let chunks = (n + rowChunk - 1) / rowChunk
        withUnsafeTemporaryAllocation(of: Double.self, capacity: chunks) { partial in
            for row in 0..<layout.outer {
                let line = x + row * n
                ThreadPool.shared.parallel(chunks) { chunk in
                    let start = chunk * rowChunk
                    partial[chunk] = sum(line + start, min(rowChunk, n - start))
                }
                y[row] = Float(partial.reduce(0, +))
            }
        }
    }

    private static func sum(_ x: UnsafePointer<Float>, _ n: Int) -> Double {
        usesAVX2 ? KernelsAVX2.sumOfRow(x, n) : KernelsBaseline.sumOfRow(x, n)
    }

    /// Elements of `[length, inner]` that one thread sums at a time.
    private static let columnChunk = 1 << 16

    private static func sumColumns(
        _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ layout: AxisLayout
    ) {
        let (n, inner) = (layout.length, layout.inner)
        let rows = max(64, columnChunk / inner)
        let chunks = max(1, (n + rows - 1) / rows)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: chunks * inner) { totals in
            // Never nil: there is a chunk and a column.
            let totals = totals.baseAddress.unsafelyUnwrapped
            for outer in 0..<layout.outer {
                let block = x + outer * n * inner
                ThreadPool.shared.parallel(chunks) { chunk in
                    let start = chunk * rows
                    columnTotals(
                        block + start * inner, min(rows, n - start), inner, totals + chunk * inner)
                }
                for i in 0..<inner {
                    var sum = 0.0
                    for chunk in 0..<chunks { sum += totals[chunk * inner + i] }
                    y[outer * inner + i] = Float(sum)
                }
            }
        }
    }

    private static func columnTotals(
        _ x: UnsafePointer<Float>, _ rows: Int, _ columns: Int,
        _ totals: UnsafeMutablePointer<Double>
    ) {
        totals.update(repeating: 0, count: columns)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { block in
            // Never nil: there is a column.
            let block = block.baseAddress.unsafelyUnwrapped
            if usesAVX2 {
                KernelsAVX2.addColumnSums(x, rows, columns, totals, block)
            } else {
                KernelsBaseline.addColumnSums(x, rows, columns, totals, block)
            }
        }
    }

    private static func extreme(_ x: UnsafePointer<Float>, _ n: Int, _ isMaximum: Bool) -> Float {
        if isMaximum {
            return usesAVX2 ? KernelsAVX2.maximumOfRow(x, n) : KernelsBaseline.maximumOfRow(x, n)
        }
        return usesAVX2 ? KernelsAVX2.minimumOfRow(x, n) : KernelsBaseline.minimumOfRow(x, n)
    }

    private static func extremeRows(
        _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ layout: AxisLayout,
        _ isMaximum: Bool
    ) {
        let n = layout.length
        ThreadPool.shared.ranges(layout.outer, cost: 5 + Double(n) * 0.1) { start, end in
            for row in start..<end { y[row] = extreme(x + row * n, n, isMaximum) }
        }
    }

    private static func extremeColumns(
        _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ layout: AxisLayout,
        _ isMaximum: Bool
    ) {
        let (n, inner) = (layout.length, layout.inner)
        let worst: Float = isMaximum ? -.infinity : .infinity
        y.update(repeating: worst, count: layout.resultCount)
        ThreadPool.shared.ranges(layout.outer, cost: Double(n * inner) * 0.1) { start, end in
            for outer in start..<end {
                let block = x + outer * n * inner
                let target = y + outer * inner
                switch (isMaximum, usesAVX2) {
                case (true, true): KernelsAVX2.maximumOfColumns(block, n, inner, target)
                case (true, false): KernelsBaseline.maximumOfColumns(block, n, inner, target)
                case (false, true): KernelsAVX2.minimumOfColumns(block, n, inner, target)
                case (false, false): KernelsBaseline.minimumOfColumns(block, n, inner, target)
                }
            }
        }
    }

    /// The first element equal to the extreme, or the first NaN.
    private static func searchRows(
        _ x: UnsafePointer<Float>, _ y: UnsafeMutableRawPointer, _ layout: AxisLayout,
        _ isMaximum: Bool
    ) {
        let n = layout.length
        let indices = y.assumingMemoryBound(to: Int64.self)
        ThreadPool.shared.ranges(layout.outer, cost: 5 + Double(n) * 0.3) { start, end in
            for row in start..<end {
                let line = x + row * n
                let best = extreme(line, n, isMaximum)
                var index = 0
                if best.isNaN {
                    while index < n, !line[index].isNaN { index += 1 }
                } else {
                    while index < n, line[index] != best { index += 1 }
                }
                indices[row] = Int64(index < n ? index : 0)
            }
        }
    }
}
