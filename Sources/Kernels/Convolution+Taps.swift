// Convolutions in float32 as products over taps.

extension Convolution {
    /// Whether kernels are small enough to stay in the second-level cache while strips go by; larger
    /// ones go to BLAS, which packs both sides.
    var fitsTaps: Bool {
        groupFilters * depth <= 1 << 18 && depth <= 1 << 14 && channels * height * width <= 1 << 26
    }

    private static func shifts(_ axis: ImageWindow.Axis) -> [Int] {
        (0..<axis.size).map { $0 * axis.dilation - axis.before }
    }

    /// What `forward` and `weightGradient` read: a sample's images.
    var imageGrid: TapGrid {
        TapGrid(
            channels: groupChannels, height: height, width: width, rows: outputHeight,
            columns: outputWidth, rowShifts: Self.shifts(window.rows),
            columnShifts: Self.shifts(window.columns),
            strides: (window.rows.stride, window.columns.stride))
    }

    func forwardByTaps(
        _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
        _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        TapProduct(
            grid: imageGrid, batch: batch, groups: groups, filters: groupFilters,
            inputStride: channels * height * width, outputStride: filters * positions,
            planeStride: positions, rowStride: outputWidth, columnStride: 1
        ).run(x, w, to: y, isInterrupted)
    }

    // MARK: Input gradient

    /// The rows (or columns) of the image with one remainder by the stride: which, and the taps that
    /// reach them with the rows of dy that these come from.
    private struct Phase {
        let first: Int
        let count: Int
        let taps: [Int]
        let shifts: [Int]

        init(_ axis: ImageWindow.Axis, _ first: Int, _ length: Int) {
            self.first = first
            count = first < length ? (length - first + axis.stride - 1) / axis.stride : 0
            // Output i sees row first of the image at tap u if i·stride = first + before - u·dilation.
            taps = (0..<axis.size).filter {
                (first + axis.before - $0 * axis.dilation) % axis.stride == 0
            }
            shifts = taps.map { (first + axis.before - $0 * axis.dilation) / axis.stride }
        }
    }

    /// A transposed convolution without a scattered addition: each of stride · stride phases of the
    /// image is a convolution of dy with the taps that reach it.
    func inputGradientByTaps(
        _ dy: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
        _ isInterrupted: @Sendable () -> Bool
    ) -> Bool {
        let (rows, columns) = (window.rows, window.columns)
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, filters * depth)) {
            // Never nil: it is not empty.
            let kernels = $0.baseAddress.unsafelyUnwrapped
            for i in 0..<min(rows.stride, height) {
                let down = Phase(rows, i, height)
                for j in 0..<min(columns.stride, width) {
                    let across = Phase(columns, j, width)
                    let target = dx + (i * width + j)
                    if down.taps.isEmpty || across.taps.isEmpty {
                        clear(target, down.count, across.count)
                        continue
                    }
                    turn(w, down.taps, across.taps, into: kernels)
                    guard phase(down, across).run(dy, kernels, to: target, isInterrupted) else {
                        return false
                    }
                }
            }
            return true
        }
    }

    private func phase(_ down: Phase, _ across: Phase) -> TapProduct {
        TapProduct(
            grid: TapGrid(
                channels: groupFilters, height: outputHeight, width: outputWidth,
                rows: down.count, columns: across.count, rowShifts: down.shifts,
                columnShifts: across.shifts, strides: (1, 1)),
            batch: batch, groups: groups, filters: groupChannels,
            inputStride: filters * positions, outputStride: channels * height * width,
            planeStride: height * width, rowStride: window.rows.stride * width,
            columnStride: window.columns.stride)
    }

    /// Kernels `[groups, C / groups, F / groups, taps]` from `[F, C / groups, window]`.
    private func turn(
        _ w: UnsafePointer<Float>, _ down: [Int], _ across: [Int],
        into kernels: UnsafeMutablePointer<Float>
    ) {
        var index = 0
        for group in 0..<groups {
            for channel in 0..<groupChannels {
                for filter in group * groupFilters..<(group + 1) * groupFilters {
                    let kernel = w + (filter * groupChannels + channel) * window.count
                    for u in down {
                        for v in across {
                            kernels[index] = kernel[u * window.columns.size + v]
                            index += 1
                        }
                    }
                }
            }
        }
    }

    /// Zeros in one phase of all images, which no window sees.
    private func clear(_ dx: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
        for plane in 0..<batch * channels {
            for i in 0..<rows {
                let row = dx + (plane * height + i * window.rows.stride) * width
                for j in 0..<columns { row[j * window.columns.stride] = 0 }
            }
        }
    }
}
