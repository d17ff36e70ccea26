import Foundation

/// Tests of the tool on files in a folder of their own.
protocol FolderSuite {}

extension FolderSuite {
    func write(_ text: String, _ name: String, _ folder: URL) throws {
        let path = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: path)
    }

    func read(
        _ name: String, _ folder: URL, _ encoding: String.Encoding = .utf8
    ) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: encoding)
    }

    func exists(_ name: String, _ folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: name).path)
    }

    /// Runs the tool in the folder, without input.
    func run(
        _ folder: URL, _ arguments: String...
    ) throws -> (output: String, errors: String, code: Int32) {
        try Program.run(arguments, input: "", folder: folder)
    }
}
