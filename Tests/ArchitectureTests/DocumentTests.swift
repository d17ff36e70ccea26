import Diagnostics
import Foundation
import Runtime
import RuntimeTesting
import Testing

/// The documents at the top of the repository and the decision records.
private let documents: [String] =
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    + names(in: "docs").filter { $0.hasSuffix(".md") }.map { "docs/" + $0 }
    + names(in: "docs/decisions").map { "docs/decisions/" + $0 }

@Suite("Documents")
struct DocumentTests {
    @Test("links lead to files that are there", arguments: documents)
    func links(document: String) {
        let folder = document.split(separator: "/").dropLast().joined(separator: "/")
        for match in text(of: document).matches(of: #/\]\(([^)#\s]+)[^)]*\)/#) {
            let link = String(match.output.1)
            guard !link.contains("://"), !link.hasPrefix("mailto:") else { continue }
            #expect(exists(folder.isEmpty ? link : "\(folder)/\(link)"), "\(document): \(link)")
        }
    }

    @Test("files and folders that documents name in code are there", arguments: documents)
    func paths(document: String) {
        let pattern =
            #/`((?:Sources|Tests|stdlib|scripts|docs|data|Benchmarks)\/[A-Za-z0-9_.+\-\/]*)`/#
        for match in text(of: document).matches(of: pattern) {
            let path = String(match.output.1)
            #expect(exists(path), "\(document) names \(path)")
        }
    }

    @Test("decisions are numbered without gaps, apart from what a branch has reserved")
    func decisions() {
        // The others are reserved for what branches decide.
        let reserved = [10, 11, 12, 15]
        let files = names(in: "docs/decisions")
        let numbers = files.compactMap { Int($0.prefix(4)) }
        #expect(numbers.count == files.count)
        #expect(Set(numbers).count == numbers.count)
        let all = Set(numbers).union(reserved)
        #expect(all.sorted() == Array(1...(all.max() ?? 1)))
        for (file, number) in zip(files, numbers) {
            let title = text(of: "docs/decisions/\(file)").split(separator: "\n").first ?? ""
            #expect(title.contains(file.prefix(4)), "decision \(number): \(title)")
        }
    }

    @Test("the change log begins with what is not released")
    func changelog() {
        let headings = text(of: "CHANGELOG.md").split(separator: "\n").filter {
            $0.hasPrefix("## ")
        }
        #expect(headings.first == "## Unreleased")
    }

    @Test("each test suite that ARCHITECTURE.md names is there")
    func namedTests() {
        let architecture = text(of: "ARCHITECTURE.md")
        let tests =
            FileManager.default.enumerator(
                atPath: repository.appending(path: "Tests").path)?.compactMap { $0 as? String }
            ?? []
        let known = Set(
            tests.flatMap { path in
                let last = path.split(separator: "/").last.map(String.init) ?? path
                return [last, last.replacing(".swift", with: "")]
            })
        let named = architecture.matches(of: #/`([A-Za-z+]+Tests)`/#).map { String($0.output.1) }
        #expect(named.count > 8)
        for name in named { #expect(known.contains(name), "ARCHITECTURE.md names \(name)") }
    }
}

@Suite("README.md")
struct ReadmeTests {
    private let readme = text(of: "README.md")

    @Test("the commands are commands of the tool, with options that it has")
    func commands() {
        let sources = SourceFile.all.filter { $0.module == "dlrepl" }
        let code = sources.flatMap(\.lines).joined(separator: "\n")
        let names = Set(code.matches(of: #/commandName: "([a-z]+)"/#).map { String($0.output.1) })
            .union(["help"])
        let options = Set(
            code.matches(of: #/@(?:Option|Flag)[^\n]*\n\s*var ([A-Za-z]+)/#).map {
                "--" + dashed(String($0.output.1))
            }
        ).union(code.matches(of: #/customLong\("([a-z-]+)"\)/#).map { "--" + String($0.output.1) })
            .union(["--help", "--version"])
        var seen = 0
        for match in readme.matches(of: #/dlrepl ([a-z]+)\b([^`\n|]*)/#)
        where isCommand(match.range) {
            #expect(names.contains(String(match.output.1)), "README.md: \(match.output.0)")
            for option in match.output.2.matches(of: #/--[a-z-]+/#) {
                #expect(options.contains(String(option.output)), "README.md: \(match.output.0)")
            }
            seen += 1
        }
        #expect(seen >= 6)
    }

    @Test("what `make` is asked to do is in the Makefile")
    func targets() {
        let makefile = text(of: "Makefile")
        let matches = readme.matches(of: #/`?make ([a-z]+)[ `\n]/#)
        #expect(matches.count >= 3)
        for match in matches where isCommand(match.range) {
            #expect(makefile.contains("\n\(match.output.1):"), "README.md: \(match.output.0)")
        }
    }

    @Test("the cells run, one after the other")
    func cells() async throws {
        let cells = codeBlocks(of: readme)
        #expect(!cells.isEmpty)
        let problems = try await LargeStack.run {
            try withTemporaryFolder { folder in
                let session = Session(.testing(folder: folder))
                return cells.enumerated().flatMap { place, cell in
                    session.run(SourceText(name: "README.md", text: cell), stream: "#\(place + 1)")
                        .diagnostics.map { render($0, as: .plain) }
                }
            }
        }
        #expect(problems == [])
    }

    /// Whether a range of the text stands in code: in a fenced block, or between backquotes.
    private func isCommand(_ range: Range<String.Index>) -> Bool {
        let before = readme[..<range.lowerBound]
        let fences = before.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { $0.hasPrefix("```") }.count
        let line = before.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
        return !fences.isMultiple(of: 2) || !line.filter { $0 == "`" }.count.isMultiple(of: 2)
    }

    private func dashed(_ name: String) -> String {
        name.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
    }

    private func codeBlocks(of markdown: String) -> [String] {
        markdown.matches(of: #/(?:^|\n)```dl\n((?:.*\n)*?)```/#).map { String($0.output.1) }
    }
}
