import Foundation
import Notebooks
import Runtime

/// Files that commands of the prompt read and write.
extension PromptState {
    mutating func writeLastFigure(to path: String) throws(PromptError) {
        try write(figures.last(for: path), to: path)
    }

    func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        if path.hasPrefix("~/"), let home = setup.environment["HOME"] {
            return home + path.dropFirst()
        }
        return setup.folder + "/" + path
    }

    func text(ofFile path: String) throws(PromptError) -> String {
        if path.hasSuffix(".dln") {
            throw PromptError("`\(path)` is a notebook", help: "`:run \(path)` runs it")
        }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: absolute(path), isDirectory: &isFolder)
        if isFolder.boolValue {
            throw PromptError("`\(path)` is a folder", help: "Tab shows what is in it")
        }
        guard let data = FileManager.default.contents(atPath: absolute(path)) else {
            throw PromptError("`\(path)` cannot be read", help: "Tab completes paths")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw PromptError("`\(path)` is not a UTF-8 text")
        }
        return text
    }

    func write(_ bytes: [UInt8], to path: String) throws(PromptError) {
        let folder = URL(fileURLWithPath: absolute(path)).deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder) else {
            throw PromptError("`\(path)` cannot be written: there is no folder `\(folder)`")
        }
        do {
            // A link stays one.
            let target = URL(fileURLWithPath: absolute(path)).resolvingSymlinksInPath()
            try Data(bytes).write(to: target, options: .atomic)
        } catch {
            throw PromptError("`\(path)` cannot be written: \(error.localizedDescription)")
        }
    }

    /// What `:save` writes: the notebook that `:run` ran, if there is one, and what was typed.
    func savedNotebook(title: String) -> (text: [UInt8], cells: Int) {
        let own = EntryLog.cells(entries)
        guard let notebook else {
            let head = EntryLog.head(title: title, seed: session.randomSeed)
            return (Array((head + own).utf8), entries.count)
        }
        var bytes = notebook.document.bytes
        if bytes.last != 0x0a { bytes.append(0x0a) }
        return (bytes + Array(own.utf8), notebook.document.cells.count + entries.count)
    }

    /// Writes what `:save` writes; over a file only if it is as this session wrote or read it,
    /// unless that is wanted.
    ///
    /// - Returns: the path with its ending, and how many cells the notebook has.
    mutating func save(
        to path: String, replaces: Bool
    ) throws(PromptError) -> (path: String, cells: Int) {
        let name = URL(fileURLWithPath: absolute(path)).lastPathComponent
        let path = name.contains(".") ? path : path + ".dln"
        guard path.hasSuffix(".dln") else {
            let stem = (path as NSString).deletingPathExtension
            throw PromptError(
                "`:save` writes a notebook, and those end in .dln",
                help: "`:save \(stem).dln`; `dlrepl export` makes other files of one")
        }
        if !replaces { try requireOwn(path) }
        let title = URL(fileURLWithPath: absolute(path)).deletingPathExtension().lastPathComponent
        let (bytes, count) = savedNotebook(title: title)
        try write(bytes, to: path)
        saved[identity(path)] = bytes
        return (path, count)
    }

    /// Refuses a file that somebody else wrote, or changed since.
    private func requireOwn(_ path: String) throws(PromptError) {
        guard FileManager.default.fileExists(atPath: absolute(path)) else { return }
        let there = FileManager.default.contents(atPath: absolute(path)).map { Array($0) }
        let open = notebook.flatMap { open in
            identity(open.path) == identity(path) ? open.document.bytes : nil
        }
        let own = [saved[identity(path)], open].compactMap { $0 }
        if let there, own.contains(there) { return }
        throw PromptError(
            own.isEmpty
                ? "`\(path)` is there already, and this session has not written it"
                : "`\(path)` has changed since this session read or wrote it",
            help: "`:save! \(path)` replaces it; another name keeps both")
    }

    private func identity(_ path: String) -> String {
        URL(fileURLWithPath: absolute(path)).resolvingSymlinksInPath().standardizedFileURL.path
    }
}
