import Diagnostics
import Foundation
import Notebooks

/// Files that commands read and write.
enum NotebookFile {
    static func read(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Problem("\(path) cannot be read")
        }
        return Array(data)
    }

    /// Writes a file whole or not at all, with the folders on the way.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        do {
            if !folder.isEmpty {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Problem("\(path) cannot be written")
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

    /// A digest of what a cell's output depends on: its code and that of the cells above, parameters and seed.
    static func key(of cell: Cell, in document: NotebookDocument) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ text: String) {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x100_0000_01b3
        }
        add(DLRepl.version)
        add(String(document.frontMatter.seed))
        for parameter in document.frontMatter.parameters {
            add(parameter.name + "=" + parameter.value.literal)
        }
        for other in document.cells where other.position <= cell.position { add(other.source.text) }
        return String(hash, radix: 16)
    }
}
