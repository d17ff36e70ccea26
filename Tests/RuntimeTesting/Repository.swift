public import Foundation
public import Runtime

/// The repository, found from where this file stands.
public let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

extension SessionConfiguration {
    /// The library and data of the repository; files of programs in a folder of the test's own.
    public static func testing(folder: URL) -> SessionConfiguration {
        SessionConfiguration(
            standardLibrary: repository.appending(path: "stdlib").path,
            data: repository.appending(path: "data").path, folder: folder.path)
    }
}

/// Makes a new temporary folder, gives it to `body` and removes it.
public func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
        .appending(path: "dl-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}
