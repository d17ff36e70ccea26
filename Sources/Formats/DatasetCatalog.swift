/// A data set that the catalog knows: shipped, installed, or only known by its manifest.
public struct DatasetEntry: Sendable {
    public let manifest: DatasetManifest
    /// The folder of `manifest.json`, with the licence beside it.
    public let folder: String
    /// The folder that has all files; nil if there is none, and `manifest.package` may help.
    public let filesFolder: String?
    /// The folders looked at, in order.
    public let looked: [String]

    public var name: String { manifest.name }
    public var isInstalled: Bool { filesFolder != nil }

    /// The size of the files on the disk; as published if they are not installed and the manifest
    /// knows.
    public var bytes: Int? {
        var sum = 0
        for file in manifest.files {
            let found = filesFolder.flatMap { FileAccess.size(of: $0 + "/" + file.name) }
            guard let size = found ?? file.bytes else { return nil }
            sum += size
        }
        return sum
    }
}

/// The data sets that `dataset("name")` finds: each is a folder with a `manifest.json`.
public struct DatasetCatalog: Sendable {
    /// Sorted by name.
    public let entries: [DatasetEntry]
    /// What is wrong with manifests that could not be read.
    public let problems: [FormatError]

    /// Looks for `<directory>/<name>/manifest.json` and `<directory>/manifest.json`. The first of a
    /// name counts.
    ///
    /// The files of a data set are taken from the first of these that has all: the manifest's
    /// folder, the places of its package, `<directory>/<name>`, `<directory>`.
    public init(directories: [String]) {
        var entries: [String: DatasetEntry] = [:]
        var problems: [FormatError] = []
        for directory in directories {
            let folders = [directory] + FileAccess.names(in: directory).map { directory + "/" + $0 }
            for folder in folders where FileAccess.size(of: folder + "/manifest.json") != nil {
                do {
                    let entry = try Self.entry(in: folder, directories)
                    if entries[entry.name] == nil { entries[entry.name] = entry }
                } catch {
                    problems.append(error)
                }
            }
        }
        self.entries = entries.values.sorted { $0.name < $1.name }
        self.problems = problems
    }

    /// The directories to look in: the shipped ones, each of `DLREPL_DATA` (separated by colons),
    /// and `$XDG_DATA_HOME/dlrepl/data` (by default below `~/.local/share`).
    public static func directories(shipped: String, environment: [String: String]) -> [String] {
        var directories = [shipped]
        directories += (environment["DLREPL_DATA"] ?? "").split(separator: ":").map(String.init)
        if let home = environment["XDG_DATA_HOME"], home.hasPrefix("/") {
            directories.append(home + "/dlrepl/data")
        } else if let home = environment["HOME"], !home.isEmpty {
            directories.append(home + "/.local/share/dlrepl/data")
        }
        return directories
    }

    private static func entry(
        in folder: String, _ directories: [String]
    ) throws(FormatError) -> DatasetEntry {
        let path = folder + "/manifest.json"
        let manifest: DatasetManifest
        do {
            manifest = try DatasetManifest(try FileAccess.read(path, limit: 1 << 20))
        } catch {
            throw error.inFile(path)
        }
        var looked = [folder] + manifest.places
        for directory in directories { looked += [directory + "/" + manifest.name, directory] }
        looked = looked.enumerated().filter { looked.firstIndex(of: $1) == $0 }.map(\.element)
        let found = looked.first { place in
            manifest.files.allSatisfy { FileAccess.size(of: place + "/" + $0.name) != nil }
        }
        return DatasetEntry(manifest: manifest, folder: folder, filesFolder: found, looked: looked)
    }

    /// The entry of a name.
    /// - Throws: `unknownDataset` with the nearest name.
    public func entry(_ name: String) throws(FormatError) -> DatasetEntry {
        guard let entry = entries.first(where: { $0.name == name }) else {
            let known = entries.map(\.name)
            throw FormatError(
                format: "data set",
                .unknownDataset(name, known: known, nearest: nearest(name, in: known)))
        }
        return entry
    }

    /// Reads a data set.
    /// - Throws: `unknownDataset`, `notInstalled` with the package to install, or what is wrong
    ///   with a file.
    public func load(_ name: String) throws(FormatError) -> LoadedDataset {
        try LoadedDataset(entry(name))
    }
}
