import KernelsAVX2
import KernelsBaseline

/// `y[m, position] = Σ_k w[m, k] · tap k at the position`, over the taps of a grid: a convolution, or
/// one phase of the gradient of its input; float32.
///
/// Sixteen positions at a time are copied side by side, `[taps, 16]`, which fits the first-level
/// cache, and multiplied with all kernels: a matrix product whose right side is packed while it is
/// read. With few kernels the copies would cost more than the product, and rows of the grid are read
/// where they are.
struct TapProduct {
    let grid: TapGrid
    let batch: Int
    let groups: Int
    /// Kernels of one group.
    let filters: Int
    /// Elements between the samples of input and result, and between the planes of the result.
    let inputStride: Int
    let outputStride: Int
    let planeStride: Int
    /// Elements of the result between neighbouring rows and columns of the grid.
    let rowStride: Int
    let columnStride: Int

    /// Below this the kernels read rows of the grid.
    private static let fewFilters = 3

    /// Elements that a task copies at most: what fits a second-level cache beside the kernels.
    private static let largestCopy = 65_536

    /// Multiplications of a task, so that there are enough for all threads and none is tiny.
    private static let taskWork = 4e6

    private var samplesTogether: Int {
        let wanted = (127 + grid.positions) / max(1, grid.positions)
        let fitting = Self.largestCopy / max(1, grid.copySize(rows: grid.rows))
        return max(1, min(batch, wanted, fitting))
    }

    /// Rows of a task: all of a sample, unless that is too large or there are too few samples.
    private var bandRows: Int {
        let each = max(1, grid.copySize(rows: 2) - grid.copySize(rows: 1))
        let fitting = max(1, Self.largestCopy / each)
        let work = Double(grid.positions) * Double(grid.tapCount) * Double(filters * groups)
        let pieces = batch >= 8 ? 1 : max(1, Int(min(8, work * Double(batch) / Self.taskWork)) / batch)
        return max(1, min(grid.rows, fitting, (grid.rows + pieces - 1) / pieces))
    }

    /// Computes all of y, from `x` (the first plane that is read) and `w: [groups · filters, taps]`.
    func run(
        _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>,
        _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        guard grid.positions > 0, batch > 0, filters > 0 else { return true }
        let (together, band) = (samplesTogether, bandRows)
        let bands = (grid.rows + band - 1) / band
        let tasks = (batch + together - 1) / together * bands
        return ThreadPool.shared.parallel(tasks, unless: isInterrupted) { task in
            let (part, index) = task.quotientAndRemainder(dividingBy: bands)
            let samples = part * together..<min(batch, (part + 1) * together)
            let rows = index * band..<min(grid.rows, (index + 1) * band)
            run(x, w, y, samples, rows)
            return true
        }
    }

    private func run(
        _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
        _ samples: Range<Int>, _ rows: Range<Int>
    ) {
        let taps = grid.tapCount
        let copySize = grid.copySize(rows: rows.count)
        let isDirect = filters <= Self.fewFilters
        let stripSize = isDirect ? rows.count * grid.rowLength : 16 * (taps + filters)
        let size = copySize * samples.count + stripSize + 2 * TapGrid.slack
        withUnsafeTemporaryAllocation(of: Int.self, capacity: max(1, taps)) { offsets in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { scratch in
                // Never nil: neither is empty.
                let offsets = offsets.baseAddress.unsafelyUnwrapped
                let copies = scratch.baseAddress.unsafelyUnwrapped
                let strip = copies + copySize * samples.count + TapGrid.slack
                grid.offsets(rows: rows.count, into: offsets)
                for group in 0..<groups {
                    let planes = x + group * grid.channels * grid.height * grid.width
                    for (index, sample) in samples.enumerated() {
                        grid.copy(
                            planes + sample * inputStride, rows: rows,
                            into: copies + index * copySize)
                    }
                    let part = Part(
                        copies: copies, copySize: copySize, offsets: offsets, taps: taps,
                        kernels: w + group * filters * taps,
                        output: y + group * filters * planeStride, samples: samples, rows: rows)
                    if isDirect { readRows(part, strip) } else { multiplyStrips(part, strip) }
                }
            }
        }
    }

    /// One group of some samples and rows.
    private struct Part {
        let copies: UnsafeMutablePointer<Float>
        let copySize: Int
        let offsets: UnsafeMutablePointer<Int>
        let taps: Int
        let kernels: UnsafePointer<Float>
        let output: UnsafeMutablePointer<Float>
        let samples: Range<Int>
        let rows: Range<Int>
    }

    // MARK: Few kernels

    private func readRows(_ part: Part, _ line: UnsafeMutablePointer<Float>) {
        let rowLength = grid.rowLength
        let count = (part.rows.count - 1) * rowLength + grid.columns
        for (index, sample) in part.samples.enumerated() {
            for filter in 0..<filters {
                let copy = part.copies + index * part.copySize
                let kernel = part.kernels + filter * part.taps
                if usesAVX2 {
                    KernelsAVX2.tapRow(copy, part.offsets, kernel, part.taps, line, count)
                } else {
                    KernelsBaseline.tapRow(copy, part.offsets, kernel, part.taps, line, count)
                }
                var target = part.output + sample * outputStride + filter * planeStride
                target += part.rows.lowerBound * rowStride
                for row in 0..<part.rows.count {
                    write(line + row * rowLength, grid.columns, target + row * rowStride)
                }
            }
        }
    }

    @inline(__always)
    private func write(
        _ values: UnsafePointer<Float>, _ count: Int, _ target: UnsafeMutablePointer<Float>
    ) {
        if columnStride == 1 {
            target.update(from: values, count: count)
        } else {
            for index in 0..<count { target[index * columnStride] = values[index] }
        }
    }

    // MARK: Strips

    private func multiplyStrips(_ part: Part, _ strip: UnsafeMutablePointer<Float>) {
        let perSample = part.rows.count * grid.columns
        let total = perSample * part.samples.count
        let tile = strip + 16 * part.taps + TapGrid.slack / 2
        let isDense = columnStride == 1 && rowStride == grid.columns
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 3 * 17) { runs in
            // Never nil: it is not empty.
            let runs = runs.baseAddress.unsafelyUnwrapped
            let targets = runs + 34
            for start in stride(from: 0, to: total, by: 16) {
                let count = min(16, total - start)
                let runCount = findRuns(part, start, count, runs, targets)
                gather(part, runs, runCount, strip)
                let isWhole = count == 16 && isDense && start / perSample == (start + 15) / perSample
                let target = isWhole ? part.output + targets[0] : tile
                multiply(part, strip, to: target, rowLength: isWhole ? planeStride : 16)
                if !isWhole { scatter(part, tile, runs, targets, runCount, count) }
            }
        }
    }

    /// Splits the positions from `start` into runs within a row; gives their number.
    private func findRuns(
        _ part: Part, _ start: Int, _ count: Int, _ runs: UnsafeMutablePointer<Int>,
        _ targets: UnsafeMutablePointer<Int>
    ) -> Int {
        var found = 0
        var done = 0
        var (row, column) = start.quotientAndRemainder(dividingBy: grid.columns)
        while done < count {
            let (sample, i) = row.quotientAndRemainder(dividingBy: part.rows.count)
            runs[2 * found] = done
            runs[2 * found + 1] = sample * part.copySize + i * grid.rowLength + column
            targets[found] =
                (part.samples.lowerBound + sample) * outputStride
                + (part.rows.lowerBound + i) * rowStride + column * columnStride
            found += 1
            done += grid.columns - column
            row += 1
            column = 0
        }
        return found
    }

    private func gather(
        _ part: Part, _ runs: UnsafePointer<Int>, _ count: Int, _ strip: UnsafeMutablePointer<Float>
    ) {
        if usesAVX2 {
            KernelsAVX2.gatherStrip(part.copies, part.offsets, part.taps, runs, count, strip)
        } else {
            KernelsBaseline.gatherStrip(part.copies, part.offsets, part.taps, runs, count, strip)
        }
    }

    private func multiply(
        _ part: Part, _ strip: UnsafeMutablePointer<Float>,
        to target: UnsafeMutablePointer<Float>, rowLength: Int
    ) {
        let shape = (filters, 16, part.taps, part.taps, 1, 16, 1, rowLength)
        withUnsafeBytes(of: shape) { shape in
            // Never nil: it is not empty.
            let shape = shape.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int.self)
            if usesAVX2 {
                KernelsAVX2.smallProduct(part.kernels, strip, target, shape, 1, 0, strip)
            } else {
                KernelsBaseline.smallProduct(part.kernels, strip, target, shape, 1, 0, strip)
            }
        }
    }

    /// Writes the runs of a tile, `[filters, 16]`, where they belong.
    private func scatter(
        _ part: Part, _ tile: UnsafePointer<Float>, _ runs: UnsafePointer<Int>,
        _ targets: UnsafePointer<Int>, _ runCount: Int, _ count: Int
    ) {
        for run in 0..<runCount {
            let start = runs[2 * run]
            let length = (run + 1 < runCount ? runs[2 * run + 2] : count) - start
            for filter in 0..<filters {
                let target = part.output + targets[run] + filter * planeStride
                write(tile + filter * 16 + start, length, target)
            }
        }
    }
}
