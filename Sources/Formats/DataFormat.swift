public import Tensors

/// A tensor with the name that it has in a file.
public struct NamedTensor: Sendable {
    public let name: String
    public let tensor: Tensor

    public init(_ name: String, _ tensor: Tensor) {
        self.name = name
        self.tensor = tensor
    }
}

/// What a file can hold.
public enum DataValue: Sendable {
    case tensor(Tensor)
    /// Names are distinct; the order is the file's.
    case tensors([NamedTensor])
    case table(Table)
    case sound(Sound)
    case text(String)
    case json(JSON)
    /// The entries of an archive, or the contents of a compressed file.
    case files([NamedBytes])
}

/// A file in an archive.
public struct NamedBytes: Equatable, Sendable {
    public let name: String
    public let bytes: [UInt8]

    public init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// A kind of file: its names, how to read it from bytes and how to write it to bytes.
///
/// The language's `read…` functions, `save`, the reference pages and the round-trip tests are made from
/// `DataFormat.all`.
public struct DataFormat: Sendable {
    /// The name in messages, `"npy"`.
    public let name: String
    /// The function of the language that reads it, `"readNpy"`, where there is one.
    public let reader: String?
    /// File name endings, lower case, without the dot. Each belongs to one format.
    public let extensions: [String]
    /// What it is and what it becomes, with shapes and units.
    public let documentation: String
    /// Reads the whole of a file with default options.
    public let read: @Sendable ([UInt8]) throws(FormatError) -> DataValue
    /// Writes a value, or throws `cannotWrite` for one of another kind. Nil where files are only read.
    public let write: (@Sendable (DataValue) throws(FormatError) -> [UInt8])?

    /// Every format, in the order of the reference pages.
    public static let all: [DataFormat] = [
        .npy, .npz, .safetensors, .idx, .csv, .png, .wav, .text, .json, .zip, .gzip,
    ]

    /// The format of a file name by its ending, and whether the file is compressed on top
    /// (`digits.csv.gz` is compressed csv; `words.dict.dz` is compressed text).
    public static func of(path: String) -> (format: DataFormat, isCompressed: Bool)? {
        var parts = path.split(separator: "/").last?.lowercased().split(separator: ".") ?? []
        guard let last = parts.popLast(), !parts.isEmpty else { return nil }
        let isCompressed = DataFormat.gzip.extensions.contains(String(last))
        if isCompressed {
            let inner = parts.count > 1 ? parts.last.flatMap { ending(String($0)) } : nil
            return inner.map { ($0, true) } ?? (.gzip, false)
        }
        return ending(String(last)).map { ($0, false) }
    }

    private static func ending(_ text: String) -> DataFormat? {
        all.first { $0.extensions.contains(text) }
    }

    /// Reads bytes of a file of this name, decompressed if need be.
    /// - Throws: what the reader throws, `unsupported` for an unknown ending.
    public static func read(_ bytes: [UInt8], path: String) throws(FormatError) -> DataValue {
        guard let (format, isCompressed) = of(path: path) else {
            throw FormatError(
                format: "file", .unsupported("a file with this ending (\(path))"))
        }
        return try format.read(isCompressed ? Gzip.decompress(bytes) : bytes)
    }
}

extension DataFormat {
    /// The error of a writer that was given a value of another kind.
    static func unfitting(_ format: String, needs: String) -> FormatError {
        FormatError(format: format, .cannotWrite("\(needs) is needed"))
    }
}
