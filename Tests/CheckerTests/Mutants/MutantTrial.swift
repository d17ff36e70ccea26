import Diagnostics
import Foundation
import Notebooks
import RuntimeTesting
import Runtime

/// Runs and checks a program and its mutants.
///
/// Both sessions are put back to where the changed cell starts, so that a mutant costs what that cell and
/// those below it cost.
final class MutantTrial {
    enum Verdict: String, CaseIterable {
        /// Fails when run, and `check` says so; it does not; nothing is wrong; `check` says that something is.
        case found, missed, fine, alarm
        /// `check` speaks of code that the run did not reach.
        case unreached
        /// Fails for its numbers: an assertion, a loss that is not finite. Or takes too long.
        case numbers, slow
    }

    struct Result {
        var verdict: Verdict
        /// Whether `check` gives the error of the run: its identifier, line and text.
        var isSame = false
        var run: Diagnostic?
        var check: [Diagnostic] = []
    }

    private(set) var program: MutantProgram
    private var running: Session
    private var checking: Session
    private var runStates: [SessionSnapshot] = []
    private var checkStates: [SessionSnapshot] = []
    private let folder: URL
    /// What `check` said of the program as it is.
    private(set) var alarms: [Diagnostic] = []
    private(set) var checkSeconds = 0.0
    private(set) var slowestCell = 0.0

    /// Whether an error depends on numbers, which `check` cannot know: the program's own assertions.
    static func isNumeric(_ error: Diagnostic) -> Bool {
        guard error.id == "assert" else { return error.id == "training.finite" }
        guard let span = error.span else { return false }
        let line = span.source.lineText(span.source.line(at: span.start))
        return line.drop { $0 == " " }.hasPrefix("assert") || error.message.hasPrefix("assertion failed")
    }

    static let allowedWarnings: Set<String> = [
        "lint.dimension", "lint.doubleActivation", "shape.broadcast",
    ]

    /// Takes out the cells of a program that do not run; `nil` if nothing remains.
    init?(_ program: MutantProgram, folder: URL, seconds: Double) {
        self.program = program
        self.folder = folder
        running = Self.session(folder, program.seed, checks: false)
        checking = Self.session(folder, program.seed, checks: true)
        var kept: [MutantProgram.Piece] = []
        for cell in program.cells {
            let state = running.snapshot()
            running.deadline = Session.now + seconds
            let outcome = running.run(runs(cell.source), stream: cell.stream)
            running.deadline = nil
            guard outcome.ending == .succeeded else {
                running.restore(state)
                continue
            }
            kept.append(cell)
            runStates.append(state)
        }
        guard !kept.isEmpty else { return nil }
        self.program.cells = kept
        for cell in kept {
            checkStates.append(checking.snapshot())
            let start = Session.now
            alarms += NotebookChecker.check(cell.source, stream: cell.stream, in: checking)
            slowestCell = max(slowestCell, Session.now - start)
            checkSeconds += Session.now - start
        }
        alarms += checking.checkUncalled()
        alarms = alarms.filter { !Self.isAllowed($0) }
    }

    private static func session(_ folder: URL, _ seed: Int, checks: Bool) -> Session {
        var configuration = SessionConfiguration.testing(folder: folder)
        configuration.seed = seed
        configuration.checksShapes = checks
        return Session(configuration)
    }

    private static func isAllowed(_ diagnostic: Diagnostic) -> Bool {
        diagnostic.severity == .warning && allowedWarnings.contains(diagnostic.id)
    }

    /// Every place of the program for a mistake.
    func mutants(seed: UInt64) -> [Mutant] {
        program.cells.enumerated().flatMap { index, cell in
            MutationSites.all(in: cell.source, seed: seed &+ UInt64(index)).map {
                var mutant = $0
                mutant.cell = index
                return mutant
            }
        }
    }

    func result(of mutant: Mutant, seconds: Double) -> Result {
        let original = program.cells[mutant.cell].source
        let text = mutant.text(in: original)
        let found = check(text, mutant.cell).filter { !Self.isAllowed($0) }
        let (failure, isSlow) = run(text, mutant.cell, seconds)
        if isSlow { return Result(verdict: .slow, check: found) }
        if let failure {
            guard !Self.isNumeric(failure) || !found.isEmpty else {
                return Result(verdict: .numbers, run: failure)
            }
            let isSame = found.contains {
                $0.id == failure.id && $0.message == failure.message
                    && $0.span.map(Self.line) == failure.span.map(Self.line)
            }
            return Result(
                verdict: found.isEmpty ? .missed : .found, isSame: isSame, run: failure, check: found)
        }
        guard !found.isEmpty else { return Result(verdict: .fine) }
        let probe = mutant.probeText(in: original)
        let isReached = probe.map { run($0, mutant.cell, seconds).failure?.message == "reached" } ?? true
        return Result(verdict: isReached ? .alarm : .unreached, check: found)
    }

    private static func line(_ span: Span) -> String {
        "\(span.source.name) \(span.source.line(at: span.start))"
    }

    private func runs(_ source: SourceText) -> SourceText {
        program.runsShortened ? Shortening.of(source) : source
    }

    private func source(_ text: String, _ index: Int) -> SourceText {
        let original = program.cells[index].source
        return SourceText(
            name: original.name, text: text, file: original.file, firstLine: original.firstLine)
    }

    private func check(_ text: String, _ index: Int) -> [Diagnostic] {
        checking.restore(checkStates[index])
        var found: [Diagnostic] = []
        for (number, cell) in program.cells.enumerated().dropFirst(index) {
            let source = number == index ? self.source(text, index) : cell.source
            found += NotebookChecker.check(source, stream: cell.stream, in: checking)
        }
        return found + checking.checkUncalled()
    }

    private func run(
        _ text: String, _ index: Int, _ seconds: Double
    ) -> (failure: Diagnostic?, isSlow: Bool) {
        running.restore(runStates[index])
        let end = Session.now + seconds
        for (number, cell) in program.cells.enumerated().dropFirst(index) {
            let source = number == index ? self.source(text, index) : cell.source
            running.deadline = end
            let outcome = running.run(runs(source), stream: cell.stream)
            running.deadline = nil
            switch outcome.ending {
            case .succeeded: continue
            case .timedOut, .interrupted: return (nil, true)
            case .rejected, .failed, .outOfMemory:
                let error = outcome.diagnostics.last { $0.severity == .error }
                return (error ?? Diagnostic(id: "none", "failed without an error"), false)
            }
        }
        return (nil, false)
    }
}
