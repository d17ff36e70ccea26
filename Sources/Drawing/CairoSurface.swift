import CDrawing
import Figures

/// Surfaces of pixels, and the bytes that surfaces write.
enum CairoSurface {
    /// Pixels of a surface as Cairo keeps them.
    struct Pixels {
        let pointer: OpaquePointer
        let width: Int
        let height: Int
    }

    /// A surface that shows an image, each pixel repeated in both directions; nil if it is too
    /// large. The caller destroys it.
    static func image(_ image: PixelImage, repeated factor: Int) -> Pixels? {
        let (width, height) = (image.width * factor, image.height * factor)
        guard width <= 32_000, height <= 32_000,
            let surface = draw_cairo_image_surface_create(
                Int32(DRAW_FORMAT_ARGB32), Int32(width), Int32(height))
        else { return nil }
        guard let data = draw_cairo_image_surface_get_data(surface) else {
            draw_cairo_surface_destroy(surface)
            return nil
        }
        let stride = Int(draw_cairo_image_surface_get_stride(surface))
        draw_cairo_surface_flush(surface)
        for y in 0..<height {
            let line = UnsafeMutableRawPointer(data + y * stride)
            for x in 0..<width {
                let start = 4 * (y / factor * image.width + x / factor)
                let pixel = packed(image.bytes[start..<start + 4])
                line.storeBytes(of: pixel, toByteOffset: 4 * x, as: UInt32.self)
            }
        }
        draw_cairo_surface_mark_dirty(surface)
        return Pixels(pointer: surface, width: width, height: height)
    }

    /// Alpha, red, green, blue in one word, the colours multiplied by alpha.
    private static func packed(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        let start = bytes.startIndex
        let alpha = UInt32(bytes[start + 3])
        func multiplied(_ offset: Int) -> UInt32 {
            (UInt32(bytes[start + offset]) * alpha + 127) / 255
        }
        return alpha << 24 | multiplied(0) << 16 | multiplied(1) << 8 | multiplied(2)
    }

    /// The pixels of a surface as an image without alpha multiplied in.
    static func read(_ surface: OpaquePointer, width: Int, height: Int) -> PixelImage? {
        draw_cairo_surface_flush(surface)
        guard let data = draw_cairo_image_surface_get_data(surface) else { return nil }
        let stride = Int(draw_cairo_image_surface_get_stride(surface))
        var bytes = [UInt8]()
        bytes.reserveCapacity(4 * width * height)
        for y in 0..<height {
            let line = UnsafeRawPointer(data + y * stride)
            for x in 0..<width {
                let pixel = line.load(fromByteOffset: 4 * x, as: UInt32.self)
                let alpha = pixel >> 24
                for shift in [UInt32(16), 8, 0] {
                    let value = (pixel >> shift) & 255
                    bytes.append(alpha == 0 ? 0 : UInt8(min(255, value * 255 / alpha)))
                }
                bytes.append(UInt8(alpha))
            }
        }
        return PixelImage(width: width, height: height, bytes: bytes)
    }
}

/// Collects what Cairo writes.
final class ByteSink {
    private(set) var bytes: [UInt8] = []

    /// To be handed to Cairo with ``closure``.
    static let write: draw_write_t = { closure, data, length in
        guard let closure, let data else { return 0 }
        let sink = Unmanaged<ByteSink>.fromOpaque(closure).takeUnretainedValue()
        sink.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
        return 0
    }

    /// This object for C; the caller keeps it alive as long as Cairo writes.
    var closure: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}
