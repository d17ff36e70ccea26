import Formats
import Foundation
import Testing

@Suite("files")
struct FileAccessTests {
    @Test("a file is written whole, again over itself, and read")
    func writeAndRead() throws {
        try inTemporaryFolder { folder in
            let path = folder + "/a.bin"
            for bytes in [[1, 2, 3], [], [UInt8](repeating: 7, count: 3_000_000)] as [[UInt8]] {
                try FileAccess.write(bytes, to: path)
                #expect(try FileAccess.read(path) == bytes)
                #expect(FileAccess.size(of: path) == bytes.count)
            }
            #expect(FileAccess.names(in: folder) == ["a.bin"])
        }
    }

    @Test("writing through a link changes what it points to, and keeps its mode")
    func links() throws {
        try inTemporaryFolder { folder in
            let files = FileManager.default
            try FileAccess.write([1], to: folder + "/real")
            try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder + "/real")
            try files.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "real")
            try FileAccess.write([2], to: folder + "/link")
            #expect(try FileAccess.read(folder + "/real") == [2])
            #expect(try files.destinationOfSymbolicLink(atPath: folder + "/link") == "real")
            #expect(
                try files.attributesOfItem(atPath: folder + "/real")[.posixPermissions] as? Int
                    == 0o600)
        }
    }

    @Test("what is no file, missing or too big is an error with the path")
    func errors() throws {
        try inTemporaryFolder { folder in
            try FileAccess.write([1, 2, 3], to: folder + "/a")
            let cases: [(String, FormatError.Problem)] = [
                (folder, .isFolder), (folder + "/none", .notFound), (folder + "/a/b", .notFound),
                ("/dev/zero", .notAFile),
                (folder + "/a", .tooBig(what: "the file", size: 3, limit: 2)),
            ]
            for (path, problem) in cases {
                let failure = error { () throws(FormatError) in try FileAccess.read(path, limit: 2)
                }
                #expect(failure == FormatError(format: "file", file: path, problem))
            }
            for (path, problem) in [
                (folder, .isFolder), (folder + "/none/x", .notFound), ("/dev/null", .notAFile),
            ] as [(String, FormatError.Problem)] {
                let failure = error { () throws(FormatError) in try FileAccess.write([1], to: path)
                }
                #expect(failure?.problem == problem)
            }
            #expect(FileAccess.names(in: folder) == ["a"], "nothing is left over")
        }
    }
}

/// Runs with a new folder that is removed afterwards.
func inTemporaryFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "formats-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
}
