import Kernels
import Synchronization
import Tensors
import Testing

@testable import Formats

/// Files may be large, and ^C is answered in time all the same: what reads and writes them asks again and again whether it
/// is to stop (docs/decisions/0015-stopping-work.md).
@Suite("Stopping while files are read and written")
struct StoppingTests {
    struct Work: Sendable, CustomTestStringConvertible {
        var name: String
        /// Megabytes that it goes through.
        var size: Int
        var body: @Sendable ([UInt8]) throws -> Void
        var make: @Sendable () throws -> [UInt8]
        var testDescription: String { name }
    }

    static let works: [Work] = [
        Work(name: "text", size: 4, body: { _ = try PlainText.read($0) }, make: { text("a word\n") }),
        Work(
            name: "text in Latin-1", size: 4, body: { _ = try PlainText.read($0, encoding: .latin1) },
            make: { text("a word\n") }),
        Work(
            name: "text in UTF-16", size: 4, body: { _ = try PlainText.read($0, encoding: .utf16) },
            make: { text("a\0b\0") }),
        Work(name: "a table", size: 4, body: { _ = try CSV.read($0) }, make: { text("1.5,2,abc\n") }),
        Work(
            name: "a table of one field", size: 4, body: { _ = try CSV.read($0) },
            make: { text("a") }),
        Work(
            name: "a table of one field in quotes", size: 4, body: { _ = try CSV.read($0) },
            make: { Array("a,b\n1,\"".utf8) + text("x") }),
        Work(
            name: "JSON", size: 4, body: { _ = try JSON.read($0) },
            make: { Array("[0".utf8) + text(",1.25") + Array("]".utf8) }),
        Work(
            name: "JSON of one text", size: 4, body: { _ = try JSON.read($0) },
            make: { Array("\"".utf8) + text("word ") + Array("\"".utf8) }),
        Work(
            name: "JSON that is damaged", size: 4, body: { _ = try JSON.read($0) },
            make: { Array("[0".utf8) + text(",1.25") }),
        Work(
            name: "an array", size: 4, body: { _ = try Npy.read($0) },
            make: { try Npy.write(try Tensor(uninitialized: Shape([1 << 20]), dtype: .float32)) }),
        Work(
            name: "arrays in an archive", size: 4, body: { _ = try Npz.read($0) },
            make: {
                try Npz.write([
                    NamedTensor("a", try Tensor(uninitialized: Shape([1 << 20]), dtype: .float32))
                ])
            }),
        Work(
            name: "the writing of a compressed archive", size: 4,
            body: { bytes in
                var writer = ZipWriter()
                try writer.add("a", bytes)
                _ = writer.finish()
            },
            make: { text("a word\n") }),
        Work(name: "a check sum", size: 4, body: { _ = SHA256.hexDigest($0) }, make: { text("a word\n") }),
    ]

    private static func text(_ piece: String) -> [UInt8] {
        let piece = Array(piece.utf8)
        return Array(repeatElement(piece, count: 4 << 20 / piece.count).joined())
    }

    @Test("asks at least once for each megabyte", arguments: works)
    func asks(_ work: Work) throws {
        let bytes = try work.make()
        let questions = Mutex(0)
        let scope = WorkScope(stopsWhen: {
            questions.withLock { $0 += 1 }
            return false
        })
        try? scope.run { try work.body(bytes) }
        #expect(questions.withLock { $0 } >= work.size)
    }

    @Test("leaves off when it is told to, with no more than an error", arguments: works)
    func stops(_ work: Work) throws {
        let bytes = try work.make()
        let questions = Mutex(0)
        let scope = WorkScope(stopsWhen: {
            questions.withLock { $0 += 1 }
            return true
        })
        try? scope.run { try work.body(bytes) }
        #expect(scope.isStopped)
        // Once told, it asks no more than a few loops do that follow each other.
        #expect(questions.withLock { $0 } == 1)
    }

    @Test("a file that is written when the work is to stop stays as it was")
    func writing() throws {
        try inTemporaryFolder { folder in
            let path = folder + "/a.txt"
            try FileAccess.write([1, 2, 3], to: path)
            let scope = WorkScope(stopsWhen: { true })
            #expect(throws: FormatError.self) {
                try scope.run { try FileAccess.write([UInt8](repeating: 7, count: 1 << 23), to: path) }
            }
            #expect(scope.isStopped)
            #expect(try FileAccess.read(path) == [1, 2, 3])
            #expect(FileAccess.names(in: folder) == ["a.txt"])
        }
    }
}
