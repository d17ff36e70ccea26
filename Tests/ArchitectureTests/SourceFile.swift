import Foundation
import RuntimeTesting
import Testing

/// The text of a file of the repository; empty if it is not there.
func text(of path: String) -> String {
    (try? String(contentsOf: repository.appending(path: path), encoding: .utf8)) ?? ""
}

/// The names in a folder of the repository, sorted.
func names(in folder: String) -> [String] {
    let path = repository.appending(path: folder).path
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
        .filter { !$0.hasPrefix(".") }.sorted()
}

func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: repository.appending(path: path).path)
}

/// A Swift file below `Sources`, and what the rules look at in it.
struct SourceFile: CustomTestStringConvertible, Sendable {
    /// The path below `Sources/`.
    let path: String
    let lines: [Substring]
    /// The lines without comments and without the contents of strings.
    let code: [String]
    let functions: [FunctionExtent]

    var testDescription: String { path }
    var module: String { String(path.prefix { $0 != "/" }) }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        code = CodeText.lines(of: text)
        functions = FunctionExtent.all(in: code)
    }

    /// Every file; links (`KernelsAVX2`) are left out, their targets are there.
    static let all: [SourceFile] = {
        let root = repository.appending(path: "Sources")
        let paths = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String }
        return (paths ?? []).filter { $0.hasSuffix(".swift") }.sorted().compactMap { path in
            let file = root.appending(path: path)
            let type = try? file.resourceValues(forKeys: [.isSymbolicLinkKey])
            guard type?.isSymbolicLink != true else { return nil }
            return SourceFile(path: path, text: Self.read(file))
        }
    }()

    private static func read(_ file: URL) -> String {
        (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }

    /// The modules that it imports.
    var imports: Set<String> {
        Set(
            code.compactMap { line in
                let words = line.split(separator: " ")
                guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
                    words[..<place].allSatisfy({ $0 == "public" || $0.hasPrefix("@") })
                else { return nil }
                return String(words[words.count - 1].prefix { $0 != "." })
            })
    }

    /// Where `word` stands in code, as `path:line`.
    func places(of word: String) -> [String] {
        code.indices.filter { code[$0].contains(word) }.map { "\(path):\($0 + 1)" }
    }
}

/// The folders below `Sources` that hold Swift files of their own.
let swiftModules: [String] = Set(SourceFile.all.map(\.module)).sorted()
