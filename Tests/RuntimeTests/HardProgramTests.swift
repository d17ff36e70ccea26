import Diagnostics
import Foundation
import RuntimeTesting
import Tensors
import Testing

@testable import Runtime

/// The edges of the language: numbers, sizes, depths and lengths that nobody writes on purpose.
@Suite("Hard programs", .serialized)
struct HardProgramTests {
    @Test("get an answer at once", arguments: HardProgram.all)
    func answers(_ program: HardProgram) async throws {
        let outcome = try await LargeStack.run(memory: 4 << 30) { try Self.run(program.text, seconds: 60) }
        switch program.answer {
        case .value(let value): #expect(outcome.value == value, "\(outcome.messages.prefix(300))")
        case .error(let part):
            #expect(outcome.messages.contains(part), "\(outcome.messages.prefix(300))")
            #expect(outcome.hasPlace)
        }
    }

    private struct Answer: Sendable {
        var value: String?
        var messages = ""
        var hasPlace = true
        var ending = CellOutcome.Ending.succeeded
        var late = 0.0
    }

    private static func run(_ text: String, seconds: Double) throws -> Answer {
        try withTemporaryFolder { folder in
            let session = Session(.testing(folder: folder))
            session.deadline = Session.now + seconds
            let outcome = session.run(SourceText(name: "hard", text: text), stream: "1")
            var answer = Answer(value: outcome.value, ending: outcome.ending)
            answer.late = Session.now - (session.deadline ?? 0)
            answer.messages = outcome.diagnostics.map(\.message).joined(separator: "\n")
            answer.hasPlace = outcome.diagnostics.allSatisfy { $0.span != nil }
            return answer
        }
    }

    /// What is a million levels deep is let go level by level: on a small stack, on which recursion would end the process.
    @Test(
        "what is nested deeply is freed without recursion",
        arguments: [
            "var a = [1]\nfor i in 0..<300_000 { a = [a] }\na = [1]\n1",
            "var a = (1, 2)\nfor i in 0..<300_000 { a = (a, 1) }\na = (1, 2)\n1",
            "var a = [\"a\": 1]\nfor i in 0..<300_000 { a = [\"a\": a] }\na = [:]\n1",
            "var a = (a: 1)\nfor i in 0..<300_000 { a = (a: a) }\na = (a: 1)\n1",
            "func wrap(g) { () => g() + 1 }\nvar f = () => 1\nfor i in 0..<300_000 { f = wrap(f) }\nf = () => 1\n1",
            "func wrap(g) { [() => g, (a: g)] }\nvar f = [1]\nfor i in 0..<300_000 { f = wrap(f) }\nf = [1]\n1",
            "var f = x => x * x\nfor i in 0..<300_000 { f = grad(f) }\nf = x => x\n1",
            "var x = ones([2])\nfor i in 0..<300_000 { x = x + 1 }\nx = ones([2])\n1",
            "func make(g) { model M() { forward(x) { g } }\nM() }\nvar m = make(1)\nfor i in 0..<20_000 { m = make(m) }\nm = 1\n1",
        ])
    func deepValues(_ text: String) async throws {
        let value = try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Result {
                        try MemoryBudget(limit: 4 << 30).run { try Self.run(text, seconds: 120).value }
                    })
            }
            thread.stackSize = 4 << 20
            thread.start()
        }
        #expect(value == "1")
    }

    /// The way of ^C: the machine and long kernels ask for it.
    @Test(
        "whatever runs on and on can be stopped",
        arguments: [
            "while true { }",
            "var x = ones([2])\nwhile true { x = x + 1 }",
            "for i in 0..<9223372036854775807 { }",
            "var s = [1]\nfor i in 0..<100 { s = [s, s] }\nprint(s)",
            "var s = [1]\nvar t = [1]\nfor i in 0..<100 { s = [s, s]; t = [t, t] }\ns == t",
            "let x = ones([3000, 3000])\nvar y = x\nwhile true { y = y @ x; y[0, 0].item() }",
            "let x = ones([3000, 3000])\n(x @ x @ x @ x @ x @ x @ x @ x).sum().item()",
            "let net = Dense(1)\nlet opt = SGD(net)\nwhile true { step(opt) { net(ones([1, 2])).sum() } }",
            "fit(Dense(1), (ones([64, 2]), ones([64, 1])), loss: mse, epochs: 100_000_000)",
            "let f = x => { while true { }\nx }\nmap([1], f)", "jacobian(x => x)(ones([100_000]))",
            "checkGradient(x => x.sum(), ones([10_000_000]))",
            "sorted(map(0..<3_000_000, i => -i), by: x => { sorted([x, 1])[0] })",
            "var f = x => x\nwhile true { f = f >> abs }",
            "let s = rand([5_000_000])\nwhile true { sort(s)[0].item() }",
            "var a = \"\"\nwhile true { a = a + \"b\" }", "while true { Dense(10)(ones([1, 10])) }",
        ])
    func stopping(_ text: String) async throws {
        let answer = try await LargeStack.run(memory: 4 << 30) { try Self.run(text, seconds: 0.3) }
        #expect(answer.ending == .timedOut || answer.ending == .interrupted, "\(answer.messages)")
        #expect(answer.late < 10, "it ran on for \(answer.late) s")
    }
}
