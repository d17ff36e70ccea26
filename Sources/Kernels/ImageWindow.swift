/// Where a small window stands while it slides over an image: the sizes, steps and borders that
/// convolutions and pooling share.
///
/// Output (i, j) sees element (u, v) of its window at row `i·stride + u·dilation - before`, and
/// likewise its column; rows and columns outside of the image are border.
public struct ImageWindow: Hashable, Sendable {
    /// The window along one axis.
    public struct Axis: Hashable, Sendable {
        public var size: Int
        public var stride: Int
        public var dilation: Int
        /// Border before the first and after the last element of the image.
        public var before: Int
        public var after: Int

        public init(size: Int, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0) {
            self.size = size
            self.stride = stride
            self.dilation = dilation
            self.before = before
            self.after = after
        }

        /// Rows from the first to the last that a window sees.
        public var extent: Int { (size - 1) * dilation + 1 }

        /// How many windows fit into `length` elements with their border; 0 if none does.
        public func count(in length: Int) -> Int {
            let room = length + before + after - extent
            return room < 0 ? 0 : room / stride + 1
        }

        /// The outputs `lower..<upper` among `0..<count` whose element `tap` lies in the image.
        @inline(__always)
        func inside(_ tap: Int, _ length: Int, _ count: Int) -> (lower: Int, upper: Int) {
            let shift = tap * dilation - before
            let lower = shift >= 0 ? 0 : (stride - 1 - shift) / stride
            let last = length - 1 - shift
            let upper = last < 0 ? 0 : last / stride + 1
            return (min(lower, count), max(min(lower, count), min(upper, count)))
        }
    }

    public var rows: Axis
    public var columns: Axis

    public init(rows: Axis, columns: Axis) {
        self.rows = rows
        self.columns = columns
    }

    /// The elements of a window.
    public var count: Int { rows.size * columns.size }

    /// Whether it sees each element of the image once and nothing else.
    var isPoint: Bool {
        func isPoint(_ axis: Axis) -> Bool {
            axis.size == 1 && axis.stride == 1 && axis.before == 0 && axis.after == 0
        }
        return isPoint(rows) && isPoint(columns)
    }
}
