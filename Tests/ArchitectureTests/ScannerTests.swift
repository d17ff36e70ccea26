import Testing

@Suite("The scanners of these tests")
struct ScannerTests {
    @Test("comments and strings are not code")
    func code() {
        let text = """
            let a = "x // y" // try!
            /* try! /* as! */ fatalError( */ let b = 1
            let c = #"a "quoted" word"#; let d = "\\(f("x"))!"
            """
        #expect(
            CodeText.lines(of: text) == [
                "let a = \"\" ", " let b = 1", "let c = \"\"; let d = \"\"",
            ])
    }

    @Test("strings over several lines are not code")
    func multiline() {
        let text = "let a = \"\"\"\n    try!\n    \"\"\" + b!"
        #expect(CodeText.lines(of: text) == ["let a = \"\"", "", " + b!"])
    }

    @Test("a function reaches from its declaration to its brace")
    func functions() {
        let code = [
            "struct S {", "    var one: Int { 1 }", "    public func two(", "        a: Int",
            "    ) {",
            "        func inner() { }", "    }", "    var stored = 3", "    init() {", "    }", "}",
        ]
        let found = FunctionExtent.all(in: code).map { "\($0.name) \($0.lines)" }
        #expect(found == ["two 5", "inner 1", "init 2"])
    }

    @Test("there are sources, and their functions are found")
    func sources() {
        #expect(SourceFile.all.count > 300)
        #expect(SourceFile.all.reduce(0) { $0 + $1.functions.count } > 2_000)
        #expect(swiftModules.count == 14)
    }
}
