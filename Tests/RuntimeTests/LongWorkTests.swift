import Autodiff
import Diagnostics
import RuntimeTesting
import Synchronization
import Testing

@testable import Runtime

/// Functions of long texts ask whether they are to stop, and long values are shown in part.
@Suite("Long texts and lists")
struct LongWorkTests {
    /// What goes through the whole of `s` or `spaces`, 2 MB each.
    static let works = [
        "split(s)", "split(s, \" \")", "replace(s, \"w\", \"W\")", "lower(s)", "upper(s)", "find(s, \"zzz\")",
        "\"zzz\" in s", "s[1]", "s[1:]", "reversed(s)", "trim(spaces)", "CharTokenizer(s)", "WordTokenizer(s)",
        "BPETokenizer(s, 300)", "CharTokenizer(\"word 0123456789\").encode(s)", "writeText(\"a.txt\", s)",
        "readText(\"long.txt\")", "readCSV(\"long.txt\")",
    ]

    @Test("functions of texts ask at least once for each megabyte")
    func asks() async throws {
        let questions = try await LargeStack.run {
            try withTemporaryFolder { folder in
                let session = Session(.testing(folder: folder))
                func run(_ text: String) {
                    let outcome = session.run(SourceText(name: "cell", text: text), stream: "#1")
                    #expect(outcome.ending == .succeeded, "\(text): \(outcome.diagnostics)")
                }
                run(
                    """
                    func doubled(text, times) {
                        var result = text
                        for i in 0..<times { result = result + result }
                        result
                    }
                    let s = doubled("word 12 ", 18)
                    let spaces = doubled("    ", 19)
                    writeText("long.txt", s)
                    """)
                let count = Mutex(0)
                let before = session.machine.recorder.isInterrupted
                session.machine.recorder.isInterrupted = {
                    count.withLock { $0 += 1 }
                    return before()
                }
                return Self.works.map { work in
                    count.withLock { $0 = 0 }
                    run(work + ";")
                    return count.withLock { $0 }
                }
            }
        }
        for (work, count) in zip(Self.works, questions) { #expect(count >= 2, "\(work)") }
    }

    @Test("a long value is shown in part, and printed as a whole")
    func shown() async throws {
        let values = [
            ("list(0..<100000)", "; `print` writes all)"), ("join(map(0..<50000, i => \"é{i}\"), \"\")", "é"),
            ("[\"a\": list(0..<100000)]", "1 entry; "), ("map(0..<100000, i => (i, [i]))", "(100000 elements; "),
            ("(1, join(map(0..<100000, str), \"\"))", "(2 elements; "),
        ]
        let outcomes = try await LargeStack.run {
            try withTemporaryFolder { folder in
                let session = Session(.testing(folder: folder))
                return values.map { value, _ in
                    session.run(SourceText(name: "cell", text: value), stream: "#1").value ?? ""
                }
            }
        }
        for (outcome, (_, expected)) in zip(outcomes, values) {
            #expect(outcome.utf8.count <= Printer.longestShown + 100)
            #expect(outcome.hasSuffix("`print` writes all)"))
            #expect(outcome.contains(expected))
        }
        let all = try await LargeStack.run {
            try withTemporaryFolder { folder in
                let session = Session(.testing(folder: folder))
                var output = ""
                session.output = { output += $0 }
                _ = session.run(
                    SourceText(name: "cell", text: "print(list(0..<100000), str(list(0..<100000)) == \"\")"),
                    stream: "#1")
                return output
            }
        }
        #expect(all == "[" + (0..<100_000).map { "\($0)" }.joined(separator: ", ") + "] false\n")
    }

    @Test("a message quotes the beginning of a long text")
    func messages() async throws {
        let programs = [
            "toInt(s)", "toFloat(s)", "[\"a\": 1][s]", "error(s)", "assert false, s",
        ]
        let messages = try await LargeStack.run {
            try withTemporaryFolder { folder in
                let session = Session(.testing(folder: folder))
                return programs.map { program in
                    let text = "let s = join(map(0..<100000, str), \"\")\n" + program
                    return session.run(SourceText(name: "cell", text: text), stream: "#1").diagnostics.first?.message
                        ?? ""
                }
            }
        }
        for (program, message) in zip(programs, messages) {
            #expect(message.contains("01234567891011"), "\(program): \(message.prefix(100))")
            #expect(message.utf8.count <= Printer.longestShown + 100, "\(program)")
        }
        #expect(messages[0].utf8.count < 200)
    }
}
