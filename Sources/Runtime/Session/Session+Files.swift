import Autodiff
import Figures
import Formats
import Foundation
import Kernels
import Tensors

/// Files that a program names: relative to the notebook's folder, and only where they are allowed.
extension Session {
    private func absolute(_ path: String) -> String {
        let joined = path.hasPrefix("/") ? path : configuration.folder + "/" + path
        return Self.resolved(joined)
    }

    /// The path without links and `..`, also where its end is not there yet: whoever writes must know where to.
    private static func resolved(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        var pending = Array(whole.split(separator: "/").reversed())
        var result = ""
        var links = 0
        while let name = pending.popLast() {
            if name == "." { continue }
            if name == ".." {
                result = String(result[..<(result.lastIndex(of: "/") ?? result.startIndex)])
                continue
            }
            let next = "\(result)/\(name)"
            // More links than a system follows lead nowhere.
            guard links < 40, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: next) else {
                result = next
                continue
            }
            links += 1
            if target.hasPrefix("/") { result = "" }
            pending += target.split(separator: "/").reversed()
        }
        return result.isEmpty ? "/" : result
    }

    private func isBelow(_ path: String, _ folders: [String]) -> Bool {
        folders.contains { folder in
            let root = Self.resolved(folder)
            return path == root || path.hasPrefix(root.hasSuffix("/") ? root : root + "/")
        }
    }

    func readablePath(_ path: String) throws -> String {
        guard !path.utf8.contains(0) else { throw Failure("file.path", "a path holds a zero byte") }
        let target = absolute(path)
        let folders = [configuration.folder, configuration.data] + configuration.readable
        guard isUnrestricted || isBelow(target, folders) || datasets.holds(target) else {
            throw Failure(
                "file.read", "`\(path)` lies outside of the notebook's folder",
                help: "allow it with `--allow-read=\(parent(target))`")
        }
        return target
    }

    func writablePath(_ path: String) throws -> String {
        guard !path.utf8.contains(0) else { throw Failure("file.path", "a path holds a zero byte") }
        guard !onlyRecords else {
            throw Failure(
                "shape.write", "this would write `\(path)`, and `:shape` changes nothing",
                help: "run it without `:shape`")
        }
        let target = absolute(path)
        let folders = [configuration.folder] + configuration.writable
        guard isUnrestricted || isBelow(target, folders) else {
            throw Failure(
                "file.write", "`\(path)` lies outside of the notebook's folder",
                help: "allow it with `--allow-write=\(parent(target))`")
        }
        return target
    }

    private func parent(_ path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    func read(_ path: String, as format: DataFormat) throws -> DataValue {
        try read(path, as: format.name, by: format.read)
    }

    /// What a reader of the format `kind` makes of a file, which is decompressed first if it is a gzip file.
    func read(
        _ path: String, as kind: String, by reader: ([UInt8]) throws(FormatError) -> DataValue
    ) throws -> DataValue {
        let target = try readablePath(path)
        let written = try machine.check?.written(target)
        if case .value(let value)? = written {
            // What is written is what is read only by formats that keep names and shapes.
            guard ["npy", "npz", "safetensors"].contains(kind),
                DataFormat.of(path: path)?.format.name == kind
            else { throw UnknownValue() }
            return value
        }
        return try interruptible {
            do {
                let bytes: [UInt8]
                if case .text(let text)? = written { bytes = text } else { bytes = try FileAccess.read(target) }
                return try recognising(Gzip.unwrapped(bytes), kind, reader)
            } catch let error as FormatError {
                var named = error
                named.file = path
                throw named
            }
        }
    }

    /// What a reader gives, or its error with what the bytes look like if they are of another kind.
    private func recognising(
        _ bytes: [UInt8], _ kind: String, _ reader: ([UInt8]) throws(FormatError) -> DataValue
    ) throws(FormatError) -> DataValue {
        do {
            return try reader(bytes)
        } catch {
            var error = error
            switch error.problem {
            case .notThisFormat, .notText:
                if let found = FileKind(bytes), found.rawValue != kind { error.resemblance = found }
            default: break
            }
            throw error
        }
    }

    /// Reads within a scope that ^C and limits of time stop; what was read till then is thrown away.
    func interruptible<Result>(_ body: () throws -> Result) throws -> Result {
        let scope = WorkScope(stopsWhen: machine.recorder.isInterrupted)
        let result = Swift.Result { try scope.run(body) }
        if scope.isStopped { throw Interruption(reason: isOutOfTime ? .time : .user) }
        return try result.get()
    }

    func write(_ bytes: [UInt8], to path: String) throws {
        let target = try writablePath(path)
        if let check = machine.check { return check.write(.text(bytes), to: target) }
        do {
            try interruptible { try FileAccess.write(bytes, to: target) }
        } catch let error as FormatError {
            guard error.problem != .notFound else {
                throw Failure(
                    "file.folder", "there is no folder to write `\(path)` to",
                    help: "make the folder first, or write beside the notebook")
            }
            var named = error
            named.file = path
            throw named
        }
    }

    func write(_ value: DataValue, to path: String) throws {
        guard let format = DataFormat.of(path: path)?.format, let write = format.write else {
            throw Failure(
                "file.kind", "tensors cannot be written to `\(path)`",
                help: "endings that can: .npy, .npz, .safetensors, .csv, .png")
        }
        if let check = machine.check { return check.write(.value(value), to: try writablePath(path)) }
        try self.write(interruptible { try write(value) }, to: path)
    }

    func save(_ figure: Figure, to path: String, dpi: Double) throws {
        guard let format = FigureFormat(fileName: path) else {
            throw Failure(
                "file.kind", "a figure cannot be written to `\(path)`",
                help: "endings that can: .png, .svg, .pdf")
        }
        if let check = machine.check { return check.write(.unknown, to: try writablePath(path)) }
        guard let renderer = configuration.renderer else {
            throw Failure("figure.renderer", "figures cannot be drawn here")
        }
        try write(renderer.render(figure, format: format, dpi: dpi, metadata: []), to: path)
    }

    /// Paths below a folder that match a pattern with `*` and `?`, sorted.
    func listFiles(_ folder: String, _ pattern: String) throws -> [String] {
        let target = try readablePath(folder)
        if machine.check?.hasWritten == true { throw UnknownValue() }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: target, isDirectory: &isFolder), isFolder.boolValue else {
            throw Failure(
                "file.folder",
                FileManager.default.fileExists(atPath: target)
                    ? "`\(folder)` is not a folder" : "there is no folder `\(folder)`",
                help: "paths start at the notebook's folder: `listFiles(\".\")` lists it")
        }
        return FileAccess.names(in: target).filter { Self.matches($0[...], pattern[...]) }
            .map { folder.hasSuffix("/") ? folder + $0 : folder + "/" + $0 }
    }

    private static func matches(_ name: Substring, _ pattern: Substring) -> Bool {
        // Greedy with one remembered star: linear in practice, never exponential.
        var text = name.startIndex
        var rule = pattern.startIndex
        var star: (Substring.Index, Substring.Index)?
        while text < name.endIndex {
            if rule < pattern.endIndex, pattern[rule] == "*" {
                star = (rule, text)
                rule = pattern.index(after: rule)
            } else if rule < pattern.endIndex, pattern[rule] == "?" || pattern[rule] == name[text] {
                rule = pattern.index(after: rule)
                text = name.index(after: text)
            } else if let (starRule, starText) = star {
                rule = pattern.index(after: starRule)
                text = name.index(after: starText)
                star = (starRule, text)
            } else {
                return false
            }
        }
        while rule < pattern.endIndex, pattern[rule] == "*" { rule = pattern.index(after: rule) }
        return rule == pattern.endIndex
    }
}
