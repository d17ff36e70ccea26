import Diagnostics
import Foundation
import Notebooks
import RuntimeTesting
import Runtime

/// A program that runs without an error: what mistakes are put into.
struct MutantProgram: Sendable {
    struct Piece: Sendable {
        var source: SourceText
        var stream: String
    }

    /// Where it comes from.
    var name: String
    var cells: [Piece]
    var seed = 0
    /// The folder whose files it reads; copied to where it runs.
    var folder: URL?
    /// Whether what runs is `Shortening.of` its cells.
    var runsShortened = false

    // MARK: Where programs are

    /// The notebooks, which are shortened when run.
    static func notebooks() -> [MutantProgram] {
        let folder = repository.appending(path: "notebooks")
        return names(in: folder, ".dln").compactMap { name in
            guard let data = try? Data(contentsOf: folder.appending(path: name)) else { return nil }
            let document = NotebookDocument(bytes: Array(data), name: name)
            var cells = document.cells.filter { !$0.attributes.isSkipped && !$0.attributes.expectsError }
                .map { Piece(source: $0.source, stream: $0.stream) }
            let values = (try? document.override(params: [])) ?? []
            if !values.isEmpty {
                let text = values.map { "let \($0.name) = \($0.value.literal)" }.joined(separator: "\n")
                let source = SourceText(name: "parameters", text: text)
                cells.insert(Piece(source: source, stream: "parameters"), at: 0)
            }
            return MutantProgram(
                name: name, cells: cells, seed: document.frontMatter.seed, folder: folder,
                runsShortened: true)
        }
    }

    /// The programs of LanguageTests, without the cells that are to fail.
    static func languageCases() -> [MutantProgram] {
        let folder = repository.appending(path: "Tests/LanguageTests/cases")
        return names(in: folder, ".dl").filter { !$0.contains("/modules/") }.compactMap { name in
            let file = folder.appending(path: name)
            guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
            let cells = text.components(separatedBy: "#---\n").filter {
                !$0.contains("# error:") && !$0.contains("# expect error:")
            }
            let modules = file.deletingLastPathComponent().appending(path: "modules")
            return MutantProgram(name: name, cells: pieces(cells), folder: modules)
        }
    }

    /// The examples in the library's comments.
    static func libraryExamples() -> [MutantProgram] {
        let folder = repository.appending(path: "stdlib")
        return names(in: folder, ".dl").flatMap { name -> [MutantProgram] in
            let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
            let comments = text.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { $0.hasPrefix("##") }
                .map { String($0.dropFirst($0.hasPrefix("## ") ? 3 : 2)) }
            return blocks(in: comments).map { MutantProgram(name: name, cells: pieces([$0])) }
        }
    }

    /// Each block of the language's description that is a program of its own.
    static func documents() -> [MutantProgram] {
        ["docs/language.md", "README.md"].flatMap { name -> [MutantProgram] in
            let text = (try? String(contentsOf: repository.appending(path: name), encoding: .utf8)) ?? ""
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            return blocks(in: lines).enumerated().map {
                MutantProgram(name: "\(name) block \($0 + 1)", cells: pieces([$1]))
            }
        }
    }

    /// Programs of this folder, longer than those of LanguageTests: what notebooks are likely to do.
    static func ownCases() -> [MutantProgram] {
        let folder = repository.appending(path: "Tests/CheckerTests/programs")
        return names(in: folder, ".dl").compactMap { name in
            let file = folder.appending(path: name)
            guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
            return MutantProgram(name: name, cells: pieces(text.components(separatedBy: "#---\n")))
        }
    }

    private static func pieces(_ cells: [String]) -> [Piece] {
        cells.enumerated().map {
            Piece(source: SourceText(name: "cell \($0 + 1)", text: $1), stream: "#\($0 + 1)")
        }
    }

    private static func blocks(in lines: [String]) -> [String] {
        var blocks: [String] = []
        var open: [String]?
        for line in lines {
            if line.hasPrefix("```") {
                if let lines = open { blocks.append(lines.joined(separator: "\n")) }
                open = open == nil && line.hasPrefix("```dl") ? [] : nil
            } else {
                open?.append(line)
            }
        }
        return blocks
    }

    private static func names(in folder: URL, _ suffix: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
        return (all ?? []).filter { $0.hasSuffix(suffix) }.sorted()
    }
}
