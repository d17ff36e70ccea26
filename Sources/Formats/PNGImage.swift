import CPNG
import Kernels
public import Tensors

/// PNG pictures, by libpng's simplified interface, which handles its own errors.
public enum PNGImage {
    /// The most pixels of a picture: 67 million (8192 × 8192).
    static let maximumPixels = 1 << 26

    /// A picture as float32 `[C, H, W]` in 0…1: one channel for grey, three for colour, four with
    /// transparency (not premultiplied). Palettes become colours. Levels are as stored, whatever the file
    /// says about its gamma; 16 bits stay, but with transparency become eight.
    /// - Throws: `notThisFormat`, `malformed` (with libpng's words), `tooBig`.
    public static func read(_ bytes: [UInt8]) throws(FormatError) -> Tensor {
        let size = try declaredSize(bytes)
        let bytes = withoutColourSpace(bytes)
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        return try bytes.withUnsafeBytesThrowing { (all) throws(FormatError) -> Tensor in
            guard png_image_begin_read_from_memory(&image, all.baseAddress, all.count) != 0,
                Int(image.width) == size.width, Int(image.height) == size.height
            else { throw failure(image) }
            let hasAlpha = image.format & dl_PNG_FORMAT_FLAG_ALPHA != 0
            let hasColor = image.format & dl_PNG_FORMAT_FLAG_COLOR != 0
            let channels = hasAlpha ? 4 : hasColor ? 3 : 1
            let shape = try makeShape([channels, size.height, size.width], format: "png")
            let tensor = try makeTensor(shape, .float32, format: "png")
            if size.depth == 16, !hasAlpha {
                // Levels without a colour space count as linear light, which is what is asked for: none changes.
                image.format = hasColor ? dl_PNG_FORMAT_LINEAR_RGB : dl_PNG_FORMAT_LINEAR_Y
                let levels = try levels(of: &image, shape.count, UInt16.self)
                separate(levels, channels, by: 65535, into: tensor)
                return tensor
            }
            // Without it libpng takes 16-bit levels for linear light and brightens them.
            image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
            image.format =
                hasAlpha ? dl_PNG_FORMAT_RGBA : hasColor ? dl_PNG_FORMAT_RGB : dl_PNG_FORMAT_GRAY
            let levels = try levels(of: &image, shape.count, UInt8.self)
            separate(levels, channels, by: 255, into: tensor)
            return tensor
        }
    }

    /// All levels, pixel by pixel, in the format that the image asks for.
    private static func levels<Level: FixedWidthInteger>(
        of image: inout png_image, _ count: Int, _: Level.Type
    ) throws(FormatError) -> [Level] {
        var levels = [Level](repeating: 0, count: count)
        let isRead = levels.withUnsafeMutableBytes {
            png_image_finish_read(&image, nil, $0.baseAddress, 0, nil) != 0
        }
        guard isRead else { throw failure(image) }
        return levels
    }

    /// The file less the chunks by which libpng would change the levels.
    private static func withoutColourSpace(_ bytes: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        var keptEnd = 0
        var place = 8
        while place + 12 <= bytes.count {
            let length = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
            let name = bytes[(place + 4)..<(place + 8)]
            guard length <= bytes.count - place - 12, !name.elementsEqual("IDAT".utf8) else { break }
            if ["gAMA", "cHRM", "sRGB", "iCCP", "cICP"].contains(where: { name.elementsEqual($0.utf8) }) {
                kept += bytes[keptEnd..<place]
                keptEnd = place + 12 + length
            }
            place += 12 + length
        }
        return keptEnd == 0 ? bytes : kept + bytes[keptEnd...]
    }

    /// Writes `[H, W]`, `[1, H, W]`, `[3, H, W]` or `[4, H, W]` with 8 bits: floats in 0…1
    /// (clipped, nan is black), or uint8 as it is.
    /// - Throws: `cannotWrite` for other shapes and dtypes, or a picture without pixels.
    public static func write(_ tensor: Tensor) throws(FormatError) -> [UInt8] {
        let shape = tensor.shape
        let channels = shape.rank == 3 ? shape[0] : 1
        guard shape.rank == 2 || shape.rank == 3, [1, 3, 4].contains(channels) else {
            throw FormatError(
                format: "png",
                .cannotWrite("[H, W] or [C, H, W] with 1, 3 or 4 channels is needed, not \(shape)"))
        }
        guard let height = UInt32(exactly: shape[shape.rank - 2]), height > 0,
            let width = UInt32(exactly: shape[shape.rank - 1]), width > 0,
            shape.count <= maximumPixels
        else {
            throw FormatError(
                format: "png", .cannotWrite("a picture of \(shape) is empty or too big"))
        }
        let pixels = try interleaved(tensor, channels)
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        image.width = width
        image.height = height
        image.format =
            channels == 4
            ? dl_PNG_FORMAT_RGBA : channels == 3 ? dl_PNG_FORMAT_RGB : dl_PNG_FORMAT_GRAY
        defer { png_image_free(&image) }
        var count: png_alloc_size_t = 0
        // libpng cannot grow a buffer: the first call measures.
        guard png_image_write_to_memory(&image, nil, &count, 0, pixels, 0, nil) != 0 else {
            throw failure(image)
        }
        var output = [UInt8](repeating: 0, count: Int(count))
        guard png_image_write_to_memory(&image, &output, &count, 0, pixels, 0, nil) != 0 else {
            throw failure(image)
        }
        return output
    }

    /// Width and height from the first chunk, refused before anything is allocated if the bytes
    /// behind them cannot be that many: deflate makes at most 1032 bytes of one.
    private static func declaredSize(_ bytes: [UInt8]) throws(FormatError) -> (
        width: Int, height: Int, depth: Int
    ) {
        var reader = ByteReader(bytes, format: "png")
        guard try reader.take(min(8, reader.remaining)).count == 8,
            bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        else { throw reader.fail(.notThisFormat(expected: "\\x89PNG"), at: 0) }
        _ = try reader.take(4)
        guard reader.skip("IHDR") else {
            throw reader.fail(.malformed("the first chunk is not IHDR"))
        }
        let width = Int(try reader.big(UInt32.self))
        let height = Int(try reader.big(UInt32.self))
        let depth = Int(try reader.byte())
        let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][try reader.byte()] ?? 1
        let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, pixels <= maximumPixels else {
            throw reader.fail(
                .tooBig(
                    what: "the picture (\(width)×\(height) pixels)",
                    size: overflow ? Int.max : pixels,
                    limit: maximumPixels), at: 16)
        }
        let packed = pixels * depth * channels / 8
        guard packed / (Deflate.Limit.highestRatio + 1) <= bytes.count else {
            throw reader.fail(
                .truncated(
                    needed: packed / (Deflate.Limit.highestRatio + 1), available: bytes.count),
                at: 16)
        }
        return (width, height, depth)
    }

    private static func separate<Level: FixedWidthInteger>(
        _ pixels: [Level], _ channels: Int, by largest: Float, into tensor: Tensor
    ) {
        let plane = pixels.count / channels
        let values = tensor.pointer.assumingMemoryBound(to: Float.self)
        for channel in 0..<channels where !WorkScope.shouldStop {
            for index in 0..<plane {
                values[channel * plane + index] = Float(pixels[index * channels + channel]) / largest
            }
        }
    }

    private static func interleaved(_ tensor: Tensor, _ channels: Int) throws(FormatError)
        -> [UInt8]
    {
        switch tensor.dtype {
        case .float32: interleaved(tensor, channels, Float.self) { level(Double($0)) }
        case .float64: interleaved(tensor, channels, Double.self, level)
        case .uint8: interleaved(tensor, channels, UInt8.self) { $0 }
        case .bool, .int32, .int64:
            throw FormatError(
                format: "png",
                .cannotWrite("floats in 0…1 or uint8 are needed, not \(tensor.dtype.name)"))
        }
    }

    private static func interleaved<Element>(
        _ tensor: Tensor, _ channels: Int, _: Element.Type, _ level: (Element) -> UInt8
    ) -> [UInt8] {
        let plane = tensor.count / channels
        var pixels = [UInt8](repeating: 0, count: tensor.count)
        tensor.withBytes { bytes in
            let values = bytes.assumingMemoryBound(to: Element.self)
            for channel in 0..<channels where !WorkScope.shouldStop {
                for index in 0..<plane {
                    pixels[index * channels + channel] = level(values[channel * plane + index])
                }
            }
        }
        return pixels
    }

    /// 0…255 of 0…1.
    private static func level(_ value: Double) -> UInt8 {
        guard value > 0 else { return 0 }  // nan too
        return value < 1 ? UInt8((value * 255).rounded()) : 255
    }

    private static func failure(_ image: png_image) -> FormatError {
        let words = withUnsafeBytes(of: image.message) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
        return FormatError(
            format: "png", .malformed(inOurs[words] ?? (words.isEmpty ? "the picture is damaged" : words)))
    }

    /// What libpng says most, so that it can be understood.
    private static let inOurs = [
        "read beyond end of data": "it is cut off: pixels are missing at the end",
        "IDAT: incorrect data check": "the pixels are damaged (IDAT: incorrect data check)",
        "IDAT: CRC error": "the pixels are damaged (IDAT: CRC error)",
    ]
}

extension [UInt8] {
    /// `withUnsafeBytes` that keeps the type of the error.
    fileprivate func withUnsafeBytesThrowing<Result>(
        _ body: (UnsafeRawBufferPointer) throws(FormatError) -> Result
    ) throws(FormatError) -> Result {
        let result = withUnsafeBytes { bytes -> Swift.Result<Result, FormatError> in
            do throws(FormatError) { return .success(try body(bytes)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

extension DataFormat {
    public static let png = DataFormat(
        name: "png", reader: "readImage", extensions: ["png"],
        documentation: """
            A picture as float32 [C, H, W] in 0…1: C is 1 for grey, 3 for colour, 4 with \
            transparency. \
            [H, W] and [C, H, W] are written.
            """,
        read: { bytes throws(FormatError) in .tensor(try PNGImage.read(bytes)) },
        write: { value throws(FormatError) in
            guard case .tensor(let tensor) = value else {
                throw unfitting("png", needs: "a tensor")
            }
            return try PNGImage.write(tensor)
        })
}
