import Foundation
import RuntimeTesting
import Testing

@Suite("docs/language.md")
struct GuideTests {
    private func text() throws -> String {
        let file = repository.appending(path: "docs/language.md")
        return try String(contentsOf: file, encoding: .utf8)
    }

    @Test("every block parses")
    func blocks() throws {
        let blocks = codeBlocks(of: try text())
        #expect(blocks.count > 40)
        for (number, block) in blocks.enumerated() {
            #expect(messages(of: block, in: "block \(number + 1)") == [])
        }
    }

    @Test("the table of contents names the chapters")
    func contents() throws {
        let lines = try text().split(separator: "\n")
        let chapters = lines.compactMap { try? /## (\d+)\. (.*)/.wholeMatch(in: $0)?.output }
        let entries = lines.filter { $0.contains("](#") }
        #expect(chapters.count == entries.count && chapters.count > 10)
        for ((_, number, title), entry) in zip(chapters, entries) {
            #expect(entry.hasPrefix("\(number). [\(title)](#"))
        }
    }
}
