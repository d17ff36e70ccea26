// Between an image `[C, H, W]` and a panel of its windows, `[C · kh · kw, positions]`.

extension Convolution {
    /// Copies the windows at `count` positions from `start` into the columns of a panel; the border
    /// reads as 0.
    func gather<T: BinaryFloatingPoint>(
        _ image: UnsafePointer<T>, _ start: Int, _ count: Int, into panel: UnsafeMutablePointer<T>
    ) {
        forEachRun(start, count) { channel, row, tap, run in
            let target = panel + tap * count + run.offset
            let axis = window.columns
            guard row >= 0, row < height else {
                target.update(repeating: 0, count: run.count)
                return
            }
            let lower = max(run.lower, run.first)
            let upper = max(lower, min(run.upper, run.first + run.count))
            let left = min(lower - run.first, run.count)
            target.update(repeating: 0, count: left)
            let right = upper - run.first
            if right < run.count {
                let begin = max(left, right)
                (target + begin).update(repeating: 0, count: run.count - begin)
            }
            guard upper > lower else { return }
            let source = image + (channel * height + row) * width + lower * axis.stride + run.shift
            let to = target + left
            if axis.stride == 1 {
                to.update(from: source, count: upper - lower)
            } else {
                for index in 0..<upper - lower { to[index] = source[index * axis.stride] }
            }
        }
    }

    /// Adds the columns of a panel to the windows that they are the gradients of.
    func scatter<T: BinaryFloatingPoint>(
        _ panel: UnsafePointer<T>, _ start: Int, _ count: Int,
        addingTo image: UnsafeMutablePointer<T>
    ) {
        forEachRun(start, count) { channel, row, tap, run in
            guard row >= 0, row < height else { return }
            let axis = window.columns
            let lower = max(run.lower, run.first)
            let upper = min(run.upper, run.first + run.count)
            guard upper > lower else { return }
            let source = panel + tap * count + run.offset + (lower - run.first)
            let target = image + (channel * height + row) * width + lower * axis.stride + run.shift
            if axis.stride == 1 {
                for index in 0..<upper - lower { target[index] += source[index] }
            } else {
                for index in 0..<upper - lower { target[index * axis.stride] += source[index] }
            }
        }
    }

    /// Neighbouring positions in one row of the output.
    private struct Run {
        /// Of its first position, in the panel.
        var offset: Int
        /// Columns of the output.
        var first: Int
        var count: Int
        /// The columns of the output that see the image at this tap.
        var lower: Int
        var upper: Int
        /// Column j of the output sees column `j·stride + shift` of the image.
        var shift: Int
    }

    /// Calls `body` with the channel, the row of the image, the row of the panel and the run of
    /// positions, for everything that a panel holds.
    @inline(__always)
    private func forEachRun(_ start: Int, _ count: Int, _ body: (Int, Int, Int, Run) -> Void) {
        let (rows, columns) = (window.rows, window.columns)
        let across = outputWidth
        for tapColumn in 0..<columns.size {
            let (lower, upper) = columns.inside(tapColumn, width, across)
            let shift = tapColumn * columns.dilation - columns.before
            var offset = 0
            while offset < count {
                let (down, first) = (start + offset).quotientAndRemainder(dividingBy: across)
                let run = Run(
                    offset: offset, first: first, count: min(across - first, count - offset),
                    lower: lower, upper: upper, shift: shift)
                for tapRow in 0..<rows.size {
                    let row = down * rows.stride + tapRow * rows.dilation - rows.before
                    for channel in 0..<groupChannels {
                        let tap = (channel * rows.size + tapRow) * columns.size + tapColumn
                        body(channel, row, tap, run)
                    }
                }
                offset += run.count
            }
        }
    }
}
