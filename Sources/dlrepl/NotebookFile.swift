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

    /// `90`, `500ms`, `90s`, `5m`, `1h` in seconds, as in a cell's `timeout=`.
    static func seconds(_ text: String) throws -> Double {
        guard let duration = CellAttribute.duration(text) else {
            throw Problem("a time is 500ms, 90s, 5m or 1h, from a millisecond to a thousand hours, not \(text)")
        }
        return duration.inSeconds
    }

    /// Whether a file is a script: one cell without prose.
    static func isScript(_ path: String) -> Bool { path.hasSuffix(".dl") }

    /// Reads a notebook; what is wrong with it goes to stderr.
    static func document(_ path: String) throws -> NotebookDocument {
        let document = try parsed(path)
        for diagnostic in document.diagnostics {
            Console.error(render(diagnostic, as: Console.usesColor ? .ansi : .plain) + "\n")
        }
        guard !document.hasErrors else { throw Problem("\(path) is no notebook that can be run") }
        return document
    }

    /// A notebook, or a script as one of a single cell.
    static func parsed(_ path: String) throws -> NotebookDocument {
        let bytes = try read(path)
        return isScript(path)
            ? NotebookDocument(script: String(decoding: bytes, as: UTF8.self), name: path)
            : NotebookDocument(bytes: bytes, name: (path as NSString).lastPathComponent)
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
