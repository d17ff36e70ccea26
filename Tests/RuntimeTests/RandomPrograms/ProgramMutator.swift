import Diagnostics
import Foundation
import RuntimeTesting
import Syntax

/// Damages programs that somebody wrote: the cases of the tests, the contract's examples, the library, the notebooks.
struct ProgramMutator {
    /// The programs and, of all of them, the tokens.
    struct Corpus: Sendable {
        var programs: [String]
        var tokens: [String]
    }

    var random: SplitMix

    init(seed: UInt64) { random = SplitMix(state: seed) }

    static let corpus: Corpus = {
        var programs: [String] = []
        for folder in [
            "Tests/LanguageTests/cases", "Tests/ErrorTests/cases", "stdlib", "notebooks",
        ] {
            let root = repository.appending(path: folder)
            for path in FileManager.default.enumerator(atPath: root.path)?.allObjects ?? [] {
                guard let path = path as? String,
                    let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8)
                else { continue }
                // A case has several cells, which may define one name each.
                if path.hasSuffix(".dl") { programs += text.components(separatedBy: "#---") }
                if path.hasSuffix(".dln") { programs += cells(of: text) }
            }
        }
        let contract = try? String(
            contentsOf: repository.appending(path: "docs/language.md"), encoding: .utf8)
        programs += cells(of: contract ?? "")
        programs.sort()
        let tokens = Set(programs.flatMap(pieces)).sorted()
        return Corpus(programs: programs, tokens: tokens)
    }()

    /// The fenced `dl` blocks of a Markdown text.
    private static func cells(of text: String) -> [String] {
        text.components(separatedBy: "```dl").dropFirst().map { part in
            let block = part.components(separatedBy: "```")[0]
            return block.components(separatedBy: "\n").dropFirst().joined(separator: "\n")
        }
    }

    /// The tokens of a text and what stands between them.
    private static func pieces(_ text: String) -> [String] {
        let source = SourceText(name: "corpus", text: text)
        var result: [String] = []
        var end = 0
        for token in Lexer.tokens(of: source).tokens where token.end > token.start {
            if token.start > end { result.append(source.text(of: Span(source, end, token.start))) }
            guard token.start >= end else { continue }
            result.append(source.text(of: Span(source, token.start, token.end)))
            end = token.end
        }
        return result
    }

    mutating func program() -> String {
        var pieces = Self.pieces(pick(Self.corpus.programs))
        // Few changes, so that most of the program still runs.
        for _ in 0..<Int.random(in: 1...4, using: &random) where !pieces.isEmpty {
            let place = Int.random(in: 0..<pieces.count, using: &random)
            switch Int.random(in: 0...6, using: &random) {
            case 0: pieces.remove(at: place)
            case 1: pieces.insert(pieces[place], at: place)
            case 2: pieces.swapAt(place, Int.random(in: 0..<pieces.count, using: &random))
            case 3:
                var generator = ProgramGenerator(seed: random.next())
                pieces[place] = generator.expression(generator.anySort(), depth: 2)
            case 4:
                pieces[place] = pick([
                    "0", "-1", "9223372036854775807", "nan", "nil", "[]", "1e308", "\"\"",
                    "zeros([0])",
                ])
            case 5:
                // A line of another program.
                let lines = pick(Self.corpus.programs).split(separator: "\n").map(String.init)
                if let line = lines.randomElement(using: &random) {
                    pieces.insert("\n\(line)\n", at: place)
                }
            default: pieces[place] = pick(Self.corpus.tokens)
            }
        }
        return pieces.joined()
    }

    private mutating func pick<Item>(_ items: [Item]) -> Item {
        items[Int.random(in: 0..<items.count, using: &random)]
    }
}
