import Glibc

// Elementwise operations on everything but float32, one operation at a time: plain loops over
// blocks of `tileSize` elements, whose operands are read in place where they are contiguous.

/// `Elementwise.apply` for the other types.
func applyTyped(
    _ code: ElementwiseCode, _ type: ElementType, _ inputs: [TileOperand],
    _ output: UnsafeMutableRawPointer, _ count: Int
) -> ArithmeticFault {
    switch type {
    case .bool:
        let fault = applyInteger(UInt8.self, code, inputs, output, count)
        // Arithmetic on Booleans is that of 0 and 1, read back as "not 0".
        let bytes = output.assumingMemoryBound(to: UInt8.self)
        for index in 0..<count where bytes[index] > 1 { bytes[index] = 1 }
        return fault
    case .uint8: return applyInteger(UInt8.self, code, inputs, output, count)
    case .int32: return applyInteger(Int32.self, code, inputs, output, count)
    case .int64: return applyInteger(Int64.self, code, inputs, output, count)
    case .float64:
        applyDouble(code, inputs, output, count)
        return .none
    case .float32: return .none  // `Elementwise.apply` has its own way
    }
}

/// One block of the iteration space: pointers to contiguous operands and results.
private struct Block<T> {
    let a: UnsafePointer<T>
    let b: UnsafePointer<T>
    let condition: UnsafePointer<UInt8>
    let target: UnsafeMutablePointer<T>
    let predicate: UnsafeMutablePointer<UInt8>
    let count: Int

    @inline(__always)
    func map(_ f: (T) -> T) {
        for i in 0..<count { target[i] = f(a[i]) }
    }

    @inline(__always)
    func combine(_ f: (T, T) -> T) {
        for i in 0..<count { target[i] = f(a[i], b[i]) }
    }

    @inline(__always)
    func test(_ f: (T, T) -> Bool) {
        for i in 0..<count { predicate[i] = f(a[i], b[i]) ? 1 : 0 }
    }

    func select() {
        for i in 0..<count { target[i] = condition[i] != 0 ? a[i] : b[i] }
    }
}

/// Calls `body` for each block; the condition of `select` comes first among the inputs.
@inline(__always)
private func forEachBlock<T>(
    _ code: ElementwiseCode, _ inputs: [TileOperand], _ output: UnsafeMutableRawPointer,
    _ count: Int, _ body: (Block<T>) -> Void
) {
    let size = MemoryLayout<T>.stride
    withUnsafeTemporaryAllocation(byteCount: 3 * tileSize * 8, alignment: 64) { scratch in
        // Never nil: the byte count is positive.
        let base = scratch.baseAddress.unsafelyUnwrapped
        var position = 0
        while position < count {
            if position & (piece - 1) == 0, WorkScope.shouldStop { return }
            let n = min(tileSize, count - position)
            var next = 0
            var condition = UnsafeRawPointer(base)
            if code == .select {
                condition = contiguous(inputs[0], 1, position, n, base + 2 * tileSize * 8)
                next = 1
            }
            let a = contiguous(inputs[next], size, position, n, base)
            let b =
                next + 1 < inputs.count
                ? contiguous(inputs[next + 1], size, position, n, base + tileSize * 8) : a
            let bytes = code.isPredicate ? 1 : size
            let target = output + position * bytes
            body(
                Block(
                    a: a.assumingMemoryBound(to: T.self), b: b.assumingMemoryBound(to: T.self),
                    condition: condition.assumingMemoryBound(to: UInt8.self),
                    target: target.assumingMemoryBound(to: T.self),
                    predicate: target.assumingMemoryBound(to: UInt8.self), count: n))
            position += n
        }
    }
}

/// The address of `n` consecutive elements of the space from `position`: in place, or copied to
/// `scratch`.
func contiguous(
    _ operand: TileOperand, _ size: Int, _ position: Int, _ n: Int,
    _ scratch: UnsafeMutableRawPointer
) -> UnsafeRawPointer {
    var index = (position / operand.inner) % operand.period
    if operand.inner == 1, index + n <= operand.period { return operand.pointer + index * size }
    var left = operand.inner - position % operand.inner
    for element in 0..<n {
        (scratch + element * size).copyMemory(from: operand.pointer + index * size, byteCount: size)
        left -= 1
        if left == 0 {
            left = operand.inner
            index = index + 1 == operand.period ? 0 : index + 1
        }
    }
    return UnsafeRawPointer(scratch)
}

private func applyInteger<T: FixedWidthInteger>(
    _: T.Type, _ code: ElementwiseCode, _ inputs: [TileOperand],
    _ output: UnsafeMutableRawPointer, _ count: Int
) -> ArithmeticFault {
    var fault = ArithmeticFault.none
    forEachBlock(code, inputs, output, count) { (block: Block<T>) in
        switch code {
        case .floorDivide, .divide: block.combine { flooredQuotient($0, $1, &fault) }
        case .remainder: block.combine { flooredRemainder($0, $1, &fault) }
        case .power: block.combine { integerPower($0, $1, &fault) }
        default: applyInteger(code, block)
        }
    }
    return fault
}

private func applyInteger<T: FixedWidthInteger>(_ code: ElementwiseCode, _ block: Block<T>) {
    switch code {
    case .copy, .floor, .ceil, .round: block.map { $0 }
    case .negate: block.map { 0 &- $0 }
    case .abs: block.map { $0 < 0 ? 0 &- $0 : $0 }
    case .sign: block.map { $0 < 0 ? 0 &- 1 : ($0 > 0 ? 1 : 0) }
    case .square: block.map { $0 &* $0 }
    case .relu: block.map { max($0, 0) }
    case .not: block.test { a, _ in a == 0 }
    case .add: block.combine { $0 &+ $1 }
    case .subtract: block.combine { $0 &- $1 }
    case .multiply: block.combine { $0 &* $1 }
    case .maximum: block.combine { max($0, $1) }
    case .minimum: block.combine { min($0, $1) }
    case .equal: block.test { $0 == $1 }
    case .notEqual: block.test { $0 != $1 }
    case .less: block.test { $0 < $1 }
    case .lessOrEqual: block.test { $0 <= $1 }
    case .greater: block.test { $0 > $1 }
    case .greaterOrEqual: block.test { $0 >= $1 }
    case .and: block.test { $0 != 0 && $1 != 0 }
    case .or: block.test { $0 != 0 || $1 != 0 }
    case .select: block.select()
    case .divide, .power, .floorDivide, .remainder: break  // done by the caller
    case .sqrt, .reciprocal, .exp, .expm1, .log, .log1p, .sin, .cos, .tan, .tanh, .sigmoid, .erf,
        .softplus:
        block.map { _ in 0 }  // floats only: the caller has cast
    }
}

/// Floored as Python does it; the most negative number by -1 wraps.
@inline(__always)
private func flooredQuotient<T: FixedWidthInteger>(
    _ a: T, _ b: T, _ fault: inout ArithmeticFault
) -> T {
    if b == 0 {
        fault = .divisionByZero
        return 0
    }
    let (quotient, overflow) = a.dividedReportingOverflow(by: b)
    if overflow { return a }
    return quotient &* b != a && (a < 0) != (b < 0) ? quotient &- 1 : quotient
}

/// With the sign of the divisor.
@inline(__always)
private func flooredRemainder<T: FixedWidthInteger>(
    _ a: T, _ b: T, _ fault: inout ArithmeticFault
) -> T {
    if b == 0 {
        fault = .divisionByZero
        return 0
    }
    let (remainder, overflow) = a.remainderReportingOverflow(dividingBy: b)
    if overflow { return 0 }
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder &+ b : remainder
}

/// By squaring; wraps.
private func integerPower<T: FixedWidthInteger>(
    _ base: T, _ exponent: T, _ fault: inout ArithmeticFault
) -> T {
    if exponent < 0 {
        fault = .negativePower
        return 0
    }
    var result: T = 1
    var factor = base
    var left = exponent
    while left > 0 {
        if left & 1 == 1 { result = result &* factor }
        factor = factor &* factor
        left >>= 1
    }
    return result
}

private func applyDouble(
    _ code: ElementwiseCode, _ inputs: [TileOperand], _ output: UnsafeMutableRawPointer,
    _ count: Int
) {
    forEachBlock(code, inputs, output, count) { (block: Block<Double>) in
        if code.arity == 1 {
            applyUnaryDouble(code, block)
        } else {
            applyBinaryDouble(code, block)
        }
    }
}

extension Elementwise {
    /// `code` of one or two single float64 numbers; not for `select`. The result is float64, or
    /// Boolean for predicates.
    public static func applyToNumbers(
        _ code: ElementwiseCode, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
        to y: UnsafeMutableRawPointer
    ) {
        let block = Block<Double>(
            a: a.assumingMemoryBound(to: Double.self), b: b.assumingMemoryBound(to: Double.self),
            condition: a.assumingMemoryBound(to: UInt8.self),
            target: y.assumingMemoryBound(to: Double.self),
            predicate: y.assumingMemoryBound(to: UInt8.self), count: 1)
        if code.arity == 1 {
            applyUnaryDouble(code, block)
        } else {
            applyBinaryDouble(code, block)
        }
    }
}

private func applyUnaryDouble(_ code: ElementwiseCode, _ block: Block<Double>) {
    switch code {
    case .copy: block.map { $0 }
    case .negate: block.map { -$0 }
    case .abs: block.map { $0.magnitude }
    case .sign: block.map { $0 < 0 ? -1 : ($0 > 0 ? 1 : $0) }
    case .square: block.map { $0 * $0 }
    case .relu: block.map { $0 < 0 ? 0 : $0 }
    case .floor: block.map { $0.rounded(.down) }
    case .ceil: block.map { $0.rounded(.up) }
    case .round: block.map { $0.rounded(.toNearestOrEven) }
    case .not: block.test { a, _ in a == 0 }
    case .sqrt: block.map { $0.squareRoot() }
    case .reciprocal: block.map { 1 / $0 }
    case .exp: block.map { Glibc.exp($0) }
    case .expm1: block.map { Glibc.expm1($0) }
    case .log: block.map { Glibc.log($0) }
    case .log1p: block.map { Glibc.log1p($0) }
    case .sin: block.map { Glibc.sin($0) }
    case .cos: block.map { Glibc.cos($0) }
    case .tan: block.map { Glibc.tan($0) }
    case .tanh: block.map { Glibc.tanh($0) }
    case .sigmoid: block.map { sigmoid($0) }
    case .erf: block.map { Glibc.erf($0) }
    case .softplus: block.map { ($0 < 0 ? 0 : $0) + Glibc.log1p(Glibc.exp(-$0.magnitude)) }
    default: break  // not of one operand: `arity` decides who is called
    }
}

private func sigmoid(_ x: Double) -> Double {
    let e = Glibc.exp(-x.magnitude)
    return (x < 0 ? e : 1) / (1 + e)
}

private func applyBinaryDouble(_ code: ElementwiseCode, _ block: Block<Double>) {
    switch code {
    case .add: block.combine { $0 + $1 }
    case .subtract: block.combine { $0 - $1 }
    case .multiply: block.combine { $0 * $1 }
    case .divide: block.combine { $0 / $1 }
    case .power: block.combine { Glibc.pow($0, $1) }
    case .maximum: block.combine { $0 > $1 || $0.isNaN ? $0 : $1 }
    case .minimum: block.combine { $0 < $1 || $0.isNaN ? $0 : $1 }
    case .floorDivide: block.combine { FlooredDivision.quotient($0, $1) }
    case .remainder: block.combine { FlooredDivision.remainder($0, $1) }
    case .equal: block.test { $0 == $1 }
    case .notEqual: block.test { $0 != $1 }
    case .less: block.test { $0 < $1 }
    case .lessOrEqual: block.test { $0 <= $1 }
    case .greater: block.test { $0 > $1 }
    case .greaterOrEqual: block.test { $0 >= $1 }
    case .and: block.test { $0 != 0 && $1 != 0 }
    case .or: block.test { $0 != 0 || $1 != 0 }
    case .select: block.select()
    default: break  // not of two operands: `arity` decides who is called
    }
}
