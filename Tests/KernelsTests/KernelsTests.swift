import Kernels
import Testing

/// All tests of kernels: one after the other, because they change the number of threads.
@Suite(.serialized)
struct KernelsTests {}

/// Sizes at and around vectors, tiles and chunks.
let awkwardSizes = [0, 1, 7, 8, 9, 31, 33, 511, 512, 513, 1021]

/// A small generator (SplitMix64), so that every run sees the same numbers.
struct TestGenerator: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func floats(_ count: Int, _ range: ClosedRange<Float> = -2...2) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &self) }
    }

    mutating func doubles(_ count: Int, _ range: ClosedRange<Double> = -2...2) -> [Double] {
        (0..<count).map { _ in Double.random(in: range, using: &self) }
    }

    mutating func integers<T: FixedWidthInteger>(_ count: Int, _ range: ClosedRange<T>) -> [T] {
        (0..<count).map { _ in T.random(in: range, using: &self) }
    }
}

/// Runs `body` with each build that this processor has.
func withEveryBuild(_ body: (KernelBuild) throws -> Void) rethrows {
    for build in KernelBuild.allCases where build.isSupported {
        try KernelBuild.with(build) { try body(build) }
    }
}

/// What `body` gives with one thread, after checking that two and three give the same.
func sameOnThreads<T: Equatable>(
    _ body: () -> T, sourceLocation: SourceLocation = #_sourceLocation
) -> T {
    let before = ThreadPool.shared.threads
    defer { ThreadPool.shared.setThreads(before) }
    ThreadPool.shared.setThreads(1)
    let result = body()
    for threads in [2, 3] {
        ThreadPool.shared.setThreads(threads)
        #expect(body() == result, "\(threads) threads", sourceLocation: sourceLocation)
    }
    return result
}

/// An array filled by a kernel. `count` elements and a guard zone that must stay untouched.
func filled<T: Equatable>(
    _ count: Int, _ initial: T, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (UnsafeMutablePointer<T>) -> Void
) -> [T] {
    var result = [T](repeating: initial, count: count + 16)
    result.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { body(base) }
    }
    #expect(
        result[count...].allSatisfy { $0 == initial }, "wrote past the end",
        sourceLocation: sourceLocation)
    return Array(result[..<count])
}

/// Whether two numbers agree within absolute and relative tolerance, or are both NaN or the same
/// infinity.
func isClose(_ a: Double, _ b: Double, atol: Double, rtol: Double) -> Bool {
    if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
    return a == b || (a - b).magnitude <= atol + rtol * b.magnitude
}

func expectClose<T: BinaryFloatingPoint>(
    _ actual: [T], _ expected: [Double], atol: Double, rtol: Double, _ comment: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.count == expected.count else {
        Issue.record(
            "\(actual.count) elements, not \(expected.count)", sourceLocation: sourceLocation)
        return
    }
    for (index, pair) in zip(actual, expected).enumerated()
    where !isClose(Double(pair.0), pair.1, atol: atol, rtol: rtol) {
        Issue.record(
            "element \(index): \(pair.0), not \(pair.1) \(comment)", sourceLocation: sourceLocation)
        return
    }
}

/// An operand of an elementwise call by value; the period is the array's length unless given.
struct Input {
    let bytes: [UInt8]
    let type: ElementType
    let inner: Int
    let period: Int

    init<T: BitwiseCopyable>(_ array: [T], _ type: ElementType, inner: Int = 1, period: Int? = nil)
    {
        bytes = array.withUnsafeBytes { Array($0) }
        self.type = type
        self.inner = inner
        self.period = period ?? max(1, array.count)
    }
}

/// Calls `body` with operands that point to copies of the inputs, and frees them afterwards.
func withOperands(_ inputs: [Input], _ body: ([TileOperand]) -> Void) {
    let buffers = inputs.map { input in
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, input.bytes.count), alignment: 64)
        buffer.copyBytes(from: input.bytes)
        return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    body(
        zip(inputs, buffers).compactMap { input, buffer in
            buffer.baseAddress.map {
                TileOperand($0, input.type, inner: input.inner, period: input.period)
            }
        })
}

/// The result of one elementwise operation.
func applied<R: Equatable>(
    _ code: ElementwiseCode, _ type: ElementType, _ inputs: [Input], _ zero: R, count: Int,
    sourceLocation: SourceLocation = #_sourceLocation
) -> (values: [R], fault: ArithmeticFault) {
    var fault = ArithmeticFault.none
    let values = filled(count, zero, sourceLocation: sourceLocation) { y in
        withOperands(inputs) { operands in
            fault = Elementwise.apply(code, type: type, operands, to: y, count: count)
        }
    }
    return (values, fault)
}
