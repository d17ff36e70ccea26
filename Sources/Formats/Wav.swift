import Kernels
public import Tensors

/// Recorded sound.
public struct Sound: Sendable {
    /// float32 in -1…1: one channel `[N]`, several `[C, N]`.
    public let samples: Tensor
    /// Samples a second.
    public let rate: Int

    public init(samples: Tensor, rate: Int) {
        self.samples = samples
        self.rate = rate
    }
}

/// How a sound file stores a sample.
public enum SampleEncoding: Sendable, CaseIterable {
    case pcm8, pcm16, pcm24, pcm32, float32, float64

    /// Bytes of one sample.
    var size: Int {
        switch self {
        case .pcm8: 1
        case .pcm16: 2
        case .pcm24: 3
        case .pcm32, .float32: 4
        case .float64: 8
        }
    }

    var isFloat: Bool { self == .float32 || self == .float64 }

    /// The format tag of the `fmt ` chunk: 1 integers, 3 floats.
    fileprivate var tag: UInt16 { isFloat ? 3 : 1 }
}

/// RIFF WAVE files.
/// - Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0";
///   mmreg.h for WAVE_FORMAT_EXTENSIBLE.
public enum Wav {
    /// Integers are divided by 2^(bits - 1) (8-bit ones less 128 first), floats are kept as they
    /// are.
    /// - Throws: `FormatError` with the byte offset; `unsupported` for compressed sound.
    public static func read(_ bytes: [UInt8]) throws(FormatError) -> Sound {
        var reader = ByteReader(bytes, format: "wav")
        guard reader.skip("RIFF") else { throw reader.fail(.notThisFormat(expected: "RIFF")) }
        _ = try reader.take(4)  // the file's size, which many programs get wrong
        guard reader.skip("WAVE") else {
            throw reader.fail(.notThisFormat(expected: "RIFF and WAVE"))
        }
        var layout: WavLayout?
        while reader.remaining >= 8 {
            let isFormat = reader.skip("fmt ")
            let isData = !isFormat && reader.skip("data")
            if !isFormat && !isData { _ = try reader.take(4) }
            let size = Int(try reader.little(UInt32.self))
            if isFormat {
                layout = try WavLayout(ByteReader(bytes, format: "wav", in: try reader.take(size)))
            } else if isData {
                guard let layout else {
                    throw reader.fail(.malformed("the data come before the format"))
                }
                // Recorders that write to a pipe cannot know the size and write the highest number.
                let range = try reader.take(size == Int(UInt32.max) ? reader.remaining : size)
                return try layout.sound(bytes, range)
            } else {
                _ = try reader.take(size)
            }
            if size % 2 == 1, reader.remaining > 0 { _ = try reader.take(1) }
        }
        throw reader.fail(.malformed("there is no sound in it"))
    }

    /// Writes samples `[N]` or `[C, N]`. Integers: times 2^(bits - 1), rounded to even, clipped;
    /// nan is 0.
    /// - Throws: `cannotWrite` for another shape or dtype, or over 4 GiB.
    public static func write(
        _ sound: Sound, encoding: SampleEncoding = .pcm16
    ) throws(FormatError) -> [UInt8] {
        let shape = sound.samples.shape
        guard sound.samples.dtype == .float32, shape.rank == 1 || shape.rank == 2 else {
            throw FormatError(
                format: "wav", .cannotWrite("float32 samples [N] or [C, N] are needed"))
        }
        let channels = shape.rank == 1 ? 1 : shape[0]
        let frames = shape[shape.rank - 1]
        guard (1...0xFFFF).contains(channels), let rate = UInt32(exactly: sound.rate), rate > 0,
            let dataSize = UInt32(exactly: shape.count * encoding.size), dataSize < UInt32.max - 64,
            let byteRate = UInt32(exactly: sound.rate * channels * encoding.size)
        else {
            throw FormatError(
                format: "wav", .cannotWrite("the rate, channels or length do not fit"))
        }
        var writer = ByteWriter()
        writer.append("RIFF")
        writer.little(UInt32(36) + dataSize + dataSize % 2)
        writer.append("WAVEfmt ")
        writer.little(UInt32(16))
        writer.little(encoding.tag)
        writer.little(UInt16(channels))
        writer.little(rate)
        writer.little(byteRate)
        writer.little(UInt16(truncatingIfNeeded: channels * encoding.size))
        writer.little(UInt16(encoding.size * 8))
        writer.append("data")
        writer.little(dataSize)
        sound.samples.withBytes { bytes in
            let samples = bytes.assumingMemoryBound(to: Float.self)
            var work = WorkPoll()
            for frame in 0..<frames {
                if work.shouldStop { break }
                for channel in 0..<channels {
                    append(samples[channel * frames + frame], encoding, &writer)
                }
            }
        }
        writer.pad(toMultipleOf: 2, with: 0)
        return writer.bytes
    }

    private static func append(
        _ sample: Float, _ encoding: SampleEncoding, _ writer: inout ByteWriter
    ) {
        switch encoding {
        case .float32: writer.little(sample.bitPattern)
        case .float64: writer.little(Double(sample).bitPattern)
        case .pcm8, .pcm16, .pcm24, .pcm32:
            let scale = Double(1 << (encoding.size * 8 - 1))
            let scaled = sample.isNaN ? 0 : (Double(sample) * scale).rounded(.toNearestOrEven)
            // In the range of Int32 after the clipping, so the conversion cannot trap.
            let value = Int32(min(max(scaled, -scale), scale - 1)) &+ (encoding == .pcm8 ? 128 : 0)
            for byte in 0..<encoding.size {
                writer.append(CollectionOfOne(UInt8(truncatingIfNeeded: value >> (8 * byte))))
            }
        }
    }
}

/// What the `fmt ` chunk says.
private struct WavLayout {
    let encoding: SampleEncoding
    let channels: Int
    let rate: Int

    init(_ chunk: ByteReader) throws(FormatError) {
        var reader = chunk
        let start = reader.position
        var tag: UInt16 = try reader.little()
        channels = Int(try reader.little(UInt16.self))
        rate = Int(try reader.little(UInt32.self))
        _ = try reader.take(4)
        let frameSize = Int(try reader.little(UInt16.self))
        let bits: UInt16 = try reader.little()
        if tag == 0xFFFE {  // extensible: the tag is the beginning of a 16-byte identifier
            _ = try reader.take(8)
            tag = try reader.little()
        }
        switch (tag, bits) {
        case (1, 8): encoding = .pcm8
        case (1, 16): encoding = .pcm16
        case (1, 24): encoding = .pcm24
        case (1, 32): encoding = .pcm32
        case (3, 32): encoding = .float32
        case (3, 64): encoding = .float64
        default:
            let names: [UInt16: String] = [
                2: "ADPCM", 6: "A-law", 7: "µ-law", 17: "ADPCM", 80: "MPEG", 85: "MP3",
            ]
            throw reader.fail(
                .unsupported("sound of type \(tag)\(names[tag].map { " (\($0))" } ?? "") with \(bits) bits"),
                at: start)
        }
        guard channels > 0, rate > 0 else {
            throw reader.fail(.malformed("it has no channel or no rate"), at: start)
        }
        guard frameSize == channels * encoding.size else {
            throw reader.fail(
                .disagree(
                    what: "the bytes of a frame", declared: channels * encoding.size,
                    found: frameSize), at: start)
        }
    }

    func sound(_ bytes: [UInt8], _ range: Range<Int>) throws(FormatError) -> Sound {
        let frames = range.count / (channels * encoding.size)
        let shape = try makeShape(channels == 1 ? [frames] : [channels, frames], format: "wav")
        let tensor = try makeTensor(shape, .float32, format: "wav")
        let samples = tensor.pointer.assumingMemoryBound(to: Float.self)
        bytes.withUnsafeBytes { all in
            var work = WorkPoll()
            for frame in 0..<frames {
                if work.shouldStop { break }
                for channel in 0..<channels {
                    let place = range.lowerBound + (frame * channels + channel) * encoding.size
                    samples[channel * frames + frame] = sample(all, place)
                }
            }
        }
        return Sound(samples: tensor, rate: rate)
    }

    @inline(__always)
    private func sample(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Float {
        switch encoding {
        case .pcm8: return Float(Int(bytes[place]) - 128) / 0x1p7
        case .pcm16:
            return Float(
                Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int16.self)))
                / 0x1p15
        case .pcm24:
            let low = UInt32(bytes[place]) << 8 | UInt32(bytes[place + 1]) << 16
            return Float(Int32(bitPattern: low | UInt32(bytes[place + 2]) << 24) >> 8) / 0x1p23
        case .pcm32:
            return Float(
                Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int32.self)))
                / 0x1p31
        case .float32:
            return Float(
                bitPattern: UInt32(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
        case .float64:
            return Float(
                Double(
                    bitPattern: UInt64(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))))
        }
    }
}

extension DataFormat {
    public static let wav = DataFormat(
        name: "wav", reader: "readWav", extensions: ["wav"],
        documentation: """
            Sound as a record (samples, rate): float32 samples in -1…1, [N] or [channels, N], and \
            samples a second. Integers of 8 to 32 bits and floats; written with 16 bits.
            """,
        read: { bytes throws(FormatError) in .sound(try Wav.read(bytes)) },
        write: { value throws(FormatError) in
            guard case .sound(let sound) = value else {
                throw unfitting("wav", needs: "samples and a rate")
            }
            return try Wav.write(sound)
        })
}
