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
        } else if isOfPairs {
            maximaOfPairs(float(x), float(y))
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
        } else if isOfPairs {
            maximaOfPairsGradient(float(x), float(dy), float(dx))
        } else {
            scatterLargest(float(x), float(dy), float(dx))
        }
    }

    /// `y: [planes, H', W']`, the sum of each window divided by its size, border included.
    public func means(
        _ type: ElementType, _ x: UnsafeRawPointer, to y: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            means(double(x), double(y))
        } else if isOfPairs {
            meansOfPairs(float(x), float(y))
        } else {
            means(float(x), float(y))
        }
    }

    /// The gradient of x from that of the means.
    public func meansGradient(
        _ type: ElementType, _ dy: UnsafeRawPointer, to dx: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            meansGradient(double(dy), double(dx))
        } else if isOfPairs {
            meansOfPairsGradient(float(dy), float(dx))
        } else {
            meansGradient(float(dy), float(dx))
        }
    }
}

extension Pooling {
    /// The rows (or columns) of the image that a window sees.
    @inline(__always)
    private func seen(_ axis: ImageWindow.Axis, _ index: Int, _ length: Int) -> (Int, Int) {
        let origin = index &* axis.stride &- axis.before
        return (max(0, origin), min(length, origin &+ axis.size))
    }

    /// Calls `body` with the number of each output and the element of the plane where its window is
    /// largest.
    ///
    /// - Precondition: every window sees some of the image (borders are shorter than windows).
    @inline(__always)
    private func forEachLargest<T: BinaryFloatingPoint>(
        _ plane: UnsafePointer<T>, _ body: (_ output: Int, _ place: Int) -> Void
    ) {
        let (down, across) = (outputHeight, outputWidth)
        var output = 0
        for i in 0..<down {
            let (top, bottom) = seen(window.rows, i, height)
            for j in 0..<across {
                let (left, right) = seen(window.columns, j, width)
                var place = top &* width &+ left
                var largest = plane[place]
                var row = top
                while row < bottom {
                    var at = row &* width &+ left
                    let end = row &* width &+ right
                    while at < end {
                        let value = plane[at]
                        if value > largest || value != value {
                            largest = value
                            place = at
                        }
                        at &+= 1
                    }
                    row &+= 1
                }
                body(output, place)
                output &+= 1
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
        let part = 1 / T(window.count)
        forEachPlane { plane in
            let image = x + plane * height * width
            let target = y + plane * positions
            forEachWindow { output, rows, columns in
                var sum: T = 0
                var row = rows.0
                while row < rows.1 {
                    let line = image + row &* width
                    var column = columns.0
                    while column < columns.1 {
                        sum += line[column]
                        column &+= 1
                    }
                    row &+= 1
                }
                target[output] = sum * part
            }
        }
    }

    private func meansGradient<T: BinaryFloatingPoint>(
        _ dy: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>
    ) {
        let part = 1 / T(window.count)
        forEachPlane { plane in
            let heads = dy + plane * positions
            let image = dx + plane * height * width
            image.update(repeating: 0, count: height * width)
            forEachWindow { output, rows, columns in
                let head = heads[output] * part
                var row = rows.0
                while row < rows.1 {
                    let line = image + row &* width
                    var column = columns.0
                    while column < columns.1 {
                        line[column] += head
                        column &+= 1
                    }
                    row &+= 1
                }
            }
        }
    }

    /// Calls `body` with the number of each output and the rows and columns that its window sees.
    @inline(__always)
    private func forEachWindow(_ body: (_ output: Int, (Int, Int), (Int, Int)) -> Void) {
        let (down, across) = (outputHeight, outputWidth)
        for i in 0..<down {
            let rows = seen(window.rows, i, height)
            for j in 0..<across {
                body(i &* across &+ j, rows, seen(window.columns, j, width))
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
