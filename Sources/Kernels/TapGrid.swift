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
                    let columns = copiedColumns(acrossRemainder)
                    for step in 0..<rows.count + down.reach {
                        let source =
                            (rows.lowerBound + step + down.firstStep) * down.stride + downRemainder
                        if source < 0 || source >= height {
                            clear(row, 0..<rowLength)
                        } else {
                            copyRow(plane + source * width, columns, into: row)
                        }
                        row += rowLength
                    }
                }
            }
        }
        row.update(repeating: 0, count: Self.slack)
    }

    /// What of a row is copied: column q is column `first + (q - places.lowerBound) · stride` of the plane
    /// for q in `places`, else 0.
    private func copiedColumns(_ remainder: Int) -> (places: Range<Int>, first: Int) {
        let (stride, shift) = (across.stride, across.firstStep * across.stride + remainder)
        let lower = min(rowLength, shift >= 0 ? 0 : (stride - 1 - shift) / stride)
        let last = width - 1 - shift
        let upper = max(lower, min(rowLength, last < 0 ? 0 : last / stride + 1))
        return (lower..<upper, lower * stride + shift)
    }

    @inline(__always)
    private func copyRow(
        _ source: UnsafePointer<Float>, _ columns: (places: Range<Int>, first: Int),
        into target: UnsafeMutablePointer<Float>
    ) {
        let (places, stride) = (columns.places, across.stride)
        clear(target, 0..<places.lowerBound)
        if !places.isEmpty {
            let (from, to) = (source + columns.first, target + places.lowerBound)
            switch stride {
            case 1: copyNeighbours(from, places.count, to)
            case 2: copyEverySecond(from, places.count, to)
            default: for q in 0..<places.count { to[q] = from[q &* stride] }
            }
        }
        clear(target, places.upperBound..<rowLength)
    }
}

// Rows of a plane are short, often shorter than what a call of memcpy costs. The last vector overlaps the
// one before it, so that nothing beyond the row is read or written.

@inline(__always)
private func clear(_ target: UnsafeMutablePointer<Float>, _ places: Range<Int>) {
    var q = places.lowerBound
    while q < places.upperBound {
        target[q] = 0
        q &+= 1
    }
}

/// `y[q] = x[q]`.
@inline(__always)
private func copyNeighbours(
    _ x: UnsafePointer<Float>, _ count: Int, _ y: UnsafeMutablePointer<Float>
) {
    func move(_ q: Int) {
        let value = UnsafeRawPointer(x + q).loadUnaligned(as: SIMD4<Float>.self)
        UnsafeMutableRawPointer(y + q).storeBytes(of: value, as: SIMD4<Float>.self)
    }
    guard count >= 4 else {
        for q in 0..<count { y[q] = x[q] }
        return
    }
    var q = 0
    while q &+ 4 <= count {
        move(q)
        q &+= 4
    }
    if q < count { move(count &- 4) }
}

/// `y[q] = x[2q]`; reads up to `x[2·count - 2]`.
@inline(__always)
private func copyEverySecond(
    _ x: UnsafePointer<Float>, _ count: Int, _ y: UnsafeMutablePointer<Float>
) {
    func eight(_ place: Int) -> SIMD8<Float> {
        UnsafeRawPointer(x + place).loadUnaligned(as: SIMD8<Float>.self)
    }
    guard count >= 5 else {
        for q in 0..<count { y[q] = x[2 &* q] }
        return
    }
    var q = 0
    while q &+ 5 <= count {
        UnsafeMutableRawPointer(y + q).storeBytes(of: eight(2 &* q).evenHalf, as: SIMD4<Float>.self)
        q &+= 4
    }
    // The last four end with the last element that is read.
    let last = count &- 4
    let tail = eight(2 &* last &- 1).oddHalf
    UnsafeMutableRawPointer(y + last).storeBytes(of: tail, as: SIMD4<Float>.self)
}
