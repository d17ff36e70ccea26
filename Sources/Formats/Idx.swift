public import Tensors

/// The format of the MNIST files: two zeros, a type, the number of axes, 32-bit sizes, then the
/// elements, all big-endian.
/// - Source: Y. LeCun, "The MNIST database of handwritten digits", file formats.
public enum Idx {
    /// Reads an array; a gzip file is decompressed first. int8 and int16 become int32.
    /// - Throws: `FormatError` with the byte offset.
    public static func read(_ bytes: [UInt8]) throws(FormatError) -> Tensor {
        let bytes = try Gzip.unwrapped(bytes)
        var reader = ByteReader(bytes, format: "idx")
        let zeros: UInt16 = try reader.big()
        guard zeros == 0 else { throw reader.fail(.notThisFormat(expected: "\\0\\0"), at: 0) }
        let code = try reader.byte()
        guard let type = types.first(where: { $0.code == code })?.type else {
            throw reader.fail(.unsupported("the element type \(code)"), at: 2)
        }
        let rank = Int(try reader.byte())
        guard rank <= maximumRank else {
            throw reader.fail(.unsupported("an array of more than \(maximumRank) axes"), at: 3)
        }
        var sizes: [Int] = []
        for _ in 0..<rank { sizes.append(Int(try reader.big(UInt32.self))) }
        let shape = try makeShape(sizes, format: "idx", at: 4)
        let elements = Elements(type: type, isBigEndian: true)
        let needed = elements.byteCount(shape)
        let start = reader.position
        guard needed >= reader.remaining else {
            throw reader.fail(.excess(bytes: reader.remaining - needed), at: start + needed)
        }
        return try elements.tensor(bytes, at: start, shape: shape, format: "idx")
    }

    /// - Throws: `cannotWrite` for bool and int64, which the format lacks, and for an axis over
    ///   2^32 - 1.
    public static func write(_ tensor: Tensor) throws(FormatError) -> [UInt8] {
        let type = ElementType(tensor.dtype)
        guard let code = types.first(where: { $0.type == type })?.code else {
            throw FormatError(format: "idx", .cannotWrite("idx has no \(tensor.dtype.name)"))
        }
        var writer = ByteWriter()
        writer.append([0, 0, code, UInt8(clamping: tensor.shape.rank)])
        for size in tensor.shape.dimensions {
            guard let size = UInt32(exactly: size), tensor.shape.rank <= maximumRank else {
                throw FormatError(format: "idx", .cannotWrite("the shape does not fit"))
            }
            writer.big(size)
        }
        let width = tensor.dtype.size
        tensor.withBytes { bytes in
            for start in stride(from: 0, to: bytes.count, by: width) {
                for byte in (0..<width).reversed() {
                    writer.append(CollectionOfOne(bytes[start + byte]))
                }
            }
        }
        return writer.bytes
    }

    private static let types: [(code: UInt8, type: ElementType)] = [
        (0x08, .uint8), (0x09, .int8), (0x0B, .int16), (0x0C, .int32), (0x0D, .float32),
        (0x0E, .float64),
    ]
}

extension DataFormat {
    public static let idx = DataFormat(
        name: "idx", reader: "readIdx",
        extensions: ["idx", "idx1-ubyte", "idx3-ubyte"],
        documentation:
            "One array in the format of the MNIST files, compressed or not, as a tensor.",
        read: { bytes throws(FormatError) in .tensor(try Idx.read(bytes)) },
        write: { value throws(FormatError) in
            guard case .tensor(let tensor) = value else {
                throw unfitting("idx", needs: "a tensor")
            }
            return try Idx.write(tensor)
        })
}
