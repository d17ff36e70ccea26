/// Conversion between element types.
public enum Casting {
    /// `target[i] = source[i]` converted, for i < `count`.
    ///
    /// Floats to integers truncate towards zero and saturate, NaN becomes 0; integers to narrower
    /// integers wrap; anything to bool is "not 0" (NaN is true); bool is 0 or 1.
    /// - Precondition: the buffers do not overlap, or are one buffer and the types equal.
    public static func cast(
        _ source: UnsafeRawPointer, _ sourceType: ElementType, to target: UnsafeMutableRawPointer,
        _ targetType: ElementType, count: Int
    ) {
        guard count > 0 else { return }
        if sourceType == targetType {
            if source != UnsafeRawPointer(target) {
                target.copyMemory(from: source, byteCount: count * sourceType.size)
            }
            return
        }
        switch sourceType {
        case .bool, .uint8: fromInteger(UInt8.self, source, target, targetType, count)
        case .int32: fromInteger(Int32.self, source, target, targetType, count)
        case .int64: fromInteger(Int64.self, source, target, targetType, count)
        case .float32: fromFloat(Float.self, source, target, targetType, count)
        case .float64: fromFloat(Double.self, source, target, targetType, count)
        }
    }
}

@inline(__always)
private func convert<S, T>(
    _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ f: (S) -> T
) {
    let from = source.assumingMemoryBound(to: S.self)
    let to = target.assumingMemoryBound(to: T.self)
    inPieces(count) { start, end in
        for index in start..<end { to[index] = f(from[index]) }
    }
}

private func fromInteger<S: FixedWidthInteger>(
    _: S.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer,
    _ type: ElementType, _ count: Int
) {
    switch type {
    case .bool: convert(source, target, count) { (x: S) -> UInt8 in x == 0 ? 0 : 1 }
    case .uint8: convert(source, target, count) { (x: S) -> UInt8 in UInt8(truncatingIfNeeded: x) }
    case .int32: convert(source, target, count) { (x: S) -> Int32 in Int32(truncatingIfNeeded: x) }
    case .int64: convert(source, target, count) { (x: S) -> Int64 in Int64(truncatingIfNeeded: x) }
    case .float32: convert(source, target, count) { (x: S) -> Float in Float(x) }
    case .float64: convert(source, target, count) { (x: S) -> Double in Double(x) }
    }
}

private func fromFloat<S: BinaryFloatingPoint>(
    _: S.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer,
    _ type: ElementType, _ count: Int
) {
    switch type {
    case .bool: convert(source, target, count) { (x: S) -> UInt8 in x == 0 ? 0 : 1 }
    case .uint8: convert(source, target, count) { (x: S) -> UInt8 in saturated(x) }
    case .int32: convert(source, target, count) { (x: S) -> Int32 in saturated(x) }
    case .int64: convert(source, target, count) { (x: S) -> Int64 in saturated(x) }
    case .float32: convert(source, target, count) { (x: S) -> Float in Float(x) }
    case .float64: convert(source, target, count) { (x: S) -> Double in Double(x) }
    }
}

/// Truncated towards zero, the nearest representable number if out of range, 0 for NaN.
@inline(__always)
private func saturated<S: BinaryFloatingPoint, T: FixedWidthInteger>(_ x: S) -> T {
    // S(T.max) may round up to 2^n, which is out of range, so the upper test is strict; S(T.min) is
    // exact.
    if x.isNaN { return 0 }
    if x >= S(T.max) { return T.max }
    if x <= S(T.min) { return T.min }
    return T(x)
}
