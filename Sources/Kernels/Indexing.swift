/// Reading and writing by index tensors (int64). Indices count from the end if negative; callers
/// check them with `firstOutOfRange` before.
public enum Indexing {
    /// The position of the first index outside `lowest..<size`, or nil.
    ///
    /// - Parameter lowest: `-size` where indices below 0 count from the end.
    public static func firstOutOfRange(
        _ indices: UnsafePointer<Int64>, count: Int, size: Int, lowest: Int
    ) -> Int? {
        for position in 0..<count {
            let index = indices[position]
            if index >= Int64(size) || index < Int64(lowest) { return position }
        }
        return nil
    }

    /// `y: [outer, count, inner]`, `y[o, j, :] = x[o, indices[j], :]` for `x: [outer, length,
    /// inner]`.
    public static func take(
        _ x: UnsafeRawPointer, _ layout: AxisLayout, elementSize: Int,
        _ indices: UnsafePointer<Int64>, count: Int, to y: UnsafeMutableRawPointer
    ) {
        let bytes = layout.inner * elementSize
        for outer in 0..<layout.outer {
            let block = x + outer * layout.length * bytes
            let target = y + outer * count * bytes
            for position in 0..<count {
                if position & 4095 == 0, WorkScope.shouldStop { return }
                let index = wrapped(indices[position], layout.length)
                (target + position * bytes).copyMemory(
                    from: block + index * bytes, byteCount: bytes)
            }
        }
    }

    /// `y[o, indices[j], :] = x[o, j, :]` for `y: [outer, length, inner]`, `x: [outer, count,
    /// inner]`; of equal indices the last wins.
    public static func put(
        _ x: UnsafeRawPointer, _ indices: UnsafePointer<Int64>, count: Int, elementSize: Int,
        to y: UnsafeMutableRawPointer, _ layout: AxisLayout
    ) {
        let bytes = layout.inner * elementSize
        for outer in 0..<layout.outer {
            let block = y + outer * layout.length * bytes
            let source = x + outer * count * bytes
            for position in 0..<count {
                let index = wrapped(indices[position], layout.length)
                (block + index * bytes).copyMemory(
                    from: source + position * bytes, byteCount: bytes)
            }
        }
    }

    /// `y[o, indices[j], :] += x[o, j, :]`, in the order of j; integers wrap, Booleans add as "or".
    public static func scatterAdd(
        _ x: UnsafeRawPointer, _ type: ElementType, _ indices: UnsafePointer<Int64>, count: Int,
        to y: UnsafeMutableRawPointer, _ layout: AxisLayout
    ) {
        switch type {
        case .bool: scatter(x, indices, count, y, layout) { (a: UInt8, b: UInt8) in a | b }
        case .uint8: scatter(x, indices, count, y, layout) { (a: UInt8, b: UInt8) in a &+ b }
        case .int32: scatter(x, indices, count, y, layout) { (a: Int32, b: Int32) in a &+ b }
        case .int64: scatter(x, indices, count, y, layout) { (a: Int64, b: Int64) in a &+ b }
        case .float32: scatter(x, indices, count, y, layout) { (a: Float, b: Float) in a + b }
        case .float64: scatter(x, indices, count, y, layout) { (a: Double, b: Double) in a + b }
        }
    }

    /// `y[o, j, i] = x[o, indices[o, j, i], i]`, `indices` and `y` being `[outer, count, inner]`.
    public static func takeAlong(
        _ x: UnsafeRawPointer, _ layout: AxisLayout, elementSize: Int,
        _ indices: UnsafePointer<Int64>, count: Int, to y: UnsafeMutableRawPointer
    ) {
        switch elementSize {
        case 1: takeElements(UInt8.self, x, layout, indices, count, y)
        case 4: takeElements(UInt32.self, x, layout, indices, count, y)
        default: takeElements(UInt64.self, x, layout, indices, count, y)
        }
    }

    /// `y[o, indices[o, j, i], i] += x[o, j, i]`, in the order of j.
    public static func scatterAddAlong(
        _ x: UnsafeRawPointer, _ type: ElementType, _ indices: UnsafePointer<Int64>, count: Int,
        to y: UnsafeMutableRawPointer, _ layout: AxisLayout
    ) {
        switch type {
        case .bool: scatterAlong(x, indices, count, y, layout) { (a: UInt8, b: UInt8) in a | b }
        case .uint8: scatterAlong(x, indices, count, y, layout) { (a: UInt8, b: UInt8) in a &+ b }
        case .int32: scatterAlong(x, indices, count, y, layout) { (a: Int32, b: Int32) in a &+ b }
        case .int64: scatterAlong(x, indices, count, y, layout) { (a: Int64, b: Int64) in a &+ b }
        case .float32: scatterAlong(x, indices, count, y, layout) { (a: Float, b: Float) in a + b }
        case .float64:
            scatterAlong(x, indices, count, y, layout) { (a: Double, b: Double) in a + b }
        }
    }

    /// `y[r, labels[r]] = 1`, the rest 0; `y: [rows, classes]` of `type`. Labels outside the range
    /// give a row of zeros.
    public static func oneHot(
        _ labels: UnsafePointer<Int64>, rows: Int, classes: Int, _ type: ElementType,
        to y: UnsafeMutableRawPointer
    ) {
        y.initializeMemory(as: UInt8.self, repeating: 0, count: rows * classes * type.size)
        for row in 0..<rows where labels[row] >= 0 && labels[row] < Int64(classes) {
            let position = row * classes + Int(labels[row])
            switch type {
            case .bool, .uint8: y.storeBytes(of: 1, toByteOffset: position, as: UInt8.self)
            case .int32: y.storeBytes(of: 1, toByteOffset: position * 4, as: Int32.self)
            case .int64: y.storeBytes(of: 1, toByteOffset: position * 8, as: Int64.self)
            case .float32: y.storeBytes(of: 1, toByteOffset: position * 4, as: Float.self)
            case .float64: y.storeBytes(of: 1, toByteOffset: position * 8, as: Double.self)
            }
        }
    }

    /// `x: [batch, rows, columns]` with zeros above (`isUpper` false: keeps column <= row +
    /// diagonal) or below (true: keeps column >= row + diagonal) a diagonal.
    public static func triangle(
        _ x: UnsafeRawPointer, batch: Int, rows: Int, columns: Int, elementSize: Int,
        diagonal: Int, isUpper: Bool, to y: UnsafeMutableRawPointer
    ) {
        for row in 0..<batch * rows {
            let source = x + row * columns * elementSize
            let target = y + row * columns * elementSize
            target.initializeMemory(as: UInt8.self, repeating: 0, count: columns * elementSize)
            // The diagonal is clamped first, so that the sums cannot overflow.
            let bounded = max(-rows, min(columns, diagonal))
            let split = max(0, min(columns, row % rows + bounded + (isUpper ? 0 : 1)))
            let start = isUpper ? split : 0
            let count = isUpper ? columns - split : split
            (target + start * elementSize).copyMemory(
                from: source + start * elementSize, byteCount: count * elementSize)
        }
    }
}

/// An index within `0..<size`. One out of range, which callers refuse, becomes 0 rather than a bad
/// address.
@inline(__always)
private func wrapped(_ index: Int64, _ size: Int) -> Int {
    let positive = index < 0 ? Int(index) + size : Int(index)
    return positive >= 0 && positive < size ? positive : 0
}

@inline(__always)
private func scatter<T>(
    _ x: UnsafeRawPointer, _ indices: UnsafePointer<Int64>, _ count: Int,
    _ y: UnsafeMutableRawPointer, _ layout: AxisLayout, _ add: (T, T) -> T
) {
    let x = x.assumingMemoryBound(to: T.self)
    let y = y.assumingMemoryBound(to: T.self)
    let inner = layout.inner
    for outer in 0..<layout.outer {
        for position in 0..<count {
            if position & 4095 == 0, WorkScope.shouldStop { return }
            let index = wrapped(indices[position], layout.length)
            let target = y + (outer * layout.length + index) * inner
            let source = x + (outer * count + position) * inner
            for i in 0..<inner { target[i] = add(target[i], source[i]) }
        }
    }
}

private func takeElements<T>(
    _: T.Type, _ x: UnsafeRawPointer, _ layout: AxisLayout, _ indices: UnsafePointer<Int64>,
    _ count: Int, _ y: UnsafeMutableRawPointer
) {
    let x = x.assumingMemoryBound(to: T.self)
    let y = y.assumingMemoryBound(to: T.self)
    for outer in 0..<layout.outer {
        let block = x + outer * layout.length * layout.inner
        for position in 0..<count * layout.inner {
            if position & (piece - 1) == 0, WorkScope.shouldStop { return }
            let at = outer * count * layout.inner + position
            let index = wrapped(indices[at], layout.length)
            y[at] = block[index * layout.inner + position % layout.inner]
        }
    }
}

@inline(__always)
private func scatterAlong<T>(
    _ x: UnsafeRawPointer, _ indices: UnsafePointer<Int64>, _ count: Int,
    _ y: UnsafeMutableRawPointer, _ layout: AxisLayout, _ add: (T, T) -> T
) {
    let x = x.assumingMemoryBound(to: T.self)
    let y = y.assumingMemoryBound(to: T.self)
    for outer in 0..<layout.outer {
        let block = y + outer * layout.length * layout.inner
        for position in 0..<count * layout.inner {
            if position & (piece - 1) == 0, WorkScope.shouldStop { return }
            let at = outer * count * layout.inner + position
            let target =
                wrapped(indices[at], layout.length) * layout.inner + position % layout.inner
            block[target] = add(block[target], x[at])
        }
    }
}
