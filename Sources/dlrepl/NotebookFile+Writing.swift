import Drawing
import Foundation
import Notebooks

/// What commands write, and where they refuse to.
extension NotebookFile {
    /// Writes a file whole or not at all, with the folders on the way. A link stays one, and a file keeps its
    /// permissions.
    static func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(fileURLWithPath: name)
        let target = url.resolvingSymlinksInPath()
        // Only where there is a link: what is shown stays as it was typed.
        let path = target.path == url.standardizedFileURL.path ? name : target.path
        do {
            try makeFolders(folder(of: path))
            try replace(path, with: bytes)
        } catch {
            throw Problem("\(name) cannot be written: \(String(cString: strerror(error.number)))")
        }
    }

    /// The path before the last slash; empty if there is none. Foundation's own ends the process for `n`.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// What the system says of a file.
    private struct SystemError: Error {
        var number = errno
    }

    private static func makeFolders(_ path: String) throws(SystemError) {
        guard !path.isEmpty, !FileManager.default.fileExists(atPath: path) else { return }
        try makeFolders(folder(of: path))
        if mkdir(path, 0o777) != 0, errno != EEXIST { throw SystemError() }
    }

    /// Writes a new file beside the old one and gives it that name, which is done at once.
    private static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let folder = folder(of: path)
        let place = (folder.isEmpty ? "" : folder + "/") + ".dlrepl-\(getpid())"
        // Left by a process that was killed, or a link that somebody laid: neither is written through.
        unlink(place)
        let file = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw SystemError() }
        var problem: SystemError?
        var rest = bytes[...]
        while !rest.isEmpty, problem == nil {
            let piece = Array(rest.prefix(1 << 20))
            let count = Foundation.write(file, piece, piece.count)
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { problem = SystemError() }
        }
        if let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int {
            fchmod(file, mode_t(mode))
        }
        if close(file) != 0, problem == nil { problem = SystemError() }
        if problem == nil, rename(place, path) != 0 { problem = SystemError() }
        guard let problem else { return }
        unlink(place)
        throw problem
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

    /// Refuses a script where stored outputs are asked for.
    static func requireNotebook(_ file: String) throws {
        if isScript(file) { throw Problem("\(file) is a script: only notebooks store outputs") }
    }

    /// Refuses to write over a file that is read, under whatever name.
    static func requireNoInput(_ target: String, _ files: [String]) throws {
        guard let identity = identity(of: target) else { return }
        for file in files where self.identity(of: file) == identity {
            throw Problem("\(target) would be written over \(file), which is read: choose another place")
        }
    }

    /// What tells a file from all others; `nil` if there is none.
    private static func identity(of path: String) -> [Int]? {
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let device = attributes?[.systemNumber] as? Int, let number = attributes?[.systemFileNumber] as? Int
        else { return nil }
        return [device, number]
    }

    /// Writes figures as far as that goes, and says what is wrong.
    ///
    /// - Returns: the names of those that are not written.
    static func write(figures: [CellFigure], to folder: String) -> Set<String> {
        var lost: Set<String> = []
        var problem: (any Error)?
        var replaced = 0
        for figure in figures {
            do {
                if isOfOther(folder + "/" + figure.fileName, figure.bytes) { replaced += 1 }
                try write(figure.bytes, to: folder + "/" + figure.fileName)
            } catch {
                lost.insert(figure.fileName)
                problem = problem ?? error
            }
        }
        if replaced > 0 {
            let name = (folder as NSString).lastPathComponent
            let count = "\(replaced) \(replaced == 1 ? "figure" : "figures")"
            Console.error(
                "dlrepl: warning: \(folder) held \(count) of another notebook called \(name), now replaced: "
                    + "another folder keeps them apart\n")
        }
        if let problem {
            let others = lost.count > 1 ? ", nor can \(lost.count - 1) more" : ""
            Console.error("dlrepl: \(problem)\(others)\n")
        }
        if lost.count < figures.count { Console.write("figures: \(folder)/ (\(figures.count - lost.count))\n") }
        return lost
    }

    /// What tells a notebook from others that write figures to a folder: a digest of the way from one to the other.
    static func origin(of file: String, in folder: String) -> String {
        CellKeys.digest(of: relative(file, to: folder + "/figure.png"))
    }

    /// Whether a figure that is there was made by another notebook than a new one.
    private static func isOfOther(_ path: String, _ bytes: [UInt8]) -> Bool {
        func origin(_ bytes: [UInt8]) -> String? { PNGChunks.texts(of: bytes).first { $0.key == "origin" }?.value }
        guard let new = origin(bytes), let old = FileManager.default.contents(atPath: path).flatMap({ origin(Array($0)) })
        else { return false }
        return old != new
    }

    /// Does what writes a result; what is wrong is said, and the other results are still written.
    ///
    /// - Returns: whether all went well.
    static func attempt(_ body: () throws -> Void) rethrows -> Bool {
        do {
            try body()
            return true
        } catch let problem as Problem {
            Console.error("dlrepl: \(problem)\n")
            return false
        }
    }
}
