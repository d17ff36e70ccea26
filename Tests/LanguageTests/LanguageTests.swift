import Diagnostics
import Foundation
import Runtime
import RuntimeTesting
import Testing

@Suite("The language")
struct LanguageTests {
    @Test("there are cases of every feature")
    func cases() {
        let features = Set(LanguageCase.all.map { $0.path.split(separator: "/")[0] })
        #expect(features.count >= 10)
        #expect(LanguageCase.all.flatMap(\.cells).flatMap(\.expectations).count >= 250)
    }

    @Test("a program does what its comments say", arguments: LanguageCase.all)
    func program(known: LanguageCase) async throws {
        let problems = try await LargeStack.run { try CaseRun(known).problems() }
        for problem in problems {
            let path = LanguageCase.folder.appending(path: known.path).path
            Issue.record(
                "\(problem.text)",
                sourceLocation: SourceLocation(
                    fileID: "LanguageTests/\(known.path)", filePath: path, line: problem.line,
                    column: 1))
        }
    }
}

/// A case as it runs: what it printed and reported, beside what was expected.
private struct CaseRun {
    struct Problem: Sendable {
        var line: Int
        var text: String
    }

    private let known: LanguageCase

    init(_ known: LanguageCase) { self.known = known }

    func problems() throws -> [Problem] {
        try withTemporaryFolder { folder in
            try copyModules(to: folder)
            let session = Session(.testing(folder: folder))
            let output = Output()
            session.output = { output.text += $0 }
            session.progressEnded = { output.text += $0 + "\n" }
            var problems: [Problem] = []
            for (index, cell) in known.cells.enumerated() {
                output.text = ""
                let source = SourceText(name: "cell \(index + 1)", text: cell.text)
                let outcome = session.run(source, stream: "\(index)")
                if let value = outcome.value { output.text += value + "\n" }
                if outcome.figure != nil { output.text += "<figure>\n" }
                problems += compare(output.text, with: cell)
                problems += compare(outcome, of: source, with: cell)
            }
            return problems
        }
    }

    private final class Output {
        var text = ""
    }

    /// Modules beside the case are imported from the folder that the program runs in.
    private func copyModules(to folder: URL) throws {
        let modules = LanguageCase.folder.appending(path: known.path)
            .deletingLastPathComponent().appending(path: "modules")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: modules.path)) ?? []
        for name in names {
            try FileManager.default.copyItem(
                at: modules.appending(path: name), to: folder.appending(path: name))
        }
    }

    private func compare(_ text: String, with cell: LanguageCase.Cell) -> [Problem] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        var problems: [Problem] = []
        var position = 0
        var last = 1
        for expectation in cell.expectations {
            guard case .output(let wanted) = expectation.kind else { continue }
            last = expectation.line
            let line = cell.lineOffset + last
            if position >= lines.count {
                problems.append(Problem(line: line, text: "expected `\(wanted)`, got no more output"))
            } else if lines[position] != wanted {
                problems.append(
                    Problem(line: line, text: "expected `\(wanted)`, got `\(lines[position])`"))
            }
            position += 1
        }
        for extra in lines.dropFirst(position) {
            problems.append(
                Problem(line: cell.lineOffset + last, text: "also printed: `\(extra)`"))
        }
        return problems
    }

    private func compare(
        _ outcome: CellOutcome, of source: SourceText, with cell: LanguageCase.Cell
    ) -> [Problem] {
        func lineNumber(_ diagnostic: Diagnostic) -> Int? { self.lineNumber(diagnostic, in: source) }
        let reported = outcome.diagnostics + outcome.notices
        var remaining = reported
        var problems: [Problem] = []
        for expectation in cell.expectations {
            let line = cell.lineOffset + expectation.line
            let there = reported.filter { lineNumber($0) == expectation.line }
            let found = "; there are [\(there.map(\.id).joined(separator: ", "))]"
            func isThere(_ severity: Diagnostic.Severity, _ holds: (Diagnostic) -> Bool) -> Bool {
                there.contains { $0.severity == severity && holds($0) }
            }
            switch expectation.kind {
            case .output: continue
            case .error(let id):
                guard !isThere(.error, { $0.id == id }) else { break }
                problems.append(Problem(line: line, text: "no error `\(id)` here" + found))
            case .message(let part):
                guard !isThere(.error, { $0.message.contains(part) }) else { break }
                problems.append(Problem(line: line, text: "no error that says `\(part)`" + found))
            case .help(let part):
                guard !there.contains(where: { helps($0, part) }) else { continue }
                problems.append(Problem(line: line, text: "no help or note that says `\(part)`"))
            case .warning(let id):
                guard !isThere(.warning, { $0.id == id }) else { break }
                problems.append(Problem(line: line, text: "no warning `\(id)` here" + found))
            }
            remaining.removeAll { lineNumber($0) == expectation.line }
        }
        for diagnostic in remaining {
            problems.append(
                Problem(
                    line: cell.lineOffset + (lineNumber(diagnostic) ?? 1),
                    text: "unexpected [\(diagnostic.id)]\n\(render(diagnostic, as: .plain))"))
        }
        if outcome.diagnostics.isEmpty, outcome.ending != .succeeded {
            problems.append(
                Problem(line: cell.lineOffset + 1, text: "the cell ended as \(outcome.ending)"))
        }
        return problems
    }

    private func helps(_ diagnostic: Diagnostic, _ part: String) -> Bool {
        (diagnostic.notes + [diagnostic.help].compactMap(\.self)).contains { $0.contains(part) }
    }

    /// The 1-based line of the cell that an error points to, or whose call led to it.
    private func lineNumber(_ diagnostic: Diagnostic, in source: SourceText) -> Int? {
        let spans = [diagnostic.span].compactMap(\.self) + diagnostic.trace.map(\.span)
        return spans.first { $0.source === source }.map { source.line(at: $0.start) + 1 }
    }
}
