/// Largest elements and means of windows that slide over images `[planes, H, W]`, and their
/// gradients; float32 or float64.
///
/// The border of a maximum is -∞; that of a mean counts as zeros. Of equal largest elements the
/// first is taken, in the order of rows, and a nan is the largest of all, as in PyTorch.
public struct Pooling: Hashable, Sendable {
    public var planes: Int
    public var height: Int
    public var width: Int
    public var window: ImageWindow

    public init(planes: Int, height: Int, width: Int, window: ImageWindow) {
        self.planes = planes
        self.height = height
        self.width = width
        self.window = window
    }

    public var outputHeight: Int { window.rows.count(in: height) }
    public var outputWidth: Int { window.columns.count(in: width) }
    private var positions: Int { outputHeight * outputWidth }

    /// `y: [planes, H', W']`, the largest element of each window.
    public func maxima(
        _ type: ElementType, _ x: UnsafeRawPointer, to y: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            gatherLargest(double(x), double(x), double(y))
        } else {
            gatherLargest(float(x), float(x), float(y))
        }
    }

    /// `y: [planes, H', W']`, from `values: [planes, H, W]` what lies where x is largest.
    public func valuesAtMaxima(
        _ type: ElementType, _ x: UnsafeRawPointer, _ values: UnsafeRawPointer,
        to y: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            gatherLargest(double(x), double(values), double(y))
        } else {
            gatherLargest(float(x), float(values), float(y))
        }
    }

    /// The gradient of x from that of the maxima: each goes where x is largest.
    public func maximaGradient(
        _ type: ElementType, _ x: UnsafeRawPointer, _ dy: UnsafeRawPointer,
        to dx: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            scatterLargest(double(x), double(dy), double(dx))
        } else {
            scatterLargest(float(x), float(dy), float(dx))
        }
    }

    /// `y: [planes, H', W']`, the sum of each window divided by its size, border included.
    public func means(
        _ type: ElementType, _ x: UnsafeRawPointer, to y: UnsafeMutableRawPointer
    ) {
        if type == .float64 { means(double(x), double(y)) } else { means(float(x), float(y)) }
    }

    /// The gradient of x from that of the means.
    public func meansGradient(
        _ type: ElementType, _ dy: UnsafeRawPointer, to dx: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            meansGradient(double(dy), double(dx))
        } else {
            meansGradient(float(dy), float(dx))
        }
    }
}

extension Pooling {
    /// The part of a window along an axis that lies in the image: its first tap and the tap after
    /// its last, and the row of tap 0.
    @inline(__always)
    private func taps(_ axis: ImageWindow.Axis, _ index: Int, _ length: Int) -> (Int, Int, Int) {
        let origin = index * axis.stride - axis.before
        let first = origin >= 0 ? 0 : (axis.dilation - 1 - origin) / axis.dilation
        let last = length - 1 - origin
        let end = last < 0 ? 0 : min(axis.size, last / axis.dilation + 1)
        return (first, max(first, end), origin)
    }

    /// Calls `body` with the number of each output and the element of the plane where its window is
    /// largest.
    ///
    /// - Precondition: every window sees some of the image (borders are shorter than windows).
    @inline(__always)
    private func forEachLargest<T: BinaryFloatingPoint>(
        _ plane: UnsafePointer<T>, _ body: (_ output: Int, _ place: Int) -> Void
    ) {
        var output = 0
        for i in 0..<outputHeight {
            let (top, bottom, row) = taps(window.rows, i, height)
            for j in 0..<outputWidth {
                let (left, right, column) = taps(window.columns, j, width)
                var place = (row + top * window.rows.dilation) * width + column
                    + left * window.columns.dilation
                var largest = plane[place]
                for u in top..<bottom {
                    let line = (row + u * window.rows.dilation) * width + column
                    for v in left..<right {
                        let value = plane[line + v * window.columns.dilation]
                        if value > largest || value.isNaN {
                            largest = value
                            place = line + v * window.columns.dilation
                        }
                    }
                }
                body(output, place)
                output += 1
            }
        }
    }

    private func gatherLargest<T: BinaryFloatingPoint>(
        _ x: UnsafePointer<T>, _ values: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>
    ) {
        forEachPlane { plane in
            let values = values + plane * height * width
            let target = y + plane * positions
            forEachLargest(x + plane * height * width) { target[$0] = values[$1] }
        }
    }

    private func scatterLargest<T: BinaryFloatingPoint>(
        _ x: UnsafePointer<T>, _ dy: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>
    ) {
        forEachPlane { plane in
            let heads = dy + plane * positions
            let target = dx + plane * height * width
            target.update(repeating: 0, count: height * width)
            forEachLargest(x + plane * height * width) { target[$1] += heads[$0] }
        }
    }

    private func means<T: BinaryFloatingPoint>(
        _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>
    ) {
        let size = T(window.count)
        forEachPlane { plane in
            let image = x + plane * height * width
            let target = y + plane * positions
            forEachWindow { output, element in
                var sum: T = 0
                element { sum += image[$0] }
                target[output] = sum / size
            }
        }
    }

    private func meansGradient<T: BinaryFloatingPoint>(
        _ dy: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>
    ) {
        let size = T(window.count)
        forEachPlane { plane in
            let heads = dy + plane * positions
            let image = dx + plane * height * width
            image.update(repeating: 0, count: height * width)
            forEachWindow { output, element in
                let head = heads[output] / size
                element { image[$0] += head }
            }
        }
    }

    /// Calls `body` with the number of each output and a function that goes through the elements of
    /// its window.
    @inline(__always)
    private func forEachWindow(_ body: (_ output: Int, _ elements: ((Int) -> Void) -> Void) -> Void) {
        for i in 0..<outputHeight {
            let (top, bottom, row) = taps(window.rows, i, height)
            for j in 0..<outputWidth {
                let (left, right, column) = taps(window.columns, j, width)
                body(i * outputWidth + j) { element in
                    for u in top..<bottom {
                        let line = (row + u * window.rows.dilation) * width + column
                        for v in left..<right { element(line + v * window.columns.dilation) }
                    }
                }
            }
        }
    }

    private func forEachPlane(_ body: (Int) -> Void) {
        let work = Double(height * width) + Double(positions) * Double(window.count)
        ThreadPool.shared.ranges(planes, cost: work) { start, end in
            for plane in start..<end { body(plane) }
        }
    }
}
