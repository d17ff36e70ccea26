/// Images `[planes, H, W]` in another size, each element a weighted mean of at most two rows and two
/// columns, and the gradient of that; float32 or float64.
public struct Resampling: Hashable, Sendable {
    public enum Method: Hashable, Sendable {
        /// The element that lies at or before the same relative place.
        case nearest
        /// Linear between the centres of elements; beyond the outermost centres constant.
        case bilinear
    }

    public var planes: Int
    public var height: Int
    public var width: Int
    public var newHeight: Int
    public var newWidth: Int
    public var method: Method

    public init(
        planes: Int, height: Int, width: Int, newHeight: Int, newWidth: Int, method: Method
    ) {
        self.planes = planes
        self.height = height
        self.width = width
        self.newHeight = newHeight
        self.newWidth = newWidth
        self.method = method
    }

    /// `y: [planes, H', W']`.
    public func run(_ type: ElementType, _ x: UnsafeRawPointer, to y: UnsafeMutableRawPointer) {
        if type == .float64 { run(double(x), double(y)) } else { run(float(x), float(y)) }
    }

    /// The gradient of x, `[planes, H, W]`, from that of y.
    public func gradient(
        _ type: ElementType, _ dy: UnsafeRawPointer, to dx: UnsafeMutableRawPointer
    ) {
        if type == .float64 {
            gradient(double(dy), double(dx))
        } else {
            gradient(float(dy), float(dx))
        }
    }

    /// The two elements that element `index` of the new size is a mean of, and the part of the
    /// second.
    @inline(__always)
    private func source<T: BinaryFloatingPoint>(
        _ index: Int, _ length: Int, _ newLength: Int, _: T.Type
    ) -> (Int, Int, T) {
        switch method {
        case .nearest:
            // Never wraps: both sizes are those of tensors in memory.
            let near = index &* length / newLength
            return (near, near, 0)
        case .bilinear:
            let ratio = Double(length) / Double(newLength)
            let place = max(0, (Double(index) + 0.5) * ratio - 0.5)
            let first = min(length - 1, Int(place))
            return (first, min(length - 1, first + 1), T(place - Double(first)))
        }
    }

    private func run<T: BinaryFloatingPoint>(_ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>) {
        forEachPlane { plane in
            let image = x + plane * height * width
            let target = y + plane * newHeight * newWidth
            for i in 0..<newHeight {
                let (top, bottom, down) = source(i, height, newHeight, T.self)
                let (upper, lower) = (image + top * width, image + bottom * width)
                for j in 0..<newWidth {
                    let (left, right, across) = source(j, width, newWidth, T.self)
                    let above = upper[left] + across * (upper[right] - upper[left])
                    let below = lower[left] + across * (lower[right] - lower[left])
                    target[i * newWidth + j] = above + down * (below - above)
                }
            }
        }
    }

    private func gradient<T: BinaryFloatingPoint>(
        _ dy: UnsafePointer<T>, _ dx: UnsafeMutablePointer<T>
    ) {
        forEachPlane { plane in
            let heads = dy + plane * newHeight * newWidth
            let image = dx + plane * height * width
            image.update(repeating: 0, count: height * width)
            for i in 0..<newHeight {
                let (top, bottom, down) = source(i, height, newHeight, T.self)
                let (upper, lower) = (image + top * width, image + bottom * width)
                for j in 0..<newWidth {
                    let (left, right, across) = source(j, width, newWidth, T.self)
                    let head = heads[i * newWidth + j]
                    let (above, below) = (head * (1 - down), head * down)
                    upper[left] += above * (1 - across)
                    upper[right] += above * across
                    lower[left] += below * (1 - across)
                    lower[right] += below * across
                }
            }
        }
    }

    private func forEachPlane(_ body: (Int) -> Void) {
        let work = Double(newHeight * newWidth) * 4 + Double(height * width)
        ThreadPool.shared.ranges(planes, cost: work) { start, end in
            for plane in start..<end { body(plane) }
        }
    }
}
