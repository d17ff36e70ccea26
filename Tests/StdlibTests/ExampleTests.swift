import Diagnostics
import Foundation
import Runtime
import RuntimeTesting
import Testing

@Suite("The examples in the documentation of the library")
struct ExampleTests {
    static let documented = LibraryFile.all.filter { !$0.isInternal }

    @Test("run and give what they say", arguments: documented)
    func example(file: LibraryFile) async throws {
        let comments = file.text.split(separator: "\n").filter { $0.hasPrefix("##") }
            .map { $0.dropFirst($0.hasPrefix("## ") ? 3 : 2) }
        let blocks = codeBlocks(of: comments.joined(separator: "\n"))
        let problems = try await LargeStack.run {
            try withTemporaryFolder { try ExampleRun(folder: $0).problems(in: blocks) }
        }
        #expect(problems == [])
    }

    @Test(
        "run in the guides in order, as one session",
        arguments: ["docs/language.md", "docs/coming-from-python.md"])
    func guide(path: String) async throws {
        let file = repository.appending(path: path)
        let blocks = codeBlocks(of: try String(contentsOf: file, encoding: .utf8))
        let problems = try await LargeStack.run {
            try withTemporaryFolder { try ExampleRun(folder: $0).problems(in: blocks) }
        }
        #expect(problems == [])
    }
}

/// Blocks of code with `# → value` behind lines, run one after the other in a session.
struct ExampleRun {
    private let session: Session

    init(folder: URL) { session = Session(.testing(folder: folder)) }

    func problems(in blocks: [String]) throws -> [String] {
        var problems: [String] = []
        for (index, block) in blocks.enumerated() {
            problems += run(block, named: "block \(index + 1)")
        }
        return problems
    }

    /// A line with an expectation ends a piece of the block; its value is shown.
    private func run(_ block: String, named name: String) -> [String] {
        var problems: [String] = []
        var piece: [Substring] = []
        var number = 0
        func finish(_ wanted: String?) {
            let text = piece.joined(separator: "\n")
            piece = []
            guard !text.allSatisfy(\.isWhitespace) else { return }
            number += 1
            let outcome = session.run(
                SourceText(name: name, text: text), stream: "\(name) \(number)")
            problems += outcome.diagnostics.map { render($0, as: .plain) }
            guard let wanted else { return }
            let shown = outcome.value ?? "nil"
            if shown != wanted { problems.append("\(name): `\(text)` gives \(shown), not \(wanted)") }
        }
        for line in block.split(separator: "\n", omittingEmptySubsequences: false) {
            guard let range = line.range(of: "# → ") else {
                piece.append(line)
                continue
            }
            piece.append(line[..<range.lowerBound])
            finish(line[range.upperBound...].trimmingCharacters(in: .whitespaces))
        }
        finish(nil)
        return problems
    }
}
