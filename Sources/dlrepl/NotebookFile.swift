import Diagnostics
import Foundation
import Notebooks

/// Files that commands read and write.
enum NotebookFile {
    static func read(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            throw Problem(
                exists && isFolder.boolValue ? "\(path) is a folder" : "\(path) cannot be read")
        }
        // Any text is a notebook without cells, but `run train.py` was hardly meant so.
        let isMeant = [".dln", ".dl"].contains { path.hasSuffix($0) }
        guard isMeant || data.range(of: Data("```dl".utf8)) != nil || data.range(of: Data("~~~dl".utf8)) != nil
        else {
            throw Problem("\(path) holds no cell; notebooks end in .dln, scripts in .dl")
        }
        return Array(data)
    }

    /// Writes a file whole or not at all, with the folders on the way. A link stays one, and a file keeps its
    /// permissions.
    static func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(fileURLWithPath: name)
        let target = url.resolvingSymlinksInPath()
        // Only where there is a link: what is shown stays as it was typed.
        let path = target.path == url.standardizedFileURL.path ? name : target.path
        let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions]
        let folder = (path as NSString).deletingLastPathComponent
        do {
            if !folder.isEmpty {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
            if let mode {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
        } catch {
            throw Problem("\(name) cannot be written")
        }
    }

    /// Refuses a place that cannot be written before anything runs: a run may take hours.
    static func requireWritable(_ path: String) throws {
        var folder = (absolute(path) as NSString).deletingLastPathComponent
        var isFolder: ObjCBool = false
        while !FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), folder != "/" {
            folder = (folder as NSString).deletingLastPathComponent
        }
        guard isFolder.boolValue, FileManager.default.isWritableFile(atPath: folder) else {
            throw Problem("\(path) cannot be written: \(folder) takes no files")
        }
    }

    /// Refuses two files that would write to one place.
    static func requireApart(_ files: [String], by place: (String) -> String) throws {
        var writers: [String: String] = [:]
        for file in files {
            let target = place(file)
            if let other = writers.updateValue(file, forKey: absolute(target)) {
                throw Problem("\(other) and \(file) would both write \(target): give them one by one")
            }
        }
    }

    static func write(figures: [CellFigure], to folder: String) throws {
        for figure in figures { try write(figure.bytes, to: folder + "/" + figure.fileName) }
        if !figures.isEmpty {
            Console.write("figures: \(folder)/ (\(figures.count))\n")
        }
    }

    static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// `folder` as seen from the file `file`.
    static func relative(_ folder: String, to file: String) -> String {
        let target = absolute(folder).split(separator: "/")
        let base = absolute(file).split(separator: "/").dropLast()
        let shared = zip(target, base).prefix { $0 == $1 }.count
        let up = Array(repeating: "..", count: base.count - shared)
        return (up + target.dropFirst(shared).map(String.init)).joined(separator: "/")
    }

    /// Reads images that prose shows, below the notebook's folder only.
    static func imageLoader(beside file: String) -> @Sendable (String) -> [UInt8]? {
        let folder = (absolute(file) as NSString).deletingLastPathComponent
        return { path in
            let target = absolute(folder + "/" + path)
            guard target.hasPrefix(folder + "/") else { return nil }
            return FileManager.default.contents(atPath: target).map { Array($0) }
        }
    }

    /// `90`, `90s`, `5m`, `1h` in seconds.
    static func seconds(_ text: String) throws -> Double {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
        var digits = text
        var unit = 1.0
        if let last = digits.last, let factor = units[last] {
            unit = factor
            digits.removeLast()
        }
        guard let number = Double(digits), number > 0, number.isFinite else {
            throw Problem("a time is such as 90s, 5m or 1h, not \(text)")
        }
        return number * unit
    }

    /// Reads a notebook; what is wrong with it goes to stderr.
    static func document(_ path: String) throws -> NotebookDocument {
        let document = NotebookDocument(
            bytes: try read(path), name: (path as NSString).lastPathComponent)
        for diagnostic in document.diagnostics {
            Console.error(render(diagnostic, as: Console.usesColor ? .ansi : .plain) + "\n")
        }
        guard !document.hasErrors else { throw Problem("\(path) is no notebook that can be run") }
        return document
    }

    /// The parameters of a run.
    static func parameters(
        _ texts: [String], of document: NotebookDocument
    ) throws -> [NotebookParameter] {
        do {
            return try document.override(params: texts)
        } catch {
            throw Problem(render(error, as: .plain))
        }
    }

    /// The keys of a notebook's outputs: with the files beside it that its code mentions, and the
    /// manifests of the data sets.
    static func keys(
        of document: NotebookDocument, _ path: String, _ parameters: [NotebookParameter],
        _ installation: Installation
    ) -> CellKeys {
        let folder = (absolute(path) as NSString).deletingLastPathComponent
        return CellKeys(document, parameters: parameters, version: DLRepl.version) { name in
            guard !name.utf8.contains(0), !name.contains("\n") else { return nil }
            let file = name.hasPrefix("/") ? name : folder + "/" + name
            let manifest = "\(installation.data)/\(name)/manifest.json"
            for candidate in [file, name.contains("/") ? "" : manifest] {
                var isFolder: ObjCBool = false
                let exists = FileManager.default.fileExists(
                    atPath: candidate, isDirectory: &isFolder)
                guard exists, !isFolder.boolValue else { continue }
                return FileManager.default.contents(atPath: candidate).map { Array($0) }
            }
            return nil
        }
    }
}
