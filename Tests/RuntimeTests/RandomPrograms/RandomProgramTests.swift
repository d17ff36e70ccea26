import Diagnostics
import Foundation
import RuntimeTesting
import Tensors
import Testing

@testable import Runtime

/// Nothing that a program says may end the process, hang it or leave the session in a state that the next program
/// notices. `DLREPL_FUZZ=100000 DLREPL_FUZZ_SEED=7 scripts/test --filter RandomProgramTests` runs more programs.
///
/// With `DLREPL_FUZZ_TRACE=FILE` each program is in FILE before it runs: after a trap it is the one to look at.
@Suite("Random programs", .serialized)
struct RandomProgramTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let rounds = environment["DLREPL_FUZZ"].flatMap(UInt64.init)
    private static let seed = environment["DLREPL_FUZZ_SEED"].flatMap(UInt64.init) ?? 1

    enum Source: String, CaseIterable, CustomTestStringConvertible {
        case generated, mutated
        var testDescription: String { rawValue }

        func program(_ seed: UInt64) -> String {
            switch self {
            case .generated:
                var generator = ProgramGenerator(seed: seed)
                return generator.program()
            case .mutated:
                var mutator = ProgramMutator(seed: seed)
                return mutator.program()
            }
        }
    }

    @Test("end with a value or an error with a place", arguments: Source.allCases)
    func programs(_ source: Source) async throws {
        // The memory is small, so that programs that fill it are answered at once.
        let found = try await LargeStack.run(memory: 1 << 30) { try Self.run(source, Self.rounds ?? 400) }
        for problem in found.problems.prefix(20) { Issue.record("\(problem)") }
        #expect(
            found.succeeded * 40 > Int(Self.rounds ?? 400), "\(found.succeeded) ran to their end")
        if Self.rounds != nil {
            print(
                "\(source): \(found.succeeded) ran to their end, \(found.problems.count) problems")
        }
    }

    private static func run(
        _ source: Source, _ rounds: UInt64
    ) throws -> (problems: [String], succeeded: Int) {
        let watchdog = Watchdog()
        let trace = environment["DLREPL_FUZZ_TRACE"]
        return try withTemporaryFolder { folder in
            let trial = ProgramTrial(folder: folder)
            var problems: [String] = []
            for round in 0..<rounds {
                let seed = seed &* 1_000_000_000 &+ round
                let text = source.program(seed)
                let name = "\(source) program \(seed)"
                if let trace { try Data("# \(name)\n\(text)".utf8).write(to: URL(filePath: trace)) }
                watchdog.begin(name)
                problems += trial.problems(text).map { "\(name): \($0)\n\(text)" }
                watchdog.end()
            }
            return (problems, trial.succeeded)
        }
    }
}
