import CTurboJPEG
public import Tensors

/// JPEG pictures, by the TurboJPEG interface of libjpeg-turbo, which handles its own errors. Read only.
///
/// - Source: ITU-T T.81, annex B, for the markers that are checked here first.
public enum JPEGImage {
    /// The most pixels of a picture: 67 million (8192 × 8192).
    static let maximumPixels = 1 << 26
    /// The most pixels of a byte: a block of 64 takes at least a bit of each component.
    private static let densest = 4096

    /// Whether the bytes begin as a JPEG file does.
    static func begins(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

    /// A picture as float32 `[C, H, W]` in 0…1: one channel for grey, three for colour. Baseline and
    /// progressive. What the camera says about its orientation is not heeded.
    /// - Throws: `notThisFormat`, `truncated`, `malformed` (with the library's words, at the byte where
    ///   the coefficients begin), `unsupported` (CMYK, lossless), `tooBig`.
    public static func read(_ bytes: [UInt8]) throws(FormatError) -> Tensor {
        let header = try JPEGHeader(bytes)
        let pixels = header.width * header.height
        guard pixels <= maximumPixels else {
            throw header.fail(
                .tooBig(
                    what: "the picture (\(header.width)×\(header.height) pixels)", size: pixels,
                    limit: maximumPixels), at: header.frame)
        }
        guard pixels / densest <= bytes.count else {
            throw header.fail(
                .truncated(needed: pixels / densest, available: bytes.count), at: header.frame)
        }
        let channels = header.components == 1 ? 1 : 3
        let shape = try makeShape([channels, header.height, header.width], format: format)
        let tensor = try makeTensor(shape, .float32, format: format)
        let levels = try decompressed(bytes, header, channels)
        let values = tensor.pointer.assumingMemoryBound(to: Float.self)
        for channel in 0..<channels {
            for index in 0..<pixels {
                values[channel * pixels + index] = Float(levels[index * channels + channel]) / 255
            }
        }
        return tensor
    }

    /// The levels of the channels, pixel by pixel.
    private static func decompressed(
        _ bytes: [UInt8], _ header: JPEGHeader, _ channels: Int
    ) throws(FormatError) -> [UInt8] {
        guard let handle = tjInitDecompress() else {
            throw header.fail(.malformed("there is no memory for the picture"), at: 0)
        }
        defer { tjDestroy(handle) }
        var width: Int32 = 0
        var height: Int32 = 0
        var sampling: Int32 = 0
        var space: Int32 = 0
        let count = UInt(bytes.count)
        guard tjDecompressHeader3(handle, bytes, count, &width, &height, &sampling, &space) == 0,
            Int(width) == header.width, Int(height) == header.height
        else { throw failure(handle, header) }
        guard space != Int32(TJCS_CMYK.rawValue), space != Int32(TJCS_YCCK.rawValue) else {
            throw header.fail(.unsupported("a picture in printing colours (CMYK)"), at: header.frame)
        }
        var levels = [UInt8](repeating: 0, count: header.width * header.height * channels)
        let order = channels == 1 ? TJPF_GRAY : TJPF_RGB
        let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
        guard
            tjDecompress2(
                handle, bytes, count, &levels, width, 0, height, Int32(order.rawValue), flags) == 0
        else { throw failure(handle, header) }
        return levels
    }

    private static func failure(_ handle: tjhandle, _ header: JPEGHeader) -> FormatError {
        let words = String(cString: tjGetErrorStr2(handle))
        let text = words.isEmpty ? "the picture is damaged" : words
        return header.fail(.malformed(text), at: header.scan)
    }

    static let format = "jpeg"
}

/// The markers before the coefficients.
private struct JPEGHeader {
    var width = 0
    var height = 0
    var components = 0
    /// Where the frame is described, and where the first scan begins.
    var frame = 0
    var scan = 0

    init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes, format: JPEGImage.format)
        guard JPEGImage.begins(bytes) else {
            throw reader.fail(.notThisFormat(expected: "\\xff\\xd8\\xff"), at: 0)
        }
        _ = try reader.take(2)
        while scan == 0 { try readSegment(&reader) }
        guard frame > 0 else {
            throw reader.fail(.malformed("a scan begins before its frame"), at: scan)
        }
    }

    private mutating func readSegment(_ reader: inout ByteReader) throws(FormatError) {
        let place = reader.position
        guard try reader.byte() == 0xFF else {
            throw reader.fail(.malformed("a marker is expected here"), at: place)
        }
        var marker = try reader.byte()
        while marker == 0xFF { marker = try reader.byte() }
        if marker == 0x01 || (0xD0...0xD7).contains(marker) { return }
        guard marker != 0xD9, marker != 0xD8, marker != 0 else {
            throw reader.fail(.malformed("the picture ends before it begins"), at: place)
        }
        let length = Int(try reader.big(UInt16.self))
        guard length >= 2 else {
            throw reader.fail(.malformed("a segment has no length"), at: place)
        }
        let contents = try reader.take(length - 2)
        switch marker {
        case 0xC0, 0xC1, 0xC2, 0xC9, 0xCA: try readFrame(reader.bytes, contents, at: place)
        case 0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF:
            throw reader.fail(.unsupported("a lossless or hierarchical picture"), at: place)
        case 0xDA: scan = place
        default: break
        }
    }

    private mutating func readFrame(
        _ bytes: [UInt8], _ range: Range<Int>, at place: Int
    ) throws(FormatError) {
        var reader = ByteReader(bytes, format: JPEGImage.format, in: range)
        let depth = try reader.byte()
        guard depth == 8 else {
            throw reader.fail(.unsupported("a picture of \(depth) bits"), at: place)
        }
        guard frame == 0 else { throw reader.fail(.malformed("there are two frames"), at: place) }
        height = Int(try reader.big(UInt16.self))
        width = Int(try reader.big(UInt16.self))
        components = Int(try reader.byte())
        frame = place
        guard width > 0, height > 0 else {
            throw reader.fail(.malformed("the picture has no size"), at: place)
        }
        guard components == 1 || components == 3 else {
            let what = components == 4 ? "a picture in printing colours (CMYK)" : "\(components) components"
            throw reader.fail(.unsupported(what), at: place)
        }
    }

    func fail(_ problem: FormatError.Problem, at offset: Int) -> FormatError {
        FormatError(format: JPEGImage.format, place: .byte(offset), problem)
    }
}

extension DataFormat {
    public static let jpeg = DataFormat(
        name: "jpeg", reader: "readImage", extensions: ["jpg", "jpeg"],
        documentation: """
            A photograph as float32 [C, H, W] in 0…1: C is 1 for grey, 3 for colour. Baseline and \
            progressive; CMYK is refused.
            """,
        read: { bytes throws(FormatError) in .tensor(try JPEGImage.read(bytes)) }, write: nil)

    /// A picture, whatever its file is called: the first bytes say which kind it is.
    /// - Throws: what the reader throws, `notThisFormat` for neither.
    public static func readPicture(_ bytes: [UInt8]) throws(FormatError) -> DataValue {
        if JPEGImage.begins(bytes) { return try jpeg.read(bytes) }
        guard bytes.starts(with: [0x89]) else {
            throw FormatError(
                format: "picture", place: .byte(0), .notThisFormat(expected: "the bytes of PNG or JPEG"))
        }
        return try png.read(bytes)
    }
}
