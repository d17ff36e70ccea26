import Diagnostics
import Foundation
import Syntax
import Testing

/// Mutations of valid programs. `DLREPL_FUZZ=1000000 swift test --filter FuzzTests` runs more of
/// them, `DLREPL_FUZZ_SEED=7` others. A trap ends the test run; the seed of the round is then the last one
/// that `DLREPL_FUZZ_TRACE=1` printed.
@Suite struct FuzzTests {
    private static let environment = ProcessInfo.processInfo.environment

    private func number(_ name: String, _ standard: UInt64) -> UInt64 {
        Self.environment[name].flatMap(UInt64.init) ?? standard
    }

    private static let corpus: [[UInt8]] =
        TreeCase.all.map { Array($0.source.utf8) }
        + ErrorGroup.all.flatMap(\.texts).map { Array($0.utf8) }

    private static let tokens: [[UInt8]] =
        (Symbol.allCases.map(\.rawValue) + Keyword.allCases.map(\.rawValue) + [
            "\n", "\"", "\"\"\"", "'", "#", "## ", "{x:", "model M {", "x", "1", ".5", "_", "by",
            "is",
            "lambda x", "elif", "def f", ":\n ", "\\", "\u{1F600}", "中", "，", "\r\n", "\u{0}", "\t",
        ]).map { Array($0.utf8) }

    @Test("any bytes give a tree and messages, whose spans lie in the text")
    func mutations() {
        let first = number("DLREPL_FUZZ_SEED", 1) &* 1_000_000_000
        let isTraced = Self.environment["DLREPL_FUZZ_TRACE"] == "1"
        for seed in first..<first + number("DLREPL_FUZZ", 20_000) {
            if isTraced { print("seed", seed) }
            var generator = RepeatableGenerator(seed: seed)
            let text = String(decoding: mutated(&generator), as: UTF8.self)
            check(text, seed: seed, isThorough: seed % 16 == 0)
        }
    }

    private func mutated(_ generator: inout RepeatableGenerator) -> [UInt8] {
        var bytes = Self.corpus.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            let end = min(bytes.count, place + Int.random(in: 0...6, using: &generator))
            switch Int.random(in: 0...5, using: &generator) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
            case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 3:
                let other = Self.corpus.randomElement(using: &generator) ?? []
                bytes.insert(contentsOf: other, at: place)
            default:
                let token = Self.tokens.randomElement(using: &generator) ?? []
                bytes.replaceSubrange(place..<end, with: token)
            }
        }
        return bytes
    }

    private func check(_ text: String, seed: UInt64, isThorough: Bool) {
        let source = SourceText(name: "fuzz", text: text)
        let (program, diagnostics) = Parser.parse(source)
        let count = source.utf8.count
        for diagnostic in diagnostics {
            guard let span = diagnostic.span, 0 <= span.start, span.start <= span.end,
                span.end <= count
            else {
                Issue.record("seed \(seed): \(diagnostic.id) has no good span in \(text)")
                return
            }
        }
        let dump = Dump.text(of: program)
        if diagnostics.isEmpty, dump.contains("<missing>") {
            Issue.record("seed \(seed): something is missing without a message in \(text)")
        }
        guard isThorough else { return }
        if let diagnostic = diagnostics.first { _ = render(diagnostic, as: .plain) }
        _ = Parser.needsMore(text)
        checkPieces(highlight(source), seed: seed)
        let formatted = format(text)
        if format(formatted) != formatted {
            Issue.record("seed \(seed): formatting twice differs from once for \(text)")
        }
        if diagnostics.isEmpty, Dump.text(of: parse(Printer.print(program)).program) != dump {
            Issue.record("seed \(seed): printing changes \(text)")
        }
        if diagnostics.isEmpty, Dump.text(of: parse(formatted).program) != dump {
            Issue.record("seed \(seed): formatting changes \(text)")
        }
    }

    private func checkPieces(_ pieces: [(Span, TokenClass)], seed: UInt64) {
        var end = 0
        for (span, _) in pieces {
            if span.start < end || span.end <= span.start {
                Issue.record("seed \(seed): highlighted pieces overlap")
                return
            }
            end = span.end
        }
    }
}
