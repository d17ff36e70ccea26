public import Tensors

/// NumPy's format for one array (`.npy`).
public enum Npy {
    /// Reads versions 1 to 3, both byte orders and both axis orders.
    ///
    /// int8, int16 and uint16 become int32; uint32 and uint64 int64; float16 float32.
    /// - Throws: `FormatError` with the byte offset. Arrays of objects, records, texts and complex
    ///   numbers are `unsupported`, bytes after the array `excess`.
    public static func read(_ bytes: [UInt8]) throws(FormatError) -> Tensor {
        var reader = ByteReader(bytes, format: "npy")
        let header = try NpyHeader(&reader)
        let size = header.elements.byteCount(header.shape)
        let start = reader.position
        guard size <= reader.remaining else {
            throw reader.fail(.truncated(needed: size, available: reader.remaining))
        }
        guard size == reader.remaining else {
            throw reader.fail(.excess(bytes: reader.remaining - size), at: start + size)
        }
        return try header.elements.tensor(bytes, at: start, shape: header.shape, format: "npy")
    }

    /// Version 1.0, little-endian, last axis fastest.
    /// - Throws: `cannotWrite` for more axes than a header holds.
    public static func write(_ tensor: Tensor) throws(FormatError) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(try NpyHeader.bytes(tensor))
        tensor.withBytes { writer.append($0) }
        return writer.bytes
    }
}

extension DataFormat {
    public static let npy = DataFormat(
        name: "npy", reader: "readNpy", extensions: ["npy"],
        documentation: """
            One array of NumPy, as a tensor of its shape. int8, int16 and uint16 become int32, \
            uint32 and uint64 int64, float16 float32.
            """,
        read: { bytes throws(FormatError) in .tensor(try Npy.read(bytes)) },
        write: { value throws(FormatError) in
            guard case .tensor(let tensor) = value else {
                throw unfitting("npy", needs: "a tensor")
            }
            return try Npy.write(tensor)
        })
}
