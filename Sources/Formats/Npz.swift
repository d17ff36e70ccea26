import Tensors

/// NumPy's format for several named arrays (`.npz`): a zip archive of `.npy` entries.
public enum Npz {
    /// The arrays in the archive's order, named as in NumPy (without `.npy`).
    /// - Throws: `FormatError` of "npz", or of "zip" or "npy" for what is wrong in an entry.
    public static func read(_ bytes: [UInt8]) throws(FormatError) -> [NamedTensor] {
        let archive = try ZipArchive(bytes)
        var tensors: [NamedTensor] = []
        for entry in archive.entries {
            guard entry.name.hasSuffix(".npy") else {
                throw FormatError(
                    format: "npz", .unsupported("the entry '\(entry.name)', which is not an array,")
                )
            }
            let name = String(entry.name.dropLast(4))
            tensors.append(
                NamedTensor(name, try array(try archive.contents(of: entry), named: name)))
        }
        return tensors
    }

    /// - Throws: what `Npy.read` throws, with the name: its place is a byte of the entry.
    private static func array(_ bytes: [UInt8], named name: String) throws(FormatError) -> Tensor {
        do {
            return try Npy.read(bytes)
        } catch {
            if case .tensor = error.problem { throw error }
            throw FormatError(format: "npy", place: error.place, .inEntry(name, of: error.problem))
        }
    }

    /// Stored like `numpy.savez`, or deflated like `numpy.savez_compressed`.
    /// - Throws: `duplicate`, `cannotWrite`.
    public static func write(
        _ tensors: [NamedTensor], deflate: Bool = false
    ) throws(FormatError) -> [UInt8] {
        var writer = ZipWriter()
        for entry in tensors {
            try writer.add(entry.name + ".npy", try Npy.write(entry.tensor), deflate: deflate)
        }
        return writer.finish()
    }
}

extension DataFormat {
    public static let npz = DataFormat(
        name: "npz", reader: "readNpz", extensions: ["npz"],
        documentation:
            "Several arrays of NumPy, as a dict of tensors; 0-d arrays stay 0-d.",
        read: { bytes throws(FormatError) in .tensors(try Npz.read(bytes)) },
        write: { value throws(FormatError) in
            guard case .tensors(let tensors) = value else {
                throw unfitting("npz", needs: "a dict of tensors")
            }
            return try Npz.write(tensors)
        })
}
