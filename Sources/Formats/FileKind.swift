/// What a file is, by its first bytes: for the error of a reader that was given another kind.
public enum FileKind: String, CaseIterable, Sendable {
    case png, jpeg, gif, bmp, webp, tiff
    case wav, flac, ogg, mp3
    case npy, npz, torch, zip, gzip, bzip2, xz, zstandard, hdf5, parquet, pdf, pickle

    /// Nil for what begins like none of them.
    public init?(_ bytes: [UInt8]) {
        let found = Self.beginnings.first { Self.begins(bytes, $0.bytes, at: $0.place) }?.kind
        guard let found else { return nil }
        self = found
        guard found == .zip, let archive = try? ZipArchive(bytes) else { return }
        let names = archive.entries.map(\.name)
        if names.contains(where: { $0.hasSuffix("/data.pkl") }) { self = .torch }
        if !names.isEmpty, names.allSatisfy({ $0.hasSuffix(".npy") }) { self = .npz }
    }

    private static func begins(_ bytes: [UInt8], _ beginning: [UInt8], at place: Int) -> Bool {
        bytes.count >= place + beginning.count
            && bytes[place..<(place + beginning.count)].elementsEqual(beginning)
    }

    private static let beginnings: [(kind: FileKind, bytes: [UInt8], place: Int)] = [
        (.png, [0x89, 0x50, 0x4E, 0x47], 0), (.jpeg, [0xFF, 0xD8, 0xFF], 0),
        (.gif, Array("GIF8".utf8), 0), (.bmp, Array("BM".utf8), 0), (.webp, Array("WEBP".utf8), 8),
        (.tiff, [0x49, 0x49, 0x2A, 0], 0), (.tiff, [0x4D, 0x4D, 0, 0x2A], 0),
        (.wav, Array("WAVE".utf8), 8), (.flac, Array("fLaC".utf8), 0),
        (.ogg, Array("OggS".utf8), 0), (.mp3, Array("ID3".utf8), 0),
        (.npy, [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], 0), (.zip, [0x50, 0x4B, 3, 4], 0),
        (.gzip, [0x1F, 0x8B], 0), (.bzip2, Array("BZh".utf8), 0),
        (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A], 0), (.zstandard, [0x28, 0xB5, 0x2F, 0xFD], 0),
        (.hdf5, [0x89, 0x48, 0x44, 0x46], 0), (.parquet, Array("PAR1".utf8), 0),
        (.pdf, Array("%PDF".utf8), 0),
        (.torch, [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20], 0),  // before version 1.6
        (.pickle, [0x80, 2], 0), (.pickle, [0x80, 4], 0),
        (.pickle, [0x80, 5], 0),
    ]

    /// With its article, for a sentence.
    public var description: String {
        switch self {
        case .png, .gif, .bmp, .tiff: "a \(rawValue.uppercased()) picture"
        case .jpeg: "a JPEG picture"
        case .webp: "a WebP picture"
        case .wav: "a wav file"
        case .flac, .ogg: "\(rawValue) sound"
        case .mp3: "MP3 sound"
        case .npy: "an npy file"
        case .npz: "an npz file"
        case .torch: "a file of PyTorch"
        case .zip: "a zip archive"
        case .gzip, .bzip2, .xz, .zstandard: "a \(rawValue) file"
        case .hdf5: "an HDF5 file"
        case .parquet: "a Parquet file"
        case .pdf: "a PDF document"
        case .pickle: "a pickle of Python"
        }
    }

    /// The function of the language that reads it.
    public var reader: String? {
        switch self {
        case .png, .jpeg: "readImage"
        case .wav: "readWav"
        case .npy: "readNpy"
        case .npz: "readNpz"
        case .torch: "readTorch"
        case .gif, .bmp, .webp, .tiff, .flac, .ogg, .mp3, .zip, .gzip, .bzip2, .xz, .zstandard, .hdf5,
            .parquet, .pdf, .pickle:
            nil
        }
    }
}
