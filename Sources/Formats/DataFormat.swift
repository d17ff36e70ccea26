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
/// The language's `read…` functions, `save`, the reference pages and the round-trip tests are made
/// from `DataFormat.all`.
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
    /// Writes a value, or throws `cannotWrite` for one of another kind. Nil where files are only
    /// read.
    public let write: (@Sendable (DataValue) throws(FormatError) -> [UInt8])?

    /// Every format, in the order of the reference pages.
    public static let all: [DataFormat] = [
        .npy, .npz, .safetensors, .torch, .idx, .csv, .png, .jpeg, .wav, .text, .json, .zip, .gzip,
    ]

    /// The format of a file name by its ending, and whether the file is compressed on top
    /// (`digits.csv.gz` is compressed csv; `words.dict.dz` is compressed text).
    public static func of(path: String) -> (format: DataFormat, isCompressed: Bool)? {
        let name =
            path.split(separator: "/", omittingEmptySubsequences: false).last?.lowercased() ?? ""
        guard let (outer, stem) = ending(of: name) else { return nil }
        guard outer.name == DataFormat.gzip.name else { return (outer, false) }
        return ending(of: stem).map { ($0.format, true) } ?? (outer, false)
    }

    /// The format whose ending a file name has, and the name without it.
    private static func ending(of name: String) -> (format: DataFormat, stem: String)? {
        for format in all {
            for text in format.extensions where name.count > text.count + 1 {
                // The MNIST files have a hyphen where others have a dot: `train-images-idx3-ubyte`.
                let isEnding =
                    name.hasSuffix("." + text)
                    || (text.hasSuffix("-ubyte") && name.hasSuffix("-" + text))
                if isEnding { return (format, String(name.dropLast(text.count + 1))) }
            }
        }
        return nil
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
