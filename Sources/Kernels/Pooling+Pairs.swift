import KernelsAVX2
import KernelsBaseline

// Windows of 2 × 2 side by side in float32, the usual ones, by vectors.

extension Pooling {
    /// Whether windows are 2 × 2, side by side and without border.
    var isOfPairs: Bool {
        func isPair(_ axis: ImageWindow.Axis) -> Bool {
            axis.size == 2 && axis.stride == 2 && axis.before == 0 && axis.after == 0
        }
        return isPair(window.rows) && isPair(window.columns)
    }

    func maximaOfPairs(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
        forEachRow { image, row, count in
            let (top, bottom) = (x + image, x + image + width)
            if usesAVX2 {
                KernelsAVX2.maximaOfPairs(top, bottom, count, y + row)
            } else {
                KernelsBaseline.maximaOfPairs(top, bottom, count, y + row)
            }
        }
    }

    func meansOfPairs(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
        forEachRow { image, row, count in
            let (top, bottom) = (x + image, x + image + width)
            if usesAVX2 {
                KernelsAVX2.meansOfPairs(top, bottom, count, y + row)
            } else {
                KernelsBaseline.meansOfPairs(top, bottom, count, y + row)
            }
        }
    }

    func maximaOfPairsGradient(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>
    ) {
        forEachRow(clearing: dx) { image, row, count in
            let (top, bottom) = (x + image, x + image + width)
            let target = dx + image
            if usesAVX2 {
                KernelsAVX2.spreadOverMaxima(
                    top, bottom, dy + row, count, target, target + width)
            } else {
                KernelsBaseline.spreadOverMaxima(
                    top, bottom, dy + row, count, target, target + width)
            }
        }
    }

    func meansOfPairsGradient(_ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>) {
        forEachRow(clearing: dx) { image, row, count in
            let target = dx + image
            if usesAVX2 {
                KernelsAVX2.spreadOverPairs(dy + row, count, target, target + width)
            } else {
                KernelsBaseline.spreadOverPairs(dy + row, count, target, target + width)
            }
        }
    }

    /// Calls `body` for each row of the result with the first element of its two rows of the image, its
    /// own first element and its length. The odd column and row of `gradient`, which no window sees, are
    /// set to 0.
    private func forEachRow(
        clearing gradient: UnsafeMutablePointer<Float>? = nil,
        _ body: (_ image: Int, _ row: Int, _ count: Int) -> Void
    ) {
        let (down, across) = (outputHeight, outputWidth)
        ThreadPool.shared.ranges(planes, cost: Double(height * width)) { start, end in
            for plane in start..<end {
                for i in 0..<down {
                    let image = (plane * height + 2 * i) * width
                    body(image, (plane * down + i) * across, across)
                    if let gradient, width > 2 * across {
                        gradient[image + width - 1] = 0
                        gradient[image + 2 * width - 1] = 0
                    }
                }
                if let gradient, height > 2 * down {
                    let last = gradient + (plane * height + height - 1) * width
                    last.update(repeating: 0, count: width)
                }
            }
        }
    }
}
