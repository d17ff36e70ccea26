import KernelsAVX2
import KernelsBaseline

/// `dw[f, k] = Σ tap k at a position · dy[f, position]`, over the taps of a grid and all samples: the
/// gradient of a convolution's kernels; float32.
///
/// Four taps and sixteen filters stay in registers while positions go by; taps are read in the copies
/// of the grid, dy is turned to have filters side by side. With few filters whole rows are multiplied
/// with each other instead.
struct TapGradient {
    let grid: TapGrid
    let batch: Int
    let groups: Int
    /// Kernels of one group.
    let filters: Int
    let inputStride: Int

    private static let fewFilters = 3
    /// The parts of the batch that are summed apart: their number follows from the shape alone.
    private static let mostParts = 8

    private var usesRows: Bool { filters <= Self.fewFilters }
    /// Taps and filters in whole blocks.
    private var paddedTaps: Int { (grid.tapCount + 3) / 4 * 4 }
    private var paddedFilters: Int { usesRows ? filters : (filters + 15) / 16 * 16 }
    private var sumCount: Int { groups * paddedTaps * paddedFilters }

    /// Rows that are worked on together: their copy and their dy stay in the cache.
    private var bandRows: Int {
        let each = max(1, grid.copySize(rows: 2) - grid.copySize(rows: 1))
        let fitting = min(65_536 / each, 512 / max(1, grid.columns))
        return max(1, min(grid.rows, fitting))
    }

    /// Computes all of dw: `[groups · filters, taps]`.
    func run(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
        to dw: UnsafeMutablePointer<Float>, _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        let bands = (grid.rows + bandRows - 1) / bandRows
        let units = batch * bands
        let parts = max(1, min(units, Self.mostParts, (8 << 20) / max(1, sumCount)))
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, parts * sumCount)) {
            // Never nil: it is not empty.
            let sums = $0.baseAddress.unsafelyUnwrapped
            let isFinished = ThreadPool.shared.parallel(parts, unless: isInterrupted) { part in
                let own = sums + part * sumCount
                own.update(repeating: 0, count: sumCount)
                return add(
                    x, dy, part * units / parts..<(part + 1) * units / parts, bands, own,
                    isInterrupted)
            }
            if isFinished { join(sums, parts, into: dw) }
            return isFinished
        }
    }

    /// Adds the parts up in their order and turns them into kernels.
    private func join(
        _ sums: UnsafeMutablePointer<Float>, _ parts: Int, into dw: UnsafeMutablePointer<Float>
    ) {
        for part in 1..<max(1, parts) {
            let other = sums + part * sumCount
            for index in 0..<sumCount { sums[index] += other[index] }
        }
        for group in 0..<groups {
            let own = sums + group * paddedTaps * paddedFilters
            let kernels = dw + group * filters * grid.tapCount
            for filter in 0..<filters {
                for tap in 0..<grid.tapCount {
                    kernels[filter * grid.tapCount + tap] =
                        usesRows
                        ? own[filter * paddedTaps + tap] : own[tap * paddedFilters + filter]
                }
            }
        }
    }

    /// Adds some units of samples and bands of rows to `sums`.
    private func add(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ units: Range<Int>, _ bands: Int,
        _ sums: UnsafeMutablePointer<Float>, _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        let copySize = grid.copySize(rows: bandRows)
        let headSize =
            usesRows
            ? bandRows * grid.rowLength + 8 : bandRows * grid.columns * 16
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: max(1, paddedTaps)) { offsets in
            withUnsafeTemporaryAllocation(
                of: Float.self, capacity: copySize + headSize + TapGrid.slack
            ) { scratch in
                // Never nil: neither is empty.
                let offsets = offsets.baseAddress.unsafelyUnwrapped
                let copy = scratch.baseAddress.unsafelyUnwrapped
                for unit in units {
                    if isInterrupted() { return false }
                    let (sample, band) = unit.quotientAndRemainder(dividingBy: bands)
                    let rows = band * bandRows..<min(grid.rows, (band + 1) * bandRows)
                    grid.offsets(rows: rows.count, into: offsets)
                    for tap in grid.tapCount..<paddedTaps { offsets[tap] = 0 }
                    for group in 0..<groups {
                        let planes = group * grid.channels * grid.height * grid.width
                        grid.copy(x + (sample * inputStride + planes), rows: rows, into: copy)
                        let head = (sample * groups + group) * filters * grid.positions
                        add(
                            Band(
                                copy: copy, offsets: offsets, rows: rows,
                                dy: dy + (head + rows.lowerBound * grid.columns),
                                heads: copy + copySize + TapGrid.slack,
                                sums: sums + group * paddedTaps * paddedFilters))
                    }
                }
                return true
            }
        }
    }

    /// Some rows of one sample and group, with room for their dy.
    private struct Band {
        let copy: UnsafeMutablePointer<Float>
        let offsets: UnsafeMutablePointer<Int>
        let rows: Range<Int>
        let dy: UnsafePointer<Float>
        let heads: UnsafeMutablePointer<Float>
        let sums: UnsafeMutablePointer<Float>
    }

    private func add(_ band: Band) {
        let count = band.rows.count * grid.columns
        if usesRows {
            for filter in 0..<filters { addRows(band, filter) }
            return
        }
        for block in stride(from: 0, to: filters, by: 16) {
            let dy = band.dy + block * grid.positions
            let width = min(16, filters - block)
            if usesAVX2 {
                KernelsAVX2.transposeInto16(dy, width, count, grid.positions, band.heads)
            } else {
                KernelsBaseline.transposeInto16(dy, width, count, grid.positions, band.heads)
            }
            for tap in stride(from: 0, to: paddedTaps, by: 4) {
                let target = band.sums + tap * paddedFilters + block
                if usesAVX2 {
                    KernelsAVX2.addTapProducts(
                        band.copy, band.offsets + tap, band.rows.count, grid.columns,
                        grid.rowLength, band.heads, target, paddedFilters)
                } else {
                    KernelsBaseline.addTapProducts(
                        band.copy, band.offsets + tap, band.rows.count, grid.columns,
                        grid.rowLength, band.heads, target, paddedFilters)
                }
            }
        }
    }

    /// One filter: dy with the row length of the copy, zeros between its rows, times the copy.
    private func addRows(_ band: Band, _ filter: Int) {
        let (columns, rowLength) = (grid.columns, grid.rowLength)
        let count = ((band.rows.count - 1) * rowLength + columns + 7) / 8 * 8
        let dy = band.dy + filter * grid.positions
        band.heads.update(repeating: 0, count: count)
        for row in 0..<band.rows.count {
            (band.heads + row * rowLength).update(from: dy + row * columns, count: columns)
        }
        let target = band.sums + filter * paddedTaps
        if usesAVX2 {
            KernelsAVX2.addTapDots(
                band.copy, band.offsets, grid.tapCount, band.heads, count, target)
        } else {
            KernelsBaseline.addTapDots(
                band.copy, band.offsets, grid.tapCount, band.heads, count, target)
        }
    }
}
