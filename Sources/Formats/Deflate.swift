import CZlib
import Kernels
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// zlib's inflate and deflate over arrays.
enum Deflate {
    /// Which wrapping the compressed bytes have: none (in zip) or gzip's.
    enum Wrapping: Int32 {
        case raw = -15
        case gzip = 31
    }

    /// How much inflating may give.
    struct Limit {
        /// The most bytes of output.
        var bytes: Int
        /// Beyond `freeBytes` of output, the most times the input. Deflate itself cannot pass 1032.
        var ratio: Int
        static let freeBytes = 64 << 20
        static let highestRatio = 1032

        func allows(_ output: Int, from input: Int) -> Bool {
            output <= bytes && (output <= Self.freeBytes || output / ratio <= input)
        }
    }

    /// What inflating one stream gave, and where the input goes on.
    struct Inflated {
        var output: [UInt8]
        var inputEnd: Int
    }

    /// Inflates what begins at the range's start; of gzip, every member that follows too.
    /// - Throws: `malformed`, `truncated`, or `tooBig` as soon as the output passes the limit.
    static func inflate(
        _ bytes: [UInt8], in range: Range<Int>, _ wrapping: Wrapping, limit: Limit,
        format: String
    ) throws(FormatError) -> Inflated {
        var output: [UInt8] = []
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(&stream, wrapping.rawValue, ZLIB_VERSION, size) == Z_OK else {
            throw FormatError(format: format, .system(operation: "inflate", code: ENOMEM))
        }
        defer { inflateEnd(&stream) }
        var position = range.lowerBound
        // One more than the limit, so that passing it shows.
        var chunk = [UInt8](repeating: 0, count: min(1 << 16, max(0, limit.bytes) + 1))
        while true {
            let step = advance(&stream, bytes, position..<range.upperBound, &chunk)
            position += step.consumed
            output.append(contentsOf: chunk[..<step.produced])
            let problem: FormatError.Problem
            if !limit.allows(output.count, from: position - range.lowerBound + 64) {
                problem = .tooBig(
                    what: "the inflated data", size: output.count, limit: limit.bytes)
            } else if step.status == Z_STREAM_END {
                guard wrapping == .gzip, Gzip.begins(bytes, at: position, end: range.upperBound)
                else {
                    return Inflated(output: output, inputEnd: position)
                }
                inflateReset(&stream)
                continue
            } else if step.status != Z_OK && step.status != Z_BUF_ERROR {
                problem = .malformed("the compressed data is damaged")
            } else if (step.consumed == 0 && step.produced == 0) || WorkScope.shouldStop {
                problem = .truncated(needed: 1, available: 0)
            } else {
                continue
            }
            throw FormatError(format: format, place: .byte(position), problem)
        }
    }

    /// One call of zlib on as much input as it can count.
    private static func advance(
        _ stream: inout z_stream, _ bytes: [UInt8], _ range: Range<Int>, _ chunk: inout [UInt8]
    ) -> (status: Int32, consumed: Int, produced: Int) {
        let offered = min(range.count, 1 << 30)
        let capacity = chunk.count
        let status = bytes.withUnsafeBufferPointer { input in
            chunk.withUnsafeMutableBufferPointer { room in
                // zlib declares its input as mutable but only reads it.
                stream.next_in = input.baseAddress.map {
                    UnsafeMutablePointer(mutating: $0 + range.lowerBound)
                }
                stream.avail_in = UInt32(offered)
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(capacity)
                defer {
                    stream.next_in = nil
                    stream.next_out = nil
                }
                return CZlib.inflate(&stream, Z_NO_FLUSH)
            }
        }
        return (status, offered - Int(stream.avail_in), capacity - Int(stream.avail_out))
    }

    /// Compresses with zlib's usual effort. The bytes depend only on the input and zlib's version.
    static func deflate(
        _ bytes: [UInt8], _ wrapping: Wrapping, format: String
    ) throws(FormatError) -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard
            deflateInit2_(
                &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, wrapping.rawValue, 8,
                Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
        else { throw FormatError(format: format, .system(operation: "deflate", code: ENOMEM)) }
        defer { deflateEnd(&stream) }
        var output: [UInt8] = []
        var position = 0
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var status = Z_OK
        while status == Z_OK {
            // In pieces, since what compresses well gives no output for long.
            let offered = min(bytes.count - position, 1 << 20)
            let isLast = position + offered == bytes.count
            let capacity = chunk.count
            status = bytes.withUnsafeBufferPointer { input in
                chunk.withUnsafeMutableBufferPointer { room in
                    stream.next_in = input.baseAddress.map {
                        UnsafeMutablePointer(mutating: $0 + position)
                    }
                    stream.avail_in = UInt32(offered)
                    stream.next_out = room.baseAddress
                    stream.avail_out = UInt32(capacity)
                    return CZlib.deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                }
            }
            position += offered - Int(stream.avail_in)
            output.append(contentsOf: chunk[..<(capacity - Int(stream.avail_out))])
            if WorkScope.shouldStop { break }
        }
        guard status == Z_STREAM_END else {
            throw FormatError(format: format, .system(operation: "deflate", code: EIO))
        }
        return output
    }

    /// The check sum of zip and PNG over a part of the bytes.
    static func crc32(_ bytes: [UInt8], in range: Range<Int>) -> UInt32 {
        bytes.withUnsafeBufferPointer { all in
            var sum: UInt = 0
            var start = range.lowerBound
            while start < range.upperBound, !WorkScope.shouldStop {
                let end = min(range.upperBound, start + 1 << 22)
                sum = UInt(crc32_z(uLong(sum), all.baseAddress.map { $0 + start }, end - start))
                start = end
            }
            return UInt32(truncatingIfNeeded: sum)
        }
    }

    /// What may be allocated for bytes on the way to a tensor.
    static var memoryLeft: Int {
        let budget = MemoryBudget.current
        return max(0, budget.limit - budget.used)
    }
}
