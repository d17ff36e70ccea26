/// How the float32 convolutions read: output (i, j) of a sample sees, at tap (c, u, v), row `i·stride +
/// rowShifts[u]` and column `j·stride + columnShifts[v]` of plane c.
///
/// The planes are first copied with their border, and where the stride is not 1 with rows and columns
/// sorted by their remainder, so that neighbouring outputs see neighbouring elements at every tap:
/// element `start(i, j) + offset(tap)` of the copy. Nothing is then asked about borders or strides.
struct TapGrid {
    /// Planes of a sample that are read together, of this size.
    let channels: Int
    let height: Int
    let width: Int
    /// Outputs of a sample.
    let rows: Int
    let columns: Int
    private let down: Axis
    private let across: Axis

    /// The taps of one axis.
    private struct Axis {
        let stride: Int
        /// For each tap which remainder its elements have, as a position in `remainders`, and how many
        /// whole strides it is from the first.
        let taps: [(remainder: Int, step: Int)]
        let remainders: [Int]
        let firstStep: Int
        /// Whole strides between the first and the last tap.
        let reach: Int

        init(_ shifts: [Int], stride: Int) {
            self.stride = stride
            let split = shifts.map { shift -> (remainder: Int, step: Int) in
                let step = shift >= 0 ? shift / stride : -((stride - 1 - shift) / stride)
                return (shift - step * stride, step)
            }
            remainders = Set(split.map(\.remainder)).sorted()
            let first = split.map(\.step).min() ?? 0
            firstStep = first
            reach = (split.map(\.step).max() ?? 0) - first
            let places = remainders
            taps = split.map { tap in
                (places.firstIndex(of: tap.remainder) ?? 0, tap.step - first)
            }
        }
    }

    init(
        channels: Int, height: Int, width: Int, rows: Int, columns: Int, rowShifts: [Int],
        columnShifts: [Int], strides: (Int, Int)
    ) {
        self.channels = channels
        self.height = height
        self.width = width
        self.rows = rows
        self.columns = columns
        down = Axis(rowShifts, stride: strides.0)
        across = Axis(columnShifts, stride: strides.1)
    }

    var positions: Int { rows * columns }
    var tapCount: Int { channels * down.taps.count * across.taps.count }

    /// Elements from row to row of a copy.
    var rowLength: Int { columns + across.reach }

    /// Elements of a copy of some rows of one sample; whole vectors are read beyond its end.
    func copySize(rows count: Int) -> Int {
        channels * down.remainders.count * across.remainders.count * sheet(count)
    }

    static let slack = 32

    private func sheet(_ count: Int) -> Int { (count + down.reach) * rowLength }

    /// Where each tap lies in a copy that serves `count` rows of outputs, in the order c, u, v.
    func offsets(rows count: Int, into offsets: UnsafeMutablePointer<Int>) {
        var index = 0
        for channel in 0..<channels {
            for u in down.taps {
                for v in across.taps {
                    let sheetIndex =
                        (channel * down.remainders.count + u.remainder) * across.remainders.count
                        + v.remainder
                    offsets[index] = sheetIndex * sheet(count) + u.step * rowLength + v.step
                    index += 1
                }
            }
        }
    }

    /// Copies what the outputs of `rows` see.
    func copy(
        _ planes: UnsafePointer<Float>, rows: Range<Int>, into target: UnsafeMutablePointer<Float>
    ) {
        var row = target
        for channel in 0..<channels {
            let plane = planes + channel * height * width
            for downRemainder in down.remainders {
                for acrossRemainder in across.remainders {
                    for step in 0..<rows.count + down.reach {
                        let source =
                            (rows.lowerBound + step + down.firstStep) * down.stride + downRemainder
                        if source < 0 || source >= height {
                            row.update(repeating: 0, count: rowLength)
                        } else {
                            copyRow(plane + source * width, acrossRemainder, into: row)
                        }
                        row += rowLength
                    }
                }
            }
        }
        row.update(repeating: 0, count: Self.slack)
    }

    @inline(__always)
    private func copyRow(
        _ source: UnsafePointer<Float>, _ remainder: Int, into target: UnsafeMutablePointer<Float>
    ) {
        // Column q of the copy is column (q + firstStep)·stride + remainder of the plane.
        let (stride, shift) = (across.stride, across.firstStep * across.stride + remainder)
        let lower = min(rowLength, shift >= 0 ? 0 : (stride - 1 - shift) / stride)
        let last = width - 1 - shift
        let upper = max(lower, min(rowLength, last < 0 ? 0 : last / stride + 1))
        for q in 0..<lower { target[q] = 0 }
        if stride == 1 {
            (target + lower).update(from: source + (lower + shift), count: upper - lower)
        } else {
            for q in lower..<upper { target[q] = source[q * stride + shift] }
        }
        for q in upper..<rowLength { target[q] = 0 }
    }
}
