import Tensors
import Testing

@testable import Formats

/// A tensor of the given elements. The type of the elements gives the dtype.
func tensor<Element: BitwiseCopyable>(_ values: [Element], _ shape: [Int]? = nil) throws -> Tensor {
    let dtype: DType =
        switch Element.self {
        case is Bool.Type: .bool
        case is UInt8.Type: .uint8
        case is Int32.Type: .int32
        case is Int64.Type: .int64
        case is Float.Type: .float32
        default: .float64
        }
    let result = try Tensor(uninitialized: try Shape(shape ?? [values.count]), dtype: dtype)
    try #require(result.count == values.count && dtype.size == MemoryLayout<Element>.size)
    values.withUnsafeBytes { bytes in
        if let base = bytes.baseAddress {
            result.pointer.copyMemory(from: base, byteCount: bytes.count)
        }
    }
    return result
}

extension Tensor {
    /// The elements as they lie in memory.
    func elements<Element: BitwiseCopyable>(_: Element.Type) -> [Element] {
        withBytes { bytes in
            (0..<count).map {
                bytes.loadUnaligned(
                    fromByteOffset: $0 * MemoryLayout<Element>.size, as: Element.self)
            }
        }
    }

    var floats: [Float] { elements(Float.self) }
    var ints: [Int64] { elements(Int64.self) }
    var bytes: [UInt8] { withBytes { Array($0) } }

    /// Equal shape, dtype and bits.
    func isIdentical(to other: Tensor) -> Bool {
        shape == other.shape && dtype == other.dtype && bytes == other.bytes
    }
}

/// A tensor of this shape and dtype with small numbers that differ.
func sample(_ dtype: DType, _ shape: [Int]) throws -> Tensor {
    let count = try Shape(shape).count
    let numbers = (0..<count).map { ($0 * 7 + 3) % 120 }
    switch dtype {
    case .bool: return try tensor(numbers.map { $0 % 2 == 0 }, shape)
    case .uint8: return try tensor(numbers.map { UInt8($0) }, shape)
    case .int32: return try tensor(numbers.map { Int32($0) - 60 }, shape)
    case .int64: return try tensor(numbers.map { Int64($0) - 60 }, shape)
    case .float32: return try tensor(numbers.map { Float($0) / 8 - 7 }, shape)
    case .float64: return try tensor(numbers.map { Double($0) / 8 - 7 }, shape)
    }
}

/// The error that a reader throws.
func error(_ body: () throws(FormatError) -> some Any) -> FormatError? {
    do throws(FormatError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

/// Bytes written as hexadecimal digits, spaces ignored.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
        UInt8(digits[$0] * 16 + digits[$0 + 1])
    }
}
