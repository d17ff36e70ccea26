import Checker
import Diagnostics
import Syntax
import Testing

/// The analysis of a text; lower-case library names used here belong to the prelude.
private func analysis(_ text: String) -> CellAnalysis {
    let prelude: Set<String> = ["print", "fit", "mse", "step", "Adam", "Dense", "sum"]
    let program = Parser.parse(SourceText(name: "cell", text: text)).program
    return CellAnalysis.of(program, isPrelude: prelude.contains)
}

@Suite("What a cell reads, defines and changes")
struct CellAnalysisTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var reads: Set<String> = []
        var deferred: Set<String> = []
        var defines: Set<String> = []
        var writes: Set<String> = []
        var testDescription: String { text }
    }

    static let cases = [
        Case(text: "let x = y + 1", reads: ["y"], defines: ["x"]),
        Case(text: "let x = x + 1\nprint(x)", reads: ["x"], defines: ["x"]),
        Case(text: "total += a", reads: ["total", "a"], writes: ["total"]),
        Case(text: "xs[i] = 2", reads: ["xs", "i"], writes: ["xs"]),
        Case(text: "func f(a) { a + b }", deferred: ["b"], defines: ["f"]),
        Case(text: "func f() { g() }\nfunc g() { f() }", defines: ["f", "g"]),
        Case(text: "for i in rows { let t = i; print(t) }", reads: ["rows"]),
        Case(text: "let f = (a, (b, c)) => a + b + c + d", deferred: ["d"], defines: ["f"]),
        Case(text: "print(\"{loss:.3f}\")", reads: ["loss"]),
        Case(
            text: "model M(k) { param W: [D, k] = init\n forward(x: [N, D]) { x @ W * D } }",
            deferred: ["init"], defines: ["M"]),
        Case(
            text: "let h = fit(net, data, loss: mse)", reads: ["net", "data"], defines: ["h"],
            writes: ["net"]),
        Case(
            text: "step(opt) { mse(net(x), y) }", reads: ["opt", "net", "x", "y"],
            writes: ["opt", "net"]),
        Case(text: "import \"lib/mine.dl\"\nmine.f(z)", reads: ["z", "f"], defines: ["mine"]),
    ]

    @Test("names are found where they stand", arguments: cases)
    func names(_ example: Case) {
        #expect(
            analysis(example.text)
                == CellAnalysis(
                    reads: example.reads, deferredReads: example.deferred,
                    defines: example.defines, writes: example.writes))
    }
}

@Suite("The graph of a notebook")
struct NotebookGraphTests {
    @Test("a function that is mended later is looked up when it runs")
    func lateNames() {
        let cells = [
            "func helper(x) { x }", "func f(x) { helper(x) }", "func helper(x) { x + 1 }",
            "print(f(1))",
        ].map(analysis)
        let graph = NotebookGraph(cells: cells)
        #expect(graph.directAncestors[3] == [1, 2])
        #expect(graph.ancestors[3] == [0, 1, 2])
    }

    @Test("training in between counts")
    func training() {
        let cells = ["let net = Dense(2)", "fit(net, data)", "let data = 1", "net(3)"].map(analysis)
        #expect(NotebookGraph(cells: cells).directAncestors[3] == [0, 1])
    }

    @Test("it is what running a random notebook shows", arguments: 0..<200)
    func bruteForce(_ seed: Int) {
        var random = Numbers(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        let names = ["a", "b", "c", "d"]
        var texts: [String] = []
        for _ in 0..<(3 + random.below(6)) {
            let name = names[random.below(4)]
            let other = names[random.below(4)]
            switch random.below(3) {
            case 0: texts.append("let \(name) = \(other) + 1")
            case 1: texts.append("var \(name) = 2")
            default: texts.append("\(name) += 1\nprint(\(other))")
            }
        }
        let graph = NotebookGraph(cells: texts.map(analysis))
        // Brute force: follow every name by hand, remembering which cells made its present value.
        var makers: [String: Set<Int>] = [:]
        for (index, text) in texts.enumerated() {
            let words = text.split { !$0.isLetter && $0 != "+" }.map(String.init)
            var expected: Set<Int> = []
            for word in words where word.count == 1 && names.contains(word) {
                if text.hasPrefix("let \(word) =") && words.filter({ $0 == word }).count == 1 {
                    continue
                }
                if text.hasPrefix("var") { continue }
                expected.formUnion(makers[word] ?? [])
            }
            #expect(graph.directAncestors[index] == expected, "seed \(seed), cell \(index): \(texts)")
            if text.hasPrefix("let") || text.hasPrefix("var") {
                makers[words[1]] = [index]
            } else if makers[words[0]] != nil {
                makers[words[0]]?.insert(index)
            }
        }
    }
}

/// A small generator of repeatable numbers (an LCG of Knuth, MMIX).
struct Numbers {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}
