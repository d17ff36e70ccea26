import Diagnostics
import Foundation
import Notebooks
import Runtime
import RuntimeTesting
import Testing

/// Programs that nobody wrote: `check` ends soon, never traps, and is silent about those that run.
@Suite("Check of random programs")
struct RandomCheckTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let count = Int(environment["DLREPL_FUZZ"] ?? "") ?? 60
    private static let seed = UInt64(environment["DLREPL_FUZZ_SEED"] ?? "") ?? 1

    private static func session(_ folder: URL, checks: Bool) -> Session {
        var configuration = SessionConfiguration.testing(folder: folder)
        configuration.checksShapes = checks
        return Session(configuration)
    }

    private static func check(_ text: String, _ folder: URL) -> (found: [Diagnostic], seconds: Double) {
        let start = Session.now
        let source = SourceText(name: "cell 1", text: text)
        let session = session(folder, checks: true)
        let found = NotebookChecker.check(script: source, in: session)
        return (found, Session.now - start)
    }

    @Test("what runs whatever its conditions are is not reported")
    func silent() async throws {
        let problems = try await LargeStack.run {
            try withTemporaryFolder { folder in
                (0..<Self.count).compactMap { index -> String? in
                    let text = RandomProgram.text(seed: Self.seed &+ UInt64(index), size: 25)
                    let (found, seconds) = Self.check(text, folder)
                    if let first = found.first { return "\(index): \(render(first, as: .plain))\n\(text)" }
                    guard seconds > 1 else { return nil }
                    return "\(index): check took \(seconds) s\n\(text)"
                }
            }
        }
        #expect(problems.isEmpty, "\(problems.prefix(3).joined(separator: "\n"))")
    }

    @Test("such programs do run")
    func valid() async throws {
        let problems = try await LargeStack.run {
            try withTemporaryFolder { folder in
                (0..<min(Self.count, 200)).compactMap { index -> String? in
                    let text = RandomProgram.text(seed: Self.seed &+ UInt64(index), size: 25)
                    let session = Self.session(folder, checks: false)
                    session.deadline = Session.now + 10
                    let outcome = session.run(SourceText(name: "cell 1", text: text), stream: "#1")
                    if outcome.ending == .succeeded || outcome.ending == .timedOut { return nil }
                    let errors = outcome.diagnostics.map { render($0, as: .plain) }
                    return "\(index): \(errors.joined(separator: "\n"))\n\(text)"
                }
            }
        }
        #expect(problems.isEmpty, "\(problems.prefix(3).joined(separator: "\n"))")
    }

    @Test("conditions and loops inside of each other do not multiply", arguments: [12, 24])
    func nested(depth: Int) async throws {
        let conditions = (0..<depth).reduce("t = t + 1") { inner, _ in
            "if rand([]) > 0.5 { \(inner)\nt = t + 1 } else { t = t * 2 }"
        }
        let loops = (0..<depth).reduce("t = t + 1") { inner, level in
            "for i\(level) in 0..<50 { \(inner)\nif rand([]) > 0.5 { break } }"
        }
        let whiles = (0..<depth).reduce("t = t + 1") { inner, _ in
            "while rand([]) > 0.5 { \(inner) }"
        }
        let sequence = String(repeating: "if rand([]) > 0.5 { t = t + 1 } else { t = t * 2 }\n", count: depth * 10)
        let calls = (0..<depth).map {
            "func f\($0 + 1)(x) { if rand([]) > 0.5 { f\($0)(x) } else { f\($0)(x) + 1 } }"
        }.joined(separator: "\n")
        let programs = [
            conditions, loops, whiles, sequence,
            "func f0(x) { x }\n\(calls)\nt = f\(depth)(t)",
            "func fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }\nlet k = fib(randint(1, 9, []).item())",
        ]
        for program in programs {
            let (found, seconds) = try await LargeStack.run {
                try withTemporaryFolder { Self.check("var t = ones([2, 3])\n" + program, $0) }
            }
            #expect(found.isEmpty)
            #expect(seconds < 4, "\(seconds) s for \(program.prefix(200))")
        }
    }

    @Test("programs with several mistakes at once neither trap nor hang")
    func mutated() async throws {
        var random = MutantRandom(seed: Self.seed)
        let programs =
            MutantProgram.ownCases() + MutantProgram.languageCases() + MutantProgram.libraryExamples()
            + MutantProgram.notebooks()
        for _ in 0..<Self.count {
            guard let program = programs.randomElement(using: &random),
                let cell = program.cells.randomElement(using: &random)
            else { continue }
            var text = cell.source.text
            for _ in 0..<Int.random(in: 2...4, using: &random) {
                let source = SourceText(name: "cell", text: text)
                let mutants = MutationSites.all(in: source, seed: random.next())
                if let mutant = mutants.randomElement(using: &random) { text = mutant.text(in: source) }
            }
            let changed = text
            let seconds = try await LargeStack.run {
                try withTemporaryFolder { Self.check(changed, $0).seconds }
            }
            #expect(seconds < 4, "\(program.name): \(seconds) s\n\(changed)")
        }
    }
}
