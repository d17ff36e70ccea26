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
            throw Problem("\(name) cannot be written: \(reason(error))")
        }
    }

    /// What the system says of an error: `No space left on device`.
    private static func reason(_ error: any Error) -> String {
        var inner = error as NSError
        while let next = inner.userInfo[NSUnderlyingErrorKey] as? NSError { inner = next }
        guard inner.domain == NSPOSIXErrorDomain else { return inner.localizedDescription }
        return String(cString: strerror(Int32(inner.code)))
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
