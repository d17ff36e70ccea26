import Diagnostics
import Syntax
import Testing

@Suite struct LimitTests {
    private static let count = 10_000

    /// Texts that nest or chain without end: what is repeated, what stands in the middle, what
    /// closes.
    static let bottomless: [String] = [
        String(repeating: "(", count: count), String(repeating: "[", count: count),
        String(repeating: "{", count: count), String(repeating: "f(", count: count),
        String(repeating: "-", count: count) + "x", String(repeating: "not ", count: count) + "x",
        String(repeating: "x => ", count: count) + "x", String(repeating: "a^", count: count) + "a",
        String(repeating: "if a {", count: count), String(repeating: "try ", count: count),
        String(repeating: "f { ", count: count), String(repeating: "\"{", count: count),
        String(repeating: "\"\"\"{\n", count: count),
        String(repeating: "for x in y {", count: count),
        String(repeating: "((", count: count) + "a" + String(repeating: "))", count: count),
        String(repeating: "a + ", count: count) + "a", String(repeating: "a.", count: count) + "a",
        "f" + String(repeating: "()", count: count), "a" + String(repeating: "[0]", count: count),
        String(repeating: "if a { b } else ", count: count), String(repeating: "]", count: count),
        String(repeating: "([{", count: count) + String(repeating: ")", count: count),
        String(repeating: "[", count: count) + String(repeating: ")", count: count),
        String(repeating: "(", count: count) + String(repeating: "}", count: count),
        String(repeating: "a < ", count: count) + "a", String(repeating: "a, ", count: count),
        "let " + String(repeating: "(", count: count),
        String(repeating: "func f() {", count: count),
        String(repeating: "model M {", count: count), String(repeating: "'a' ", count: count),
        String(repeating: "?\n", count: count), String(repeating: "(\n", count: count),
        String(repeating: "if a:\n", count: count),
        "let x: " + String(repeating: "[(", count: count),
    ]

    @Test("endless nesting and chains are errors, quickly", arguments: bottomless.indices)
    func endless(_ index: Int) {
        let text = Self.bottomless[index]
        let clock = ContinuousClock()
        var diagnostics: [Diagnostic] = []
        let time = clock.measure { diagnostics = parse(text).diagnostics }
        #expect(!diagnostics.isEmpty, "\(text.prefix(20))")
        #expect(diagnostics.count <= 100)
        // Loose, since other tests run beside it; a depth or time out of bounds would show.
        #expect(time < .seconds(10), "\(text.prefix(20)) took \(time)")
        _ = Parser.needsMore(text)
        _ = highlight(SourceText(name: "t", text: text))
    }

    @Test("100,000 open brackets are one error at once")
    func openBrackets() {
        let text = String(repeating: "(", count: 100_000)
        let clock = ContinuousClock()
        var diagnostics: [Diagnostic] = []
        let time = clock.measure { diagnostics = parse(text).diagnostics }
        #expect(diagnostics.map(\.id) == ["syntax.deep"])
        #expect(time < .seconds(5))
    }

    @Test("up to the limits everything is read")
    func withinLimits() {
        let nested = String(repeating: "(", count: 190) + "a" + String(repeating: ")", count: 190)
        #expect(parse(nested).diagnostics == [])
        let chain = String(repeating: "a + ", count: 1_990) + "a"
        #expect(parse(chain).diagnostics == [])
        let list = "[" + String(repeating: "a * b, ", count: 10_000) + "]"
        #expect(parse(list).diagnostics == [])
        let branches = "if a { b }" + String(repeating: " else if a { b }", count: 3_000)
        #expect(parse(branches).diagnostics == [])
    }

    @Test("chains inside brackets add up, so that no tree is deeper than the limits")
    func nestedChains() {
        let link = String(repeating: " + a", count: 1_000)
        var text = "a"
        for _ in 0..<3 { text = "(" + text + ")" + link }
        #expect(parse(text).diagnostics.map(\.id) == ["syntax.long-chain"])
        text = "a"
        for _ in 0..<3 { text = "f(" + text + ")" + String(repeating: ".b", count: 1_000) }
        #expect(parse(text).diagnostics.map(\.id) == ["syntax.long-chain"])
    }

    @Test("the deepest trees can be walked recursively")
    func walkDeepTrees() {
        let chain =
            String(repeating: "-(", count: 95) + "a" + String(repeating: " + b", count: 1_800)
        let text = chain + String(repeating: ")", count: 95)
        let (program, diagnostics) = parse(text)
        #expect(diagnostics == [])
        let printed = Printer.print(program)
        #expect(Dump.text(of: parse(printed).program) == Dump.text(of: program))
    }
}
