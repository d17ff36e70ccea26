import Foundation
import Testing

@Suite struct GrammarTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources/Syntax")

    /// Productions by name from lines of `name = …`; lines below, up to an empty one, belong to it.
    private func productions(_ lines: [String]) -> [String: [String]] {
        var result: [String: [String]] = [:]
        var name: String?
        for line in lines {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            if words.count > 2, words[1] == "=", words[0].allSatisfy(\.isLetter) {
                name = words[0]
                result[words[0], default: []] += words
            } else if !words.isEmpty, let name {
                result[name, default: []] += words
            } else {
                name = nil
            }
        }
        return result
    }

    @Test("each production stands in the doc comment of the function that reads it")
    func documented() throws {
        let text = try String(
            contentsOf: Self.folder.appendingPathComponent("Grammar.txt"), encoding: .utf8)
        let grammar = productions(text.components(separatedBy: "\n"))
        var comments: [String] = []
        for file in try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        where file.hasPrefix("Parser") {
            let source = try String(
                contentsOf: Self.folder.appendingPathComponent(file), encoding: .utf8)
            comments += source.components(separatedBy: "\n").map { line in
                let trimmed = line.trimmingCharacters(in: .whitespaces)
                return trimmed.hasPrefix("///     ") ? String(trimmed.dropFirst(3)) : ""
            }
        }
        #expect(grammar.count == 22)
        #expect(productions(comments) == grammar)
    }
}
