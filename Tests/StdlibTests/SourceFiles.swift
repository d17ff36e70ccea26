import Foundation
import RuntimeTesting
import Testing

/// A file of the standard library.
struct LibraryFile: CustomTestStringConvertible, Sendable {
    /// The path below `stdlib/`.
    let path: String
    let text: String

    var testDescription: String { path }
    var name: String { URL(filePath: path).deletingPathExtension().lastPathComponent }
    var isInternal: Bool { path.contains("/internal/") }

    /// The files of the prelude, sorted by path.
    static let all = every.filter { $0.path.hasPrefix("prelude/") }

    /// The files that programs import by name.
    static let modules = every.filter { !$0.path.contains("/") }

    private static let every: [LibraryFile] = {
        let root = repository.appending(path: "stdlib")
        let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String }
        return (paths ?? []).filter { $0.hasSuffix(".dl") }.sorted().compactMap { path in
            let data = FileManager.default.contents(atPath: root.appending(path: path).path)
            return data.flatMap { String(data: $0, encoding: .utf8) }
                .map { LibraryFile(path: path, text: $0) }
        }
    }()
}

/// The contents of the fenced `dl` blocks of a Markdown text, in order.
func codeBlocks(of markdown: String) -> [String] {
    var blocks: [String] = []
    var current: [Substring]?
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
        if let lines = current {
            if line.hasPrefix("```") {
                blocks.append(lines.joined(separator: "\n"))
                current = nil
            } else {
                current = lines + [line]
            }
        } else if line == "```dl" || line.hasPrefix("```dl ") {
            current = []
        }
    }
    return blocks
}
