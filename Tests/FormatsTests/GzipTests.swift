import Formats
import Testing

@Suite("gzip")
struct GzipTests {
    @Test("compressed bytes come back", arguments: [0, 1, 65_536, 200_000])
    func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }
        #expect(try Gzip.decompress(try Gzip.compress(bytes)) == bytes)
    }

    @Test(
        "what gzip -n wrote is read, members one after another, zeros at the end ignored"
    )
    func members() throws {
        let member = hex("1f8b0800000000000003 cb48cdc9c9e70200 20303a36 06000000")
        #expect(try Gzip.decompress(member) == Array("hello\n".utf8))
        #expect(try Gzip.decompress(member + member + [0, 0, 0]) == Array("hello\nhello\n".utf8))
        let failure = error { () throws(FormatError) in try Gzip.decompress(member + [7]) }
        #expect(failure?.problem == .excess(bytes: 1))
    }

    @Test("a file that ends early or is damaged is an error at a byte")
    func damaged() throws {
        let file = try Gzip.compress(Array(repeating: 7, count: 1000))
        let short = error { () throws(FormatError) in try Gzip.decompress(Array(file.dropLast(3))) }
        #expect(short?.problem == .truncated(needed: 1, available: 0))
        var wrong = file
        wrong[wrong.count - 6] ^= 1
        #expect(
            error { () throws(FormatError) in try Gzip.decompress(wrong) }?.problem
                == .malformed("the compressed data is damaged"))
    }

    @Test("a bomb stops at the limit, and at 250 times its size beyond 64 MiB")
    func bomb() throws {
        let zeros = try Gzip.compress([UInt8](repeating: 0, count: 70 << 20))
        let limited = error { () throws(FormatError) in try Gzip.decompress(zeros, limit: 1 << 20) }
        #expect(try reached(limited) <= (1 << 20) + 65_536)
        let ratio = error { () throws(FormatError) in try Gzip.decompress(zeros) }
        #expect(try reached(ratio) <= (64 << 20) + 65_536)
    }

    /// How much had been inflated when it was refused.
    private func reached(_ error: FormatError?) throws -> Int {
        guard case .tooBig(_, let bytes, _) = error?.problem else {
            Issue.record("not refused as too big: \(error?.message ?? "read")")
            return .max
        }
        return bytes
    }
}
