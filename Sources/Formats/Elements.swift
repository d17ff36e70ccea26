import Kernels
import Tensors

/// The types of numbers that files hold. Ours are fewer: the others become the next wider one.
enum ElementType: String, CaseIterable, Sendable {
    case bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64
    case float16, bfloat16, float32, float64

    /// Bytes of one element in the file.
    var size: Int {
        switch self {
        case .bool, .int8, .uint8: 1
        case .int16, .uint16, .float16, .bfloat16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }

    /// What it becomes here. Every value is kept, except that a uint64 above Int64.max is an error.
    var dtype: DType {
        switch self {
        case .bool: .bool
        case .uint8: .uint8
        case .int8, .int16, .uint16, .int32: .int32
        case .uint32, .int64, .uint64: .int64
        case .float16, .bfloat16, .float32: .float32
        case .float64: .float64
        }
    }

    init(_ dtype: DType) {
        switch dtype {
        case .bool: self = .bool
        case .uint8: self = .uint8
        case .int32: self = .int32
        case .int64: self = .int64
        case .float32: self = .float32
        case .float64: self = .float64
        }
    }
}

/// How a file lays out the elements of an array.
struct Elements {
    let type: ElementType
    var isBigEndian = false
    /// First axis fastest (Fortran's order) instead of last axis fastest.
    var isColumnMajor = false

    /// The number of bytes that a shape takes in the file.
    func byteCount(_ shape: Shape) -> Int { shape.count * type.size }

    /// The elements that begin at `offset`, as a row-major tensor.
    /// - Throws: `truncated`, `tensor` (out of memory), `malformed` for a uint64 that does not fit
    ///   int64.
    func tensor(
        _ bytes: [UInt8], at offset: Int, shape: Shape, format: String
    ) throws(FormatError) -> Tensor {
        let needed = byteCount(shape)
        guard offset >= 0, offset <= bytes.count, needed <= bytes.count - offset else {
            throw FormatError(
                format: format, place: .byte(offset),
                .truncated(needed: needed, available: max(0, bytes.count - offset)))
        }
        let result = try makeTensor(shape, type.dtype, format: format)
        if isColumnMajor && shape.rank > 1 {
            let ordered = rowMajor(bytes, at: offset, shape)
            ordered.withUnsafeBytes { convert($0, into: result) }
        } else {
            bytes.withUnsafeBytes { all in
                convert(
                    UnsafeRawBufferPointer(rebasing: all[offset..<(offset + needed)]), into: result)
            }
        }
        if type == .uint64, hasNegative(result) {
            throw FormatError(
                format: format, place: .byte(offset), .malformed("a uint64 does not fit int64"))
        }
        return result
    }

    private func convert(_ source: UnsafeRawBufferPointer, into tensor: Tensor) {
        let target = tensor.pointer
        switch type {
        case .bool: map(source, target) { (bits: UInt8) -> UInt8 in bits == 0 ? 0 : 1 }
        case .uint8: map(source, target) { (bits: UInt8) -> UInt8 in bits }
        case .int8: map(source, target) { (bits: UInt8) in Int32(Int8(bitPattern: bits)) }
        case .int16: map(source, target) { (bits: UInt16) in Int32(Int16(bitPattern: bits)) }
        case .uint16: map(source, target) { (bits: UInt16) in Int32(bits) }
        case .uint32: map(source, target) { (bits: UInt32) in Int64(bits) }
        case .float16: map(source, target) { (bits: UInt16) in floatBits(half: bits) }
        case .bfloat16: map(source, target) { (bits: UInt16) in UInt32(bits) << 16 }
        case .int32, .float32: map(source, target) { (bits: UInt32) in bits }
        case .int64, .uint64, .float64: map(source, target) { (bits: UInt64) in bits }
        }
    }

    @inline(__always)
    private func map<Source: FixedWidthInteger, Target: BitwiseCopyable>(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawPointer,
        _ transform: (Source) -> Target
    ) {
        let count = source.count / MemoryLayout<Source>.size
        var work = WorkPoll()
        for index in 0..<count {
            if work.shouldStop { break }
            let raw = source.loadUnaligned(
                fromByteOffset: index * MemoryLayout<Source>.size, as: Source.self)
            let value = isBigEndian ? Source(bigEndian: raw) : Source(littleEndian: raw)
            target.storeBytes(
                of: transform(value), toByteOffset: index * MemoryLayout<Target>.size,
                as: Target.self)
        }
    }

    /// The file's bytes, reordered from first axis fastest to last axis fastest.
    private func rowMajor(_ bytes: [UInt8], at offset: Int, _ shape: Shape) -> [UInt8] {
        let size = type.size
        var strides: [Int] = []
        var stride = 1
        for axis in shape.dimensions {
            strides.append(stride)
            // Cannot overflow: `Shape` has multiplied the sizes that are not zero.
            stride *= max(axis, 1)
        }
        return [UInt8](unsafeUninitializedCapacity: byteCount(shape)) { buffer, initialized in
            bytes.withUnsafeBytes { all in
                var index = [Int](repeating: 0, count: shape.rank)
                var source = 0
                var work = WorkPoll()
                for target in 0..<shape.count {
                    // The bytes are there all the same: uninitialised memory of a plain type.
                    if work.shouldStop { break }
                    for byte in 0..<size {
                        buffer[target * size + byte] = all[offset + source * size + byte]
                    }
                    var axis = shape.rank - 1
                    while axis >= 0 {
                        index[axis] += 1
                        source += strides[axis]
                        if index[axis] < shape[axis] { break }
                        source -= index[axis] * strides[axis]
                        index[axis] = 0
                        axis -= 1
                    }
                }
            }
            initialized = shape.count * size
        }
    }
}

/// The bits of a float32 that equals a float16 (IEEE 754: 1 sign, 5 exponent, 10 fraction bits).
private func floatBits(half bits: UInt16) -> UInt32 {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:  // zero or subnormal: fraction · 2^-24, exact in float32
        return sign | (Float(fraction) * 0x1p-24).bitPattern
    case 31: return sign | 0x7F80_0000 | fraction << 13
    default: return sign | (exponent + 112) << 23 | fraction << 13
    }
}

private func hasNegative(_ tensor: Tensor) -> Bool {
    let values = tensor.pointer.assumingMemoryBound(to: Int64.self)
    return (0..<tensor.count).contains { values[$0] < 0 }
}

/// The most axes that a file's array may have (numpy's own limit was 32 for long).
let maximumRank = 32

/// An uninitialised tensor; the engine's errors become ours.
func makeTensor(_ shape: Shape, _ dtype: DType, format: String) throws(FormatError) -> Tensor {
    do {
        return try Tensor(uninitialized: shape, dtype: dtype)
    } catch {
        throw FormatError(format: format, .tensor(error))
    }
}

func makeShape(
    _ sizes: [Int], format: String, at offset: Int? = nil
) throws(FormatError) -> Shape {
    do {
        return try Shape(sizes)
    } catch {
        throw FormatError(
            format: format, place: offset.map { .byte($0) } ?? .whole, .tensor(error))
    }
}

extension Tensor {
    /// The elements' bytes, in this machine's (little-endian) order.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withExtendedLifetime(storage) {
            body(UnsafeRawBufferPointer(start: pointer, count: byteCount))
        }
    }
}
