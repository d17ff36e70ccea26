import Diagnostics
import Notebooks
import Testing

@Suite("Front matter")
struct FrontMatterTests {
    private func read(_ settings: String) -> NotebookDocument {
        NotebookDocument(text: "---\n\(settings)\n---\n\ntext\n", name: "n.dln")
    }

    @Test("known keys are typed, other keys are kept")
    func keys() {
        let document = read(
            """
            dln: 1
            # a comment
            title: Digits: a 'first' look   # comment
            seed: 42
            tags:
              - one
              - two
            lang: "zh"
            params: {lr: 0.001, epochs: 20, name: "a, b", fast: true, word: plain text}
            """)
        let matter = document.frontMatter
        #expect(document.diagnostics.isEmpty)
        #expect(matter.version == 1 && matter.seed == 42)
        #expect(matter.title == "Digits: a 'first' look")
        #expect(matter.others.map(\.key) == ["tags", "lang"])
        #expect(matter.others.first?.text == "- one\n  - two")
        #expect(matter.other("lang") == "zh")
        #expect(matter.parameters.map(\.name) == ["lr", "epochs", "name", "fast", "word"])
        #expect(
            matter.parameters.map(\.value) == [
                .float(0.001), .int(20), .string("a, b"), .bool(true), .string("plain text"),
            ])
    }

    static let scalars: [(text: String, value: ParameterValue)] = [
        ("1", .int(1)), ("-3", .int(-3)), ("1_000", .int(1000)), ("0xff", .int(255)),
        ("9223372036854775807", .int(.max)), ("1.5", .float(1.5)), ("1e-3", .float(0.001)),
        ("-2.5E+3", .float(-2500)), ("inf", .float(.infinity)), ("-inf", .float(-.infinity)),
        ("true", .bool(true)), ("false", .bool(false)), ("yes", .string("yes")),
        ("\"1\"", .string("1")), ("'it''s'", .string("it's")), ("\"a\\n\\\"\"", .string("a\n\"")),
        ("1.", .string("1.")), ("1e", .string("1e")), ("v1.2", .string("v1.2")),
        ("学习", .string("学习")), ("a b", .string("a b")), ("\"\"", .string("")),
    ]

    @Test("scalars have the type that they look like", arguments: scalars)
    func scalar(_ example: (text: String, value: ParameterValue)) {
        let document = read("params: {x: \(example.text)}")
        #expect(document.diagnostics.isEmpty)
        #expect(document.frontMatter.parameters.first?.value == example.value)
    }

    @Test("a map may run over several lines")
    func severalLines() {
        let document = read("params: {\n  lr: 0.1, # rate\n  n: 3,\n}\nseed: 5")
        #expect(document.diagnostics.isEmpty)
        #expect(document.frontMatter.parameters.map(\.name) == ["lr", "n"])
        #expect(document.frontMatter.seed == 5)
    }

    static let mistakes: [(text: String, id: String, line: Int)] = [
        ("dln: 2", "version", 1),
        ("dln: 0", "version", 1),
        ("dln: one", "setting-type", 1),
        ("seed: 1.5", "setting-type", 1),
        ("seed: 99999999999999999999", "front-matter", 1),
        ("title: a\ntitle: b", "repeated-key", 2),
        ("title: \"a", "front-matter", 1),
        ("title: \"a\" b", "front-matter", 1),
        ("title: \"a\\q\"", "front-matter", 1),
        ("just words", "front-matter", 1),
        ("seed:5", "front-matter", 1),
        ("\n  seed: 5", "front-matter", 2),
        ("params: 5", "setting-type", 1),
        ("params:\n  lr: 0.1", "setting-type", 1),
        ("params: {lr 0.1}", "front-matter", 1),
        ("params: {flag: True}", "front-matter", 1),
        ("params: {lr: .5}", "front-matter", 1),
        ("params: {lr: -.5e3}", "front-matter", 1),
        ("params: {x: null}", "front-matter", 1),
        ("params: {y: [1, 2]}", "front-matter", 1),
        ("params: {lr: 0.1", "front-matter", 1),
        ("params: {lr: }", "front-matter", 1),
        ("params: {lr: 0.1} x", "front-matter", 1),
        ("params: {for: 1}", "parameter-name", 1),
        ("params: {1a: 1}", "parameter-name", 1),
        ("params: {a-b: 1}", "parameter-name", 1),
        ("params: {a: 1, a: 2}", "repeated-key", 1),
        ("param: {a: 1}", "unknown-key", 1),
        ("- item", "front-matter", 1),
    ]

    @Test("a mistake is reported at its line", arguments: mistakes)
    func mistake(_ example: (text: String, id: String, line: Int)) throws {
        let document = read(example.text)
        let found = try #require(document.diagnostics.first)
        #expect(found.id == "notebook.\(example.id)")
        #expect(found.span.map { $0.source.line(at: $0.start) } == example.line)
    }

    @Test("a mistake in a map of several lines is one message")
    func oneMessage() {
        let document = read("params: {\n  lr 0.1,\n  n: 3\n}\nseed: 7")
        #expect(document.diagnostics.count == 1)
        #expect(document.frontMatter.seed == 7)
    }

    @Test("parameters on lines of their own: the help is the line to write")
    func blockParameters() {
        let document = read("params:\n  lr: 0.1\n  n: 3\nseed: 7")
        #expect(document.diagnostics.map(\.help) == ["write `params: {lr: 0.1, n: 3}`"])
        #expect(document.frontMatter.seed == 7)
    }

    @Test(
        "only a first line of dashes starts front matter",
        arguments: [
            "text\n---\nseed: 5\n---\n", "--- x\nseed: 5\n---\n", "----\nseed: 5\n---\n",
            "---\n", "---", " ---\nseed: 5\n---\n",
        ])
    func none(text: String) {
        let document = NotebookDocument(text: text, name: "n.dln")
        #expect(document.segments.allSatisfy { $0.kind == .prose })
        #expect(document.frontMatter.seed == 0)
    }

    @Test("front matter without an end is reported")
    func unclosed() {
        let document = NotebookDocument(text: "---\nseed: 5\n\n# a\n", name: "n.dln")
        #expect(document.diagnostics.map(\.id) == ["notebook.front-matter"])
    }

    @Test("line ends and a byte order mark do not matter")
    func lineEnds() {
        let text = "\u{feff}---\r\nseed: 5\r\nparams: {a: 1}\r\n---\r\n\r\n# a\r\n"
        let document = NotebookDocument(text: text, name: "n.dln")
        #expect(document.diagnostics.isEmpty)
        #expect(document.frontMatter.seed == 5)
        #expect(document.frontMatter.parameters.first?.value == .int(1))
    }

    // MARK: Overrides

    private var parameterised: NotebookDocument {
        read("params: {lr: 0.001, epochs: 20, name: \"a\", fast: true}")
    }

    @Test("an override keeps the type of the default")
    func override() throws {
        let given = ["lr=1", "epochs=3", "name= b=c", "fast=false", "epochs=4"]
        let document = parameterised
        let values = try document.override(params: given).map(\.value)
        #expect(values == [.float(1), .int(4), .string(" b=c"), .bool(false)])
        #expect(try document.override(params: []) == document.frontMatter.parameters)
    }

    @Test(
        "a wrong override says what is wrong",
        arguments: [
            ("lr", "parameter.syntax", nil), ("epochs=0.5", "parameter.type", nil),
            ("fast=1", "parameter.type", nil), ("lr=x", "parameter.type", nil),
            ("epoch=3", "parameter.unknown", "did you mean `epochs`?"),
            ("zzz=3", "parameter.unknown", nil),
        ])
    func wrongOverride(text: String, id: String, help: String?) {
        let error = #expect(throws: Diagnostic.self) {
            try parameterised.override(params: [text])
        }
        #expect(error?.id == id)
        if let help { #expect(error?.help == help) }
    }

    @Test(
        "a parameter as a literal reads back",
        arguments: [
            (ParameterValue.string("a \"b\" {c} \\ \n"), #""a \"b\" \{c} \\ \n""#),
            (.float(0.001), "0.001"), (.int(-3), "-3"), (.bool(true), "true"),
        ])
    func literal(value: ParameterValue, text: String) {
        #expect(value.literal == text)
    }
}
