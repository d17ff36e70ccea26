import Autodiff
import Diagnostics
import Foundation
import RuntimeTesting
import Synchronization
import Syntax
import Tensors

@testable import Runtime

/// A session that random programs run in, one after the other, and what must hold after each of them.
final class ProgramTrial {
    /// Seconds that a program has before it is stopped as by ^C.
    private static let limit = 0.5
    private let folder: URL
    private var session: Session
    private var count = 0
    private(set) var succeeded = 0

    init(folder: URL) {
        self.folder = folder
        self.session = Session(.testing(folder: folder))
    }

    /// Runs a program.
    /// - Returns: what is wrong with the answer; usually nothing.
    func problems(_ text: String) -> [String] {
        count += 1
        // Names of programs before may be met, but not all of them for ever.
        if count % 20 == 0 { session = Session(.testing(folder: folder)) }
        session.deadline = Session.now + Self.limit
        let outcome = session.run(SourceText(name: "program", text: text), stream: "\(count)")
        let late = Session.now - (session.deadline ?? 0)
        var problems = outcome.diagnostics.compactMap(problem)
        if late > 3 { problems.append("ran on for \(late) seconds after it was stopped") }
        switch outcome.ending {
        case .succeeded: succeeded += 1
        case .failed, .rejected, .outOfMemory:
            if !outcome.diagnostics.contains(where: { $0.severity == .error }) {
                problems.append("it failed without an error")
            }
        case .timedOut, .interrupted: break
        }
        return problems + stateProblems(wasStopped: outcome.ending == .timedOut)
    }

    /// Words of the implementation that no message to a user may have.
    private static let inside = [
        "Internal", "Optional(", "Autodiff.", "Runtime.", "Tensors.", ".swift", "receiver",
        "prototype",
        "1000003", "TensorError", "unset", "probe", "placeholder", "fatal",
    ]

    private func problem(_ diagnostic: Diagnostic) -> String? {
        let text = render(diagnostic, as: .plain)
        _ = render(diagnostic, as: .html)
        if diagnostic.id == "internal" || diagnostic.id.isEmpty {
            return "an internal error: \(text)"
        }
        guard diagnostic.severity == .error else { return nil }
        if diagnostic.span == nil { return "an error without a place: \(text)" }
        // What a program says of itself is its own affair.
        guard diagnostic.id != "error", diagnostic.id != "assert" else { return nil }
        let source = diagnostic.span?.source.text ?? ""
        for word in Self.inside where diagnostic.message.contains(word) && !source.contains(word) {
            return "a message says `\(word)`: \(text)"
        }
        return nil
    }

    /// A small program whose output is known: whatever ran before must not have changed the machine.
    private func stateProblems(wasStopped: Bool) -> [String] {
        var problems: [String] = []
        guard let machine = session.machine else { return ["there is no machine"] }
        if machine.recording != nil { problems.append("a recording is still open") }
        if machine.isTraining { problems.append("models are still in training mode") }
        if machine.recorder.gradientDepth != 0 { problems.append("a gradient is still open") }
        if machine.top != 0 { problems.append("frames are still open") }
        session.deadline = Session.now + 20
        let probe = SourceText(name: "probe", text: Self.probe)
        let outcome = session.run(probe, stream: "probe")
        if outcome.value != "(6.0, 4.0, 2.0)" {
            let messages = outcome.diagnostics.map { render($0, as: .plain) }.joined()
            problems.append("the probe gave \(outcome.value ?? "nothing") \(messages)")
        }
        return problems
    }

    private static let probe = """
        func probe_() {
            (Tensor([1, 2, 3]).sum().item(), grad(x => x * x)(2.0), valueAndGrad(x => x + 1)(1.0)[0])
        }
        probe_()
        """
}

/// Ends the process with the name of the program if one of them runs on without an end: nothing else would tell.
final class Watchdog: Sendable {
    private let state = Mutex<(name: String, since: Double)?>(nil)

    init() {
        let thread = Thread { [self] in
            while true {
                Thread.sleep(forTimeInterval: 1)
                let hung = state.withLock {
                    $0.flatMap { Session.now - $0.since > 30 ? $0.name : nil }
                }
                if let hung {
                    FileHandle.standardError.write(Data("\(hung) does not end\n".utf8))
                    abort()
                }
            }
        }
        thread.start()
    }

    func begin(_ name: String) { state.withLock { $0 = (name, Session.now) } }
    func end() { state.withLock { $0 = nil } }
}
